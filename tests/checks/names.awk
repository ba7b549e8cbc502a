# The core knows no asset by name.  Pass 1 (pass=1 before the files of
# plugins) gathers the names, pass 2 looks for them in string literals of the
# core.  Running text may use the words ("other users can read it"): what
# counts is a name that stands alone, in a path, in a list or in quotes.

BEGIN {
  n = split ("users groups clusters jobs notebooks secrets repos mlflow " \
             "mounts metastore experiments", words, " ")
  for (i = 1; i <= n; ++i)
    names[words[i]] = 1
}

{ code = code_line($0) }

pass == 1 {
  if (code ~ /^[ \t]*[{]?[ \t]*\.name[ \t]*=/ && n_literals > 0 \
      && length (literals[1]) > 2)
    names[literals[1]] = 1
  next
}

code ~ /^[ \t]*#[ \t]*include/ { next }

{
  for (i = 1; i <= n_literals; ++i)
    for (name in names)
      if (stands(literals[i], name) && !an_end(name))
        complain("the core names the asset '" name "'")
}

# A plain MLflow server is also one of the two sorts of ends that net speaks
# to, whatever is moved there.
function an_end(name)
{
  return (name == "mlflow" || name == "experiments") && FILENAME ~ /^core\/net\/end[^\/]*$/
}

function stands(text, name,   at, before, after)
{
  while ((at = index (text, name)) > 0) {
    before = at == 1 ? "^" : substr (text, at - 1, 1)
    after = substr (text, at + length (name), 1)
    if (after == "")
      after = "$"
    if (index ("^/,'=:.\"", before) && index ("$/,'=:.\"?", after))
      return 1
    text = substr (text, at + length (name))
  }
  return 0
}

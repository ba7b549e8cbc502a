# Prints every code that core sources can put in brackets, one a line.  Run
# with the sources as arguments.  A code is a literal in one of these places:
#
#   MG_E_X, "code"                     errors, also 'c ? "a" : "b"'
#   mg_result_say (x, "code"           the end of an asset's work
#   mg_run_note (..., "code"           a line about an asset or a kind
#   say (p, "warn", "code"             preflight
#   plan_row (..., "code"              a row that is planned as it ends
#   err->id, ... "code"                snprintf into an error's id
#   const char *id = ... "code"        a variable of that name
#   why = ..., code = ...              what explains a difference
#   "text [code]"                      written out

{ text = text $0 "\n" }

END {
  text = without_comments(text)
  find(text, "MG_E_[A-Z_]+,")
  find(text, "mg_result_say \\([a-z>-]+,")
  find(text, "say \\(p, \"(warn|fail)\",")
  calls(text, "mg_run_note \\(")
  calls(text, "plan_row \\(")
  calls(text, "const char [*]id = ")
  calls(text, "why = ")
  written(text)
  calls(text, "snprintf \\([a-z]+[.>-]+id,")
}

function without_comments(s,   out, at)
{
  while ((at = index (s, "/*")) > 0) {
    out = out substr (s, 1, at - 1)
    s = substr (s, at)
    at = index (s, "*/")
    s = substr (s, at + 2)
  }
  return out s
}

# The argument that follows each match: its literals.
function find(s, pattern,   rest)
{
  rest = s
  while (match (rest, pattern)) {
    rest = substr (rest, RSTART + RLENGTH)
    literals(argument(rest))
  }
}

# Texts that carry their code.
function written(s,   word)
{
  while (match (s, /\[[a-z]+(-[a-z]+)*\][^"\n]?["\\]/)) {
    word = substr (s, RSTART + 1, RLENGTH - 2)
    sub (/\].*/, "", word)
    print word
    s = substr (s, RSTART + RLENGTH)
  }
}

# All arguments of each call: those literals that look like a code.
function calls(s, pattern,   rest, args)
{
  rest = s
  while (match (rest, pattern)) {
    rest = substr (rest, RSTART + RLENGTH)
    args = rest
    if (match (args, /;/))
      args = substr (args, 1, RSTART)
    literals(args)
  }
}

# Up to the comma or bracket that ends it.
function argument(s,   i, c, depth, in_string)
{
  for (i = 1; i <= length (s) && i < 400; ++i) {
    c = substr (s, i, 1)
    if (in_string) {
      if (c == "\\")
        ++i
      else if (c == "\"")
        in_string = 0
      continue
    }
    if (c == "\"")
      in_string = 1
    else if (c == "(" || c == "[")
      ++depth
    else if ((c == ")" || c == "]") && depth-- == 0)
      break
    else if ((c == "," || c == ";" || c == "}") && depth <= 0)
      break
  }
  return substr (s, 1, i - 1)
}

# What a call compares with is no code: '(what, "read")'.
function literals(s,   word)
{
  while (match (s, /"[^"]*"/)) {
    word = substr (s, RSTART + 1, RLENGTH - 2)
    s = substr (s, RSTART + RLENGTH)
    if (s ~ /^\) *\?/)
      continue
    if (word ~ /^[a-z]+(-[a-z]+)*$/)
      print word
  }
}

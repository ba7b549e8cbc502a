# Who may include whom.  Run in the root of the tree with all sources as
# arguments.  A folder is a floor; a file includes its own or lower ones.

BEGIN {
  floor["base"] = 1
  floor["net"] = 2
  floor["store"] = 2
  floor["plugin"] = 3
  floor["run"] = 4
  floor["view"] = 5
  floor["cli"] = 6

  # Headers of libraries and the folders that may use them.
  owner["pthread.h"] = "core/base sdk/simulator"
  owner["curl/"] = "core/net core/cli"
  owner["sqlite3.h"] = "core/store core/cli sdk/simulator"
  owner["zlib.h"] = "core/store core/net core/cli sdk/simulator"
  owner["sodium.h"] = "core/base core/store core/cli"
  owner["ltdl.h"] = "core/plugin core/cli"
  owner["dlfcn.h"] = "core/plugin"
  owner["microhttpd.h"] = "sdk/simulator"

  n = split ("assert ctype errno float inttypes limits locale math setjmp " \
             "signal stdarg stdbool stddef stdint stdio stdlib string " \
             "strings time wchar", words, " ")
  for (i = 1; i <= n; ++i)
    libc[words[i] ".h"] = 1
}

FNR == 1 {
  n = split (FILENAME, at, "/")
  folder = at[1] "/" at[2]
  dir = FILENAME
  sub (/\/[^\/]*$/, "", dir)
}

{ code = code_line($0) }

code !~ /^[ \t]*#[ \t]*include/ { next }

# A name in quotes was blanked: read it from the line itself.
{
  what = $0
  if (!match (what, /["<][^">]*[">]/)) {
    complain("an include that cannot be read")
    next
  }
  quoted = substr (what, RSTART, 1) == "\""
  what = substr (what, RSTART + 1, RLENGTH - 2)
}

what ~ /^migrate-[a-z]*\.h$/ {
  if (folder == "core/base" || folder == "core/store" \
      || folder == "sdk/simulator")
    complain("'" what "' is above " folder)
  next
}

folder ~ /^plugins\// {
  if (quoted ? (what ~ /\// || !there(dir "/" what)) : !(what in libc))
    complain("a plugin includes only sdk/ and libc, not '" what "'")
  next
}

dir == "sdk" {
  if (quoted || !(what == "stddef.h" || what == "stdint.h" \
                  || FILENAME !~ /^sdk\/migrate-(plugin|kind)\.h$/))
    complain("a public header includes no '" what "'")
  next
}

!quoted {
  for (lib in owner)
    if (index (what, lib) == 1 && !allowed(owner[lib]))
      complain("'" what "' belongs to " owner[lib])
  next
}

what == "config.h" {
  complain("write #include <config.h>")
  next
}

what ~ /-tsv\.h$/ {
  sub (/\/[^\/]*$/, "", what)
  if (index (what, "/") || what == substr (folder, 6) \
      || "sdk/" what == folder || what ~ /-tsv\.h$/)
    next
}

folder == "sdk/simulator" {
  if (what !~ /^(base|simulator)\// && !(what !~ /\// && there(dir "/" what)))
    complain("the simulator includes only core/base and its own, not '" \
             what "'")
  next
}

folder ~ /^core\// {
  to = what
  if (!sub (/\/.*/, "", to)) {
    complain("write the folder too: '" at[2] "/" what "'")
    next
  }
  if (!(to in floor))
    complain("core does not include '" what "'")
  else if (to != at[2] && floor[to] >= floor[at[2]])
    complain("'" what "' is not below core/" at[2])
}

function allowed(list)
{
  return index (" " list " ", " " folder " ") > 0
}

function there(path,   line, ret)
{
  ret = (getline line <path) >= 0
  close (path)
  return ret
}

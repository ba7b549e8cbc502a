# Makes migrate-plugin(3) of the text of the contract (sdk/contract.sh): awk -f
# this example=WIDGETS.C docdir=DIR CONTRACT TAIL.  Comments become text, declarations
# stand as they are, '= NAME' begins a section.  TAIL is mdoc; in it a line
# '@EXAMPLE@' becomes the source of the example.

BEGIN {
  print ".\\\" Made from sdk/migrate-plugin.h and migrate-kind.h.  Change these."
  print ".Dd November 22, 2026"
  print ".Dt MIGRATE-PLUGIN 3"
  print ".Os"
  print ".Sh NAME"
  print ".Nm migrate-plugin"
  print ".Nd the contract between migrate and its plugins"
  print ".Sh SYNOPSIS"
  print ".In migrate-plugin.h"
}

FNR == 1 { ++file }

# ---- the tail ----

file == 2 && /^@EXAMPLE@$/ {
  literal_begin()
  while ((getline line <example) > 0)
    literal(line)
  literal_end()
  next
}

file == 2 {
  gsub (/@DOCDIR@/, docdir)
  print
  next
}

# ---- comments ----

in_comment || /^\/\*/ {
  line = $0
  ended = line ~ /\*\/[ \t]*$/
  sub (/[ \t]*\*\/[ \t]*$/, "", line)
  if (in_comment)
    sub (/^ \* ?/, "", line)
  else {
    sub (/^\/\* ?/, "", line)
    n_text = 0
  }
  in_comment = !ended
  text[++n_text] = line
  if (ended)
    comment()
  next
}

# ---- declarations ----

in_function {
  if ($0 ~ /^\{/)
    head(in_function, prototype)
  else if (prototype_open)
    prototype = prototype "\n" $0
  if ($0 ~ /^\{/)
    prototype_open = 0
  if ($0 ~ /^\}/)
    in_function = ""
  else if (in_function == "?" && match ($0, /^[a-z_]+ \(/)) {
    in_function = substr ($0, 1, RLENGTH - 2)
  }
  next
}

/^static inline / {
  in_function = "?"
  prototype_open = 1
  prototype = $0
  sub (/^static inline /, "", prototype)
  next
}

in_macro {
  in_macro = /\\$/
  next
}

/^#define [A-Za-z_]+\(/ {
  name = $2
  sub (/\(.*/, "", name)
  call = $0
  sub (/^#define /, "", call)
  match (call, /\([^)]*\)/)
  head(name, name " " substr (call, RSTART, RLENGTH))
  in_macro = /\\$/
  next
}

# Values: a run of lines up to an empty one.
!block && /^#define MIGRATE_[A-Z_]+ / && $2 !~ /_(H|EXPORT)$/ {
  block = "^$"
  show_text()
  literal_begin()
}

!block && /^(struct|enum) [a-z_]+ \{/ {
  block = "^};"
  show_text()
  literal_begin()
}

block {
  if (block != "^$" || $0 !~ block)
    literal($0)
  if ($0 ~ block) {
    literal_end()
    block = ""
  }
  next
}

/^$/ { show_text() }

# ---- output ----

function comment(   title, i)
{
  if (text[1] ~ /^migrate-kind\.h/)
    n_text = 0
  else if (text[1] ~ /^migrate-plugin\.h/) {
    section("DESCRIPTION")
    text[1] = ""
    for (i = 2; i <= n_text; ++i)
      if (text[i] ~ /^SPDX|^This text is the manual/)
        text[i] = ""
    show_text()
  }
  else if (text[1] ~ /^= /) {
    title = substr (text[1], 3)
    # A section of that name has its fixed place, which is another.
    sub (/^ERRORS$/, "ERROR CODES", title)
    section(title)
    text[1] = ""
    show_text()
  }
}

function section(title)
{
  print ".Sh " title
  before = 0
}

# A function or macro: its name, how it is called, what is said of it.
function head(name, how,   lines, n, i)
{
  print ".Ss " name
  before = 0
  n = split (how, lines, "\n")
  literal_begin()
  for (i = 1; i <= n; ++i)
    literal(lines[i])
  literal_end()
  show_text()
}

function show_text(   i, verbatim, started)
{
  for (i = 1; i <= n_text; ++i) {
    if (text[i] == "") {
      if (verbatim)
        literal_end()
      verbatim = 0
      if (started)
        paragraph = 1
      continue
    }
    if (text[i] ~ /^  / && !verbatim) {
      literal_begin()
      paragraph = 0
      verbatim = 1
    }
    else if (text[i] !~ /^ / && verbatim) {
      literal_end()
      verbatim = 0
      paragraph = 1
    }
    if (verbatim) {
      literal(text[i])
      continue
    }
    if (paragraph || (!started && before))
      print ".Pp"
    paragraph = 0
    before = 1
    started = 1
    prose(text[i])
  }
  if (verbatim)
    literal_end()
  paragraph = 0
  n_text = 0
}

# A sentence begins a line: mandoc wants it so.
function prose(line,   parts, n, i)
{
  line = escaped(line)
  gsub (/[.] +/, ".\n", line)
  gsub (/: +/, ": ", line)
  n = split (line, parts, "\n")
  for (i = 1; i <= n; ++i)
    if (parts[i] != "")
      print (parts[i] ~ /^[.']/ ? "\\&" : "") parts[i]
}

function literal_begin()
{
  print ".Bd -literal"
}

function literal(line)
{
  line = escaped(line)
  print (line ~ /^[.']/ ? "\\&" : "") line
}

function literal_end()
{
  print ".Ed"
  before = 1
}

function escaped(line)
{
  gsub (/\\/, "\\e", line)
  return line
}

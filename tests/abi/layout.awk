# Reads the contract (sdk/contract.sh).  Prints a C program that prints the layout: one
# line for each constant, struct and member.  With list=1 prints only their
# names, for tests of the manual page.
#
# It relies on how the header is written: 'struct NAME {' begins a line, '};'
# ends it, one member between two semicolons.

BEGIN {
  emit("#include <stddef.h>")
  emit("#include <stdio.h>")
  emit("#include <migrate-plugin.h>")
  emit("#define C(name) printf (\"constant %s %lld\\n\", #name, \\")
  emit("  (long long) (name))")
  emit("#define S(s) printf (\"struct %s size %zu\\n\", #s, sizeof (struct s))")
  emit("#define M(s, m) printf (\"member %s.%s at %zu size %zu\\n\", #s, #m, \\")
  emit("  offsetof (struct s, m), sizeof (((struct s *) 0)->m))")
  emit("int main (void) {")
  emit("printf (\"abi %d\\n\", MIGRATE_ABI_VERSION);")
}

{ text = without_comments($0) }

match (text, /^#define MIGRATE_[A-Z_]+ +[(0-9]/) {
  split (text, word, " ")
  if (word[2] !~ /\(/)
    add("C", word[2])
}

/^struct [a-z_]+ \{/ {
  name = $2
  type = "struct"
  add("S", name)
  members = ""
  next
}

/^enum [a-z_]+ \{/ {
  type = "enum"
  members = ""
  next
}

/^};/ {
  if (type == "enum")
    constants(members)
  type = ""
  next
}

type != "" {
  members = members " " text
  while (type == "struct" && (at = index (members, ";")) > 0) {
    member(substr (members, 1, at - 1))
    members = substr (members, at + 1)
  }
}

END { emit("return 0; }") }

function member(declaration,   m)
{
  if (match (declaration, /\(\*[a-z_0-9]+\)/))
    m = substr (declaration, RSTART + 2, RLENGTH - 3)
  else {
    m = declaration
    sub (/[ \t]+$/, "", m)
    sub (/.*[^a-z_0-9]/, "", m)
  }
  if (list)
    print name "." m
  else
    print "M (" name ", " m ");"
}

function constants(all,   n, i, words, one)
{
  n = split (all, words, ",")
  for (i = 1; i <= n; ++i)
    if (match (words[i], /MIGRATE_[A-Z_]+/)) {
      one = substr (words[i], RSTART, RLENGTH)
      add("C", one)
    }
}

function add(macro, what)
{
  if (list)
    print what
  else
    print macro " (" what ");"
}

function emit(line)
{
  if (!list)
    print line
}

function without_comments(line,   out, i, two)
{
  out = ""
  for (i = 1; i <= length (line); ++i) {
    two = substr (line, i, 2)
    if (comment && two == "*/") {
      comment = 0
      ++i
    }
    else if (!comment && two == "/*") {
      comment = 1
      ++i
    }
    else if (!comment)
      out = out substr (line, i, 1)
  }
  return out
}

#!/bin/sh
# Files and lines stay small; config.h comes first.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/checks/checks.sh"

tree "files, lines and first includes" check_style

long=$(awk 'BEGIN { for (i = 0; i < 601; ++i) printf "int a%d;\\n", i }')
bad "601 lines of source" check_style core/net/a.c "$long" \
  "^core/net/a.c: 601 lines, more than 600"
head=$(awk 'BEGIN { for (i = 0; i < 251; ++i) printf "int a%d;\\n", i }')
bad "251 lines of header" check_style core/net/a.h "$head" \
  "^core/net/a.h: 251 lines, more than 250"
wide=$(awk 'BEGIN { for (i = 0; i < 91; ++i) printf "x" }')
bad "91 columns" check_style core/net/a.h "\\n$wide\\n" \
  "^core/net/a.h:2: wider than 90 columns"
bad "a blank at the end" check_style core/net/a.h 'x \n' \
  "^core/net/a.h:1: a blank at the end"
bad "a tab" check_style core/net/a.h '\tx\n' "^core/net/a.h:1: a tab"
bad "another include first" check_style core/net/a.c \
  '#include <stdio.h>\n#include <config.h>\n' \
  "^core/net/a.c:1: <config.h> is not the first include"

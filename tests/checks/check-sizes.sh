#!/bin/sh
# Functions stay small: 80 lines, complexity 15, half of them under 20 lines.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/checks/checks.sh"

requires pmccabe -V

tree "functions of the tree" check_sizes

body=$(awk 'BEGIN { for (i = 0; i < 79; ++i) printf "  x ();\\n" }')
bad "a function of 81 lines" check_sizes core/net/a.c \
  "void\\nlong_one (void)\\n{\\n$body}\\n" "long_one: [0-9]+ lines, more than 80"
body=$(awk 'BEGIN { for (i = 0; i < 15; ++i) printf "  if (x) y ();\\n" }')
bad "a function of complexity 16" check_sizes core/net/a.c \
  "void\\ntwisted (int x)\\n{\\n$body}\\n" \
  "twisted: complexity 16, more than 15"
body=$(awk 'BEGIN { for (i = 0; i < 30; ++i) printf "  x ();\\n" }')
bad "mostly long functions" check_sizes core/net/a.c \
  "void\\na (void)\\n{\\n$body}\\nvoid\\nb (void)\\n{\\n$body}\\n" \
  "only 0 of 2 functions are under 20 lines"

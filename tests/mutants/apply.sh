#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The mutants of this folder apply to the tree as it is, and say what they
# break.  Whether the suite catches them is 'make check-mutants'.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

requires patch --version

# applies FILE: to the source tree, without a change
applies ()
{
  patch -d "$srcdir" -p1 -s -N -f --dry-run <"$1" 2>&1
}

for file in "$srcdir"/tests/mutants/*.patch; do
  name=$(basename "$file" .patch)
  run applies "$file"
  status_is "$name applies" 0
  head=$(sed '/^---/q' "$file")
  like "$name names its rule" "$head" '^Rule: .'
  tests=$(printf '%s\n' "$head" | sed -n 's/^Tests: //p')
  missing=
  for test in $tests; do
    case $test in
      *.sh) [ -e "$srcdir/$test" ] || missing="$missing $test" ;;
      *:*) grep -q -F "MG_TEST (${test#*:})" "$srcdir/${test%%:*}.c" ||
        missing="$missing $test" ;;
      *) [ -e "$srcdir/$test.c" ] || missing="$missing $test" ;;
    esac
  done
  is "$name names tests that there are" "${tests:+some}$missing" some
done

cat >"$tmp/old.patch" <<'PATCH'
--- a/configure.ac
+++ b/configure.ac
@@ -1 +1 @@
-no such line
+nor this
PATCH
run applies "$tmp/old.patch"
ok "one that does not apply is seen" [ "$status" != 0 ]

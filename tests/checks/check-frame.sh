#!/bin/sh
# The test frames themselves fail when they should: C (mg-test.h) and shell
# (functions.sh).
. "${MG_BUILDDIR:-.}/tests/functions.sh"

: "${CC:=cc}"
unset MG_TAP_DRIVER
touch "$tmp/config.h"

# c_test TEXT BODY STATUS PATTERN: a C test with that body
c_test ()
{
  cat >"$tmp/t.c" <<END
#define _GNU_SOURCE
#include <config.h>
#include "mg-test.h"
MG_TEST (first) { ok (1); }
MG_TEST (second) { $2 }
END
  $CC -I"$tmp" -I"$srcdir/tests" -o "$tmp/t" "$tmp/t.c"
  run "$tmp/t"
  is "C: $1: status" "$status" "$3"
  like "C: $1: output" "$out" "$4"
}

c_test "passes" 'is_int (4, 4); is_str ("a", "a");' 0 '^ok 2 - second$'
c_test "ok" 'ok (1 == 2);' 1 '^# .*t.c:5: not true: 1 == 2$'
c_test "is_int" 'is_int (3, 4);' 1 '^# .*t.c:5: 3 is 3, not 4$'
c_test "is_str" 'is_str ("a", NULL);' 1 "\"a\" is 'a', not NULL"
c_test "is_mem" 'is_mem ("ab", 2, "ac", 2);' 1 'byte 1 is 0x62, not 0x63'
c_test "has_str" 'has_str ("abc", "d");' 1 "is 'abc', without 'd'"
c_test "skips" 'skip_test ("no reason");' 0 '^ok 2 - second # SKIP no reason$'
c_test "stops at the first" 'ok (0); is_int (7, 8);' 1 '^not ok 2 - second$'
unlike "C: what follows a failure does not run" "$out" '7 is 7'

# sh_test TEXT BODY STATUS PATTERN: a shell test with that body
sh_test ()
{
  { echo ". \"$builddir/tests/functions.sh\""; printf '%s\n' "$2"; } \
    >"$tmp/t.sh"
  run env CI= sh "$tmp/t.sh"
  is "sh: $1: status" "$status" "$3"
  like "sh: $1: output" "$out" "$4"
}

sh_test "passes" 'ok a true; is b x x; like c xyz "y.$"; unlike d x y' 0 \
  '^1\.\.4$'
sh_test "ok" 'ok a false' 1 '^not ok 1 - a$'
sh_test "is" 'is a x y' 1 '^not ok 1 - a$'
sh_test "like" 'like a x y' 1 '^not ok 1 - a$'
sh_test "unlike" 'unlike a x x' 1 '^not ok 1 - a$'
sh_test "status_is" 'run sh -c "exit 3"; status_is a 4' 1 \
  '^# exit status 3, not 4'
sh_test "a command that fails by surprise" 'pass a; false; pass b' 1 \
  '^not ok 2 - the script ended with status 1$'
sh_test "no test at all" ':' 1 'not ok 1 - the script tested nothing'
sh_test "skips" 'requires no-such-program; pass a' 0 '^1\.\.0 # SKIP needs'
sh_test "no skipping in CI" 'CI=true; requires no-such-program' 1 \
  "^not ok 1 - needs 'no-such-program'"
sh_test "cleans up, the last first" \
  'pass a; cleanup_fn echo "# it'"'"'s 1"; cleanup_fn echo "# 2"' 0 "^# it's 1"
sh_test "its folder goes" 'is a "$(test -d "$tmp" && echo "$tmp")" ""' 1 \
  'not ok 1'
folder=$(printf '%s\n' "$out" | sed -n 's/^# \(\/.*migrate-test.*\)/\1/p')
ok "sh: the folder was there and is gone" test -n "$folder" -a ! -e "$folder"

#!/bin/sh
# The public header is clean C99 and C++11 by itself, and defines no 'bool':
# plugins are compiled in ways that we do not choose.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

header=$srcdir/sdk/migrate-plugin.h

: "${CC:=cc}"
flags="-I$srcdir/sdk -I$builddir/sdk -Wall -Wextra -Werror -c -o $tmp/t.o"
c99="-std=c99 -pedantic -Wconversion"
cxx="-std=c++11"

# compiles TEXT FLAGS FILE COMPILER: with a compiler that is not there, skip
compiles ()
{
  if ! command -v "$4" >/dev/null; then
    if [ "${CI:-}" = true ]; then fail "$1: no $4"; else
      pass "$1 # SKIP no $4"
    fi
    return
  fi
  # shellcheck disable=SC2086
  run "$4" $2 $flags "$3"
  is "$1" "$out$err" ""
}

cat >"$tmp/t.c" <<'END'
#include <migrate-plugin.h>
#if defined bool || defined true || defined false
#error "the header defines bool"
#endif
int bool;
const char *use (const struct migrate_plugin *p);
const char *use (const struct migrate_plugin *p) { return p->name; }
END
grep -v -e 'int bool' "$tmp/t.c" >"$tmp/t.cc"

compiles "C99 with gcc" "$c99" "$tmp/t.c" gcc
compiles "C99 with clang" "$c99" "$tmp/t.c" clang
compiles "C++11 with g++" "$cxx" "$tmp/t.cc" g++
compiles "C++11 with clang++" "$cxx" "$tmp/t.cc" clang++

# The test can fail: a header with what these compilers must refuse.
mkdir "$tmp/worse"
{ cat "$header"; echo '#include <stdbool.h>'; } >"$tmp/worse/migrate-plugin.h"
# shellcheck disable=SC2086
run $CC $c99 -I"$tmp/worse" $flags "$tmp/t.c"
like "a header that brings bool is found" "$err" "the header defines bool"
{ cat "$header"; echo 'struct worse { int (*class) (void); };'; } \
  >"$tmp/worse/migrate-plugin.h"
if [ -n "${CXX:-}" ] && command -v "${CXX##* }" >/dev/null; then
  # shellcheck disable=SC2086
  run $CXX $cxx -I"$tmp/worse" $flags "$tmp/t.cc"
  like "a header that is no C++ is found" "$err" "class"
fi

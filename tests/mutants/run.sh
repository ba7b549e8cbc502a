#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Does the suite see it when a rule breaks?  Every patch of this folder breaks
# one that must hold; its header says which, and which tests are expected to
# fail.  With each of them in turn the tree is built and those tests run; when
# none of them fails, the whole suite does.  A mutant that nobody catches is a
# test that is missing.
#
#   make check-mutants                    all of them
#   make check-mutants MUTANTS='a b'      these
#
# Header of a patch, before its first '---':
#
#   Rule: what must hold
#   Tests: PROGRAM[:TEST] SCRIPT ...      the quickest first
#   Needs: TARGET ...                     what else has to be made for them
#   Hangs: yes                            a test that never ends has seen it;
#                                         else only one that says 'not ok' has
#
# Works in mutants/ of the build, on a copy of the source.  Prints 'caught:
# NAME by TEST' for each; ends with 1 when one was not.
set -u

builddir=${MG_BUILDDIR:-$(pwd)}
srcdir=${MG_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
work=$builddir/mutants
patches=$srcdir/tests/mutants
limit_s=${MG_MUTANTS_LIMIT_S:-120}
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
MG_SRCDIR=$work/src
MG_BUILDDIR=$work/build
LC_ALL=C
TZ=UTC
CCACHE_BASEDIR=$work
CCACHE_NOHASHDIR=1
export MG_SRCDIR MG_BUILDDIR LC_ALL TZ CCACHE_BASEDIR CCACHE_NOHASHDIR
unset MG_TAP_DRIVER MAKEFLAGS MFLAGS MAKELEVEL 2>/dev/null

die ()
{
  echo "mutants: $*" >&2
  exit 2
}

# header NAME FIELD
header ()
{
  sed -n -e '/^---/q' -e "s/^$2: //p" "$patches/$1.patch"
}

# program TEST: what has to be made for it
program ()
{
  case $1 in
    *.sh) ;;
    *) printf '%s\n' "${1%%:*}" ;;
  esac
}

make_all ()
{
  programs=
  for test; do
    programs="$programs $(program "$test")"
  done
  # not in one: 'all' is a make of its own, and both would make the libraries
  # shellcheck disable=SC2086
  make -C "$work/build" -j"$jobs" all >"$work/make.log" 2>&1 &&
    { [ -z "$programs" ] ||
      make -C "$work/build" -j"$jobs" $programs >>"$work/make.log" 2>&1; }
}

# one TEST: runs it; its status
one ()
{
  case $1 in
    *.sh) set -- sh "$work/src/$1" ;;
    *:*) set -- "$work/build/${1%%:*}" "${1#*:}" ;;
    *) set -- "$work/build/$1" ;;
  esac
  (cd "$work/build" && timeout -k 5 "$limit_s" "$@") >"$work/test.log" 2>&1 \
    </dev/null
}

# saw NAME STATUS: did the test that ended so see the mutant?  One that the machine
# was too slow for has not.
saw ()
{
  case $2 in
    0) return 1 ;;
    124 | 137)
      grep -q '^not ok' "$work/test.log" || [ -n "$(header "$1" Hangs)" ]
      ;;
  esac
}

# why STATUS: what the log of a failed test says
why ()
{
  case $1 in
    124 | 137) mg_else="no end after $limit_s s" ;;
    *) mg_else="status $1" ;;
  esac
  { grep -m 1 '^not ok' "$work/test.log" || echo "$mg_else"; } |
    sed -e 's/^not ok [0-9]* - //'
}

# failed: the tests of the whole suite that fail now, this folder's aside
failed ()
{
  make -C "$work/build" -j"$jobs" -k check >"$work/check.log" 2>&1
  find "$work/build" -name '*.trs' -exec grep -l \
    '^:test-result: \(FAIL\|ERROR\)' {} + | sed -e "s|^$work/build/||" \
    -e 's/\.trs$//' | grep -v '^tests/mutants/' | sort
}

# whole NAME: the suite, when none of the expected tests failed; what fails
# without the mutant too says nothing
whole ()
{
  failed >"$work/with"
  patch -d "$work/src" -p1 -s -R -f <"$patches/$1.patch" || exit 2
  [ -e "$work/without" ] || failed >"$work/without"
  patch -d "$work/src" -p1 -s -f <"$patches/$1.patch" || exit 2
  found=$(comm -23 "$work/with" "$work/without" | head -n 1)
  [ -n "$found" ] || return 1
  echo "caught: $1 by $found (which its header does not name)"
}

# judge NAME TEST...: with the patch applied
judge ()
{
  name=$1
  shift
  for test; do
    one "$test"
    test_status=$?
    if saw "$name" $test_status; then
      echo "caught: $name by $test ($(why $test_status))"
      return 0
    fi
  done
  whole "$name" && return 0
  echo "NOT CAUGHT: $name: $(header "$name" Rule)"
  return 1
}

mutate ()
{
  patch -d "$work/src" -p1 -s -N -f <"$patches/$1.patch" >"$work/patch.log" \
    2>&1 || {
    echo "DOES NOT APPLY: $1"
    cat "$work/patch.log"
    return 1
  }
  # shellcheck disable=SC2046
  set -- "$1" $(header "$1" Tests)
  [ $# -gt 1 ] || die "$1 names no tests"
  mutant=$1
  shift
  # shellcheck disable=SC2046
  if make_all "$@" $(header "$mutant" Needs); then
    judge "$mutant" "$@"
  else
    echo "DOES NOT BUILD: $mutant"
    tail -n 20 "$work/make.log"
    false
  fi
  status=$?
  patch -d "$work/src" -p1 -s -R -f <"$patches/$mutant.patch" || exit 2
  return $status
}

began=$(date +%s)
command -v patch >/dev/null || die "needs 'patch'"
names=${MUTANTS:-}
[ -n "$names" ] ||
  names=$(cd "$patches" && ls -- *.patch | sed 's/\.patch$//')
rm -rf "$work"
mkdir -p "$work/build"
(cd "$builddir" && make -s distdir distdir=mutants/src \
  top_distdir=mutants/src) >"$work/make.log" 2>&1 ||
  die "cannot copy the source; see $work/make.log"
chmod -R u+w "$work/src"

case ${CC:=cc} in
  *ccache*) ;;
  *) ! command -v ccache >/dev/null || CC="ccache $CC" ;;
esac
(cd "$work/build" && ../src/configure -q CC="$CC" CFLAGS='-O1') \
  >"$work/configure.log" 2>&1 || die "see $work/configure.log"

# A test that fails anyway proves nothing.
expected=$(for name in $names; do header "$name" Tests; done |
  tr ' ' '\n' | sort -u)
needs=$(for name in $names; do header "$name" Needs; done |
  tr ' ' '\n' | sort -u)
# shellcheck disable=SC2086
make_all $expected $needs || die "the tree does not build; see $work/make.log"
for test in $expected; do
  one "$test" || die "$test fails without a mutant; see $work/test.log"
done
echo "mutants: built, and $(echo "$expected" | wc -l) tests pass" \
  "($(($(date +%s) - began)) s)"

n=0 bad=0
for name in $names; do
  n=$((n + 1))
  mutate "$name" || bad=$((bad + 1))
done
echo "$n mutants, $((n - bad)) caught, $bad not ($(($(date +%s) - began)) s)"
[ $bad = 0 ]

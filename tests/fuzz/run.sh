#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# 'make fuzz': the targets of this folder under libFuzzer, with the address and
# undefined-behaviour sanitizers of clang, one after the other.
#
#   make fuzz                            600 s or 10,000,000 runs of each
#   make fuzz FUZZ_TIME=60 FUZZ='json-edit profile'
#
# Works in fuzz/ of the build, on a copy of the source; what was found to reach
# new code stays in fuzz/corpus/NAME, and an input that breaks something in
# fuzz/NAME-crash-*.  Such an input, made small, belongs into
# tests/fuzz/corpus/NAME, which every 'make check' runs.
set -u

builddir=${MG_BUILDDIR:-$(pwd)}
srcdir=${MG_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
work=$builddir/fuzz
time_s=${FUZZ_TIME:-600}
runs=${FUZZ_RUNS:-10000000}
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
clang=${FUZZ_CC:-clang}
sanitize=address,undefined
LC_ALL=C
TZ=UTC
UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export LC_ALL TZ UBSAN_OPTIONS
unset MAKEFLAGS MFLAGS MAKELEVEL 2>/dev/null

die ()
{
  echo "fuzz: $*" >&2
  exit 2
}

build ()
{
  rm -rf "$work/src"
  mkdir -p "$work/build"
  (cd "$builddir" && make -s distdir distdir=fuzz/src top_distdir=fuzz/src) &&
    chmod -R u+w "$work/src" &&
    cd "$work/build" &&
    ../src/configure -q CC="$1" CPPFLAGS=-DMG_FUZZER \
      CFLAGS="-O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,$sanitize
        -fno-sanitize-recover=undefined" LDFLAGS="-fsanitize=$sanitize" &&
    shift &&
    make -j"$jobs" built-sources &&
    make -j"$jobs" LDFLAGS="-fsanitize=fuzzer,$sanitize" "$@"
}

# corpus_of NAME: the folder under corpus/ that the target names
corpus_of ()
{
  sed -n 's/^const char mg_fuzz_corpus\[\] = "\(.*\)";$/\1/p' \
    "$srcdir/tests/fuzz/fuzz-$1.c"
}

# fuzz NAME: prints one line
fuzz ()
{
  name=$1
  mkdir -p "$work/corpus/$name"
  log=$work/$name.log
  began=$(date +%s)
  "$work/build/tests/fuzz/fuzz-$name" -max_total_time="$time_s" \
    -runs="$runs" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$work/$name-" "$work/corpus/$name" \
    "$srcdir/tests/fuzz/corpus/$(corpus_of "$name")" >"$log" 2>&1
  fuzz_status=$?
  n=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
  reached=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
  [ $fuzz_status = 0 ] && said=ok || said="FAILED, see $log"
  printf '%-14s %10s runs %5s s %6s edges  %s\n' "$name" "${n:-?}" \
    $(($(date +%s) - began)) "${reached:-?}" "$said"
  return $fuzz_status
}

names=${FUZZ:-}
[ -n "$names" ] || names=$(cd "$srcdir/tests/fuzz" &&
  ls fuzz-*.c | sed -e 's/^fuzz-//' -e 's/\.c$//' | grep -v '^main$')
command -v "$clang" >/dev/null || die "needs clang; set FUZZ_CC"
cc=$clang
! command -v ccache >/dev/null || cc="ccache $clang"
programs=
for name in $names; do
  programs="$programs tests/fuzz/fuzz-$name"
done
# shellcheck disable=SC2086
mkdir -p "$work" && build "$cc" $programs >"$work/build.log" 2>&1 ||
  die "cannot build; see $work/build.log"

# A leak is looked for when a run ends; zlib's and curl's own are not ours.
bad=0
for name in $names; do
  fuzz "$name" || bad=$((bad + 1))
done
[ $bad = 0 ]

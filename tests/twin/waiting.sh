#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Trees of which two or three folders at a time wait in memory, and the rest in
# the session: scenario.c does that to every third seed, these among them.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

twin=$builddir/tests/twin/twin
requires test -x "$twin"
TMPDIR=$tmp
export TMPDIR
for seed in t1 t4 t7; do
  run "$twin" seeds "$seed" 1
  status_is "$seed: every folder is walked" 0
  [ "$status" = 0 ] || note "$out"
done

#!/bin/sh
# An import of 300 assets, one of clusters and jobs, and one of a tree, killed at
# every request and every commit, and so their export and undo: at all of them in
# make check-long, at a part here.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

twin=$builddir/tests/twin/twin
TMPDIR=$tmp
export TMPDIR
stride=17 tree_stride=61 jobs=1
if grep -q '^MG_SAN_LDFLAGS = .' "$builddir/Makefile"; then
  stride=97 tree_stride=197
fi
if [ "${CHECK_LONG:-}" = 1 ]; then
  stride=1 tree_stride=1 jobs=$(getconf _NPROCESSORS_ONLN)
fi
run "$twin" sweep "$stride" "$jobs" export
status_is "no kill of an export loses anything" 0
note "$out"
run "$twin" sweep "$stride" "$jobs"
status_is "no kill of an import loses or repeats anything" 0
note "$out"
number () { printf '%s\n' "$out" | sed -n "s/^$1 \([0-9]*\).*/\1/p"; }
points=$((3 * $(number requests) + 2 * $(number commits)))
is "every moment was there to be tried" "$(number points)" "$points"
is "and was tried, with a stride of $stride" "$(number tried)" \
  "$(((points + stride - 1) / stride))"
ok "of at least 300 requests" test "$(number requests)" -ge 300

run "$twin" sweep "$stride" "$jobs" export compute
status_is "no kill of an export of clusters and jobs loses anything" 0
note "$out"
run "$twin" sweep "$stride" "$jobs" compute
status_is "no kill of their import loses or repeats anything" 0
note "$out"

run "$twin" sweep "$tree_stride" "$jobs" export tree
status_is "no kill of an export of a tree loses anything" 0
note "$out"
run "$twin" sweep "$tree_stride" "$jobs" tree
status_is "no kill of its import loses or repeats anything" 0
note "$out"

run "$twin" sweep "$tree_stride" "$jobs" undo
status_is "no kill of an undo leaves anything, or is felt by the next" 0
note "$out"
for world in compute tree; do
  run "$twin" sweep "$tree_stride" "$jobs" undo "$world"
  status_is "nor one of an undo of $world" 0
  note "$out"
done

run "$twin" point after 100
status_is "a point can be looked at" 0
like "with its history" "$out" 'KILLED before the reply'

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
number () { printf '%s\n' "$out" | sed -n "s/^$1 \([0-9]*\).*/\1/p"; }

# sweep STRIDE SAYS [WORD...]: all moments of one command, and that they were tried
sweep ()
{
  mg_stride=$1 mg_says=$2
  shift 2
  run "$twin" sweep "$mg_stride" "$jobs" "$@"
  status_is "$mg_says" 0
  note "$out"
  points=$((3 * $(number requests) + 2 * $(number commits)))
  is "... at every moment, with a stride of $mg_stride" \
    "$(number points) $(number tried)" \
    "$points $(((points + mg_stride - 1) / mg_stride))"
}

sweep "$stride" "no kill of an export loses anything" export
ok "of at least 10 requests" test "$(number requests)" -ge 10
sweep "$stride" "no kill of an import loses or repeats anything"
ok "of at least 300 requests" test "$(number requests)" -ge 300
sweep "$stride" "no kill of an export of clusters and jobs loses anything" \
  export compute
ok "of at least 10 requests" test "$(number requests)" -ge 10
sweep "$stride" "no kill of their import loses or repeats anything" compute
ok "of at least 50 requests" test "$(number requests)" -ge 50
sweep "$tree_stride" "no kill of an export of a tree loses anything" export tree
ok "of at least 50 requests" test "$(number requests)" -ge 50
sweep "$tree_stride" "no kill of its import loses or repeats anything" tree
ok "of at least 50 requests" test "$(number requests)" -ge 50
sweep "$tree_stride" "no kill of an undo leaves anything, or is felt by the next" \
  undo
ok "of at least 50 requests" test "$(number requests)" -ge 50
for world in compute tree; do
  sweep "$tree_stride" "nor one of an undo of $world" undo "$world"
  ok "of at least 50 requests" test "$(number requests)" -ge 50
done

run "$twin" point after 100
status_is "a point can be looked at" 0
like "with its history" "$out" 'KILLED before the reply'

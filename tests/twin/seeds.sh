#!/bin/sh
# Histories with mixed faults and kills: of people and experiments, of compute and
# jobs, and of trees; 10,000, 2,000 and 2,000 in make check-long, a part here.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

twin=$builddir/tests/twin/twin
TMPDIR=$tmp
export TMPDIR
n=300 n_compute=40 n_tree=40 jobs=1
if grep -q '^MG_SAN_LDFLAGS = .' "$builddir/Makefile"; then
  n=40 n_compute=10 n_tree=10
fi
if [ "${CHECK_LONG:-}" = 1 ]; then
  n=10000 n_compute=2000 n_tree=2000 jobs=$(getconf _NPROCESSORS_ONLN)
fi

# What once found a bug.
for seed in $(sed 's/#.*//' "$srcdir/tests/twin/regressions"); do
  run "$twin" seeds "$seed" 1
  status_is "seed $seed" 0
  [ "$status" = 0 ] || note "$out"
done

run "$twin" seeds 1 "$n" "$jobs"
note "$out"
met=$out
status_is "$n seeds find nothing" 0

run "$twin" seeds c1 "$n_compute" "$jobs"
note "$out"
met="$met
$out"
status_is "$n_compute seeds with clusters and jobs find nothing" 0

run "$twin" seeds t1 "$n_tree" "$jobs"
note "$out"
met="$met
$out"
status_is "$n_tree seeds with notebooks, files and Git folders find nothing" 0

# A fault that nothing ever meets proves nothing.
missed=$(printf '%s\n' "$met" | awk '
  $1 == "met" { n[$2] += $3 + $4 }
  END { for (sort in n) { sorts++; if (n[sort] == 0) printf "%s ", sort }
        if (sorts < 16) printf "only %d sorts", sorts }')
[ "$n" -lt 300 ] || is "every sort of fault was met" "$missed" ""

run "$twin" replay 1000 quiet
first=$out
status_is "a seed is replayed" 0
run "$twin" replay 1000 quiet
is "one seed, one history" "$out" "$first"
run "$twin" replay 1001 quiet
ok "another seed, another history" test "$out" != "$first"
for seed in c1000 t1000; do
  run "$twin" replay "$seed" quiet
  first=$out
  status_is "$seed is replayed" 0
  run "$twin" replay "$seed" quiet
  is "$seed is one history" "$out" "$first"
done

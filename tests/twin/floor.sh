#!/bin/sh
# An import of hours under virtual time, and that its history repeats.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

twin=$builddir/tests/twin/twin
TMPDIR=$tmp
export TMPDIR

# as_fast LIMITS RATIO: of the least time that such limits allow
as_fast ()
{
  run "$twin" floor 3000 500 "$1"
  status_is "3,000 users and 500 groups are moved, limits: $1" 0
  note "$out"
  mg_ratio=$(printf '%s\n' "$out" | sed -n 's/^ratio //p')
  ok "in the least time, or 1/$2 of it" \
    awk "BEGIN { exit !($mg_ratio >= $2) }"
  is "and no limit refuses anything" \
    "$(printf '%s\n' "$out" | sed -n 's/^refused by limits //p')" 0
}
as_fast bucket 0.97
as_fast fixed 0.90
as_fast sliding 0.90

run "$twin" floor 60 20
first=$out
run "$twin" floor 60 20
is "the same import has the same history" "$out" "$first"

# Groups share their limit with users, and permissions that have one of their
# own wait for groups: they are not kept until every user is there.
run "$twin" floor 60 40 bucket 200
mg_early=$(printf '%s\n' "$out" | sed -n 's/^groups before the last user //p')
ok "a group is made when its members are, of 40 before the last user: $mg_early" \
  [ "$mg_early" -ge 20 ]

# Notebooks and their permissions have limits of their own: as low as each other's
# for imports, and for exports that of folders, too.
run "$twin" beside 900
status_is "900 notebooks with permissions are moved" 0
note "$out"
mg_after=$(printf '%s\n' "$out" | sed -n 's/^permissions after .* //p')
ok "permissions are written beside the imports, after the last: $mg_after" \
  [ "$mg_after" -le 40 ]
mg_ratio=$(printf '%s\n' "$out" | sed -n 's/^export ratio //p')
ok "all is read beside the walk, in the least time or 1/0.85 of it" \
  awk "BEGIN { exit !($mg_ratio >= 0.85) }"
is "no limit refuses anything" \
  "$(printf '%s\n' "$out" | sed -n 's/^[a-z]* refused by limits //p')" "0
0"

#!/bin/sh
# An import of hours under virtual time, and that its history repeats.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

twin=$builddir/tests/twin/twin
run "$twin" floor 3000 500
status_is "3,000 users and 500 groups are moved" 0
note "$out"
ratio=$(printf '%s\n' "$out" | sed -n 's/^ratio //p')
ok "at 0.97 of what the limits allow or more" \
  awk "BEGIN { exit !($ratio >= 0.97) }"

run "$twin" floor 60 20
first=$out
run "$twin" floor 60 20
is "the same import has the same history" "$out" "$first"

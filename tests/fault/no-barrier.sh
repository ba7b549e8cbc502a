#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Readiness belongs to the asset and not to its kind: while one service
# principal is in doubt, what does not need it is made.  The moment is not one
# of the clock: the client is killed at the first experiment, and then the
# doubt must still be open.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/fault/once.sh"

pair --populate users=2,groups=3,service-principals=4
run move export
run move plan
tell "$url_new" faults \
  '{"match": "POST *ServicePrincipals", "do": "cut", "when": "before"}'
# shellcheck disable=SC2046
killed_at before 'POST *Groups' $(import_to) --settle 3s
is "a group was about to be made" "$status" 137
is "... while a service principal was in doubt" "$(rows "SELECT count (*)
  FROM work JOIN asset USING (aid) JOIN kind USING (kid)
  WHERE name = 'service-principals' AND work.state = 3")" 1
run move import --settle 50ms
status_is "the next import ends with 0" 0
is "... and makes nothing twice" "$(ask check "$url_old" "$url_new")" ''

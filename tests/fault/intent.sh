#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A create leaves only after its intent was committed (RULE-INTENT): a client
# that dies between the effect and the reply knows that it may have happened.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/fault/once.sh"

pair --populate users=2,service-principals=3
run move export
run move plan

# shellcheck disable=SC2046
killed_at after 'POST *ServicePrincipals' $(import_to)
is "the client was killed after the effect" "$status" 137
ok "what had left was marked before" [ "$(rows "SELECT count (*) FROM work
  JOIN asset USING (aid) JOIN kind USING (kid)
  WHERE name = 'service-principals' AND work.state = 2")" -ge 1 ]

run move import --settle 50ms
status_is "the next import ends with 0" 0
is "... and makes nothing twice" "$(ask check "$url_old" "$url_new")" ''

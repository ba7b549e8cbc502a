#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# That something is not there takes patience: effects come after our time-out,
# and lists lag.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

pair --populate users=2,service-principals=3
run move export

# the baseline is the first list; the second is the first look
tell "$url_new" faults '{"match": "POST *ServicePrincipals", "do": "cut", "when": "after"}
{"match": "GET *ServicePrincipals*", "do": "stale", "ms": 3600000, "offset": 1}'
run move import --settle 100ms
status_is "a list that lags: import ends with 0" 0
is "a list that lags: nothing was made twice" \
  "$(ask check "$url_old" "$url_new")" ''

tell "$url_new" reset '{}'
tell "$url_new" reset '{"what": "state"}'
forget_session
run move export
tell "$url_new" faults \
  '{"match": "POST *ServicePrincipals", "do": "defer", "ms": 800}'
run move import --settle 1s
status_is "an effect that comes late: import ends with 0" 0
is "an effect that comes late: nothing was made twice" \
  "$(ask check "$url_old" "$url_new")" ''

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

# in virtual time: an effect may come as late as the kind's patience allows
run "$builddir/tests/twin/twin" faults users=2,service-principals=3 \
  '{"match": "POST *ServicePrincipals", "do": "defer", "ms": 100000}'
status_is "an effect that comes late: nothing was made twice" 0
note "$out"

# the look at a list breaks off with a token that is refused
forget_session
pair --populate experiments=12 -- --page 3
run move export
run move plan
tell "$url_new" faults '{"match": "POST *experiments/create", "do": "cut", "when": "after", "offset": 9}
{"match": "POST *experiments/search", "do": "page-token", "offset": 1}'
run move import --settle 0 --parallel 1
note "$err"
is "a list that breaks off: both faults were met" \
  "$(curl -sS "$url_new/_simulator/counters" | grep -c '"faults":{}' || :)" 0
status_is "a list that breaks off: it is looked at again, and import ends with 0" 0
is "a list that breaks off: nothing was made twice" \
  "$(ask check "$url_old" "$url_new")" ''

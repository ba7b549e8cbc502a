#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every part that a job, a cluster, a pool or a policy can have, by the table of
# what the service takes: validate names each that was changed, and nothing else.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

parts ()
{
  python3 "$srcdir/tests/e2e/parts.py" "$@"
}

named=warehouses=1,pipelines=1,notification-destinations=1,dashboards=1
named=$named,queries=1,alerts=1,alerts-v2=1,serving-endpoints=1
pair --populate users=3,service-principals=2,instance-profiles=1,\
instance-pools=1,cluster-policies=5,clusters=1,jobs=1,$named \
  -- --populate "cluster-policies=4,$named"
parts fill "$url_old" "$srcdir/sdk/simulator/operations.tsv" "$tmp/plan"
n=$(grep -o '"how"' "$tmp/plan" | wc -l)
ok "$n parts, of at least 1500" [ "$n" -ge 1500 ]
run move export
status_is "export ends with 0" 0
run move import
status_is "import ends with 0" 0
run move validate
status_is "validate ends with 0 before anything was changed" 0
parts change "$url_new" "$tmp/plan"
run move validate
status_is "validate ends with 5" 5
rows "SELECT kind.name || '|' || difference.key || '|' || what || '|' || path
  FROM difference JOIN kind USING (kid) WHERE coalesce (why, '') = ''" \
  >"$tmp/found"
is "each part that was changed is named, and nothing else" \
  "$(parts judge "$tmp/plan" "$tmp/found")" ''
is "nothing was unknown to the simulator" "$(ask strict "$url_new")" ''

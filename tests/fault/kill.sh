#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kill -9 at 50 random moments of an import, resumed each time; and during
# export and undo.  The moments are requests, counted by the simulator.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/fault/killed.sh"

# Beside the kills: replies that are lost, and effects that come late, both
# sooner than what --settle waits for.
cat >"$tmp/faults" <<'END'
{"match": "POST *scim/v2/*", "do": "defer", "ms": 400, "probability": 0.01}
{"match": "POST *scim/v2/*", "do": "cut", "when": "after", "probability": 0.01}
END

pair --populate users=3000,groups=500,service-principals=200 -- --page 100
state old "$tmp/source"
state new "$tmp/before"

killed "$url_old" '10 60 *' '' export --from old
resumed export 10
is "export: everything is there, once" "$(rows "
  SELECT group_concat (n) FROM (SELECT count (*) AS n FROM asset JOIN kind
  USING (kid) WHERE wsid = 0 AND name IN ('users', 'groups',
  'service-principals') GROUP BY name ORDER BY name)")" '500,200,3000'
is "export: nothing was written to the source" "$(ask writes "$url_old")" 0

killed "$url_new" '50 140 *' "$tmp/faults" \
  import --to new --yes-host "$host_new" --invitations-muted --settle 2s
resumed import 50
is "import: every asset was created once, says the ledger" \
  "$(ask twice "$url_new" "$url_old")" ''
state new "$tmp/after"
is "import: the target holds the source" \
  "$(ask moved "$tmp/source" "$tmp/after")" ''
is "import: and nothing that the source has not" \
  "$(ask moved "$tmp/after" "$tmp/source" | grep -v 'automation of new' || :)" \
  ''
run move validate
status_is "import: validate finds no difference" 0
ask post "$url_new" reset '{"what": "counters"}' >/dev/null
run move import
status_is "import: another one ends with 0" 0
is "import: another one sends no write" "$(ask writes "$url_new")" 0

killed "$url_new" '2 100 GET *;1 1 PUT *;5 90 DELETE *Groups*;4 400 DELETE *Users*' '' \
  undo --to new --yes-host "$host_new"
resumed undo 12
state new "$tmp/undone"
is "undo: the target is as it was" "$(ask same "$tmp/before" "$tmp/undone")" ''

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kill -9 while a tree is walked, made and taken back: what was listed is not
# listed again but for what was in flight, nothing is lost, nothing made twice.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/fault/killed.sh"

# Lists as slow as real ones, or a commit would hold more than is in flight.
pair --populate users=12,groups=4,notebooks=90 --latency 30
state old "$tmp/source"
state new "$tmp/before"

killed "$url_old" '6 12 GET *workspace/list' '' export --from old --parallel 4
resumed_at_last export 6
folders=$(rows "SELECT count (*) FROM walk JOIN kind USING (kid)
  WHERE name = 'directories' AND node <> ''")
ok "export: $folders folders, each listed once but for what was in flight" \
  [ "$(calls old workspace/list)" -ge "$folders" -a \
    "$(calls old workspace/list)" -le $((folders + 6 * 8)) ]
is "export: all of them are done" "$(rows "SELECT count (*) FROM walk
  WHERE state <> 1")" 0
is "export: what was found is counted once" \
  "$(rows "SELECT name, walk.n - (SELECT count (*) FROM asset
    WHERE asset.kid = kind.kid AND wsid = 0) FROM walk JOIN kind USING (kid)
    WHERE node = '' AND name IN ('directories', 'notebooks', 'files')
    ORDER BY name")" 'directories|0
files|0
notebooks|0'
is "export: and has its permissions once" \
  "$(rows "SELECT kid, parent FROM asset WHERE parent <> 0
    GROUP BY kid, parent HAVING count (*) > 1")" ''
is "export: every notebook is there, once, with its source" \
  "$(rows "SELECT count (*), count (DISTINCT src_id), count (sha) FROM asset
    JOIN kind USING (kid) WHERE name = 'notebooks'")" '90|90|90'
is "export: nothing was written to the source" "$(ask writes "$url_old")" 0

killed "$url_new" '8 12 POST *workspace/*' '' import --to new \
  --yes-host "$host_new" --invitations-muted --settle 200ms --parallel 2
resumed_at_last import 8
is "import: everything was created once" "$(ask twice "$url_new" "$url_old")" ''
state new "$tmp/after"
is "import: the target holds the source" \
  "$(ask moved "$tmp/source" "$tmp/after")" ''
is "import: and nothing that the source has not" \
  "$(ask moved "$tmp/after" "$tmp/source" | grep -v 'automation of new' || :)" ''
run move validate
status_is "validate finds no difference" 0
is "nothing has its permissions twice" \
  "$(rows "SELECT kid, parent FROM asset WHERE parent <> 0
    GROUP BY kid, parent HAVING count (*) > 1")" ''

killed "$url_new" '4 20 POST *workspace/delete' '' undo --to new \
  --yes-host "$host_new"
resumed_at_last undo 4
state new "$tmp/undone"
is "undo leaves the target as it was" \
  "$(ask same "$tmp/before" "$tmp/undone")" ''
is "undo leaves no folder" "$(ask moved "$tmp/undone" "$tmp/before")" ''

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# An undo that could not take back all is told by its status, and the next one
# goes on: what the first removed is missing from what is left, and that is
# nobody's edit.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/fault/once.sh"

pair --populate users=20,groups=12
state new "$tmp/before"
run move export
run move import
status_is "the import ends with 0" 0
holder=$(rows "SELECT t.src_id FROM edge JOIN asset s ON s.aid = src
  JOIN asset m ON m.aid = dst AND m.kid = s.kid
  JOIN kind ON kind.kid = s.kid AND kind.name = 'groups'
  JOIN work w ON w.aid = s.aid AND w.provenance = 1
  JOIN asset t ON t.aid = w.new_aid LIMIT 1")
ask post "$url_new" faults "$(printf '%s' '{"match": "DELETE *Groups/' \
  "$holder" '", "do": "status", "status": 400, "times": 0}')" >/dev/null
run move undo
status_is "undo: what stays is told by the status" 1
ask delete "$url_new" faults >/dev/null
run move undo
status_is "the next undo ends with 0" 0
state new "$tmp/undone"
is "... and the target is as it was" "$(ask same "$tmp/before" "$tmp/undone")" ''

# --- half an undo is no ground to stand on
forget_session
pair --populate users=20,groups=4,experiments=6
state old "$tmp/source"
run move export
run move import
status_is "half an undo: the import ends with 0" 0
killed_at after 'DELETE *Users*' undo --to new --yes-host "$host_new"
is "half an undo: it was killed" "$status" 137
run move import
status_is "half an undo: an import is refused" 3
like "half an undo: ... with the cure" "$err" 'run migrate undo.*undo-unfinished'
run move undo
status_is "half an undo: it goes on" 0
run move import
status_is "half an undo: then the import ends with 0" 0
state new "$tmp/target"
is "half an undo: ... and all is there, with its permissions" \
  "$(ask moved "$tmp/source" "$tmp/target")" ''

# --- what was put back when the undo was cut off is no edit of somebody's
forget_session
pair --populate users=20,groups=12
state new "$tmp/before"
run move export
run move import
killed_at after 'PUT *Groups*' undo --to new --yes-host "$host_new"
is "put back: it was killed" "$status" 137
run move undo
status_is "put back: the next undo ends with 0" 0
is "put back: nobody is said to have edited it" \
  "$(rows "SELECT count (*) FROM note WHERE code = 'edited'")" 0
state new "$tmp/undone"
is "put back: the target is as it was" \
  "$(ask same "$tmp/before" "$tmp/undone")" ''
run move validate
status_is "put back: validate knows why each is missing" 0
is "put back: ... and what was put back, why it differs" "$(rows "SELECT why
  FROM difference WHERE key = 'admins' AND what = 'differs'")" undone
ask post "$url_new" reset '{"what": "counters"}' >/dev/null
run move undo
is "put back: one more undo sends no write" "$(ask writes "$url_new")" 0

# --- a create that nobody knows of is not called undone
forget_session
pair --populate users=3,service-principals=3
run move export
# shellcheck disable=SC2046
killed_at after 'POST *ServicePrincipals' $(import_to)
run move undo --plan
status_is "a create in doubt: undo --plan tells" 1
like "a create in doubt: ... what is in doubt" \
  "$(rows "SELECT DISTINCT code FROM note")" 'uncertain'
run move undo --settle 50ms
status_is "a create in doubt: undo finds it" 0
is "... and nothing of ours is there" "$(n_principals 'nightly job')" 0
# shellcheck disable=SC2046
killed_at before 'POST *ServicePrincipals' $(import_to)
run move undo --settle 50ms
status_is "a create that never left: undo looks in vain" 0
like "... and says so" "$(rows "SELECT DISTINCT code FROM work")" 'absent'
# shellcheck disable=SC2046
killed_at after 'POST *ServicePrincipals' $(import_to)
run move undo --plan
status_is "sent once more and killed: undo --plan tells again" 1
run move import --settle 50ms
status_is "... and the import sends it" 0
is "... once" "$(n_principals 'nightly job')" 2
run move undo
status_is "... and undo takes it back" 0
is "... and nothing of ours is there" "$(n_principals 'nightly job')" 0
# shellcheck disable=SC2046
killed_at after 'POST *Groups' $(import_to)
run move undo --settle 50ms
status_is "a group in doubt: undo finds it" 0

# --- one detail that cannot be read does not silence the rest
forget_session
pair --populate users=4,groups=5
ask post "$url_old" faults "$(printf '%s' '{"match": "GET *Groups/*", ' \
  '"do": "status", "status": 400, "times": 1}')" >/dev/null
run move export
status_is "one detail unread: the export tells" 1
run move import
status_is "one detail unread: the import tells" 1
is "one detail unread: the rest is done" "$(rows "SELECT count (*) FROM work
  JOIN kind USING (kid) WHERE state IN (4, 5) AND plugin = 'users'")" 9

# --- a list that is behind shows nothing of ours: what is there is looked at
forget_session
pair --populate users=3,service-principals=2
run move export
run move import
patched=$(rows "SELECT t.src_id FROM work JOIN asset t ON t.aid = work.new_aid
  JOIN kind ON kind.kid = work.kid WHERE kind.name = 'service-principals'
  AND provenance = 1 ORDER BY t.aid LIMIT 1")
curl -sSf -X PATCH -H "Authorization: Bearer $token_new" \
  -H 'Content-Type: application/scim+json' -o "$tmp/.patched" \
  "$url_new/api/2.0/preview/scim/v2/ServicePrincipals/$patched" -d '{"schemas":
    ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{"op":
    "replace", "path": "displayName", "value": "edited by somebody"}]}'
stale='{"match": "GET */scim/v2/*", "do": "stale", "ms": 3600000, "times": 0}'
tell "$url_new" faults \
  "{\"match\": \"GET */ServicePrincipals/$patched\", \"do\": \"status\", \"status\": 403}
$stale"
run move undo --plan
status_is "behind: what cannot be looked at is told" 1
tell "$url_new" faults '' -X DELETE
tell "$url_new" faults "$stale"
run move undo
status_is "behind: undo ends with 0" 0
tell "$url_new" faults '' -X DELETE
is "behind: what somebody edited stays" "$(n_principals 'edited by somebody')" 1
is "behind: and is told" "$(rows "SELECT count (*) FROM note JOIN kind
  USING (kid) WHERE code = 'edited' AND name = 'service-principals'")" 1
is "behind: the others are gone" "$(rows "SELECT count (*) FROM work
  WHERE phase = 1 AND provenance = 1 AND new_aid IS NOT NULL")" 1

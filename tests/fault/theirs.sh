#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What is somebody else's in the target stays theirs: one that is refused
# because it exists was not made by us, however equal; and a group that a killed
# run had begun to fill is put back to what it was before that run.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/fault/killed.sh"

pair --populate users=30,groups=12
run move export
run move plan

# --- the same user, made by hand after the plan
user=$(rows "SELECT src_id FROM asset JOIN kind USING (kid) JOIN work USING (aid)
  WHERE kind.name = 'users' AND op = 1 ORDER BY aid LIMIT 1")
body=$(scim old "Users/$user" |
  python3 -c 'import json, sys
one = json.load (sys.stdin)
print (json.dumps ({name: one[name] for name in one
                    if name not in ("id", "groups", "meta")}))')
made=$(scim new Users "$body" |
  python3 -c 'import json, sys; print (json.load (sys.stdin)["id"])')
run move import
status_is "the import ends with 0" 0
is "the user is theirs" "$(rows "SELECT provenance FROM work JOIN asset
  ON asset.aid = work.new_aid WHERE src_id = '$made' AND phase = 1")" 2
run move undo
status_is "undo ends with 0" 0
like "... and leaves it" "$(scim new "Users/$made")" \
  '"userName"'

# --- a group of theirs that gets members; killed behind the change
forget_session
run move export
name=everybody
scim new Groups "{\"displayName\":\"$name\",\"members\":
  [{\"value\":\"$made\"}]}" >/dev/null
state new "$tmp/before"
seed=5
killed "$url_new" '1 1 PATCH *Groups/*' '' import --to new \
  --yes-host "$host_new" --invitations-muted --settle 50ms
resumed "a group that is filled" 1
is "... and was changed, though the last run had nothing to do" "$(rows "
  SELECT state FROM work JOIN asset USING (aid) WHERE key = '$name'
  AND phase = 1")" 4
run move undo
status_is "undo ends with 0" 0
state new "$tmp/undone"
is "... and the target is as it was" "$(ask same "$tmp/before" "$tmp/undone")" ''

# --- and undone before it went on
forget_session
run move export
seed=5
killed "$url_new" '1 1 PATCH *Groups/*' '' import --to new \
  --yes-host "$host_new" --invitations-muted --stop-at 00:00 || :
run move undo
state new "$tmp/undone"
is "a run that was cut off is undone" \
  "$(ask same "$tmp/before" "$tmp/undone")" ''

# --- an experiment that they deleted keeps its name, and stays deleted
forget_session
mlflow ()
{
  curl -sS -H "Authorization: Bearer $token_new" \
    "$url_new/api/2.0/mlflow/experiments/$1" -d "$2"
}
ask post "$url_old" object \
  '{"kind": "experiments", "create": {"name": "/Shared/kept"}}' >/dev/null
id=$(mlflow create '{"name": "/Shared/kept"}' | tr -dc 0-9)
mlflow delete "{\"experiment_id\": \"$id\"}" >/dev/null
run move export
run move import
status_is "a name that is kept: the import tells" 1
run move import --retry-failed
status_is "a name that is kept: the retry tells" 1
is "a name that is kept: what kept it is not restored" "$(rows "
  SELECT code, new_aid FROM work JOIN asset USING (aid)
  WHERE key = '/Shared/kept' AND op = 1 AND state = 6")" 'unusable|'

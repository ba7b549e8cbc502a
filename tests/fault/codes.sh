#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The codes that no other test makes appear: each in the situation that it is
# for.  tests/cli/codes.sh sees to it that none is left out.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

# said CODE TEXT: the code stands in brackets in it
said ()
{
  like "[$1] is said" "$2" "\\[$1\\]"
}

# noted CODE QUERY: the query gives a row
noted ()
{
  like "[$1] is kept" "$(rows "SELECT code FROM $2")" "^$1\$"
}

# odd HEADER...: something that is no workspace, as profile 'odd'
odd ()
{
  mkfifo "$tmp/odd"
  python3 "$srcdir/tests/fault/odd-server.py" "$@" >"$tmp/odd" &
  cleanup_fn end_process $!
  read -r url_odd <"$tmp/odd"
  rm "$tmp/odd"
  rm -f "$tmp/home/.databrickscfg"
  profile odd "$url_odd" x
}

# again: the target and the session as they were after the export
again ()
{
  tell "$url_new" reset '{}'
  tell "$url_new" reset '{"what": "state"}'
  forget_session
  cp -R "$tmp/exported" "$tmp/sessions/s"
  [ $# = 0 ] || tell "$url_new" faults "$1"
}

# --- the ends
profile nowhere 'https://no where' x
run migrate --from nowhere --session n export
said 'bad-url' "$err"
odd
run migrate --from odd --session n export
said 'not-a-workspace' "$err"
odd 'Id: 7'
run migrate --from odd --session unnamed --plugins users export
said 'workspace-unnamed' "$err"
status_is "... which is no reason to stop" 0
run migrate --session unnamed session show
like "... and its host stands for it" "$out" "${url_odd#http://}"
long=$(printf '%060d' 0).localhost
profile long "http://$long:${url_odd##*:}" x
run migrate --from long --session unnamed2 --plugins users export
like "... a part of a host stands for nothing" "$status $err" \
  '^3 .*too long to stand for one.*\[not-a-workspace\]'
odd 'X-Databricks-Org-Id: 12' 'Date: Mon, 01 Jan 2024 00:00:00 GMT'
run migrate --from odd preflight
said 'clock-skew' "$out"

# --- the source
pair --populate users=8,groups=6,service-principals=5,experiments=6
gone=$(curl -sS -H "Authorization: Bearer $token_old" \
  "$url_old/api/2.0/preview/scim/v2/Groups" | python3 -c '
import json, sys
print(next(g["id"] for g in json.load(sys.stdin)["Resources"]
           if g["displayName"] == "cycle a"))')
tell "$url_old" faults \
  "{\"match\": \"GET *Groups/$gone\", \"do\": \"status\", \"status\": 404}"
run move export
noted 'vanished' note
tell "$url_old" faults '' -X DELETE
run move export
cp -R "$tmp/sessions/s" "$tmp/exported"

# --- what is chosen
run move import --plugins mlflow --name '/None/*'
noted 'not-selected' work
again
run move import --plugins mlflow
noted 'not-in-target' work

# --- what became of it
again '{"match": "POST *Users", "do": "status", "status": 403}'
run move import
noted 'blocked' work

again '{"match": "POST *ServicePrincipals", "do": "cut", "when": "after"}'
run move import --settle 100ms
noted 'settled' work

# the baseline is the first list, the first look the second; then there is none
again '{"match": "POST *ServicePrincipals", "do": "cut"}
{"match": "GET *ServicePrincipals*", "do": "html", "offset": 2, "times": 0}'
run move import --settle 100ms --retry-backoff 10ms
noted 'looked' work

again '{"match": "POST *ServicePrincipals", "do": "cut", "times": 0}'
run move import --settle 50ms
noted 'uncertain' work

again
tell "$url_new" object \
  '{"kind": "experiments", "create": {"name": "/Shared/there"}}'
tell "$url_old" object \
  '{"kind": "experiments", "create": {"name": "/Shared/there"}}'
run move export
run move import
noted 'adopted' work
tell "$url_old" object '{"kind": "users", "create": {"userName": "late@x"}}'
run move export
run move validate
noted 'not-imported' '(SELECT why AS code FROM difference)'

# --- what the list of the source does not show
tell "$url_old" object '{"kind": "groups", "create": {"displayName": "them"}}'
tell "$url_old" object '{"kind": "groups", "match": {"displayName": "them"},
  "members": {"add": ["late@x"]}}'
tell "$url_old" object '{"kind": "experiments", "match":
  {"name": "/Shared/there"}, "permissions": {"add": {"late@x": "CAN_READ"}}}'
nobody='"status": 200, "body": {"totalResults": 0}'
tell "$url_old" faults "{\"match\": \"GET *Users*\", \"do\": \"status\", $nobody}"
forget_session
tell "$url_new" reset '{"what": "state"}'
run move export
run move import
noted 'unknown-reference' work
noted 'unknown-principal' work

# --- undo
again
run move import
tell "$url_new" object '{"kind": "groups", "match": {"displayName": "cycle b"},
  "set": {"externalId": "y"}}'
tell "$url_new" faults \
  '{"match": "DELETE *Users*", "do": "status", "status": 403}'
run move undo
noted 'edited' note
noted 'undo-failed' note

# --- the session
sqlite3 "$tmp/sessions/s/session.db" 'DROP TABLE counter'
run move status
said 'session-error' "$err"
if [ "$(id -u)" = 0 ]; then
  chown 65534 "$tmp/sessions/s"
  run move status
  said 'session-foreign' "$err"
fi

# --- what plugins do
mkdir "$tmp/plugins"
cp "$builddir/tests/fault/talker.so" "$tmp/plugins"
mg_plugin_dirs="--plugin-dir $tmp/plugins"
routes ()
{
  printf '[{"name": "gadgets", "id": "id", "array": "gadgets", "key": "name",
    "list": "GET /api/2.0/gadgets", "create": "POST /api/2.0/gadgets",
    "get": "GET /api/2.0/gadgets/{id}", "unique": true, "objects": [%s]}]' "$1"
}
routes '{"name": "mute"}, {"name": "loud", "parts": [{"of": "nothing"}]}' \
  >"$tmp/old.json"
routes '' >"$tmp/new.json"
end_process "$simulator_pid"
forget_session
pair --routes "$tmp/old.json" -- --routes "$tmp/new.json"
run move export
run move import
noted 'note' note
noted 'dropped' note
noted 'failed' work

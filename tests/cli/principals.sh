#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# migrate preflight: every identity that is named and will not be in the target,
# with where it stands, before it blocks anything.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

pair --populate users=4
for name in one two; do
  tell "$url_old" object \
    "{\"kind\": \"experiments\", \"create\": {\"name\": \"/Shared/$name\"}}"
done
tell "$url_old" object '{"kind": "users", "create": {"userName": "eve@x"}}'
tell "$url_old" object '{"kind": "users", "create": {"userName": "bo\"@x"}}'
# permitted EXPERIMENT NAME
permitted ()
{
  tell "$url_old" object "{\"kind\": \"experiments\", \"match\":
    {\"name\": \"/Shared/$1\"}, \"permissions\": {\"add\": {\"$2\": \"CAN_READ\"}}}"
}
permitted one 'eve@x'
permitted two 'eve@x'
permitted two 'bo\"@x'

lacking ()
{
  printf '%s\n' "$out" | grep -F '[unknown-principal]' || :
}

run move preflight --from old --to new
is "before an export nobody is missed" "$(lacking)" ''
run move export
run move preflight --from old --to new
status_is "all will come: preflight ends with 0" 0
is "all will come: nobody is missed" "$(lacking)" ''

# --- the list of users does not have them any more
forget_session
kept=$(curl -sS "$url_old/_simulator/state" | python3 -c '
import json, sys
users = json.load(sys.stdin)["tables"]["users"]
print(json.dumps({"match": "GET *Users*", "do": "status", "status": 200,
  "body": {"totalResults": len(users) - 2, "Resources": [
    {"id": str(u["id"]), "userName": u["fields"]["userName"]} for u in users
    if not u["fields"]["userName"].endswith("@x")]}}))')
tell "$url_old" faults "$kept"
run move export
run move preflight --from old --to new
status_is "two are gone: preflight ends with 0" 0
is "two are gone: each with its places, the most first" "$(lacking)" \
  'warn  eve@x no longer exists: 1 in directories, 2 in experiments/permissions [unknown-principal]
warn  bo"@x no longer exists: 1 in directories, 1 in experiments/permissions [unknown-principal]'
run move preflight --from old --to new --json
like "as JSON" "$out" \
  '"verdict":"warn","message":"eve@x no longer.*"code":"unknown-principal"'
run move preflight --from old --to new --plugins users
is "what is not chosen does not count" "$(lacking)" ''

# --- they are not chosen, and the target has them not
forget_session
run move export
run move import --plugins mlflow
run move preflight --from old --to new --plugins mlflow
is "left to others, who have not brought them" "$(lacking | cut -d: -f1)" \
  'warn  eve@x is not in the target
warn  bo"@x is not in the target'
tell "$url_new" object '{"kind": "users", "create": {"userName": "eve@x"}}'
run move plan --plugins mlflow
run move preflight --from old --to new --plugins mlflow
is "one has been brought" "$(lacking | cut -d: -f1)" \
  'warn  bo"@x is not in the target'

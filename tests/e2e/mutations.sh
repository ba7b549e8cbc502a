#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Validate names every change that was made to the target, and nothing else.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

differences ()
{
  rows "SELECT kind.name || '|' || difference.key || '|' || what || '|' || path
    FROM difference JOIN kind USING (kid)
    WHERE (why IS NULL OR why = '')" | LC_ALL=C sort
}

pair --populate \
users=60,groups=24,service-principals=24,experiments=40,\
instance-profiles=12,instance-pools=60,cluster-policies=60,clusters=90,jobs=70,\
global-init-scripts=20,notebooks=90,repos=40
# Nobody refers to these: when they are missing, nothing else differs.
for alone in '"users", "create": {"userName": "alone@example.com"}' \
  '"groups", "create": {"displayName": "alone"}' \
  '"service-principals", "create": {"displayName": "alone"}'; do
  ask post "$url_old" object "{\"kind\": $alone}" >/dev/null
done
for n in 1 2 3 4 5 6 7 8; do
  ask post "$url_old" object "{\"kind\": \"files\", \"create\": {\"path\":
    \"/Shared/files/$n\", \"source\": \"$n\"}, \"permissions\": {\"add\":
    {\"users\": \"CAN_READ\"}}}" >/dev/null
done
run move export
run move import
status_is "import ends with 0" 0
run move validate
status_is "validate ends with 0 before anything was changed" 0

python3 "$srcdir/tests/e2e/mutations.py" "$url_old" "$url_new" >"$tmp/wanted"
run move validate
status_is "validate ends with 5" 5
differences >"$tmp/found"
diff "$tmp/wanted" "$tmp/found" >"$tmp/diff" || :
for kind in users groups service-principals instance-profiles experiments \
  experiments/permissions instance-pools instance-pools/permissions \
  cluster-policies cluster-policies/permissions clusters \
  cluster-libraries clusters/permissions jobs jobs/permissions \
  global-init-scripts directories directories/permissions notebooks \
  notebooks/permissions files files/permissions repo-folders \
  repo-folders/permissions repos repos/permissions; do
  is "$kind: every change is named, and nothing else" \
    "$(grep -E "^[<>] $kind\|" "$tmp/diff" || :)" ''
  note "$kind: $(grep -c "^$kind|" "$tmp/wanted") differences"
done
end_process "$simulator_pid"

# --- one that was there, under another display name, and lacked something
forget_session
pair --populate users=3
ask post "$url_old" object '{"kind": "users", "create": {"userName":
  "both@example.com", "displayName": "Ours", "entitlements":
  [{"value": "allow-cluster-create"}]}}' >/dev/null
ask post "$url_new" object '{"kind": "users", "create": {"userName":
  "both@example.com", "displayName": "Theirs"}}' >/dev/null
run move export
run move import
status_is "adopted: import ends with 0" 0
run move validate
status_is "adopted: validate ends with 0" 0
is "adopted: what stays as it was is told, with the reason" \
  "$(rows "SELECT key, path, source, target, why FROM difference")" \
  'both@example.com|displayName|"Ours"|"Theirs"|adopted'
end_process "$simulator_pid"

# --- a group of the account, which is in no list of groups
forget_session
pair --populate experiments=3
one=$(ask get "$url_old" state | python3 -c 'import json, sys
print (json.load (sys.stdin)["tables"]["experiments"][-1]["id"])')
curl -sSf -o "$tmp/put" -X PATCH -H "Authorization: Bearer $token_old" \
  "$url_old/api/2.0/permissions/experiments/$one" -d '{"access_control_list":
  [{"group_name": "account users", "permission_level": "CAN_READ"}]}'
run move export
run move import
status_is "account users: import ends with 0" 0
run move validate
status_is "account users: validate ends with 0" 0
new=$(rows "SELECT target.src_id FROM work JOIN asset AS source USING (aid)
  JOIN asset AS target ON target.aid = new_aid WHERE source.src_id = '$one'
  AND phase = 1")
like "account users: they have what they had" "$(curl -sSf \
  -H "Authorization: Bearer $token_new" \
  "$url_new/api/2.0/permissions/experiments/$new")" \
  '"group_name":"account users","all_permissions":\[{"permission_level":"CAN_READ"'

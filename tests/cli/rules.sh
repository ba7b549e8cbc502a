#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Rules change values on their way to the target: what the sorts name, whole and
# nowhere else; the export stays as it is.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

rules="migrate rules --session s"

# call END METHOD PATH BODY
call ()
{
  eval "mg_url=\$url_$1 mg_token=\$token_$1"
  curl -sSf -X "$2" -H "Authorization: Bearer $mg_token" \
    -H 'Content-Type: application/scim+json' "$mg_url/api/2.0/$3" -d "$4"
}

# there END TABLE FIELD VALUE: how many assets have it
there ()
{
  eval "mg_url=\$url_$1"
  ask get "$mg_url" state | python3 -c 'import json, sys
print (sum (r["fields"].get (sys.argv[2]) == sys.argv[3] for r in
            json.load (sys.stdin)["tables"][sys.argv[1]]))' "$2" "$3" "$4"
}

pair --populate small

# --- before there is anything
run migrate session new empty
run migrate rules --session empty show
is "no rules, no table" "$out" "there are no rules"
run migrate rules --session empty add email a@example.com=b@example.com
is "a rule for what nobody exported is kept" \
  "$out" "0 values: nothing of the export has 'a@example.com' there"

# --- words
run move export
run $rules add email ann.smith@example.com
status_is "OLD alone is exit 2" 2
run $rules add 'a..b' x=y
status_is "no sort and no path is exit 2" 2
run $rules ad email a=b
like "a slip is seen" "$err" "did you mean 'add'"
run $rules remove email nobody@example.com
like "what is not there cannot be removed" "$err" "no email rule for"

# --- values
run $rules add email Ann.Smith@example.com=ann@example.org
is "an address, in any case, and who names it" \
  "$out" "4 values: users 2, directories 1, instance-pools/permissions 1"
run $rules add email nn.smith@example.com=wrong@example.org
is "a piece of an address is no address" \
  "$out" "0 values: nothing of the export has 'nn.smith@example.com' there"
run $rules add account-id 123456789012=210987654321
like "an account's id, and who names its profiles" "$out" \
  '^20 values: instance-profiles 4, instance-pools 2, users 10, groups 2, cluster-policies 1, jobs 1$'
run $rules add node-type i3.xlarge=i3en.xlarge
is "a type of machine, also in the text of a policy" "$out" \
  "6 values: instance-pools 2, cluster-policies 2, jobs 2"
run $rules add idle_instance_autotermination_minutes 15=20
like "a path" "$out" '^1 value: instance-pools 1$'
run $rules show
like "show counts them" "$out" '^account-id *123456789012 *210987654321 *[0-9]'
like "... by kind" "$out" '^email *ann.smith.* 4 *users 2, '
run $rules show --json
like "... for programs" "$out" \
  '"event":"rule".*"sort":"node-type","from":"i3.xlarge","to":"i3en.xlarge","values":6'
before=$(rows "SELECT count (*), sum (length (body)), hex (max (sha))
  FROM asset WHERE wsid = 0")

# --- import
run move import
status_is "import" 0
is "the address is the new one" "$(there new users userName ann@example.org)" 1
is "... and not the old one" "$(there new users userName ann.smith@example.com)" 0
is "profiles are of the new account" "$(there new instance-profiles \
  instance_profile_arn arn:aws:iam::210987654321:instance-profile/data-00)" 1
is "machines of the new type" \
  "$(there new instance-pools node_type_id i3en.xlarge)" 2
run move validate
status_is "validate finds no difference" 0
like "... and says what was expected" "$out" \
  '^expected: [0-9]* values changed and 0 entries dropped by rules'
is "the export is as it was" "$before" "$(rows "SELECT count (*),
  sum (length (body)), hex (max (sha)) FROM asset WHERE wsid = 0")"
n=$(ask writes "$url_new")
run move import
status_is "a second import" 0
is "... writes nothing" "$(ask writes "$url_new")" "$n"

# --- what is moved cannot be changed behind its back
run $rules remove node-type i3.xlarge
status_is "a rule that was used stays" 3
like "... and it is said why" "$err" 'already-moved'
run $rules add node-type h1.2xlarge=i3en.2xlarge
like "one that nothing was made with may come" "$out" '^0 values'
run migrate undo --session s --yes-host "$host_new"
status_is "undo" 0
like "... takes nothing for edited" "$out" '^users *39 *0 *0 *0'
run $rules remove node-type i3.xlarge
status_is "then it can be removed" 0

# --- a principal that is gone, but for her home
forget_session
MIGRATE_SKIP=notebooks
export MIGRATE_SKIP
pair --populate users=4
tell "$url_old" object '{"kind": "users", "create": {"userName": "eve@x"}}'
tell "$url_old" object \
  '{"kind": "experiments", "create": {"name": "/Shared/one"}}'
tell "$url_old" object '{"kind": "experiments", "match": {"name": "/Shared/one"},
  "permissions": {"add": {"eve@x": "CAN_READ"}}}'
kept=$(curl -sS "$url_old/_simulator/state" | python3 -c '
import json, sys
users = json.load(sys.stdin)["tables"]["users"]
print(json.dumps({"match": "GET *Users*", "do": "status", "status": 200,
  "body": {"totalResults": len(users) - 1, "Resources": [
    dict(u["fields"], schemas=["urn:ietf:params:scim:schemas:core:2.0:User",
      "urn:ietf:params:scim:schemas:extension:workspace:2.0:User"]) for u in users
    if not u["fields"]["userName"].endswith("@x")]}}))')
tell "$url_old" faults "$kept"
run move export
run migrate preflight --session s --to new
like "somebody is missing" "$out" "eve@x no longer exists.*unknown-principal"
run migrate explain unknown-principal
like "... and the cure is a rule" "$out" "migrate rules add principal"
run $rules add principal EVE@x=drop
is "she is left out" "$out" "1 value: experiments/permissions 1"
run migrate preflight --session s --to new
unlike "... and nobody is missing" "$out" "unknown-principal"
run move import
status_is "import without her" 0
run move validate
status_is "validate" 0
like "... says so" "$out" 'expected: 0 values changed and 1 entries dropped'
run migrate report --session s
like "... and the report names what lost an entry" "$out" \
  "experiments/permissions  .*entries were left out, as a rule says"
run migrate undo --session s --yes-host "$host_new"
run $rules remove principal eve@x
run move import
status_is "without the rule she blocks what names her" 1

# --- somebody else in her place
run $rules add principal eve@x=mallory@x
run migrate preflight --session s --to new
like "who is not there either is missing" "$out" "mallory@x.*unknown-principal"
other=$(rows "SELECT key FROM asset JOIN kind USING (kid)
  WHERE name = 'users' AND wsid = 0 AND key NOT LIKE 'admin%' LIMIT 1")
run $rules add principal "eve@x=$other"
run move import
status_is "import with somebody else in her place" 0
run move validate
status_is "... and validate agrees" 0
like "... that person has her right" \
  "$(curl -sS "$url_new/_simulator/state" | tr -d ' \n')" \
  '"permissions":{[^}]*"CAN_READ"'

unset MIGRATE_SKIP

# --- a user who is in the target under the new address is adopted
forget_session
pair --populate users=5 -- --populate users=1
call old POST preview/scim/v2/Users '{"userName": "bo@example.com"}' >/dev/null
call new POST preview/scim/v2/Users '{"userName": "BO@example.org"}' >/dev/null
run move export
run $rules add email bo@example.com=bo@example.org
run move import
status_is "import" 0
is "nobody is made twice" "$(there new users userName bo@example.org)" 0
is "... nor under the old address" "$(there new users userName bo@example.com)" 0
run move validate
status_is "validate" 0
end_process "$simulator_pid"

# --- paths and hosts, and the options of earlier tools
forget_session
pair --populate users=4
# job END NAME PATH
job ()
{
  eval "mg_url=\$url_$1 mg_token=\$token_$1"
  curl -sSf -H "Authorization: Bearer $mg_token" \
    "$mg_url/api/2.2/jobs/list?expand_tasks=true&name=$2" | python3 -c '
import json, sys
at = json.load(sys.stdin)["jobs"][0]["settings"]
for step in sys.argv[1].split("."):
    at = at[int(step)] if isinstance(at, list) else at.get(step)
print(at)' "$3"
}
for name in one two; do
  curl -sSf -H "Authorization: Bearer $token_old" \
    "$url_old/api/2.2/jobs/create" -d "{\"name\": \"$name\",
    \"email_notifications\": {\"on_failure\": [\"Bo@example.com\"]},
    \"tasks\": [{\"task_key\": \"a\", \"notebook_task\": {\"notebook_path\":
    \"/Shared/$name/etl\"}}, {\"task_key\": \"b\", \"notebook_task\":
    {\"notebook_path\": \"/Shared/$name\"}}, {\"task_key\": \"c\",
    \"notebook_task\": {\"notebook_path\": \"/Shared/${name}s/etl\"}},
    {\"task_key\": \"d\", \"spark_python_task\": {\"python_file\":
    \"dbfs:/mnt/$name/a.py\"}}]}" >/dev/null
done
curl -sSf -H "Authorization: Bearer $token_old" \
  "$url_old/api/2.2/jobs/create" -d '{"name": "git", "git_source": {"git_url":
  "https://Git.Old.example:8443/a/git.old.example", "git_provider":
  "gitLab", "git_branch": "main"}, "tasks": [{"task_key": "a",
  "notebook_task": {"notebook_path": "etl/a", "source": "GIT"}}]}' >/dev/null
run move export --replace-email bo@example.com
status_is "an address that becomes nothing is exit 2" 2
run move export --old-account-id 123456789012
status_is "half a pair is exit 2" 2
like "... and which half lacks" "$err" 'update-account-id say one thing together'
run move export --replace-email bo@example.com:bo@example.org,eve@x:eve@y \
  --old-account-id 123456789012 --update-account-id 210987654321
status_is "rules as earlier tools have them" 0
is "... are rules" "$(rows 'SELECT sort, old, new FROM rule ORDER BY 1, 2')" \
  "account-id|123456789012|210987654321
email|bo@example.com|bo@example.org
email|eve@x|eve@y"
run $rules add path /Shared/one/=/Shared/new
status_is "a path that ends with a slash is exit 2" 2
run $rules add path /Shared/one=/Shared/new
is "a folder, and what lies in it" "$out" "2 values: jobs 2"
run $rules add path dbfs:/mnt=dbfs:/mnt/old
is "of DBFS" "$out" "2 values: jobs 2"
run $rules add path dbfs:/mnt/two=dbfs:/two
run $rules add host git.old.example=git.new.example
is "a host, in any case" "$out" "1 value: jobs 1"
run move import --replace-email bo@example.com:bo@example.org
status_is "a rule that is there is no change" 0
is "the folder is another, with all in it" \
  "$(job new one tasks.0.notebook_task.notebook_path) $(
     job new one tasks.1.notebook_task.notebook_path)" \
  "/Shared/new/etl /Shared/new"
is "one that begins like it is not" \
  "$(job new one tasks.2.notebook_task.notebook_path) $(
     job new two tasks.0.notebook_task.notebook_path)" \
  "/Shared/ones/etl /Shared/two/etl"
is "the nearest folder counts" \
  "$(job new one tasks.3.spark_python_task.python_file) $(
     job new two tasks.3.spark_python_task.python_file)" \
  "dbfs:/mnt/old/one/a.py dbfs:/two/a.py"
is "the host, and nothing else of a URL" "$(job new git git_source.git_url)" \
  "https://git.new.example:8443/a/git.old.example"
is "the address" "$(job new one email_notifications.on_failure.0)" bo@example.org
run move validate
status_is "validate knows the rules" 0
run move import --replace-email bo@example.com:bo@example.net
status_is "another one for what was moved is exit 3" 3
like "... by its code" "$err" '\[already-moved\]'

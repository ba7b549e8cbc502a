#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A name that begins with a dot is a name like any other: folders, notebooks, files,
# jobs, clusters and Git folders, and what names them.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/e2e/jobs-lib.sh"

# all END: what there is in a workspace
all ()
{
  state "$1" "$tmp/state"
  api "$1" '2.2/jobs/list?limit=100&expand_tasks=true' | python3 -c '
import json, sys
tables = json.load(open(sys.argv[1]))["tables"]
found = []
for table in ("folders", "notebooks", "files", "repos"):
    found += [table + " " + r["fields"]["path"] for r in tables[table]]
found += ["clusters " + r["fields"]["cluster_name"] for r in tables["clusters"]]
for job in json.load(sys.stdin)["jobs"]:
    found += ["jobs %s %s" % (job["settings"]["name"], t["notebook_task"]["notebook_path"])
              for t in job["settings"]["tasks"]]
print(*(f for f in found if "/." in f or " ." in f), sep="\n")' "$tmp/state" | sort
}

bo=/Users/.bo@example.com
pair
put users '"userName": ".bo@example.com"'
for path in /Shared/.d "/Shared/.d/.empty" "$bo/.config" /Shared/...; do
  api old 2.0/workspace/mkdirs "{\"path\": \"$path\"}" >"$tmp/.done"
done
for path in /Shared/.n /Shared/.d/..n "$bo/.config/n" /Shared/.../n; do
  api old 2.0/workspace/import "{\"path\": \"$path\", \"language\": \"PYTHON\",
    \"format\": \"SOURCE\", \"content\": \"cHJpbnQoMSk=\"}" >"$tmp/.done"
done
for path in /Shared/.env "/Shared/.d/.gitignore" "$bo/.config/.rc"; do
  api old 2.0/workspace/import "{\"path\": \"$path\", \"format\": \"AUTO\",
    \"content\": \"YT0x\"}" >"$tmp/.done"
done
put repos '"path": "/Repos/.bo@example.com/.x", "url": "https://git.example/x",
  "provider": "gitHub"'
put clusters '"cluster_name": ".c", "node_type_id": "i3.xlarge", "num_workers": 1'
for path in /Shared/.d/..n "$bo/.config/n"; do
  make_job old "{\"name\": \".j\", \"tasks\": [{\"task_key\": \"a\",
    \"notebook_task\": {\"notebook_path\": \"$path\"}}]}" >"$tmp/.done"
done
state new "$tmp/before"
run move export
status_is "export ends with 0" 0
run migrate --session s rules add email .bo@example.com=.bo@example.org
status_is "a rule for a name of this sort" 0
run move plan
status_is "plan ends with 0" 0
run move import
status_is "import ends with 0" 0
is "all of it is there" "$(all new)" \
  "$(all old | sed 's/.bo@example.com/.bo@example.org/' | sort)"
is "... and it is all that the source has" "$(all old | sed 's/ .*//' | uniq -c |
  tr -s ' \n' ' ')" ' 1 clusters 3 files 5 folders 2 jobs 4 notebooks 1 repos '
run move validate
status_is "validate finds no difference" 0
before=$(ask writes "$url_new")
run move import
status_is "a second import ends with 0" 0
is "... and writes nothing" "$(ask writes "$url_new")" "$before"
run migrate mapping --session s --per-user
status_is "mapping ends with 0" 0
map=$tmp/sessions/s/out/mapping
is "mapping has the files" "$(sed 1d "$map/files.csv" | cut -d, -f1,2,3 | sort)" \
  "/Shared/.d/.gitignore,/Shared/.d/.gitignore,/Shared/.d/.gitignore
/Shared/.env,/Shared/.env,/Shared/.env
$bo/.config/.rc,/Users/.bo@example.org/.config/.rc,$bo/.config/.rc"
is "... both jobs" "$(grep -c ',\.j,' "$map/jobs.csv")" 2
like "... and the Git folder" "$(cat "$map/repos.csv")" ",/Repos/[.]bo@example.com/[.]x,"
is "a page for a user of such a name" "$(ls -A "$map/per-user" | grep bo)" %2Ebo@example.com.html
run move undo
status_is "undo ends with 0" 0
state new "$tmp/after"
is "undo leaves the target as it was" \
  "$(ask same "$tmp/before" "$tmp/after")" ''

# --- chosen by their names
forget_session
run move export
run move plan --name '.j'
like "chosen: jobs by their name, and what they name" "$out" '^jobs +2 '
unlike "chosen: and nothing else" "$out" '^files +[1-9]'
run migrate --session s skip jobs/.j --reason 'not this one'
like "chosen: two of a name are told" "$err" 'several jobs are called'
run migrate --session s skip files//Shared/.env --reason no
status_is "chosen: a file is skipped" 0
run move import --name '*/.*'
is "chosen: and is not there" "$(api new '2.0/workspace/get-status?path=/Shared/.env' |
  grep -c RESOURCE_DOES_NOT_EXIST)" 1
is "chosen: its neighbour is" "$(api new '2.0/workspace/get-status?path=/Shared/.n' |
  grep -c NOTEBOOK)" 1
end_process "$simulator_pid"

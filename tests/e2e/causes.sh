#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Whatever makes a run end with 1 is told by 'errors', with its cure, and once for
# each that is missing.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

# --- one asset that names very many, and another that names one of them
pair --populate users=2
many=
i=100
while [ $i -lt 203 ]; do
  many="$many{\"task_key\": \"t$i\", \"existing_cluster_id\": \"0101-000000-gone$i\",
    \"notebook_task\": {\"notebook_path\": \"/Shared/a\"}},"
  i=$((i + 1))
done
tell "$url_old" object "{\"kind\": \"jobs\", \"create\": {\"name\": \"many\",
  \"tasks\": [${many%,}]}}"
tell "$url_old" object '{"kind": "jobs", "create": {"name": "one", "tasks": [{
  "task_key": "a", "existing_cluster_id": "0101-000000-gone150",
  "notebook_task": {"notebook_path": "/Shared/a"}}]}}'
run move export
run move import
status_is "many: import ends with 1" 1
run migrate --session s errors
is "many: a line for each that is missing, and not for too many" \
  "$(printf '%s\n' "$out" | grep -c "^[0-9]  unknown-reference  jobs .*: it names '0101-000000-gone1")" 100
like "many: ... the one that blocks most is the first" \
  "$(printf '%s\n' "$out" | head -n 1)" \
  "^2  unknown-reference  jobs 'many', 'one': it names '0101-000000-gone150' .* \(blocks 2 jobs/permissions\)$"
like "many: ... and how many more" "$out" \
  '^and 3 more names that are missing: migrate errors --session s --json$'
run migrate --session s errors --json
is "many: as JSON all of them" "$(printf '%s\n' "$out" \
  | grep -c '"missing":"0101-000000-gone[0-9]*","kinds":{"jobs":[12]},"n":[12],')" 103
end_process "$simulator_pid"

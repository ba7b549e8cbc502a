# SPDX-License-Identifier: Apache-2.0
# What the scripts about jobs share.  Read after pair.sh.
#
#   make_job END SETTINGS       a new job; prints its id
#   id_of END NAME              the id of one
#   have END KIND NAME          an object that is only listed; its id
#   pauses END                  the jobs by name, each with what stands where it
#                               is paused: '-' is off, '+' is on, '.' is silence
#   act NAME SIDE [ARG...]      the action jobs/NAME at 'source' or 'target'
#   $cron                       the members of a timetable

cron='"quartz_cron_expression": "0 0 * * * ?", "timezone_id": "UTC"'

make_job ()
{
  api "$1" 2.2/jobs/create "$2" | sed 's/.*://; s/}//'
}

id_of ()
{
  api "$1" '2.2/jobs/list?limit=100' | python3 -c '
import json, sys
print(*(j["job_id"] for j in json.load(sys.stdin).get("jobs", [])
        if j["settings"]["name"] == sys.argv[1]))' "$2"
}

have ()
{
  eval "mg_url=\$url_$1"
  tell "$mg_url" object "{\"kind\": \"$2\", \"create\": {\"name\": \"$3\",
    \"display_name\": \"$3\"}}"
  python3 -c '
import json, sys
fields = json.load(open(sys.argv[1]))["fields"]
print(next(fields[n] for n in ("pipeline_id", "dashboard_id", "id")
           if n in fields))' "$tmp/.told"
}

pauses ()
{
  api "$1" '2.2/jobs/list?limit=100' | python3 -c '
import json, sys
for job in sorted(json.load(sys.stdin).get("jobs", []),
                  key=lambda j: j["settings"]["name"]):
    s = job["settings"]
    places = [s[n] for n in ("schedule", "continuous", "trigger") if n in s]
    places += s.get("triggers", [])
    print(s["name"], "".join({"PAUSED": "-", "UNPAUSED": "+"}.get(
        p.get("pause_status"), ".") for p in places))'
}

act ()
{
  mg_name=$1 mg_on=$2
  shift 2
  eval "mg_host=\$host_$([ "$mg_on" = source ] && echo old || echo new)"
  migrate --session s action "jobs/$mg_name" --on "$mg_on" \
    --yes-host "$mg_host" "$@"
}

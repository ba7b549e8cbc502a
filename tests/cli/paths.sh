#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Rules for paths into the JSON of assets: every form of a path, in several kinds,
# numbers and truth values too, and what no rule may reach.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/e2e/jobs-lib.sh"

pair
api old 2.0/instance-pools/create '{"instance_pool_name": "p",
  "node_type_id": "i3.xlarge", "custom_tags": {"team": "red"},
  "idle_instance_autotermination_minutes": 15}' >"$tmp/.done"
cluster_id=$(api old 2.1/clusters/create '{"cluster_name": "c", "num_workers": 1,
  "spark_version": "15.4.x-scala2.12", "node_type_id": "i3.xlarge",
  "custom_tags": {"team": "red", "cost": "red"},
  "spark_conf": {"spark.a.b": "red", "spark.a.c": "red", "spark.b": "red"}}' |
  sed 's/.*: *"//; s/".*//')
make_job old "{\"name\": \"j\", \"tags\": {\"team\": \"red\"},
  \"queue\": {\"enabled\": true}, \"schedule\": {$cron},
  \"parameters\": [{\"name\": \"x\", \"default\": \"red\"},
    {\"name\": \"y\", \"default\": \"red\"}],
  \"tasks\": [
    {\"task_key\": \"a\", \"timeout_seconds\": 60, \"max_retries\": 1,
     \"existing_cluster_id\": \"$cluster_id\",
     \"notebook_task\": {\"notebook_path\": \"/Shared/n\",
       \"base_parameters\": {\"team\": \"red\"}}},
    {\"task_key\": \"b\", \"timeout_seconds\": 60, \"max_retries\": 1,
     \"new_cluster\": {\"spark_version\": \"15.4.x-scala2.12\",
       \"node_type_id\": \"i3.xlarge\", \"num_workers\": 1,
       \"custom_tags\": {\"team\": \"red\"}},
     \"notebook_task\": {\"notebook_path\": \"/Shared/m\"}}]}" >"$tmp/.done"
run move export
status_is "export ends with 0" 0

# rule PATH OLD=NEW WANTED: what is said of it
rule ()
{
  run migrate --session s rules add "$1" "$2"
  is "$1 $2" "$out$err" "$3"
}
rule custom_tags.team red=blue '2 values: instance-pools 1, clusters 1'
rule '**.new_cluster.custom_tags.*' red=green '1 value: jobs 1'
rule 'settings.tasks[*].timeout_seconds' 60=90 '2 values: jobs 2'
rule 'settings.tasks[task_key=b].max_retries' 1=3 '1 value: jobs 1'
rule 'settings.parameters[1].default' red=white '1 value: jobs 1'
rule 'spark_conf.spark\.a\.b' red=blue '1 value: clusters 1'
rule 'spark_conf.spark\.b*' red=pink '1 value: clusters 1'
rule settings.queue.enabled true=false '1 value: jobs 1'
rule idle_instance_autotermination_minutes 15=20 '1 value: instance-pools 1'
rule '**.base_parameters.team' red=black '1 value: jobs 1'
rule settings.nowhere red=blue "0 values: nothing of the export has 'red' there"
rule settings.tags.team blue=red "0 values: nothing of the export has 'blue' there"
rule 'settings.tasks[7].timeout_seconds' 60=1 \
  "0 values: nothing of the export has '60' there"

run move import
status_is "import ends with 0" 0
# what PROGRAM of END: of the pools p, the clusters c and the settings j
what ()
{
  for mg_call in 2.0/instance-pools/list 2.1/clusters/list \
    '2.2/jobs/list?limit=100&expand_tasks=true'; do
    api "$2" "$mg_call"
    echo
  done | python3 -c '
import json, sys
p, c, j = (json.loads(line) for line in sys.stdin if line.strip())
p, c, j = p["instance_pools"][0], c["clusters"][0], j["jobs"][0]["settings"]
tasks = {t["task_key"]: t for t in j["tasks"]}
a, b = tasks["a"], tasks["b"]
eval ("print (*(%s), sep=\"\\n\")" % sys.argv[1])' "$1"
}
is "each where its path leads, and of the sort that it was" "$(what '
  p["custom_tags"]["team"], p["idle_instance_autotermination_minutes"],
  c["custom_tags"]["team"], c["custom_tags"]["cost"], c["spark_conf"],
  j["tags"], j["queue"], j["parameters"], a["timeout_seconds"], a["max_retries"],
  a["notebook_task"]["base_parameters"], b["timeout_seconds"], b["max_retries"],
  b["new_cluster"]["custom_tags"]' new)" "blue
20
blue
red
{'spark.a.b': 'blue', 'spark.a.c': 'red', 'spark.b': 'pink'}
{'team': 'red'}
{'enabled': False}
[{'name': 'x', 'default': 'red'}, {'name': 'y', 'default': 'white'}]
90
1
{'team': 'black'}
90
3
{'team': 'green'}"
run move validate
status_is "validate finds no difference" 0
like "... and counts what they changed" "$out" \
  '^expected: .*12 values changed and 0 entries dropped by rules'
before=$(ask writes "$url_new")
run move import
status_is "a second import ends with 0" 0
is "... and writes nothing" "$(ask writes "$url_new")" "$before"
run move undo
status_is "undo ends with 0" 0

# --- what the program decides stays its own, however the path is put
# refused PATH OLD=NEW
refused ()
{
  run migrate --session s rules add "$1" "$2"
  status_is "$1 is refused" 2
  like "... and it is said why" "$err" 'program itself decides what stands there'
}
refused settings.schedule.pause_status PAUSED=UNPAUSED
refused '**.pause_status' PAUSED=UNPAUSED
refused 'settings.*.pause_status' UNPAUSED=PAUSED
refused 'settings.tasks[0].existing_cluster_id' "$cluster_id=x"
refused '**.existing_cluster_id' "$cluster_id=x"
refused cluster_id "$cluster_id=x"
end_process "$simulator_pid"

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Jobs: paused, with new ids at every place that names something, with one
# owner; what names repeat, and what is not there, says so.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/e2e/jobs-lib.sh"

# job END NAME PATH: what stands there in the one job of this name, all its pages
# put together
job ()
{
  eval "python3 - \"\$url_$1\" \"\$token_$1\" \"$2\" \"$3\"" <<'END'
import json, sys, urllib.request
url, token, name, path = sys.argv[1:]
def ask(what):
    req = urllib.request.Request(url + "/api/2.2/jobs/" + what,
                                 headers={"Authorization": "Bearer " + token})
    return json.load(urllib.request.urlopen(req))
found = [j for j in ask("list?limit=100").get("jobs", [])
         if j["settings"]["name"] == name]
assert len(found) == 1, "%d jobs are called %s" % (len(found), name)
get = "get?job_id=%d" % found[0]["job_id"]
at = more = ask(get)
while "next_page_token" in more:
    more = ask(get + "&page_token=" + more["next_page_token"])
    at["settings"]["tasks"] += more["settings"]["tasks"]
for step in path.split("."):
    at = at[int(step)] if isinstance(at, list) else at.get(step)
    if at is None:
        break
print(at if isinstance(at, str) else json.dumps(at, sort_keys=True))
END
}

notebook='"notebook_task": {"notebook_path": "/Shared/a"}'

# --- everything that starts a job is paused, and no more
pair
make_job old '{"name": "cron", "schedule": {"quartz_cron_expression":
  "0 0 1 * * ?", "timezone_id": "UTC", "pause_status": "UNPAUSED"}}' >/dev/null
make_job old '{"name": "silent cron", "schedule": {"quartz_cron_expression":
  "0 0 1 * * ?", "timezone_id": "UTC"}}' >/dev/null
make_job old '{"name": "endless", "continuous": {"pause_status":
  "UNPAUSED"}}' >/dev/null
make_job old '{"name": "files", "trigger": {"file_arrival": {"url":
  "s3://a/b"}, "pause_status": "UNPAUSED"}}' >/dev/null
make_job old '{"name": "many", "triggers": [{"schedule":
  {"quartz_cron_expression": "0 0 1 * * ?", "timezone_id": "UTC"}},
  {"periodic": {"interval": 1, "unit": "DAYS"}, "pause_status":
  "UNPAUSED"}]}' >/dev/null
make_job old '{"name": "by hand", "tags": {"a": "b"}, "max_concurrent_runs":
  3}' >/dev/null
state new "$tmp/before"
run move export
status_is "paused: export ends with 0" 0
run move import
status_is "paused: import ends with 0" 0
is "paused: a schedule" "$(job new cron settings.schedule.pause_status)" PAUSED
is "paused: one that does not say" \
  "$(job new "silent cron" settings.schedule.pause_status)" PAUSED
is "paused: a job that never ends" \
  "$(job new endless settings.continuous.pause_status)" PAUSED
is "paused: a trigger" "$(job new files settings.trigger.pause_status)" PAUSED
is "paused: each of several" \
  "$(job new many settings.triggers.0.pause_status) $(
     job new many settings.triggers.1.pause_status)" "PAUSED PAUSED"
is "paused: nothing is added to others" \
  "$(job new "by hand" settings)" "$(job old "by hand" settings |
  sed 's/"tags"/"run_as": {"user_name": "admin@example.com"}, &/')"
run move validate
status_is "paused: validate ends with 0" 0
run move import
is "paused: a second import creates nothing" \
  "$(ask twice "$url_new" "$url_old")" ''
is "paused: no request was wrong" "$(ask strict "$url_new")" ''
run move undo
status_is "paused: undo ends with 0" 0
state new "$tmp/after"
is "paused: undo leaves the target as it was" \
  "$(ask same "$tmp/before" "$tmp/after")" ''
end_process "$simulator_pid"

# --- what a pool decides is left to it, cluster by cluster
forget_session
pair --populate instance-pools=2,instance-profiles=1
pool_here=$(api old 2.0/instance-pools/list | python3 -c '
import json, sys
print(json.load(sys.stdin)["instance_pools"][0]["instance_pool_id"])')
profile=$(api old 2.0/instance-profiles/list | python3 -c '
import json, sys
print(json.load(sys.stdin)["instance_profiles"][0]["instance_profile_arn"])')
machines='"node_type_id": "i3.xlarge", "driver_node_type_id": "i3.2xlarge",
  "enable_elastic_disk": true,
  "worker_node_type_flexibility": {"alternate_node_type_ids": ["i3.2xlarge"]},
  "driver_node_type_flexibility": {"alternate_node_type_ids": ["i3.2xlarge"]}'
some='"spark_version": "15.4.x-scala2.12", "num_workers": 1'
attributes="\"aws_attributes\": {\"instance_profile_arn\": \"$profile\",
  \"availability\": \"ON_DEMAND\", \"zone_id\": \"us-west-2b\",
  \"first_on_demand\": 1, \"spot_bid_price_percent\": 90,
  \"ebs_volume_count\": 1, \"ebs_volume_size\": 100,
  \"ebs_volume_type\": \"GENERAL_PURPOSE_SSD\"}"
meant="\"autotermination_minutes\": 30, \"cluster_name\": \"of a run\",
  \"custom_tags\": {\"node_type_id\": \"stays\"}"
own="{$some, $machines, $attributes, $meant}"
pooled="{$some, \"instance_pool_id\": \"$pool_here\", $machines, $attributes,
  $meant}"
tell "$url_old" object "{\"kind\": \"jobs\", \"create\": {\"name\": \"pooled\",
  \"job_clusters\": [{\"job_cluster_key\": \"a\", \"new_cluster\": $own},
    {\"job_cluster_key\": \"b\", \"new_cluster\": $pooled}],
  \"tasks\": [{\"task_key\": \"c\", $notebook, \"new_cluster\": $pooled},
    {\"task_key\": \"d\", $notebook, \"new_cluster\": $own},
    {\"task_key\": \"e\", \"for_each_task\": {\"inputs\": \"[1]\", \"task\":
      {\"task_key\": \"f\", $notebook, \"new_cluster\": $pooled}}}]}}"
tell "$url_old" object "{\"kind\": \"jobs\", \"create\": {\"name\": \"params\",
  \"tasks\": [{\"task_key\": \"a\", \"notebook_task\": {
    \"notebook_path\": \"/Shared/a\", \"base_parameters\": {
      \"instance_pool_id\": \"x\", \"node_type_id\": \"y\",
      \"cluster_name\": \"z\"}}}]}}"
run move export
run move import
status_is "pools: import ends with 0" 0

# members END PATH: what a cluster of the job says of machines
members ()
{
  job "$1" pooled "settings.$2.new_cluster" | python3 -c '
import json, sys
cluster = json.load(sys.stdin)
for gone in ("instance_pool_id", "driver_instance_pool_id",
             "data_security_mode"):
    cluster.pop(gone, None)
print(json.dumps(cluster, sort_keys=True))'
}

left='{"aws_attributes": {"instance_profile_arn": "'$profile'"}, "custom_tags": '
left=$left'{"node_type_id": "stays"}, "enable_elastic_disk": false, '
left=$left'"num_workers": 1, "spark_version": "15.4.x-scala2.12"}'
is "pools: of a job cluster in a pool" "$(members new job_clusters.1)" "$left"
is "pools: of a task's in a pool" "$(members new tasks.0)" "$left"
is "pools: of one inside of for_each" \
  "$(members new tasks.2.for_each_task.task)" "$left"
all_of_it=$(members old job_clusters.0 | sed \
  's/"autotermination_minutes": 30, //; s/"cluster_name": "of a run", //')
is "pools: one without a pool keeps its machines" \
  "$(members new job_clusters.0)" "$all_of_it"
is "pools: and so does that of a task" "$(members new tasks.1)" "$all_of_it"
is "pools: what people write is left alone" \
  "$(job new params settings.tasks.0.notebook_task.base_parameters)" \
  '{"cluster_name": "z", "instance_pool_id": "x", "node_type_id": "y"}'
run move validate
status_is "pools: validate ends with 0" 0
is "pools: no request was wrong" "$(ask strict "$url_new")" ''
api new 2.2/jobs/update "{\"job_id\": $(job new pooled job_id),
  \"new_settings\": {\"job_clusters\": [{\"job_cluster_key\": \"a\",
  \"new_cluster\": {$some, \"node_type_id\": \"i3.2xlarge\"}}]}}" >/dev/null
run move validate
status_is "pools: validate ends with 5 where a cluster is another one" 5
end_process "$simulator_pid"

# --- every place that names something
forget_session
pair --populate users=4,groups=3,service-principals=2,instance-profiles=1,instance-pools=2,cluster-policies=6
for end in new old; do
  tell "$(eval "echo \$url_$end")" object \
    '{"kind": "warehouses", "create": {"name": "other"}}'
  [ $end = new ] || continue
  for kind in pipelines queries alerts alerts-v2 dashboards \
    notification-destinations warehouses; do
    eval "there_$(echo "$kind" | tr - _)=\$(have new $kind 'the one')"
  done
done
for kind in pipelines queries alerts alerts-v2 dashboards \
  notification-destinations warehouses; do
  eval "here_$(echo "$kind" | tr - _)=\$(have old $kind 'the one')"
done
pool=$(api old 2.0/instance-pools/list | python3 -c '
import json, sys
print(json.load(sys.stdin)["instance_pools"][0]["instance_pool_id"])')
policy=$(api old 2.0/policies/clusters/list | python3 -c '
import json, sys
print(json.load(sys.stdin)["policies"][-1]["policy_id"])')
robot=$(api old 2.0/preview/scim/v2/ServicePrincipals | python3 -c '
import json, sys
print(json.load(sys.stdin)["Resources"][1]["applicationId"])')
first=$(make_job old "{\"name\": \"first\"}")
cluster="{\"spark_version\": \"15.4.x-scala2.12\", \"num_workers\": 1,
  \"instance_pool_id\": \"$pool\", \"driver_instance_pool_id\": \"$pool\",
  \"policy_id\": \"$policy\", \"single_user_name\": \"admin@example.com\"}"
shared=$(api old 2.1/clusters/create "{\"cluster_name\": \"shared\",
  \"spark_version\": \"15.4.x-scala2.12\", \"num_workers\": 1,
  \"node_type_id\": \"i3.xlarge\"}" | sed 's/.*:"//; s/"}//')
make_job old "{\"name\": \"all\",
  \"run_as\": {\"service_principal_name\": \"$robot\"},
  \"email_notifications\": {\"on_failure\": [\"a-list@example.com\"]},
  \"webhook_notifications\": {\"on_start\":
    [{\"id\": \"$here_notification_destinations\"}]},
  \"job_clusters\": [{\"job_cluster_key\": \"c\", \"new_cluster\": $cluster}],
  \"tasks\": [
    {\"task_key\": \"a\", $notebook, \"new_cluster\": $cluster,
     \"depends_on\": [{\"task_key\": \"c\"}, {\"task_key\": \"b\"}]},
    {\"task_key\": \"b\", \"for_each_task\": {\"inputs\": \"[1]\", \"task\":
      {\"task_key\": \"b2\", \"run_job_task\": {\"job_id\": $first}}}},
    {\"task_key\": \"c\", \"run_job_task\": {\"job_id\": $first}},
    {\"task_key\": \"d\", \"pipeline_task\":
      {\"pipeline_id\": \"$here_pipelines\"}},
    {\"task_key\": \"e\", \"sql_task\": {\"warehouse_id\":
      \"$here_warehouses\", \"query\": {\"query_id\": \"$here_queries\"}}},
    {\"task_key\": \"f\", \"sql_task\": {\"warehouse_id\":
      \"$here_warehouses\", \"alert\": {\"alert_id\": \"$here_alerts\",
      \"subscriptions\": [{\"destination_id\":
      \"$here_notification_destinations\"}]}}},
    {\"task_key\": \"g\", \"dashboard_task\": {\"dashboard_id\":
      \"$here_dashboards\", \"warehouse_id\": \"$here_warehouses\"}},
    {\"task_key\": \"h\", \"alert_task\": {\"alert_id\": \"$here_alerts_v2\",
      \"warehouse_id\": \"$here_warehouses\"}},
    {\"task_key\": \"i\", \"notebook_task\": {\"notebook_path\": \"/Shared/a\",
      \"base_parameters\": {\"warehouse_id\": \"$here_warehouses\"}},
     \"existing_cluster_id\": \"$shared\"}
  ]}" >/dev/null
one="[{\"id\": \"$here_notification_destinations\"}]"
people="[{\"destination_id\": \"$here_notification_destinations\"},
  {\"user_name\": \"admin@example.com\"}]"
asked="{\"sql_query_id\": \"$here_queries\", \"warehouse_id\":
  \"$here_warehouses\", \"trigger_mode\": \"QUERY_RETURNS_ROWS\"}"
make_job old "{\"name\": \"more\",
  \"schedule\": {$cron, \"sql_condition\": $asked},
  \"webhook_notifications\": {\"on_success\": $one, \"on_failure\": $one,
    \"on_duration_warning_threshold_exceeded\": $one,
    \"on_streaming_backlog_exceeded\": $one,
    \"on_maintenance_start\": $one, \"on_maintenance_complete\": $one},
  \"tasks\": [
    {\"task_key\": \"a\", \"webhook_notifications\": {\"on_start\": $one},
     \"notebook_task\": {\"notebook_path\": \"/Shared/a\",
      \"warehouse_id\": \"$here_warehouses\"}},
    {\"task_key\": \"b\", \"dbt_task\": {\"commands\": [\"dbt run\"],
      \"warehouse_id\": \"$here_warehouses\"}},
    {\"task_key\": \"c\", \"power_bi_task\":
      {\"warehouse_id\": \"$here_warehouses\"}},
    {\"task_key\": \"d\", \"dashboard_task\": {\"dashboard_id\":
      \"$here_dashboards\", \"warehouse_id\": \"$here_warehouses\",
      \"subscription\": {\"subscribers\": $people}}},
    {\"task_key\": \"e\", \"alert_task\": {\"alert_id\": \"$here_alerts_v2\",
      \"warehouse_id\": \"$here_warehouses\", \"subscribers\": $people}},
    {\"task_key\": \"f\", \"sql_task\": {\"warehouse_id\":
      \"$here_warehouses\", \"alert\": {\"alert_id\": \"$here_alerts\",
      \"subscriptions\": $people}}}]}" >/dev/null
job old more settings >"$tmp/more.old"
run move export
status_is "places: export ends with 0" 0
run move import
status_is "places: import ends with 0" 0
job new all settings >"$tmp/all"
is "places: nothing of the source is named" \
  "$(grep -o "$shared\|$pool\|$policy\|$robot\|$first\|$here_pipelines\|$here_queries\|$here_alerts\|$here_alerts_v2\|$here_dashboards\|$here_notification_destinations" "$tmp/all")" ''
is "places: what people write stays" \
  "$(job new all settings.tasks.8.notebook_task.base_parameters.warehouse_id)" \
  "$here_warehouses"
is "places: a job" "$(job new all settings.tasks.2.run_job_task.job_id)" \
  "$(job new first job_id)"
is "places: a job inside a loop" \
  "$(job new all settings.tasks.1.for_each_task.task.run_job_task.job_id)" \
  "$(job new first job_id)"
is "places: what is only listed" "$(
  for path in 3.pipeline_task.pipeline_id 4.sql_task.query.query_id \
    4.sql_task.warehouse_id 5.sql_task.alert.alert_id \
    5.sql_task.alert.subscriptions.0.destination_id \
    6.dashboard_task.dashboard_id 7.alert_task.alert_id; do
    job new all settings.tasks.$path
  done)" "$there_pipelines
$there_queries
$there_warehouses
$there_alerts
$there_notification_destinations
$there_dashboards
$there_alerts_v2"
is "places: a cluster" \
  "$(job new all settings.tasks.8.existing_cluster_id)" \
  "$(api new 2.1/clusters/list | python3 -c '
import json, sys
print(*(c["cluster_id"] for c in json.load(sys.stdin)["clusters"]
        if c["cluster_name"] == "shared"))')"
is "places: an address of nobody stays" \
  "$(job new all settings.email_notifications.on_failure.0)" \
  a-list@example.com
is "places: a webhook" \
  "$(job new all settings.webhook_notifications.on_start.0.id)" \
  "$there_notification_destinations"
# written FILE: settings without what an import adds
written ()
{
  python3 -c '
import json, sys
settings = json.load(open(sys.argv[1]))
settings.pop("run_as", None)
settings["schedule"].pop("pause_status", None)
print(json.dumps(settings, indent=0, sort_keys=True))' "$1"
}
job new more settings >"$tmp/more.new"
written "$tmp/more.new" >"$tmp/more"
written "$tmp/more.old" |
  sed -e "s/$here_warehouses/$there_warehouses/" \
    -e "s/$here_queries/$there_queries/" -e "s/$here_alerts/$there_alerts/" \
    -e "s/$here_alerts_v2/$there_alerts_v2/" \
    -e "s/$here_dashboards/$there_dashboards/" \
    -e "s/$here_notification_destinations/$there_notification_destinations/" \
    >"$tmp/more.wanted"
is "places: each event, warehouse and subscriber of another job" \
  "$(diff "$tmp/more" "$tmp/more.wanted")" ''
is "places: and it has many" \
  "$(grep -c "$there_warehouses\|$there_notification_destinations" "$tmp/more")" 17
run move validate
status_is "places: validate ends with 0" 0
run move undo
status_is "places: undo ends with 0" 0
end_process "$simulator_pid"

# --- tasks over a hundred, twins, an old format, what the product made
forget_session
pair
python3 -c '
import json
print(json.dumps({"name": "long", "tasks": [
    {"task_key": "t%04d" % i, "notebook_task": {"notebook_path": "/Shared/a"}}
    for i in range(1000)]}))' >"$tmp/long"
make_job old "@$tmp/long" >/dev/null
make_job old '{"name": "twin", "tags": {"a": "b"}}' >/dev/null
make_job old '{"name": "twin", "tags": {"a": "b"}}' >/dev/null
make_job old '{"name": "twin", "tags": {"a": "c"}}' >/dev/null
make_job new '{"name": "twin", "tags": {"a": "c"},
  "run_as": {"user_name": "admin@example.com"}}' >/dev/null
make_job old '{"name": "old"}' >/dev/null
tell "$url_old" object "{\"kind\": \"jobs\", \"match\": {\"job_id\":
  $(job old old job_id)}, \"set\": {\"settings\": {\"name\": \"old\",
  \"format\": \"SINGLE_TASK\", \"max_concurrent_runs\": 1, \"tasks\":
  [{\"task_key\": \"main\", \"run_if\": \"ALL_SUCCESS\", \"notebook_task\":
  {\"notebook_path\": \"/Shared/a\", \"source\": \"WORKSPACE\"}}]}}}"
make_job old '{"name": "bundled", "edit_mode": "UI_LOCKED", "deployment":
  {"kind": "BUNDLE", "metadata_file_path": "/Workspace/x"}}' >/dev/null
make_job old '{"name": "theirs", "deployment": {"kind": "SYSTEM_MANAGED"}}' \
  >/dev/null
run move export
run move import
status_is "sorts: import ends with 0" 0
is "sorts: all the tasks of a long job came" \
  "$(job new long settings.tasks.999.task_key)" t0999
is "sorts: twins are two, and one that is there is it" \
  "$(api new '2.2/jobs/list?name=twin' | python3 -c '
import json, sys
print(len(json.load(sys.stdin)["jobs"]))')" 3
is "sorts: an old job has its task" \
  "$(job new old settings.tasks.0.task_key)" main
is "sorts: the job of a bundle may be edited" \
  "$(job new bundled settings.edit_mode) $(
     job new bundled settings.deployment)" "null null"
is "sorts: what the product made is left" \
  "$(work_of jobs | grep theirs)" "theirs|8|system-managed-job"
run move validate
status_is "sorts: validate ends with 0" 0
run move undo
status_is "sorts: undo ends with 0" 0
is "sorts: what was there stays" "$(job new twin settings.tags.a)" c
end_process "$simulator_pid"

# --- what a job names and nobody has
forget_session
pair
gone=$(have old warehouses gone)
once=$(have old queries once)
have new queries once >/dev/null
twice=$(have old queries twice)
have new queries twice >/dev/null
have new queries twice >/dev/null
have old warehouses idle >/dev/null
two=$(have old queries two)
have old queries two >/dev/null
have new queries two >/dev/null
there=$(have new warehouses w)
here=$(have old warehouses w)
query ()
{
  make_job old "{\"name\": \"$1\", \"tasks\": [{\"task_key\": \"a\",
    \"sql_task\": {\"warehouse_id\": \"$2\", \"query\": {\"query_id\":
    \"$3\"}}}]}" >/dev/null
}
query good "$here" "$once"
query "no warehouse" "$gone" "$once"
query "two there" "$here" "$twice"
query "two here" "$here" "$two"
tell "$url_old" object "{\"kind\": \"jobs\", \"create\": {\"name\": \"lost\",
  \"tasks\": [{\"task_key\": \"a\", \"existing_cluster_id\":
  \"0101-000000-gone\", $notebook}]}}"
a=$(make_job old '{"name": "a"}')
b=$(make_job old "{\"name\": \"b\", \"tasks\": [{\"task_key\": \"x\",
  \"run_job_task\": {\"job_id\": $a}}]}")
api old 2.2/jobs/update "{\"job_id\": $a, \"new_settings\": {\"tasks\":
  [{\"task_key\": \"x\", \"run_job_task\": {\"job_id\": $b}}]}}" >/dev/null
run move export
run move import
status_is "nobody: import ends with 1" 1
is "nobody: each says why, the others come" "$(work_of jobs)" "a|6|cycle
b|6|cycle
good|4|
lost|7|unknown-reference
no warehouse|7|blocked
two here|7|blocked
two there|7|blocked"
is "nobody: the good one has what it needs" \
  "$(job new good settings.tasks.0.sql_task.warehouse_id)" "$there"
run migrate --session s errors
like "nobody: the circle is told" "$out" "cycle: a -> b -> a"
like "nobody: the cluster is told" "$out" "jobs 'lost': it names '0101-000000-gone' \\(clusters.id\\)"
is "nobody: no request was made for them" "$(ask strict "$url_new")" ''
end_process "$simulator_pid"

# --- one owner
forget_session
pair --populate users=6,groups=3,service-principals=2
owned ()
{
  api "$1" "2.0/permissions/jobs/$(job "$1" "$2" job_id)" | python3 -c '
import json, sys
for acl in json.load(sys.stdin)["access_control_list"]:
    who = acl.get("user_name") or acl.get("group_name") or "robot"
    levels = [p["permission_level"] for p in acl["all_permissions"]
              if not p["inherited"]]
    if levels:
        print(who, *levels)' | sort
}
user=$(api old '2.0/preview/scim/v2/Users?startIndex=4&count=1' | python3 -c '
import json, sys
print(json.load(sys.stdin)["Resources"][0]["userName"])')
one=$(make_job old '{"name": "one"}')
make_job old '{"name": "plain"}' >/dev/null
bare=$(make_job old '{"name": "bare"}')

tell "$url_old" object "{\"kind\": \"jobs\", \"match\": {\"job_id\": $one},
  \"permissions\": {\"remove\": [\"admin@example.com\"], \"add\":
  {\"$user\": \"IS_OWNER\", \"users\": \"CAN_VIEW\"}}}"
tell "$url_old" object "{\"kind\": \"jobs\", \"match\": {\"job_id\": $bare},
  \"permissions\": {\"remove\": [\"admin@example.com\"], \"add\":
  {\"users\": \"CAN_MANAGE_RUN\"}}}"
run move export
run move import
status_is "owner: import ends with 0" 0
is "owner: it is the same" "$(owned new one)" "$(owned old one)"
is "owner: of ours too" "$(owned new plain)" "admin@example.com IS_OWNER"
is "owner: where there is none it is who imports" "$(owned new bare)" \
  "admin@example.com IS_OWNER
users CAN_MANAGE_RUN"
is "owner: that is told, once" "$(rows "SELECT asset.key, code FROM note
  JOIN asset USING (aid) WHERE code = 'no-owner'")" 'bare|no-owner'
is "owner: a second import changes nothing" \
  "$(run move import; owned new one)" "$(owned old one)"
run move validate
status_is "owner: validate ends with 0" 0
like "owner: it says why one differs" "$out" 'jobs/permissions .* 1 no-owner'
is "owner: and in what" "$(rows "SELECT what, path, why FROM difference
  WHERE key = 'bare'")" 'differs|access_control_list[]|no-owner'
# given NAME USER: gives a job of the target to a user
given ()
{
  tell "$url_new" object "{\"kind\": \"jobs\", \"match\": {\"job_id\": $(id_of new "$1")},
    \"permissions\": {\"remove\": [\"$2\"], \"add\": {\"$3\": \"$4\"}}}"
}
given bare users users CAN_VIEW
run move validate
status_is "owner: whatever else differs is no part of it" 5
given bare users users CAN_MANAGE_RUN
run move validate
status_is "owner: and put back it is" 0
given plain admin@example.com "$user" IS_OWNER
run move validate
status_is "owner: nor is another owner" 5
end_process "$simulator_pid"

# --- the replies to creates are lost, of twins too
forget_session
pair
for name in a b c twin twin; do
  make_job old "{\"name\": \"$name\", \"tasks\": [{\"task_key\": \"x\",
    $notebook}]}" >/dev/null
done
tell "$url_new" faults '{"match": "POST */jobs/create", "do": "cut", "when": "after", "times": 4}'
run move export
run move import --settle 50ms
status_is "lost: import ends with 0" 0
is "lost: each is there as often as in the source" \
  "$(api new 2.2/jobs/list | python3 -c '
import json, sys
print(*sorted(j["settings"]["name"] for j in json.load(sys.stdin)["jobs"]))')" \
  "a b c twin twin"
run move validate
status_is "lost: validate ends with 0" 0
end_process "$simulator_pid"

# --- one that is there and another
forget_session
pair
make_job old '{"name": "same", "tags": {"a": "new"}, "schedule":
  {"quartz_cron_expression": "0 0 1 * * ?", "timezone_id": "UTC"}}' >/dev/null
make_job new '{"name": "same", "tags": {"a": "old"}, "run_as":
  {"user_name": "admin@example.com"}}' >/dev/null
state new "$tmp/before"
run move export
run move import
is "there: a name alone decides nothing" "$(work_of jobs)" "same|6|ambiguous"
run move undo
forget_session
run move export
run move import --on-conflict update
status_is "there: an update ends with 0" 0
is "there: it is the source's" "$(job new same settings.tags.a)" new
is "there: and paused" "$(job new same settings.schedule.pause_status)" PAUSED
run move validate
status_is "there: validate ends with 0" 0
run move undo
status_is "there: undo ends with 0" 0
state new "$tmp/after"
is "there: undo leaves the target as it was" \
  "$(ask same "$tmp/before" "$tmp/after")" ''
end_process "$simulator_pid"

# --- what belongs to a bundle of the target goes on belonging to it
forget_session
pair
make_job old '{"name": "same", "tags": {"a": "new"}}' >/dev/null
make_job new '{"name": "same", "tags": {"a": "old"}, "run_as":
  {"user_name": "admin@example.com"}, "deployment":
  {"kind": "BUNDLE", "metadata_file_path": "/b/state.json"},
  "edit_mode": "UI_LOCKED"}' >/dev/null
state new "$tmp/before"
run move export
run move import --on-conflict update
status_is "bundle: an update ends with 0" 0
is "bundle: it is the source's" "$(job new same settings.tags.a)" new
is "bundle: and its bundle's" "$(job new same settings.deployment.kind)\
$(job new same settings.edit_mode)" BUNDLEUI_LOCKED
run move validate
status_is "bundle: validate ends with 0" 0
run move undo
state new "$tmp/after"
is "bundle: undo leaves the target as it was" \
  "$(ask same "$tmp/before" "$tmp/after")" ''
end_process "$simulator_pid"

# --- continuous, without anything in it, is not none
forget_session
pair
make_job old '{"name": "always", "continuous": {}}' >/dev/null
make_job new '{"name": "always"}' >/dev/null
run move export
run move import
is "continuous: a job without it is another one" "$(work_of jobs)" \
  "always|6|ambiguous"
end_process "$simulator_pid"

# --- the password of a registry is not shown
forget_session
pair
make_job old "{\"name\": \"image\", \"job_clusters\": [{\"job_cluster_key\":
  \"a\", \"new_cluster\": {\"spark_version\": \"13.3.x-scala2.12\",
  \"node_type_id\": \"i3.xlarge\", \"num_workers\": 1, \"docker_image\":
  {\"url\": \"r/i\", \"basic_auth\": {\"username\": \"puller\"}}}}],
  \"tasks\": [{\"task_key\": \"x\", \"job_cluster_key\": \"a\",
  $notebook}]}" >/dev/null
run move export
run move import
status_is "image: import ends with 0" 0
like "image: a line says that the password has to be set" \
  "$(rows 'SELECT message FROM note')" 'password of its Docker registry'
end_process "$simulator_pid"

# --- switched on in the target: undo leaves it
forget_session
pair
make_job old '{"name": "timed", "schedule":
  {"quartz_cron_expression": "0 0 1 * * ?", "timezone_id": "UTC"}}' >/dev/null
make_job old '{"name": "idle", "schedule":
  {"quartz_cron_expression": "0 0 2 * * ?", "timezone_id": "UTC"}}' >/dev/null
run move export
run move import
timed=$(rows "SELECT t.src_id FROM work JOIN asset t ON t.aid = work.new_aid
  JOIN kind ON kind.kid = work.kid WHERE kind.name = 'jobs'
  AND t.key = 'timed'")
api new 2.2/jobs/update "{\"job_id\": $timed, \"new_settings\": {\"schedule\":
  {\"quartz_cron_expression\": \"0 0 1 * * ?\", \"timezone_id\": \"UTC\",
  \"pause_status\": \"UNPAUSED\"}}}" >/dev/null
run move undo
like "switched on: undo leaves it, as edited" "$out" '^jobs  *1  *0  *1  *0$'
is "switched on: it is there" "$(job new timed settings.schedule.pause_status)" \
  UNPAUSED
end_process "$simulator_pid"

# --- undo was cut off between a job and the one that runs it
forget_session
pair
base=$(make_job old '{"name": "base"}')
make_job old "{\"name\": \"runs it\", \"tasks\": [{\"task_key\": \"x\",
  \"run_job_task\": {\"job_id\": $base}}]}" >/dev/null
state new "$tmp/before"
run move export
run move import
refused='"do": "status", "status": 400, "offset": 1, "times": 1'
tell "$url_new" faults "{\"match\": \"POST *jobs/delete\", $refused}"
run move undo --parallel 1
status_is "cut off: undo ends with 1 where one is left" 1
run move undo
status_is "cut off: another undo ends with 0" 0
state new "$tmp/after"
is "cut off: it takes back what names a job that is gone" \
  "$(ask same "$tmp/before" "$tmp/after")" ''
end_process "$simulator_pid"

# --- who stands where a job cannot do without is not left out by a rule
forget_session
pair --populate users=3
tell "$url_old" object '{"kind": "users", "create": {"userName": "eve@x"}}'
make_job old "{\"name\": \"hers\", \"tasks\": [{\"task_key\": \"x\",
  $notebook, \"new_cluster\": {\"spark_version\": \"13.3.x-scala2.12\",
  \"node_type_id\": \"i3.xlarge\", \"num_workers\": 1,
  \"data_security_mode\": \"SINGLE_USER\",
  \"single_user_name\": \"eve@x\"}}]}" >/dev/null
run move export
run migrate rules --session s add principal eve@x=drop
run migrate plan --session s --to new
like "dropped: the plan knows it" "$out" '^jobs  *0  *0  *0  *1$'
run move import
is "dropped: the job is blocked, no task is cut out of it" "$(work_of jobs)" \
  "hers|7|unknown-principal"
end_process "$simulator_pid"

# --- a list of what is only looked for cannot be read: the rest goes on
forget_session
pair
wanted=$(have old warehouses big)
have new warehouses big >/dev/null
make_job old "{\"name\": \"asks\", \"tasks\": [{\"task_key\": \"x\", \"sql_task\":
  {\"warehouse_id\": \"$wanted\", \"file\": {\"path\": \"/a.sql\"}}}]}" >/dev/null
make_job old "{\"name\": \"plain\", \"tasks\": [{\"task_key\": \"x\",
  $notebook}]}" >/dev/null
run move export
tell "$url_new" faults \
  '{"match": "GET *sql/warehouses*", "do": "status", "status": 403, "times": 0}'
run move import
status_is "denied: import ends with 1" 1
like "denied: one line says what could not be read" "$out$err" \
  'warehouses.*export-incomplete'
is "denied: who does not need it is made" "$(job new plain name; work_of jobs)" \
  "$(job new plain name)
asks|7|blocked
plain|4|"
ask delete "$url_new" faults >/dev/null
run move import --retry-failed
status_is "denied: it goes on when the list can be read" 0
run move validate
status_is "denied: validate ends with 0" 0
end_process "$simulator_pid"

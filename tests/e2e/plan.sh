#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a plan tells beside its counts: what will be made otherwise than it is, what
# costs money as soon as it is made, and why the rest stays behind.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/e2e/jobs-lib.sh"

# said: what follows the table of the last plan
said ()
{
  printf '%s\n' "$out" | grep -E '^(set|cost|paused|skipped) ' || :
}

pair
task='"tasks": [{"task_key": "a", "notebook_task": {"notebook_path": "/n"}}]'
live='"pause_status": "UNPAUSED"' file='"file_arrival": {"url": "s3://b/"}'
for job in "\"schedule\": {$cron, $live}" "\"schedule\": {$cron}" \
  "\"schedule\": {$cron, \"pause_status\": \"PAUSED\"}" \
  "\"continuous\": {$live}" "\"trigger\": {$file, $live}" '"max_concurrent_runs": 1'; do
  make_job old "{\"name\": \"j\", $task, $job}" >"$tmp/.done"
done
node='"node_type_id": "i3.xlarge"'
api old 2.0/instance-pools/create "{\"instance_pool_name\": \"idle\", $node,
  \"min_idle_instances\": 2}" >"$tmp/.done"
api old 2.0/instance-pools/create "{\"instance_pool_name\": \"none\", $node}" \
  >"$tmp/.done"
for one in '"enabled": true' '"enabled": false'; do
  api old 2.0/global-init-scripts "{\"name\": \"s\", \"script\": \"YQ==\", $one}" \
    >"$tmp/.done"
done
for one in 1 2; do
  api old 2.1/clusters/create "{\"cluster_name\": \"c$one\", $node,
    \"spark_version\": \"15.4.x-scala2.12\", \"num_workers\": 1}" >"$tmp/.done"
done
api old 2.0/git-credentials '{"git_provider": "gitHub", "git_username": "x",
  "personal_access_token": "y"}' >"$tmp/.done"
run move export
status_is "export ends with 0" 0
run move plan
status_is "plan ends with 0" 0
is "what is made otherwise, what costs, and why the rest stays behind" "$(said)" \
  "set      global-init-scripts 1: 1 enabled false
set      instance-pools 1: 1 min_idle_instances 0
cost     clusters 2: start on creation; terminated at once, 5 at a time
paused   jobs 4: 2 schedule, 1 continuous, 1 trigger
skipped  1 git-token; why: migrate explain CODE"
run move plan --json
is "the same as JSON" "$(printf '%s\n' "$out" | python3 -c '
import json, sys
for line in sys.stdin:
    one = json.loads(line)
    if one.get("event") in ("forced", "cost", "skipped"):
        print(*("%s=%s" % pair for pair in sorted(one.items())
                if pair[0] != "t"))')" \
  'event=forced kind=global-init-scripts n=1 path=enabled value=false
event=forced kind=instance-pools n=1 path=min_idle_instances value=0
at_once=5 event=cost kind=clusters n=2 text=start on creation; terminated at once
event=forced kind=jobs n=2 path=settings.schedule.pause_status value="PAUSED"
event=forced kind=jobs n=1 path=settings.continuous.pause_status value="PAUSED"
event=forced kind=jobs n=1 path=settings.trigger.pause_status value="PAUSED"
code=git-token event=skipped n=1'

run move import
status_is "import ends with 0" 0
run move plan
is "nothing of it is left when it is done" "$(said)" \
  "skipped  1 git-token; why: migrate explain CODE"

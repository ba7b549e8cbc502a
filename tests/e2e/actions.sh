#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Actions: every job of the source is paused, and those of the target resumed as
# they were there; what was so before, or was changed by others, stays.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/e2e/jobs-lib.sh"

all ()
{
  make_job old "{\"name\": \"cron\", \"schedule\": {$cron, \"pause_status\":
    \"UNPAUSED\"}}" >/dev/null
  make_job old "{\"name\": \"silent\", \"schedule\": {$cron}}" >/dev/null
  make_job old "{\"name\": \"theirs\", \"schedule\": {$cron, \"pause_status\":
    \"PAUSED\"}}" >/dev/null
  make_job old '{"name": "endless", "continuous": {"pause_status":
    "UNPAUSED"}}' >/dev/null
  make_job old '{"name": "files", "trigger": {"file_arrival": {"url":
    "s3://a/b"}, "pause_status": "UNPAUSED"}}' >/dev/null
  make_job old '{"name": "tables", "trigger": {"table_update": {"table_names":
    ["a.b.c"], "condition": "ANY_UPDATED"}, "pause_status": "UNPAUSED"}}' \
    >/dev/null
  make_job old "{\"name\": \"many\", \"triggers\": [{\"schedule\": {$cron}},
    {\"periodic\": {\"interval\": 1, \"unit\": \"DAYS\"}, \"pause_status\":
    \"PAUSED\"}, {\"file_arrival\": {\"url\": \"s3://c/d\"},
    \"pause_status\": \"UNPAUSED\"}]}" >/dev/null
  make_job old '{"name": "by hand"}' >/dev/null
}

# --- what there is, and what has to be said
pair
all
run move export
run move import
status_is "said: import ends with 0" 0
run migrate action
status_is "said: without a word there is a list" 0
like "said: ... of the plugins' actions" "$out" 'jobs/pause +source, target +pause'
run migrate --session s action jobs/pause --yes-host "$host_old"
status_is "said: at which end" 2
like "said: ... and how" "$err" 'add --on source or --on target'
run migrate --session s action jobs/halt --on source
status_is "said: an action that is not there" 2
run migrate --session s action jobs/pause --on source
status_is "said: not without the host's name" 3
like "said: ... which is not asked without a terminal" "$err" \
  "add --yes-host $host_old \\[host-not-confirmed\\]"
run migrate --session s action jobs/pause --on source --yes-host "$host_new"
status_is "said: not with another's" 3
like "said: ... which is told" "$err" "but the source is $host_old"
before=$(pauses old)
is "said: nothing was changed" "$before" "by hand 
cron +
endless +
files +
many .-+
silent .
tables +
theirs -"
state old "$tmp/old"

# --- the source is paused, once
run act pause source
status_is "pause: it ends with 0" 0
is "pause: it tells" "$out" \
  "6 paused, former state recorded, 1 were off before; no active runs left"
paused="by hand 
cron -
endless -
files -
many ---
silent -
tables -
theirs -"
is "pause: every place is" "$(pauses old)" "$paused"
# what was off before is kept anew each time, with the time that it was seen
kept_rows='SELECT key, state, hex (before), off_at FROM action WHERE state <> 3
  ORDER BY key'
kept=$(rows "$kept_rows")
run act pause source
status_is "again: it ends with 0" 0
like "again: nothing is sent" "$out" '^0 paused.* 6 were so by an earlier run'
is "again: nothing is kept over what was" "$(rows "$kept_rows")" "$kept"

# --- what the source holds now is no news to the target
run move export
status_is "then: export ends with 0" 0
run move import
status_is "then: import ends with 0" 0
run move validate
status_is "then: validate finds no difference" 0
is "then: the target is paused" "$(pauses new)" "$paused"

# --- the target is resumed as the source was, not as it is
sqlite3 -batch "$tmp/sessions/s/session.db" \
  'UPDATE action SET off_at = off_at - 9000000000'   # two and a half hours
run act resume target
status_is "resume: it ends with 0" 0
like "resume: it tells" "$out" '^6 resumed as they were, 1 stay off, as they were; '
is "resume: as the source was" "$(pauses new)" "by hand 
cron +
endless +
files +
many +-+
silent +
tables +
theirs -"
is "resume: the source is still paused" "$(pauses old)" "$paused"
csv=$tmp/sessions/s/out/missed-runs.csv
like "resume: the missed runs are named" "$out" "missed runs, .*: $csv"
is "resume: ... of each timetable" "$(sed 1d "$csv" | cut -d, -f2-3 |
  sed -n 's/,20.*//p' | sort | uniq -c | awk '$1 == 2 || $1 == 3 {print $2}')" \
  "cron
many
silent"
is "resume: ... and what has none" "$(grep 'not known' "$csv" | cut -d, -f2 |
  sort)" "endless
files
many
tables"
run act resume target
like "resume: a second time changes nothing" "$out" \
  '^0 resumed as they were, 6 were so already'
run move import
run move import --retry-failed
run move export
run move import
is "resume: no import pauses it again" "$(pauses new | grep -v theirs)" \
  "by hand 
cron +
endless +
files +
many +-+
silent +
tables +"
run move validate
status_is "resume: validate finds no difference" 0
run migrate --session s report
like "resume: the report tells who did it" "$out" 'jobs +cron +target +back'

# --- there is no way back but to pause it
run move undo
status_is "undo: is refused" 3
like "undo: ... by its code" "$err" '\[resumed\]'
run move undo --plan
status_is "undo: its plan is shown" 0
run act pause target
status_is "back: the target is paused" 0
is "back: every place is" "$(pauses new)" "$paused"
run act resume source
status_is "back: the source is resumed" 0
like "back: it tells" "$out" '^6 resumed as they were, 1 stay off'
is "back: as it was" "$(pauses old)" "by hand 
cron +
endless +
files +
many +-+
silent +
tables +
theirs -"
run act resume target
is "back: the target as well" "$(pauses new | sed -n 1,5p)" "by hand 
cron +
endless +
files +
many +-+"
is "strict: no request was wrong" \
  "$(ask strict "$url_new"; ask strict "$url_old")" ''
end_process "$simulator_pid"

# --- others were there meanwhile
forget_session
pair
all
run move export
run move import
make_job old "{\"name\": \"late\", \"schedule\": {$cron}}" >/dev/null
gone=$(id_of old files)
run act pause source
api old 2.2/jobs/delete "{\"job_id\": $gone}" >/dev/null
api old 2.2/jobs/update "{\"job_id\": $(id_of old endless), \"new_settings\":
  {\"continuous\": {\"pause_status\": \"UNPAUSED\"}}}" \
  >/dev/null
api old 2.2/jobs/update "{\"job_id\": $(id_of old many), \"new_settings\":
  {\"triggers\": [{\"schedule\": {$cron}, \"pause_status\": \"PAUSED\"},
  {\"periodic\": {\"interval\": 2, \"unit\": \"DAYS\"}, \"pause_status\":
  \"UNPAUSED\"}]}}" >/dev/null
run move export
run move import
is "others: what came late is paused" "$(pauses new | grep late)" "late -"
api new 2.2/jobs/delete "{\"job_id\": $(id_of new tables)}" >/dev/null
api new 2.2/jobs/update "{\"job_id\": $(id_of new theirs), \"new_settings\":
  {\"schedule\": {$cron, \"pause_status\": \"UNPAUSED\"}}}" >/dev/null
run act resume target
status_is "others: resume ends with 0" 0
like "others: what is not as it was left is told" "$err" \
  'jobs: theirs: changed by others since; left as it is \[changed-since\]'
like "others: and what is gone" "$out" ' 1 gone'
is "others: the rest is as it was, also what came late" \
  "$(pauses new | tr '\n' ' ')" \
  "by hand  cron + endless + files + late + many +-+ silent + theirs + "
run act resume source
status_is "others: resume of the source ends with 0" 0
like "others: what they changed there is left" "$err" \
  'jobs: many: changed by others since'
is "others: what was resumed is resumed, what they made theirs stays" \
  "$(pauses old | tr '\n' ' ')" \
  "by hand  cron + endless + late + many -+ silent + tables + theirs - "
end_process "$simulator_pid"

# --- a service that fails, and what is still at work
forget_session
pair
all
run move export
run move import
tell "$url_old" faults '{"match": "POST */jobs/update", "do": "status", "status": 429, "times": 2, "headers": {"Retry-After": "0"}}'
tell "$url_old" faults '{"match": "POST */jobs/update", "do": "status", "status": 503, "times": 2}'
run act pause source --retry-backoff 1ms
status_is "faults: they pass" 0
is "faults: all is paused" "$(pauses old)" "$paused"
ask delete "$url_old" faults >/dev/null
run act resume source
tell "$url_old" faults '{"match": "POST */jobs/update", "do": "status", "status": 503, "times": 0}'
run act pause source --retry-backoff 1ms --retry-total 1
status_is "faults: a service that is down is told" 1
like "faults: how many" "$out" ' 6 failed'
ask delete "$url_old" faults >/dev/null
is "faults: nothing is paused" "$(pauses old | tr '\n' ' ')" \
  "by hand  cron + endless + files + many +-+ silent + tables + theirs - "
run act pause source
status_is "faults: then it goes on" 0
is "faults: all is paused again" "$(pauses old)" "$paused"
run act resume source
is "faults: and as it was" "$(pauses old | tr '\n' ' ')" \
  "by hand  cron + endless + files + many +-+ silent + tables + theirs - "

tell "$url_old" object "{\"kind\": \"runs\", \"create\": {\"job_id\":
  $(id_of old cron)}}"
tell "$url_old" object "{\"kind\": \"runs\", \"create\": {\"job_id\":
  $(id_of old 'by hand')}}"
run act pause source --wait 0
status_is "runs: who does not wait is told" 0
like "runs: ... how many there are of what was paused" "$out" \
  '; 1 active runs left$'
run act pause source --wait 300ms
status_is "runs: who waits in vain has to know" 1
like "runs: ... by its code" "$err" '\[still-busy\]'
act pause source --wait 5m >"$tmp/waiting" 2>"$tmp/waiting.err" &
waiting=$!
i=0
until grep -q 'waiting for 1 active runs' "$tmp/waiting.err" || [ $i = 200 ]; do
  i=$((i + 1))
  ask get "$url_old" state >/dev/null
done
tell "$url_old" object "{\"kind\": \"runs\", \"match\": {\"job_id\":
  $(id_of old cron)}, \"set\": {\"state\": {\"life_cycle_state\":
  \"TERMINATED\", \"result_state\": \"SUCCESS\"}}}"
status=0
wait $waiting || status=$?
err=$(cat "$tmp/waiting.err")
status_is "runs: who waits sees the end" 0
like "runs: ... and tells" "$(cat "$tmp/waiting")" '; no active runs left$'
is "runs: no request was wrong" "$(ask strict "$url_old")" ''
end_process "$simulator_pid"

# --- what is never moved goes on in the source
forget_session
pair
all
make_job old "{\"name\": \"product\", \"schedule\": {$cron}, \"deployment\":
  {\"kind\": \"SYSTEM_MANAGED\"}}" >/dev/null
run move export
run migrate --session s skip jobs/cron --reason 'stays there'
run act pause source
like "stays: it tells" "$out" ' 1 skipped'
is "stays: what is skipped, and what the product looks after" \
  "$(pauses old | grep 'cron\|product')" "cron +
product ."
end_process "$simulator_pid"

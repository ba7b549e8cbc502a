#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Cutovers that are rehearsed, rolled back, and made again: what a job's owner
# said last counts, and nobody's word is lost without a line.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/e2e/jobs-lib.sh"

# What was at work when it was paused is counted, and not waited for.
MIGRATE_WAIT=0
export MIGRATE_WAIT

# jobs_of END: as 'pauses' has them, on one line: 'a- b+'
jobs_of ()
{
  pauses "$1" | tr -d ' ' | tr '\n' ' ' | sed 's/ $//'
}

# say END NAME STATUS: what its owner does to a job with a schedule
say ()
{
  api "$1" 2.2/jobs/update "{\"job_id\": $(id_of "$1" "$2"),
    \"new_settings\": {\"schedule\": {$cron, \"pause_status\": \"$3\"}}}" \
    >/dev/null
}

# begin: a live job, one that its owner paused, one more
begin ()
{
  forget_session
  pair
  for name in a=UNPAUSED b=PAUSED c=UNPAUSED; do
    api old 2.2/jobs/create "{\"name\": \"${name%=*}\", \"schedule\": {$cron,
      \"pause_status\": \"${name#*=}\"}}" >/dev/null
  done
  run move export
}

refused='"do": "status", "status": 403, "times": 0'

# --- a second cutover, after a roll-back
begin
run move import
run act pause source
run act resume target
is "second: the first one is made" "$(jobs_of old) $(jobs_of new)" \
  "a- b- c- a+ b- c+"
run act pause target
run act resume source
is "second: and rolled back" "$(jobs_of old) $(jobs_of new)" "a+ b- c+ a- b- c-"
say old a PAUSED
run act pause source
run act resume target
status_is "second: resume ends with 0" 0
is "second: what its owner paused between them stays so" "$(jobs_of new)" \
  "a- b- c+"
say new b UNPAUSED
run act pause target
run act resume target
is "second: what is live in the target comes back as it was there" \
  "$(jobs_of new)" "a- b+ c+"
end_process "$simulator_pid"

# --- a rehearsal of the pause, and an export behind it
begin
run act pause source
run act resume source
say old a PAUSED
say old b UNPAUSED
run move export
run move import
run act resume target
is "rehearsal: what was exported behind it counts" "$(jobs_of new)" "a- b+ c+"
end_process "$simulator_pid"

# --- a failed resume of the target keeps nothing that the source changes
begin
run move import
run act pause source
tell "$url_new" faults '{"match": "POST */jobs/update", "do": "status", "status": 503, "times": 0}'
run act resume target --retry-backoff 1ms --retry-total 1
status_is "failed: the resume" 1
ask delete "$url_new" faults >/dev/null
run act resume source
say old a PAUSED
run act pause source
run act resume target
is "failed: the next one asks anew" "$(jobs_of new)" "a- b- c+"
end_process "$simulator_pid"

# --- no pause of the source at all
begin
run move import
say old a PAUSED
run move export
run act resume target
is "unpaused: the newest export counts" "$(jobs_of new)" "a- b- c+"
end_process "$simulator_pid"

# --- paused by who edits it
begin
cat >"$tmp/editor" <<'END2'
#!/bin/sh
sed 's/"UNPAUSED"/"PAUSED"/' "$1" >"$1.new"
cat "$1.new" >"$1"
rm "$1.new"
END2
chmod 700 "$tmp/editor"
EDITOR=$tmp/editor VISUAL=$tmp/editor
export EDITOR VISUAL
run migrate --session s edit jobs/a
status_is "edited: edit ends with 0" 0
run act pause source
run move import
run act resume target
is "edited: who paused it there is heard" "$(jobs_of new)" "a- b- c+"
end_process "$simulator_pid"

# --- what is refused leaves nothing behind
begin
run move import
run act pause source
fault new "\"match\": \"POST */jobs/update\", $refused"
run act resume target
status_is "refused: the resume" 1
like "refused: ... tells" "$out" ' 2 failed'
ask delete "$url_new" faults >/dev/null
run move undo
status_is "refused: nothing started, so undo may go on" 0
is "refused: ... and does" "$(jobs_of new)" ''
run act resume source
fault old "\"match\": \"POST */jobs/update\", $refused"
run act pause source
status_is "refused: the pause" 1
ask delete "$url_old" faults >/dev/null
say old a PAUSED
run act pause source
run act resume source
is "refused: what its owner paused then is his" "$(jobs_of old)" "a- b- c+"
end_process "$simulator_pid"

# --- what its owner switches on between two pauses, and a list that fails
begin
two ()
{
  api old 2.2/jobs/update "{\"job_id\": $(id_of old a),
    \"fields_to_remove\": [\"schedule\"]}" >/dev/null
  api old 2.2/jobs/update "{\"job_id\": $(id_of old a), \"new_settings\":
    {\"triggers\": [{\"schedule\": {$cron}, \"pause_status\": \"$1\"},
    {\"file_arrival\": {\"url\": \"s3://a/b\"}, \"pause_status\": \"$2\"}]}}" \
    >/dev/null
}
two UNPAUSED PAUSED
run act pause source
two PAUSED UNPAUSED
fault old "\"match\": \"GET */jobs/runs/list*\", $refused"
run act pause source --wait 1s
status_is "between: a list of runs that fails is told" 1
like "between: ... and what was done" "$out" \
  '^1 paused, .*; nobody can tell how many active runs are left$'
like "between: ... by its code" "$err" '\[not-listed\]'
ask delete "$url_old" faults >/dev/null
is "between: all is off" "$(jobs_of old)" "a-- b- c-"
run act resume source
is "between: what was switched on comes back as well" "$(jobs_of old)" \
  "a++ b- c+"
end_process "$simulator_pid"

# --- what was missed: what neither end has started
begin
run move import
run act pause source
missed ()
{
  sed 1d "$tmp/sessions/s/out/missed-runs.csv" | grep -c ',a,20'
}
# earlier END HOURS COLUMN
earlier ()
{
  sqlite3 -batch "$tmp/sessions/s/session.db" "UPDATE action
    SET $3 = $3 - $2 * 3600000000 WHERE wsid $1 0"
}
# paused at -8 h, resumed in the target at -6 h; that was paused at -5 h, and
# the source resumed at -3 h: two hours were missed, and none once more
run act resume target
run act pause target
earlier '=' 8 off_at
earlier '<>' 6 back_at
earlier '<>' 5 off_at
run act resume source
earlier '=' 3 back_at
run act resume target
is "missed: while both were off" "$(missed)" 2
end_process "$simulator_pid"

# --- rolled back by hand
begin
run move import
run act pause source
run act resume target
say new a PAUSED
run act resume target
like "by hand: a second resume wakes nobody's" "$out" \
  '^0 resumed as they were, 1 were so already, 2 stay off'
is "by hand: ... and says what is so" "$(jobs_of new)" "a- b- c+"
say new c PAUSED
run act resume source
run act pause source
run act resume target
is "by hand: what the source says later counts" "$(jobs_of new)" "a+ b- c+"
end_process "$simulator_pid"

# --- switched on by hand in the source
begin
run move import
run act pause source
run act resume source
run act pause source
run move export
say old a UNPAUSED
say old c UNPAUSED
run act resume source
run act resume target
is "by hand: what is live in the source is live in the target" \
  "$(jobs_of old) $(jobs_of new)" "a+ b- c+ a+ b- c+"
end_process "$simulator_pid"

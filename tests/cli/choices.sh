#!/bin/sh
# What options choose, seen from the command line: what becomes of what is there
# already, when it stops, which limits hold, how an end is named, how much is
# said.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

requires curl --version
start_simulator \
  --workspace old --populate users=4,experiments=12 --workspace new \
  --workspace strict
profile old "$url_old" "$token_old"
profile new "$url_new" "$token_new"
profile strict "$url_strict" "$token_strict"
limits='--limits off'
migrate session new acme --from old --to new >/dev/null

# --- how an end is named ---

run migrate inventory --from databricks://old
like "databricks://PROFILE is that profile" "$status $out" '^0 KIND'
like "... with all it has" "$out" '^users +4$'
run migrate inventory --from databricks://nosuch
like "... which must be there" "$status $err" '^3 .*nosuch.*\[no-profile\]'

: >"$tmp/none"
DATABRICKS_CONFIG_FILE=$tmp/none
MLFLOW_TRACKING_URI=$url_old
MLFLOW_TRACKING_TOKEN=$token_old
export DATABRICKS_CONFIG_FILE MLFLOW_TRACKING_URI MLFLOW_TRACKING_TOKEN
mkdir "$tmp/empty"
as_mlflow ()
{
  HOME="$tmp/home" MIGRATE_HOME="$tmp/empty" \
  XDG_CONFIG_HOME="$tmp/home/.config" \
    "$program" $mg_plugin_dirs inventory --plugins mlflow "$@"
}
run as_mlflow --from "$url_old"
like "MLFLOW_TRACKING_TOKEN is for MLFLOW_TRACKING_URI" "$status $out" \
  '^0 KIND'
like "... which has experiments" "$out" '^experiments +1[0-9]$'
run as_mlflow --from "$url_new"
status_is "... and for no other" 3
MLFLOW_TRACKING_TOKEN=wrong
run as_mlflow --from "$url_old"
status_is "... and it counts" 3
unset DATABRICKS_CONFIG_FILE MLFLOW_TRACKING_URI MLFLOW_TRACKING_TOKEN

# --- limits of one's own, and a time to stop at ---

migrate export $limits --session acme >/dev/null 2>&1
printf 'POST  -  scim-write  3  3600s\n' >"$tmp/limits"
run migrate plan --limits "$tmp/limits"
like "a file of limits changes the least time" "$out" \
  '^least time 1h.*: scim-write at 3/h$'

printf 'GET  -  permissions-read  10  60s\n' >"$tmp/limits"
run migrate inventory --from old --limits "$tmp/limits" --skip notebooks
like "... also that of an export, which inventory tells" "$out" \
  '^least time of an export 1m1[0-9]s: permissions-read at 10/min$'
run migrate inventory --on target --to new --limits "$tmp/limits"
unlike "... of a source" "$out" 'least time'

# A clock that stands three seconds before a full minute, at a rate that needs
# much longer; a machine that was not ready by then tries again.
printf '*  *  all  1  1s\n' >"$tmp/slow"
tries=0
status=0
until [ "$status" = 10 ] || [ "$tries" = 5 ]; do
  tries=$((tries + 1))
  now=$(date +%s)
  shift_s=$(((now + 3) % 60))
  at=$(TZ="TST0:00:$shift_s" date -d "@$((now + 3))" +%H:%M)
  run env TZ="TST0:00:$shift_s" HOME="$tmp/home" MIGRATE_HOME="$tmp/sessions" \
    XDG_CONFIG_HOME="$tmp/home/.config" "$program" $mg_plugin_dirs \
    export --session acme --limits "$tmp/slow" --stop-at "$at"
done
status_is "--stop-at is exit 10" 10
like "... and says how to go on" "$err" 'nothing lost; resume: migrate export'

# --- how much is said ---

run migrate export $limits --quiet
is "--quiet says nothing where all goes well" "$status $err" "0 "
run migrate plan $limits
quiet=$(printf '%s\n' "$err" | wc -l)
run migrate plan $limits -v
ok "-v says more" [ "$(printf '%s\n' "$err" | wc -l)" -gt "$quiet" ]

# --- what is in the target already ---

user=$(curl -sS "$url_old/_simulator/state?live=1" |
  grep -oE '[a-zA-Z0-9.]+@example.com' | grep -v '^admin' | sort -u | head -1)
for name in new strict; do
  eval "url=\$url_$name token=\$token_$name"
  curl -sS -X POST -H "Authorization: Bearer $token" \
    -H 'Content-Type: application/scim+json' \
    -d "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],\"userName\":\"$user\",\"displayName\":\"Theirs\"}" \
    "$url/api/2.0/preview/scim/v2/Users" >/dev/null
done
run migrate import $limits --plugins users --to strict --on-conflict fail \
  --yes-host "${url_strict#http://}" --invitations-muted
status_is "--on-conflict fail counts it as a failure" 1
run migrate errors --to strict
like "... [exists]" "$out" "exists +users .*$user"
run migrate import $limits --plugins users --to new --on-conflict update \
  --yes-host "${url_new#http://}" --invitations-muted
status_is "--on-conflict update" 0
like "... updates it" "$out" '^users +[0-9]+ +[1-9]'
unlike "... to what the source has" \
  "$(curl -sS "$url_new/_simulator/state?live=1")" 'Theirs'
like "... while fail left it alone" \
  "$(curl -sS "$url_strict/_simulator/state?live=1")" 'Theirs'
run migrate validate $limits --plugins users --to new
status_is "... so that both are the same" 0

#!/bin/sh
# The main job from the command line: tables, questions, exit statuses.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

start_simulator \
  --workspace old --populate \
  users=8,groups=5,service-principals=3,experiments=6,instance-profiles=2 \
  --workspace new
profile old "$url_old" "$token_old"
profile new "$url_new" "$token_new"
host=${url_new#http://}
control ()
{
  curl -sS -X "$1" ${3:+-d "$3"} "$url_new/_simulator/$2"
}
requires curl --version
limits='--limits off'

run migrate inventory --from old
status_is "inventory" 0
like "... counts" "$out" '^users +8$'
run migrate inventory --from old --json
like "... as JSON" "$out" '"event":"kind","kind":"users","found":8\}'

migrate session new acme --from old --to new >/dev/null
run migrate preflight
status_is "preflight" 0
like "... of both ends" "$out" "^ok    target $host: admin@example.com, admin"

run migrate --plugins users export $limits
status_is "plugins before the command, as people are used to" 0
unlike "... chooses" "$out" experiments
run migrate export $limits
status_is "export" 0
like "... has a table" "$out" '^KIND +FOUND +EXPORTED +FAILED$'
like "... of every kind" "$out" '^users +8 +8 +0$'
like "... and says that the source is read-only" "$err" 'is read-only$'

before=$(control GET 'state?live=1')
run migrate plan $limits
status_is "plan" 0
like "... tells what is created" "$out" '^users +7 +0 +1 +0'
run migrate import --dry-run $limits
like "import --dry-run is a plan" "$status $out" '^0 KIND +CREATE'
is "a plan changes nothing" "$(control GET 'state?live=1')" "$before"

# --- questions, without a terminal ---

run migrate import $limits
like "import wants the host name" "$status $err" \
  "^3 .*add --yes-host $host \[host-not-confirmed\]"
run migrate import $limits --yes-host "${url_old#http://}"
like "... the right one" "$status $err" '^3 .*\[host-not-confirmed\]'
run migrate import $limits --yes-host "$host"
like "import asks what a plugin wants to know" "$status $err" \
  '^3 .*7 users will be invited.*add --invitations-muted \[not-confirmed\]'
is "none of them changed anything" "$(control GET 'state?live=1')" "$before"

run migrate import $limits --yes-host "$host" --invitations-muted
status_is "import" 0
like "... has a table" "$out" '^users +7 +0 +1 +0 +0'
run migrate import $limits
status_is "the answers are remembered" 0
like "a second import creates nothing" "$out" '^users +0 +8 +0 +0'

# --- questions, with a terminal ---

if script -qec true /dev/null >/dev/null 2>&1; then
  typed ()
  {
    mg_input=$1
    shift
    status=0
    HOME="$tmp/home" MIGRATE_HOME="$tmp/sessions" \
    XDG_CONFIG_HOME="$tmp/home/.config" \
      script -qec "$program $mg_plugin_dirs $*" /dev/null \
      <"$mg_input" >"$tmp/typed" 2>&1 || status=$?
    out=$(tr -d '\r' <"$tmp/typed")
  }
  printf 'wrong.example.com\n' >"$tmp/wrong"
  printf '%s\n' "$host" >"$tmp/right"
  typed "$tmp/wrong" undo $limits --session acme
  like "undo asks every time" "$out" "this changes $host; type the host name:"
  is "... and takes no other name" "$status" 3
fi

# --- validate ---

run migrate validate $limits
status_is "validate" 0
like "... has a table" "$out" '^users +8 +8 +8 +0 +0 +0$'
control POST object '{"kind":"users","match":{"userName":"admin@example.com"},
  "set":{"displayName":"Somebody Else"}}' >/dev/null
user=$(control GET 'state?live=1' | grep -oE '[a-z0-9.]+@example.com' |
  grep -v '^admin' | sort -u | head -1)
control POST object "{\"kind\":\"users\",\"match\":{\"userName\":\"$user\"},
  \"set\":{\"displayName\":\"Changed\"}}" >/dev/null
run migrate validate $limits
status_is "a difference is exit 5" 5
like "... and counted" "$err" '1 difference without a reason; see migrate report$'
like "... and shown" "$out" "^differs  users '$user'  displayName: .* -> "
run migrate report
like "... and in the report" "$out" "users  $user  differs  displayName"
run migrate report --json
like "... as JSON too" "$out" \
  "\"event\":\"difference\",\"kind\":\"users\",\"key\":\"$user\""

# --- what is kept ---

run migrate mapping
status_is "mapping" 0
csv=$tmp/sessions/acme/out/mapping/users.csv
is "... has a line for each" "$(wc -l <"$csv")" 9
is "... and a head" "$(head -1 "$csv")" "old_id,new_id,name,old_link,new_link"
like "... with ids and the name" "$(cat "$csv")" "^[0-9]+,[0-9]+,$user,,$"
run migrate report --csv "$tmp/csv"
ok "report --csv" [ -s "$tmp/csv/differences.csv" ]
run migrate status
like "status by kind" "$out" '^users +8 +7 +1'
like "... and the last runs" "$out" 'validate +differences'

# --- undo ---

run migrate undo --plan $limits
status_is "undo --plan" 0
like "... tells what was edited since" "$out" '^users +6 +0 +1$'
run migrate undo $limits
like "undo wants the host name again" "$status $err" \
  '^3 .*\[host-not-confirmed\]'
run migrate undo $limits --yes-host "$host"
like "undo" "$out" '^users +6 +0 +1 +0$'
run migrate undo $limits --yes-host "$host"
like "a second undo has nothing left to do" "$out" '^users +0 +0 +1$'

# --- two at once ---

if command -v flock >/dev/null; then
  lock=$(ls "$tmp"/sessions/target-*.lock)
  exec 8>"$lock"
  flock 8
  run migrate import $limits
  like "one import at a time into a target" "$status $err" '^3 .*\[locked\]'
  exec 8>&-
fi

# --- stopped ---

run migrate import --plugins users --max-duration 1s
status_is "--max-duration is exit 10" 10
like "... and says how to go on" "$err" \
  'stopped: .* done, nothing lost; resume: migrate import'
for signal in TERM HUP; do
  status=0
  migrate import --plugins users --no-supervisor >"$tmp/out" 2>&1 &
  pid=$!
  while ! curl -sS "$url_new/_simulator/counters" >/dev/null; do :; done
  until [ -n "$(migrate session show --json |
    grep '"command":"import"' | grep -v '"us"')" ]; do :; done
  child=$(ps -A -o pid= -o ppid= | awk -v p="$pid" '$2 == p { print $1; exit }')
  kill -$signal ${child:-$pid}
  wait "$pid" || status=$?
  want=143
  [ $signal = HUP ] && want=129
  is "$signal is exit $want" "$status" "$want"
done
run migrate import --plugins users $limits
status_is "... and the import goes on" 0

# --- JSON ---

run migrate import --plugins users $limits --json
like "import --json ends with a summary" "$(printf '%s\n' "$out" | tail -1)" \
  '"event":"summary","command":"import","session":"acme","status":0,'
if command -v python3 >/dev/null; then
  ok "... every line is JSON" python3 -c '
import json, sys
for l in open(sys.argv[1]): json.loads(l)["event"]' "$tmp/.out"
fi
run migrate explain tls --json
like "explain --json" "$out" '^\{"t":"[0-9TZ:-]+","event":"code","code":"tls"'

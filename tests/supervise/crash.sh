#!/bin/sh
# A plugin that crashes costs only itself: the asset it crashed on the first
# time, itself the second time; the rest completes, and the exit status says so.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

crasher=$builddir/tests/supervise/.libs
requires test -f "$crasher/crasher.so"

# workspaces NAME...: a source with widgets of these names, an empty target
workspaces ()
{
  objects=
  for name; do objects="$objects${objects:+,}{\"name\":\"$name\"}"; done
  for w in full empty; do
    [ $w = full ] || objects=
    cat >"$tmp/$w.routes" <<ROUTES
[{"name":"widgets","list":"GET /api/2.0/widgets",
"get":"GET /api/2.0/widgets/{id}","create":"POST /api/2.0/widgets",
"update":"PUT /api/2.0/widgets/{id}","delete":"DELETE /api/2.0/widgets/{id}",
"array":"widgets","id":"widget_id","key":"name","unique":1,"paging":"token",
"fields":{"name":"string!"},"objects":[$objects]}]
ROUTES
  done
  [ -z "${simulator_pid:-}" ] || end_process "$simulator_pid"
  start_simulator --workspace old --routes "$tmp/full.routes" \
    --workspace new --routes "$tmp/empty.routes"
  mkdir -p "$tmp/home"; : >"$tmp/home/.databrickscfg"
  profile old "$url_old" "$token_old"
  profile new "$url_new" "$token_new"
  mg_keep_session s
  rm -rf "$tmp/sessions"
}

# move [OPTION...]: an export and an import with the breaking plugin
move ()
{
  migrate --plugin-dir "$crasher" --session s --plugins widgets --from old \
    export >/dev/null 2>&1
  run migrate --plugin-dir "$crasher" --session s --plugins widgets --to new \
    --yes-host "${url_new#http://}" --limits off --settle 0 --parallel 1 \
    "$@" import
}

# names: what the target holds
names ()
{
  curl -sS --noproxy '*' -H "Authorization: Bearer $token_new" \
    "$url_new/api/2.0/widgets" |
    python3 -c 'import json, sys
print(*sorted(w["name"] for w in json.load(sys.stdin).get("widgets", [])))'
}

hows='segv abort stack heap'
# a sanitizer finds the spoiled heap before the C library does
if grep -q '^MG_SAN_LDFLAGS = .' "$builddir/Makefile"; then
  hows='segv abort stack'
fi
for how in $hows; do
  workspaces alpha $how beta
  move
  status_is "$how: some failed" 1
  like "$how: the plugin, the asset and a code are named" "$err" \
    "plugin 'crasher' crashed \(signal [0-9]+\).*'$how'.*\[plugin-crash\]"
  is "$how: the rest completed" "$(names)" "alpha beta"
done

workspaces alpha segv beta abort gamma
move
status_is "a second crash: some failed" 1
like "a second crash disables the plugin" "$err" "disabled for this run"

workspaces alpha after beta
move
status_is "a crash behind a create: the second one disables" 1
is "a crash behind a create makes nothing twice" "$(names | tr ' ' '\n' |
  sort | uniq -d)" ""

workspaces alpha loop beta
move --plugin-timeout 1s
status_is "a callback that loops: some failed" 1
like "a callback that loops is named" "$err" \
  "plugin 'crasher' gave no sign of life.*'loop'.*\[plugin-crash\]"
is "a callback that loops: the rest completed" "$(names)" "alpha beta"

workspaces alpha slow beta
: >"$tmp/none"
migrate --plugin-dir "$crasher" --session s --plugins widgets --from old \
  export >/dev/null 2>&1
# shellcheck disable=SC2086
run env HOME="$tmp/home" MIGRATE_HOME="$tmp/sessions" \
  python3 "$srcdir/tests/fault/signals.py" "$url_new" "$tmp/none" \
  'says taking a while' 'group TSTP' 'stopped' 'pass 1.6' 'group CONT' -- \
  "$program" $mg_plugin_dirs --plugin-dir "$crasher" --session s \
  --plugins widgets --to new --yes-host "${url_new#http://}" --limits off \
  --settle 0 --parallel 1 --plugin-timeout 1s import
like "a callback that the terminal stopped does not hang" "$out" '^ended 0'
is "a callback that the terminal stopped: all is there" "$(names)" \
  "alpha beta slow"

workspaces alpha beta
move --break-open
status_is "a plugin that refuses to open: some failed" 1
like "a plugin that refuses to open is named" "$err" "told not to open"
is "a plugin that refuses to open does nothing" "$(names)" ""
move
is "the next time it does" "$(names)" "alpha beta"
run migrate --plugin-dir "$crasher" --session s --plugins widgets --to new \
  --yes-host "${url_new#http://}" --limits off --break-open undo
status_is "an undo without it is not whole" 1
is "... and what it made is there" "$(names)" "alpha beta"

# Who starts the program may ignore the end of children, and so would it.
workspaces alpha segv beta
migrate --plugin-dir "$crasher" --session s --plugins widgets --from old \
  export >/dev/null 2>&1
# shellcheck disable=SC2086
run env HOME="$tmp/home" MIGRATE_HOME="$tmp/sessions" python3 -c '
import os, signal, sys
signal.signal (signal.SIGCHLD, signal.SIG_IGN)
os.execv (sys.argv[1], sys.argv[1:])' "$program" $mg_plugin_dirs \
  --plugin-dir "$crasher" --session s --plugins widgets --to new \
  --yes-host "${url_new#http://}" --limits off --settle 0 --parallel 1 import
status_is "with SIGCHLD ignored: some failed" 1
is "with SIGCHLD ignored: the rest completed" "$(names)" "alpha beta"

# Nobody reads what it says.
workspaces alpha segv beta
move_unheard ()
{
  (
    status=0
    migrate --plugin-dir "$crasher" --session s --plugins widgets --to new \
      --yes-host "${url_new#http://}" --limits off --settle 0 --parallel 1 \
      import 2>&1 >/dev/null || status=$?
    echo "$status" >"$tmp/status"
  ) | :
}
migrate --plugin-dir "$crasher" --session s --plugins widgets --from old \
  export >/dev/null 2>&1
run move_unheard
is "with standard error closed: some failed" "$(cat "$tmp/status")" 1
is "with standard error closed: the rest completed" "$(names)" "alpha beta"

# --- in the list of an export, and where two assets are compared: each time the
# plugin is out, and what others move is done
# broken TEXT CALLBACK WHERE WORDS...: the command with a plugin that breaks there
# ends with 1, and says so
broken ()
{
  mg_what=$1 mg_callback=$2 mg_in=$3
  shift 3
  run migrate --plugin-dir "$crasher" --session s --plugins widgets,users \
    --limits off --plugin-timeout 1s --break-in "$mg_in" "$@"
  status_is "$mg_what: not all of it" 1
  like "$mg_what: the plugin and what it ran are named, once" "$(printf '%s\n' "$err" |
    grep -c "plugin 'crasher' .* while running $mg_callback of .*\[plugin-crash\]")" \
    '^1$'
  unlike "$mg_what: nobody else is blamed" "$err" 'outside of any plugin'
}

users ()
{
  sqlite3 -batch "$tmp/sessions/s/session.db" "SELECT count (*) FROM asset
    JOIN kind USING (kid) WHERE wsid = 0 AND name = 'users' AND body IS NOT NULL"
}

for how in $hows loop; do
  workspaces alpha "$how" beta
  for number in 1 2 3; do
    curl -sSf --noproxy '*' -o "$tmp/.made" \
      -H 'Content-Type: application/scim+json' \
      -H "Authorization: Bearer $token_old" \
      -d "{\"userName\": \"u$number@example.com\"}" \
      "$url_old/api/2.0/preview/scim/v2/Users"
  done
  broken "$how in an export" export_kind export --from old export
  is "$how in an export: the rest completed" "$(users)" 4
  run migrate --plugin-dir "$crasher" --session s --plugins widgets,users \
    --break-in none --from old export
  status_is "$how in an export: the next one, mended, is whole" 0
  run migrate --plugin-dir "$crasher" --session s --plugins widgets,users \
    --to new --yes-host "${url_new#http://}" --limits off --settle 0 \
    --invitations-muted --break-in none import
  status_is "$how in an export: what it brought is moved" 0
  is "$how in an export: all of it" "$(names)" \
    "$(printf '%s\n' alpha beta "$how" | sort | tr '\n' ' ' | sed 's/ $//')"
  broken "$how in validate" validate_asset validate --to new validate
  like "$how in validate: the rest is compared" "$out" \
    '^users  *4  *4  *4  *0  *0  *0'
  run migrate --plugin-dir "$crasher" --session s --plugins widgets,users \
    --to new --limits off --break-in none validate
  status_is "$how in validate: the next one, mended, finds no difference" 0
done

#!/bin/sh
# migrate plugins: what there is, what it moves, what is wrong with a file.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

run migrate plugins list
status_is "list" 0
like "... one line for each" "$out" '^mlflow  +[0-9.]+  +MLflow.*experiments'
like "... with its kinds" "$out" '^users .*users, service-principals, groups'
run migrate plugins list --json
like "... as JSON" "$out" '"event":"plugin","name":"users","version":'

run migrate plugins show users
status_is "show" 0
like "... calls" "$out" '^    list    GET /api/2.0/preview/scim/v2/Users'
like "... references" "$out" '^    refers  '
like "... rights" "$out" '^Rights needed$'
like "... codes" "$out" '^  account-principal  '
for verb in 'show users' "check $builddir/plugins/users/.libs/users.so"; do
  # shellcheck disable=SC2086
  run migrate plugins $verb --json
  like "${verb%% *} --json is refused" "$status $err" '^2 .*\[wrong-option\]'
  is "... with nothing on standard output" "$out" ""
done
run migrate plugins show user
like "an unknown one, with the nearest" "$status $err" \
  "^2 .*did you mean 'users'\? \[unknown-plugin\]"

run migrate plugins dump mlflow
status_is "dump" 0
if command -v python3 >/dev/null; then
  ok "... is JSON" python3 -c '
import json, sys
d = json.load(open(sys.argv[1]))
assert d["kinds"][0]["name"] == "experiments" and d["abi_version"] >= 0
assert any(k["name"] == "experiments/permissions" for k in d["kinds"])
' "$tmp/.out"
fi

file=$(ls "$builddir"/plugins/users/.libs/users.so)
run migrate plugins check "$file"
like "check of a good one" "$status $out" "^0 ok    $file: plugin 'users', ABI"
printf 'no module\n' >"$tmp/odd.so"
run migrate plugins check "$tmp/odd.so"
like "check of a file that is none" "$status $err" '^3 .*\[plugin-load\]'
run migrate plugins check "$tmp/absent.so"
like "check of no file" "$status $err" '^3 .*absent.so.*\[plugin-load\]'

mkdir "$tmp/plugins"
cp "$file" "$tmp/plugins"
cp "$tmp/odd.so" "$tmp/plugins"
status=0
"$program" --plugin-dir "$tmp/plugins" plugins list \
  >"$tmp/out" 2>"$tmp/err" || status=$?
like "a file that is refused does not hide the others" \
  "$status $(cat "$tmp/out")" '^1 PLUGIN'
like "... and is told" "$(cat "$tmp/err")" 'odd.so.*\[plugin-load\]$'
chmod o+w "$tmp/plugins/users.so"
status=0
"$program" --plugin-dir "$tmp/plugins" plugins list \
  >"$tmp/out" 2>"$tmp/err" || status=$?
like "what others may write is not loaded" "$(cat "$tmp/err")" \
  'users.so.*writable by others.*\[plugin-writable\]$'
"$program" --plugin-dir "$tmp" plugins list \
  >"$tmp/out" 2>"$tmp/err" || :
like "a folder without plugins is said" "$(cat "$tmp/err")" 'odd.so|no plugins'

run migrate export --plugins users,mlflo
like "an unknown plugin of a list" "$err" "\[(unknown-plugin|no-session|no-profile)\]"

# --- explain ---

run migrate explain tls
status_is "explain" 0
like "... has a cure" "$out" '^  cure: '
run migrate explain '[tls]'
status_is "... takes the brackets, too" 0
run migrate explain account-principal
like "... knows what plugins declare" "$status $out" '^0 account-principal'
run migrate explain tsl
like "an unknown code, with the nearest" "$status $err" \
  "^2 .*did you mean 'tls'\? \[unknown-code\]"

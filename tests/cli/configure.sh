#!/bin/sh
# migrate configure: credentials are tried before they are saved.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

start_simulator --workspace w --profiles "$tmp/sim.cfg"
file=$tmp/home/.databrickscfg

run migrate configure one --host "$url_w" --token "$token_w"
status_is "a token" 0
like "... tells who and where" "$out" \
  "^one: admin@example.com, admin, workspace [0-9]+; saved in $file \(0600\)$"
unlike "... and never the token" "$out$err" "$token_w"
is "the file is private" "$(stat -c %a "$file")" 600
run migrate inventory --from one
status_is "the profile works" 0

status=0
printf '%s\n' "$token_w" |
  migrate configure two --host "$url_w" --token - >"$tmp/o" || status=$?
like "a token from standard input" "$status $(cat "$tmp/o")" '^0 two: '
like "the first profile is still there" "$(cat "$file")" '^\[one\]'

id=$(sed -n '/^\[w-m2m\]/,/^$/s/^client_id = //p' "$tmp/sim.cfg")
secret=$(sed -n '/^\[w-m2m\]/,/^$/s/^client_secret = //p' "$tmp/sim.cfg")
run migrate configure three --host "$url_w" --client-id "$id" \
  --client-secret "$secret"
like "a service principal" "$status $out" '^0 three: '
unlike "... and never its secret" "$out$err" "$secret"

before=$(cat "$file")
run migrate configure one --host "$url_w" --token dapi-wrong
like "a refused token" "$status $err" \
  "^3 .*'one': the token was refused.*nothing was saved.*\[token-expired\]"
is "... does not replace a good one" "$(cat "$file")" "$before"
run migrate configure one --token "$token_w"
status_is "a profile's host is known" 0
run migrate configure five --token "$token_w"
like "a new one needs a host" "$status $err" '^3 .*\[no-host\]'
run migrate configure five --host http://example.com --token x
like "http:// beyond this machine" "$status $err" '^3 .*\[insecure-host\]'
# 0.0.0.0 reaches the simulator and is no loopback address: what is sent in
# spite of everything would be answered, and saved.
open=$(printf '%s' "$url_w" | sed 's,//[^:/]*,//0.0.0.0,')
MIGRATE_ALLOW_HTTP=1
export MIGRATE_ALLOW_HTTP
run migrate configure five --host "$open" --token "$token_w"
like "nothing lets a token go there" "$status $err" '^3 .*\[insecure-host\]'
run migrate configure five --host "$open" --client-id "$id" \
  --client-secret "$secret"
like "... nor a client secret" "$status $err" '^3 .*\[insecure-host\]'
unset MIGRATE_ALLOW_HTTP
run migrate configure five --host "$open" --token "$token_w" --allow-http
like "--allow-http is not for configure" "$status $err" '^2 .*\[wrong-option\]'
is "... and nothing was saved" "$(cat "$file")" "$before"
run migrate configure five --host https://me:pass@example.com --token x
like "a password in the URL" "$status $err" '^3 .*\[password-in-url\]'
unlike "... is not repeated" "$err" 'pass@'
run migrate configure five --host "$url_w"
like "without a terminal nothing is asked" "$status $err" \
  '^3 .*\[no-credentials\]'
run migrate configure five --host "$url_w" --token 'dapi 1'
like "a token with a blank" "$status $err" '^3 .*\[no-credentials\]'
run migrate configure 'a]b' --host "$url_w" --token x
like "a name that is none" "$status $err" '^2 .*\[bad-value\]'
run migrate configure one --json --token "$token_w"
like "as JSON" "$out" '"event":"profile","name":"one",.*"admin":true'

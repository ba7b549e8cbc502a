#!/bin/sh
# What only shows on a socket: replies that are cut, late or wrong, the choice
# of a workspace by name, TLS, the end.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

requires curl --version

start_simulator --workspace old --populate small --workspace new \
  --profiles "$tmp/profiles"

# ask WORKSPACE PATH [CURL-ARG...]: sets $status, $out
ask ()
{
  mg_ws=$1
  mg_path=$2
  shift 2
  eval "mg_url=\$url_$mg_ws mg_token=\$token_$mg_ws"
  run curl -sS --noproxy '*' --max-time 5 \
    -H "Authorization: Bearer $mg_token" "$@" "$mg_url$mg_path"
}

me=/api/2.0/preview/scim/v2/Me
fault ()
{
  ask old /_simulator/faults --data-binary "$1"
}

ask old $me
like "a workspace answers" "$out" '"userName":"admin@example.com"'
run curl -sS --noproxy '*' -H "Authorization: Bearer $token_new" "$url_old$me"
like "each has a token of its own" "$out" 'UNAUTHENTICATED'

# --- replies that go wrong --------------------------------------------------

fault '{"match":"GET */Me","do":"cut"}'
ask old $me
status_is "a cut connection has no reply" 52
fault '{"match":"GET */Me","do":"truncate","bytes":20}'
ask old $me
status_is "a truncated body is shorter than announced" 18
is "and has the bytes that were asked for" "${#out}" 20
fault '{"match":"GET */Me","do":"length","bytes":9}'
ask old $me -D "$tmp/head"
mg_length=$(sed -n 's/^Content-Length: \([0-9]*\).*/\1/p' "$tmp/head")
is "a wrong length cuts what a client reads" "${#out}" "$mg_length"
unlike "so that it is no JSON" "$out" '}$'
fault '{"match":"GET */Me","do":"silent"}'
ask old $me --max-time 1
status_is "a silent server says nothing" 28
fault '{"match":"GET */Me","do":"slow","ms":2}'
ask old $me
like "a slow one says all in the end" "$out" '}$'
fault '{"match":"GET */Me","do":"empty"}'
ask old $me -w '%{http_code}'
is "an empty body has a status" "$out" 200
fault '{"match":"GET */Me","do":"html"}'
ask old $me -w '%{content_type}'
like "a page is no JSON" "$out" '</html>.*text/html|text/html'
fault '{"match":"GET */Me","do":"big","bytes":5000000}'
ask old $me -o /dev/null -w '%{size_download}'
is "a big body is big" "$out" 5000014
fault '{"match":"GET */Me","do":"close"}'
ask old $me -D "$tmp/head"
like "a connection closed after a reply still has the reply" "$out" '}$'
unlike "and it was not announced" "$(cat "$tmp/head")" '[Cc]onnection: close'
fault '{"match":"GET */Me","do":"cut","reused":true}'
ask old $me "$url_old$me"
status_is "a reused connection dies once: curl repeats the GET" 0
ask old /_simulator/counters
like "and it was cut" "$out" '"cut":2'

sleep 1000 &
victim=$!
fault '{"match":"GET */Me","do":"kill","pid":'$victim',"when":"replied"}'
ask old $me
like "a process is killed when its reply is out" "$out" '}$'
mg_end=0
wait $victim || mg_end=$?
is "by SIGKILL" "$mg_end" 137

# --- delays ---------------------------------------------------------------

ask old /_simulator/faults -X DELETE
fault '{"match":"GET */Me","do":"delay","ms":2000,"times":0}'
i=0
while [ $i -lt 20 ]; do
  curl -s --noproxy '*' -o /dev/null -w '%{time_total}\n' \
    -H "Authorization: Bearer $token_old" "$url_old$me" &
  i=$((i + 1))
  late="${late:-} $!"
done >"$tmp/times"
wait $late
ask old /_simulator/ledger
is "twenty late replies wait at the same time" \
  "$(printf '%s\n' "$out" | sed -n '/"fault":"delay"/{
      s/.*"arrival_us":\([0-9]*\).*"reply_us":\([0-9]*\).*/\1 \2/p
    }' | awk 'NR == 1 { reply = $2 } $1 < reply { n++ } END { print n }')" 20
ask old /_simulator/faults -X DELETE

# --- large files ------------------------------------------------------------

# 17 MiB, more than any other request may have
awk 'BEGIN { for (i = 0; i < 2228224; i++) printf "%07d\n", i }' >"$tmp/large"
export='/api/2.0/workspace/export?path=/Shared/large&direct_download=true'
# upload WORKSPACE PATH [CURL-ARG...]
upload ()
{
  mg_to=$2
  mg_at=$1
  shift 2
  ask "$mg_at" /api/2.0/workspace/import --max-time 60 -F "path=$mg_to" \
    -F format=RAW -F "content=@$tmp/large" "$@"
}
upload old /Shared/large
is "a form brings a large file" "$out" '{}'
upload old /Shared/large -F overwrite=true -H 'Transfer-Encoding: chunked'
is "also one that does not tell its length" "$out" '{}'
ask old "$export" -D "$tmp/head" -o "$tmp/got"
ok "a download gives it" cmp "$tmp/large" "$tmp/got"
like "and tells its length" "$(cat "$tmp/head")" 'Content-Length: 17825792'
ask old '/api/2.0/workspace/get-status?path=/Shared/large'
like "its size is listed" "$out" '"size":17825792'
ask old /api/2.0/workspace/mkdirs --data-binary "@$tmp/large" -w ' %{http_code}'
like "no other request is as long" "$out" 'MAX_REQUEST_SIZE_EXCEEDED.* 413$'
run curl -sS --noproxy '' -x "$url_old" -H "Authorization: Bearer $token_new" \
  -F path=/Shared/large -F format=RAW -F "content=@$tmp/large" \
  http://new/api/2.0/workspace/import
is "a proxy's target may be a form" "$out" '{}'
ask new "$export" -o "$tmp/got"
ok "and it goes to the workspace of that name" cmp "$tmp/large" "$tmp/got"

fault '{"match":"GET *export","do":"truncate","bytes":9000000}'
ask old "$export" -o "$tmp/got"
status_is "a download is cut" 18
is "where it was asked for" "$(wc -c <"$tmp/got" | tr -d ' ')" 9000000
fault '{"match":"GET *export","do":"close"}'
ask old "$export" -o "$tmp/got"
ok "it is whole when the connection is closed behind it" \
  cmp "$tmp/large" "$tmp/got"
fault '{"match":"POST *import","do":"defer","ms":60000,"with":"Shared/later"}'
upload old /Shared/later
status_is "an upload is cut" 52
ask old '/api/2.0/workspace/get-status?path=/Shared/later'
like "without an effect" "$out" RESOURCE_DOES_NOT_EXIST
ask old /_simulator/clock -d '{"advance_ms": 61000}'
ask old '/api/2.0/workspace/get-status?path=/Shared/later'
like "which comes later" "$out" '"size":17825792'

# --- workspaces by name -----------------------------------------------------

run curl -sS --noproxy '' -x "$url_old" -H "Authorization: Bearer $token_new" \
  http://new$me
like "a proxy's target chooses the workspace by its name" "$out" userName
run curl -sS --noproxy '' -x "$url_old" -H "Authorization: Bearer $token_new" \
  "http://new.example.com/api/2.0/preview/scim/v2/Users?count=1"
like "or by the first part of the host" "$out" '"totalResults":1,'

# --- the profiles ---------------------------------------------------------

like "there is a profile for each" "$(cat "$tmp/profiles")" '^\[old\]$'
like "for OAuth too" "$(cat "$tmp/profiles")" '^\[new-m2m\]$'
like "and for an expired token" "$(cat "$tmp/profiles")" '^\[new-expired\]$'
id=$(sed -n '/^\[new-m2m\]/,/^$/s/^client_id = //p' "$tmp/profiles")
secret=$(sed -n '/^\[new-m2m\]/,/^$/s/^client_secret = //p' "$tmp/profiles")
run curl -sS --noproxy '*' -u "$id:$secret" -d grant_type=client_credentials \
  -d scope=all-apis "$url_new/oidc/v1/token"
access=$(printf '%s' "$out" | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
run curl -sS --noproxy '*' -H "Authorization: Bearer $access" "$url_new$me"
like "HTTP Basic gets an access token" "$out" "\"applicationId\":\"$id\""

# --- begin and end ---------------------------------------------------------

run "$builddir/migrate-simulator" --populate lots
status_is "an amount that is none ends it" 1
like "with a reason" "$err" "populate: 'lots'"
run "$builddir/migrate-simulator" --colour
status_is "so does an unknown option" 2
run "$builddir/migrate-simulator" --workspace a --workspace a
status_is "and a name given twice" 2
run "$builddir/migrate-simulator" --version
like "it has a version" "$out" '^migrate-simulator [0-9]'
run "$builddir/migrate-simulator" --help
like "and help" "$out" '--populate SIZE'

# once STATE LEDGER: one run that makes a user and ends
once ()
{
  start_simulator --workspace keep --state "$tmp/state" --ledger "$tmp/ledger"
  ask keep /api/2.0/preview/scim/v2/Users -d "{\"userName\":\"$1\"}"
  kill "$simulator_pid"
  mg_end=0
  wait "$simulator_pid" || mg_end=$?
}
once first
is "it ends on SIGTERM with status 0" "$mg_end" 0
once second
start_simulator --workspace keep --state "$tmp/state"
ask keep '/api/2.0/preview/scim/v2/Users?attributes=userName'
like "a state is kept from run to run" "$out" '"first".*"second"'
is "a ledger is a SQLite file" "$(head -c 15 "$tmp/ledger")" "SQLite format 3"

keep='--workspace keep --state '$tmp'/large.state --file-limit 17825792'
start_simulator $keep
upload keep /Shared/large
upload keep /Shared/twin
{ cat "$tmp/large"; echo; } >"$tmp/longer"
ask keep /api/2.0/workspace/import -F path=/Shared/longer -F format=RAW \
  -F "content=@$tmp/longer" -w ' %{http_code}'
like "a file has a limit" "$out" 'MAX_NOTEBOOK_SIZE_EXCEEDED.*17825793.* 400$'
stop_keeping ()
{
  kill "$simulator_pid"
  mg_end=0
  wait "$simulator_pid" || mg_end=$?
}
stop_keeping
is "what is large is kept beside the state, once" \
  "$(cd "$tmp/large.state.contents" && sha256sum ./* | sed 's, .*/, ,')" \
  "$(sha256sum <"$tmp/large" | sed 's/^\([^ ]*\).*/\1 \1/')"
ok "which is short" [ "$(wc -c <"$tmp/large.state")" -lt 100000 ]
start_simulator $keep
ask keep "$export" -o "$tmp/got"
ok "and is there again with it" cmp "$tmp/large" "$tmp/got"
for path in large twin; do
  ask keep /api/2.0/workspace/delete -d "{\"path\":\"/Shared/$path\"}"
done
stop_keeping
is "until nobody has it" "$(ls "$tmp/large.state.contents")" ""
start_simulator $keep
upload keep /Shared/large
stop_keeping
for content in "$tmp"/large.state.contents/*; do
  echo other >"$content"
done
run "$builddir/migrate-simulator" $keep
status_is "a content that is another one is refused" 1
like "with a reason" "$err" 'is not what its name says'
rm "$tmp"/large.state.contents/*
run "$builddir/migrate-simulator" $keep
status_is "and one that is not there" 1

# --- TLS --------------------------------------------------------------------

if command -v openssl >/dev/null 2>&1 && openssl req -x509 -newkey rsa:2048 \
     -nodes -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -days 2 \
     -keyout "$tmp/key.pem" -out "$tmp/cert.pem" 2>/dev/null; then
  start_simulator --workspace safe --tls "$tmp/cert.pem" "$tmp/key.pem"
  ask safe $me --cacert "$tmp/cert.pem"
  like "it speaks TLS" "$out" userName
  ask safe /.well-known/databricks-config --cacert "$tmp/cert.pem"
  like "and says so" "$out" '"oidc_endpoint":"https://'
  fault_url=$url_safe
  ask safe /_simulator/faults --cacert "$tmp/cert.pem" \
    -d '{"match":"*","do":"cut"}'
  ask safe $me --cacert "$tmp/cert.pem"
  ok "a cut works there too" [ "$status" != 0 ]
  upload safe /Shared/large --cacert "$tmp/cert.pem"
  ask safe "$export" --cacert "$tmp/cert.pem" -o "$tmp/got"
  ok "and so do large files" cmp "$tmp/large" "$tmp/got"
fi

# --- the manual page --------------------------------------------------------

run "$builddir/migrate-simulator" --help
for option in $(printf '%s\n' "$out" | sed -n 's/^  --\([a-z-]*\).*/\1/p'); do
  ok "--$option is in the manual page" \
    grep -q -e "Fl -$option" "$srcdir/docs/migrate-simulator.1"
done

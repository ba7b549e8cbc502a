#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Bad answers of every sort: the rest is done, each failure has a code, nothing
# is made twice, and the next run brings what was missing.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

# answer TEXT STATUS CODES FAULT... [-- OPTION...]: an import that meets the
# faults ends with STATUS, its failures have the codes CODES ('' = none
# failed); then one without them ends with 0
answer ()
{
  mg_text=$1 mg_status=$2 mg_codes=$3
  shift 3
  mg_faults=
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    mg_faults="$mg_faults$1
"
    shift
  done
  [ $# = 0 ] || shift
  begin "$mg_faults"
  run move import --settle 300ms "$@"
  status_is "$mg_text: import ends with $mg_status" "$mg_status"
  is "$mg_text: what failed has its code" "$(rows "
    SELECT group_concat (code) FROM (SELECT DISTINCT coalesce (code, 'none')
    AS code FROM work WHERE state = 6 ORDER BY 1)")" "$mg_codes"
  goes_on "$mg_text"
}

# begin FAULTS: the target and the session as they were after the export
begin ()
{
  tell "$url_new" reset '{}'
  tell "$url_new" reset '{"what": "state"}'
  forget_session
  cp -R "$tmp/exported" "$tmp/sessions/s"
  tell "$url_new" faults "$1"
}

# goes_on TEXT: the next import, undisturbed, brings everything, once
goes_on ()
{
  is "$1: the fault was met" "$(curl -sS "$url_new/_simulator/counters" |
    grep -c '"faults":{}' || :)" 0
  tell "$url_new" faults '' -X DELETE
  cat "$tmp/.out" "$tmp/.err" >>"$tmp/said"
  run move import --settle 300ms --retry-failed
  status_is "$1: the next import ends with 0" 0
  cat "$tmp/.out" "$tmp/.err" >>"$tmp/said"
  is "$1: everything is there, once" "$(ask check "$url_old" "$url_new")" ''
}

pair --populate \
users=24,groups=12,service-principals=10,experiments=12,instance-profiles=3 \
  -- --page 20
run move export
status_is "export ends with 0" 0
cp -R "$tmp/sessions/s" "$tmp/exported"

# fault_line MATCH DO [MEMBERS]: one line of the simulator's faults
fault_line ()
{
  printf '{"match": "%s", "do": "%s"%s}' "$1" "$2" "${3:+, $3}"
}

error ()
{
  printf '"status": %s, "body": {"error_code": "%s", "message": "simulated"}' \
    "$1" "$2"
}

# --- refusals: one asset fails, the rest is done
answer '403' 1 denied "$(fault_line 'POST *Users' status \
  "$(error 403 PERMISSION_DENIED), \"offset\": 3")"
answer '404' 1 not-found "$(fault_line 'POST *Users' status \
  "$(error 404 RESOURCE_DOES_NOT_EXIST), \"offset\": 3")"
answer '400' 1 refused "$(fault_line 'POST *Users' status \
  "$(error 400 INVALID_PARAMETER_VALUE), \"offset\": 3")"
answer 'a quota' 1 quota "$(fault_line 'POST *Users' status \
  "$(error 400 QUOTA_EXCEEDED), \"offset\": 3")"
answer '409 that is not so' 0 '' "$(fault_line 'POST *Users' status \
  "$(error 409 RESOURCE_ALREADY_EXISTS), \"offset\": 3")"

# --- throttling: never a failure
date=$(date -u -d '+1 second' '+%a, %d %b %Y %H:%M:%S GMT')
for after in '"1"' "\"$date\"" '"soon"' ''; do
  answer "429 with Retry-After ${after:-missing}" 0 '' \
    "$(fault_line 'POST *Users' status "$(error 429 REQUEST_LIMIT_EXCEEDED), \
\"times\": 3${after:+, \"headers\": {\"Retry-After\": $after\}}")"
done

# --- answers that say nothing certain: UNIQUE and NONUNIQUE kinds
for kind in Users ServicePrincipals Groups instance-profiles/add \
  experiments/create; do
  for when in before after; do
    answer "$kind: 503 $when the effect" 0 '' \
      "$(fault_line "POST *$kind" status "\"when\": \"$when\", \"offset\": 2")"
    answer "$kind: cut $when the effect" 0 '' \
      "$(fault_line "POST *$kind" cut "\"when\": \"$when\", \"offset\": 2")"
  done
  answer "$kind: an effect that comes late" 0 '' \
    "$(fault_line "POST *$kind" defer '"ms": 100, "offset": 2')"
done
for how in html empty truncate length text big deep close \
  'html", "status": 502, "x": "'; do
  case $how in html*502*) how=html more='"status": 502, ' ;; *) more= ;; esac
  for kind in Users ServicePrincipals; do
    answer "$kind: $how after the effect" 0 '' "$(fault_line "POST *$kind" "$how" \
      "$more\"when\": \"after\", \"offset\": 2")"
  done
done
answer 'a connection that is closed when it is used again' 0 '' \
  "$(fault_line 'POST *' cut '"reused": true, "when": "after", "times": 3')"
answer 'a slow answer' 0 '' "$(fault_line 'POST *Users' slow '"ms": 2')"
answer 'a list that lags' 0 '' \
  "$(fault_line 'POST *ServicePrincipals' cut '"when": "after", "times": 2')" \
  "$(fault_line 'GET *ServicePrincipals*' stale '"ms": 100, "offset": 1')"
answer 'idempotent writes are tried again' 0 '' \
  "$(fault_line 'PUT *' status '"times": 3')" \
  "$(fault_line 'PATCH *' cut '"when": "after"')"

# --- not a moment's trouble
begin "$(fault_line 'POST *Users' status "$(error 429 REQUEST_LIMIT_EXCEEDED), \
\"times\": 0, \"headers\": {\"Retry-After\": \"1\"}")"
run move import --throttle-wait 1s
status_is "429 for ever: import ends with 10" 10
like "429 for ever: it says so" "$err" '\[throttled\]'
goes_on "429 for ever"

begin "$(fault_line 'POST *Users' html '"times": 0')"
run move import --settle 50ms
status_is "pages instead of answers, for ever: import ends with 1" 1
is "pages instead of answers, for ever: the rest is done" "$(rows "
  SELECT count (*) FROM work JOIN kind USING (kid) WHERE name IN
  ('service-principals', 'instance-profiles') AND state NOT IN (4, 5)")" 0
goes_on "pages instead of answers, for ever"

begin "$(fault_line 'POST *ServicePrincipals' cut '"when": "after", "times": 2')
$(fault_line 'GET *ServicePrincipals*' html '"offset": 1, "times": 0')"
run move import --settle 100ms
status_is "a list for doubts that is never answered: import ends with 1" 1
is "a list for doubts that is never answered: they stay uncertain" "$(rows "
  SELECT count (*) FROM work WHERE state = 3")" 2
goes_on "a list for doubts that is never answered"

begin ''
tell "$url_new" expire '{"what": "pat"}'
run move import
status_is "a token that has expired: import ends with 3" 3
like "a token that has expired: it says so" "$err" '\[token-expired\]'
is "a token that has expired: nothing was written" "$(ask writes "$url_new")" 0
token_new=$(sed 's/.*"token": *"\([^"]*\)".*/\1/' "$tmp/.told")
know "token_new, renewed" "$token_new"

# --- what was said never holds a secret
run grep -rlF -e "$token_old" -e "$token_new" "$tmp/said" "$tmp/sessions"
is "no token in any output or session" "$out" ''
run grep -E '^migrate: .*(refused|failed|error)' "$tmp/said"
is "every line about a failure ends with its code" \
  "$(printf '%s\n' "$out" | grep -v '\[[a-z-]*\]$' | grep -v 'migrate errors' || :)" ''

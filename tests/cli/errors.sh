#!/bin/sh
# What failed is grouped by cause, each with what it blocks and a cure.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

requires curl --version
cat >"$tmp/old.faults" <<'EOT'
{"match":"GET */permissions/experiments/*","do":"status","status":403,"times":0,"body":"{\"error_code\":\"PERMISSION_DENIED\",\"message\":\"no\"}"}
EOT
cat >"$tmp/new.faults" <<'EOT'
{"match":"POST */instance-profiles/add","do":"status","status":400,"times":0,"body":"{\"error_code\":\"QUOTA_EXCEEDED\",\"message\":\"all \u202eused up\\nmigrate: forged\"}"}
{"match":"POST */mlflow/experiments/create","do":"status","status":403,"times":1,"body":"{\"error_code\":\"PERMISSION_DENIED\",\"message\":\"no\"}"}
EOT
start_simulator \
  --workspace old --populate users=60,groups=10,experiments=6,instance-profiles=2 \
  --faults "$tmp/old.faults" \
  --workspace new --faults "$tmp/new.faults"
profile old "$url_old" "$token_old"
profile new "$url_new" "$token_new"
host=${url_new#http://}
limits='--limits off'
migrate session new acme --from old --to new >/dev/null

run migrate errors
like "nothing failed yet" "$status $err" '^0 migrate: nothing failed'

run migrate export $limits
status_is "an export with failures is exit 1" 1
like "... tells each" "$err" \
  'experiments/permissions: .*PERMISSION_DENIED.*\[denied\]'
like "... counts them" "$out" '^experiments/permissions +6 +0 +6$'
like "... and says what to do" "$err" '^migrate: 6 failed; see migrate errors$'

run migrate errors
status_is "errors is exit 1 when there are some" 1
like "one group for one cause" "$out" \
  "^6  denied  experiments/permissions '.*', '.*', '.*' \.\.\.: "
is "... and no other" "$(printf '%s\n' "$out" | grep -c '^[0-9]')" 1
like "... with its cure" "$out" '^   cure: give that identity the right'

curl -sS -X DELETE "$url_old/_simulator/faults" >/dev/null
run migrate export --retry-failed $limits
status_is "the cure works" 0
run migrate errors
like "... and the error is gone" "$status $err" '^0 .*nothing failed'

run migrate import --yes-host "$host" --invitations-muted $limits
status_is "an import with failures is exit 1" 1
like "... tells how many" "$err" 'not done; see migrate errors$'
run migrate errors
like "a cause tells what it blocks" "$out" \
  "^2  quota +instance-profiles '.*', '.*': .*\(blocks [0-9]+ users, [0-9]+ [a-z]+, .*\)$"
is "what blocks most comes first" \
  "$(printf '%s\n' "$out" | sed -n 's/^[0-9]*  \([a-z]*\) .*/\1/p' |
    tr -s '\n ' ' ')" "quota denied "
unlike "the service's text forges no line" "$out" '^migrate: forged'
like "... and reverses none" "$out" '\\u\{202e\}'
run migrate errors --json
like "as JSON" "$out" \
  '"event":"cause","end":"target","kind":"instance-profiles","code":"quota","n":2,"blocks":[0-9]+,"keys":\["arn:'
cure='cure: raise the quota, then: migrate import'
like "the cure is a command" "$(migrate errors || :)" "$cure --retry-failed"
run migrate errors --session acme
like "... of that session, when it was named" "$out" \
  "$cure --session acme --retry-failed"
run migrate errors --plugins experiments/permissions
like "--plugins chooses, and what blocks those is shown" "$status $out" \
  "^1 2  quota +instance-profiles .*\(blocks [0-9]+ [a-z/-]+(, .*)?\)$"
run migrate plan $limits
like "a plan shows what stands in the way" "$status $out" '^1 .*KIND'
like "... by cause" "$out" '^2  quota'
run migrate report
like "the report tells what a blocked asset needs" "$out" \
  "^  groups  .*  blocked  needs [a-z-]+ '.+', which (failed \[quota\]|is blocked)  blocked$"
unlike "... of every one" "$out" '  blocked  blocked$'
run migrate status
like "so does status, in one line for each cause" "$out" \
  "^blocked  [0-9]+ users, [0-9]+ [a-z]+, .*: by instance-profiles 'arn:.*' \[quota\]$"
run migrate report
like "the report lists each" "$out" '^  instance-profiles  arn:.*failed.*quota$'

curl -sS -X DELETE "$url_new/_simulator/faults" >/dev/null
run migrate import --retry-failed $limits
status_is "--retry-failed after the cure" 0
run migrate errors
status_is "... leaves no error" 0

# --- not now ---

run curl -sS -X POST -d '{"what":"pat"}' "$url_new/_simulator/expire"
run migrate validate $limits
like "an expired token without a terminal is exit 3" "$status $err" \
  "^3 .*profile 'new'.*migrate configure new.*\[token-expired\]"

cat >"$tmp/busy.faults" <<'EOT'
{"match":"POST */scim/v2/*","do":"status","status":429,"times":0}
EOT
start_simulator --workspace busy --faults "$tmp/busy.faults"
profile busy "$url_busy" "$token_busy"
run migrate import --to busy --yes-host "${url_busy#http://}" \
  --invitations-muted --plugins users --throttle-wait 1s $limits
status_is "throttled for too long is exit 10" 10
like "... and resumable" "$err" 'resume: migrate import$'
run migrate export --from nowhere
like "an unknown profile is exit 3, with the cure" "$status $err" \
  '^3 .*migrate configure nowhere.*\[no-profile\]'
run migrate export --plugins nosuch --session acme
like "an unknown plugin is exit 2" "$status $err" '^2 .*\[unknown-plugin\]'
run migrate export --plugins mlflo --session acme
like "... with the nearest" "$err" "did you mean 'mlflow'"

# --- what is said to be typed can be typed ---

run migrate import --session acme --to busy --plugins users \
  --throttle-wait 1s $limits
like "a name on the line stands in how to go on" "$err" \
  'resume: migrate import --session acme$'
migrate session new other --from busy >/dev/null
run migrate export --from old --max-duration 1ms
like "of two sessions each is named" "$err" \
  'resume: migrate export --session acme$'
MIGRATE_SESSION=acme
export MIGRATE_SESSION
run migrate export --max-duration 1ms
like "... but not one that the environment names" "$err" \
  'resume: migrate export$'
unset MIGRATE_SESSION

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# migrate plan --out and import --plan: what others looked at is done, and nothing
# else.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

file=$tmp/change.plan
apply ()
{
  run migrate import --session s --plan "$file" --yes-host "$host_new" \
    --invitations-muted "$@"
}

# id KIND: of one asset
id ()
{
  rows "SELECT src_id FROM asset JOIN kind USING (kid) WHERE name = '$1'
    AND wsid = 0 AND key NOT IN ('admins', 'users') LIMIT 1"
}

pair --populate users=6,groups=3
run move export
run migrate plan --session s --to new --plugins users --out "$file"
status_is "plan --out" 0
like "... says how to go on" "$err" "apply: migrate import .*--plan $file"
is "the file is private" "$(stat -c %a "$file")" 600
is "it is JSON, with what is done to each asset" "$(python3 -c '
import json, sys
plan = json.load (open (sys.argv[1]))
n = sum (k["create"] for k in plan["kinds"])
print (n > 4, n == sum (a["op"] == "create" and a["state"] == "planned"
                        for a in plan["assets"]), plan["options"])' "$file")" \
  "True True {'plugins': 'users'}"

# --- who comes between
cp "$file" "$tmp/good"
sed 's/"create":[1-9]/"create":0/' "$tmp/good" >"$file"
apply
like "an edited plan is refused" "$status $err" '^2 .*bad-plan'
head -c 900 "$tmp/good" >"$file"
apply
like "half a plan is refused" "$status $err" '^2 .*bad-plan'
: >"$file"
apply
like "an empty file is refused" "$status $err" '^2 .*bad-plan'
rm "$file"
apply
like "so is none" "$status $err" '^3 .*cannot-read'
cp "$tmp/good" "$file"
apply --plugins mlflow
like "another choice is refused" "$status $err" '^2 .*wrong-option'
apply --dry-run
like "a plan of a plan, too" "$status $err" '^2 .*wrong-option'

migrate skip --session s "groups/$(id groups)" --reason 'not that' >/dev/null
apply
like "a skip makes it stale" "$status $err" \
  "^3 .*older than session 's' \(decisions: 1 added\).*stale-plan"
migrate skip --session s "groups/$(id groups)" --remove >/dev/null
migrate rules --session s add email nobody@example.com=x@example.com >/dev/null
apply
like "so does a rule" "$status $err" "^3 .*rules: 1 added.*stale-plan"
migrate rules --session s remove email nobody@example.com >/dev/null
run migrate plan --session s --to new --name 'nothing-*'
apply
like "and another plan" "$status $err" '^3 .*planned .* otherwise.*stale-plan'
run migrate plan --session s --to new --plugins users --out "$file"
run move export
apply
like "and another export" "$status $err" '^3 .*exported again.*stale-plan'
is "nothing was written by all that" "$(ask writes "$url_new")" 0

# --- it is applied, also when it is cut off
run migrate plan --session s --to new --plugins users --out "$file"
tell "$url_new" faults "$(printf %s '{"match": "POST *Groups*", ' \
  '"do": "status", "status": 400, "times": 1}')"
apply
status_is "one is refused by the target" 1
apply
status_is "the same plan goes on, and tries no refused one again" 1
apply --retry-failed
like "to try them is another plan" "$status $err" '^2 .*wrong-option'
run move import --retry-failed
status_is "an import tries it again" 0
apply
like "... after which the plan is old" "$status $err" '^3 .*stale-plan'
run move validate
status_is "validate" 0

# --- another session's
forget_session
pair --populate users=2
run move export
apply --to new
like "a plan of another session is refused" "$status $err" '^3 .*stale-plan'

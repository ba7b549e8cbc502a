#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kill -9 at random moments of an import, resumed each time, and during export
# and undo: of the supervisor, of its child, of both, and of a process without
# a supervisor.  20 of an import here, 200 in 'make check-long'.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/fault/killed.sh"

if [ -n "${CHECK_LONG:-}" ]; then
  rounds='1 2 3 4' kills=50 every=100 users=3000 groups=500 services=200
else
  rounds=1 kills=20 every=60 users=1200 groups=200 services=80
fi

# Beside the kills: replies that are lost, and effects that come late, both
# sooner than what --settle waits for.
cat >"$tmp/faults" <<'END'
{"match": "POST *scim/v2/*", "do": "defer", "ms": 400, "probability": 0.01}
{"match": "POST *scim/v2/*", "do": "cut", "when": "after", "probability": 0.01}
END

pair --populate users=$users,groups=$groups,service-principals=$services \
  -- --page 100
state old "$tmp/source"
state new "$tmp/before"

# Few at a time: what is in flight when it is killed need not be killed again.
killed "$url_old" '6 16 *' '' export --from old --parallel 4
resumed export 6
is "export: everything is there, once" "$(rows "
  SELECT group_concat (n) FROM (SELECT count (*) AS n FROM asset JOIN kind
  USING (kid) WHERE wsid = 0 AND name IN ('users', 'groups',
  'service-principals') GROUP BY name ORDER BY name)")" \
  "$groups,$services,$users"
is "export: nothing was written to the source" "$(ask writes "$url_old")" 0
cp -R "$tmp/sessions/s" "$tmp/exported"

# one_import ROUND: a target and a session as after the export, killed
one_import ()
{
  tell "$url_new" reset '{}'
  tell "$url_new" reset '{"what": "state"}'
  forget_session
  cp -R "$tmp/exported" "$tmp/sessions/s"
  killed "$url_new" "$kills $every *" "$tmp/faults" \
    import --to new --yes-host "$host_new" --invitations-muted --settle 2s
  resumed "import $1" "$kills"
  is "import $1: every asset was created once, says the ledger" \
    "$(ask twice "$url_new" "$url_old")" ''
  state new "$tmp/after"
  is "import $1: the target holds the source" \
    "$(ask moved "$tmp/source" "$tmp/after")" ''
  is "import $1: and nothing that the source has not" \
    "$(ask moved "$tmp/after" "$tmp/source" | grep -v 'automation of new' ||
      :)" ''
}

for round in $rounds; do
  one_import "$round"
  seed=$((seed + 1))
done
run move validate
status_is "validate finds no difference" 0
ask post "$url_new" reset '{"what": "counters"}' >/dev/null
run move import
status_is "another import ends with 0" 0
is "another import sends no write" "$(ask writes "$url_new")" 0

moments='2 16 GET *;1 1 PUT *;3 40 DELETE *Groups*;6 80 DELETE *Users*'
killed "$url_new" "$moments" '' undo --to new --yes-host "$host_new"
resumed undo 12
state new "$tmp/undone"
is "undo: the target is as it was" "$(ask same "$tmp/before" "$tmp/undone")" ''

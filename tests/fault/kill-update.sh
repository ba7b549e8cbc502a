#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kill -9 while what the target has becomes what the source has, and while it is
# put back: a third of everything has another content there.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/fault/killed.sh"

# differ: every third object of the target gets another content
differ ()
{
  PYTHONPATH="$srcdir/tests/e2e" python3 - "$url_new" <<'END'
import json, sys
import sim

CHANGES = {
    "users": {"displayName": "Theirs"},
    "groups": {"externalId": "theirs"},
    "instance-profiles": {"iam_role_arn": "arn:aws:iam::1:role/theirs"},
    "instance-pools": {"max_capacity": 77},
    "cluster-policies": {"description": "theirs"},
    "clusters": {"autotermination_minutes": 77},
    "notebooks": {"content": "IyBEYXRhYnJpY2tzIG5vdGVib29rIHNvdXJjZQp4ID0gNw==",
                  "language": "PYTHON", "modified_at": 7},
    "repos": {"branch": "theirs"},
}
url = sys.argv[1]
state = json.loads(sim.call(url, "state"))
for kind, change in CHANGES.items():
    for one in sim.table(state, kind)[::3]:
        match = {"id": str(one["id"])}
        if (one["fields"].get("displayName") in ("admins", "users")
                or one["fields"].get("cluster_name") == "twin"):
            continue                     # of these there are two
        if kind == "instance-profiles":
            match = {"instance_profile_arn":
                     one["fields"]["instance_profile_arn"]}
        sim.call(url, "object", json.dumps({
            "kind": kind, "match": match, "set": change}))
END
}

# settled FILE: a state without what time and the service itself change
settled ()
{
  python3 - "$1" <<'END'
import json, sys
OF_TIME = ("modified_at", "head_commit_id", "results", "spec", "state",
           "state_message", "start_time", "terminated_time", "driver",
           "executors", "jdbc_port", "last_restarted_time",
           "last_state_loss_time", "spark_context_id", "termination_reason")
state = json.load(open(sys.argv[1]))
for kind, rows in state["tables"].items():
    for one in rows:
        for name in OF_TIME:
            one["fields"].pop(name, None)
        # who it runs as is told beside the settings, too
        one["fields"].get("settings", {}).pop("run_as", None)
json.dump(state, open(sys.argv[1], "w"))
END
}

pair --populate small -- --populate small
differ
state new "$tmp/before"
run move export
status_is "export ends with 0" 0
killed "$url_new" '10 40 *' '' import --to new --on-conflict update \
  --yes-host "$host_new" --invitations-muted --settle 200ms --parallel 4
resumed_at_last import 10
run move validate
status_is "validate finds no difference" 0
ask post "$url_new" reset '{"what": "counters"}' >/dev/null
run move import --on-conflict update
status_is "another import ends with 0" 0
is "another import sends no write" "$(ask writes "$url_new")" 0

killed "$url_new" '6 40 *' '' undo --to new --yes-host "$host_new" --parallel 4
resumed_at_last undo 6
is "undo: nobody is said to have edited anything" "$(rows "SELECT DISTINCT
  kind.name, message FROM note JOIN kind USING (kid) WHERE code = 'edited'")" ''
state new "$tmp/undone"
settled "$tmp/before"
settled "$tmp/undone"
is "undo: the target is as it was" \
  "$(ask same "$tmp/before" "$tmp/undone" | cut -c1-300)" ''
ask post "$url_new" reset '{"what": "counters"}' >/dev/null
run move undo
is "another undo sends no write" "$(ask writes "$url_new")" 0

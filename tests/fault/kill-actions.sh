#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kill -9 around the pause and the resume of jobs: what a job was is known at
# every moment, what its owner paused stays so, and a killed action goes on.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/fault/killed.sh"

# pauses_in FILE: the jobs of a state, by name, and whether they start by themselves
pauses_in ()
{
  python3 - "$1" <<'END2'
import json, sys
def places(s):
    found = [s[n] for n in ("schedule", "continuous", "trigger") if n in s]
    return [p.get("pause_status", "UNPAUSED")
            for p in found + s.get("triggers", [])]
def jobs(at):
    if isinstance(at, dict):
        if "job_id" in at and "settings" in at:
            yield at["settings"]
        for value in at.values():
            yield from jobs(value)
    elif isinstance(at, list):
        for one in at:
            yield from jobs(one)
print("\n".join(sorted(s["name"] + " " + " ".join(places(s))
                       for s in jobs(json.load(open(sys.argv[1])))
                       if s.get("deployment", {}).get("kind")
                       != "SYSTEM_MANAGED")))
END2
}

# switched WHAT END STATE: killed while it does this
switched ()
{
  killed "$(eval "echo \$url_$2")" "6 4 POST */jobs/update" '' \
    action "jobs/$1" --on "$3" --yes-host "$(eval "echo \$host_$2")" \
    --parallel 3 --retry-backoff 1ms
}

pair --populate users=4,jobs=60
state old "$tmp/start"
pauses_in "$tmp/start" >"$tmp/were"
ok "there are live jobs, and some that are paused" \
  sh -c "grep -q UNPAUSED '$tmp/were' && grep -q ' PAUSED' '$tmp/were'"
run move export
run move import
is "import ends with 0" "$status" 0

switched pause old source
resumed_at_last pause 6
state old "$tmp/paused"
is "pause: all of the source is" "$(pauses_in "$tmp/paused" | grep UNPAUSED)" ''
run move export
run move import

switched resume new target
resumed_at_last resume 6
state new "$tmp/new"
pauses_in "$tmp/new" >"$tmp/are"
is "resume: the target is what the source was" \
  "$(diff "$tmp/were" "$tmp/are")" ''
run move import
state new "$tmp/new"
is "resume: an import leaves it" "$(pauses_in "$tmp/new" | diff "$tmp/are" -)" ''

switched resume old source
resumed_at_last back 6
state old "$tmp/end"
is "back: the source is what it was" \
  "$(pauses_in "$tmp/end" | diff "$tmp/were" -)" ''
is "nothing was made" "$(ask twice "$url_new" "$url_old")" ''

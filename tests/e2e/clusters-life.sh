#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Clusters: what move.sh and mutations.sh do not show.  What their creation
# starts is ended, what names them, pins, a lost reply, what is adopted.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

plain='"spark_version": "15.4.x-scala2.12", "node_type_id": "i3.xlarge",
  "num_workers": 1'

# make END NAME [MORE]: a cluster; prints its id
make_cluster ()
{
  api "$1" 2.1/clusters/create "{\"cluster_name\": \"$2\", $plain${3:-}}" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["cluster_id"])'
}

# clusters END EXPRESSION: it, for each cluster 'c' by name
clusters ()
{
  api "$1" 2.0/clusters/list | python3 -c '
import json, sys
for c in sorted(json.load(sys.stdin).get("clusters", []),
                key=lambda c: c["cluster_name"]):
    print(eval(sys.argv[1]))' "$2"
}

# --- what is created does not go on running, and is never started again
pair
make_cluster old one ', "autotermination_minutes": 10' >/dev/null
make_cluster old two >/dev/null
tell "$url_old" object '{"kind": "clusters", "create": {
  "cluster_name": "job-1-run-2"}, "set": {"cluster_source": "JOB"}}'
state new "$tmp/before"
run move export
is "life: nothing is asked for about that of a job" \
  "$(ask number "$url_old" routes permissions/clusters)$(ask number \
    "$url_old" routes libraries/cluster-status)" 22
run move import
status_is "life: import ends with 0" 0
is "life: each cluster is ended" \
  "$(clusters new 'c["cluster_name"], c["state"][:9]' | tr -d "(',)")" \
  "one TERMINATI
two TERMINATI"
is "life: one row each says so, after that of its create" \
  "$(rows "SELECT count (*) FROM work WHERE phase = 2 AND state = 4")" 2
is "life: that of a job is left out, and counted" "$(work_of clusters)" \
  "job-1-run-2|8|job-cluster
one|4|
two|4|"
run move validate
status_is "life: validate ends with 0" 0
run move export
run move import
is "life: a second import starts none" "$(ask number "$url_new" routes \
  clusters/start)$(ask number "$url_new" routes clusters/edit)" 00
is "life: and creates none" "$(ask number "$url_new" routes clusters/create)" 2
run move undo
status_is "life: undo ends with 0" 0
state new "$tmp/after"
is "life: undo leaves the target as it was" \
  "$(ask same "$tmp/before" "$tmp/after")" ''
end_process "$simulator_pid"

# --- they cost until they are ended: five are begun at most, and then one ends
forget_session
pair
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  make_cluster old "c$i" >/dev/null
done
run move export
run move import
status_is "five: import ends with 0" 0
is "five: never more than five were begun and not ended" \
  "$(ask get "$url_new" ledger | python3 -c '
import json, sys
now, most, n = 0, 0, 0
for one in map(json.loads, sys.stdin):
    if one["kind"] == "clusters" and one["effect"] == "create":
        now, n = now + 1, n + 1
    elif one["kind"] == "clusters" and one["route"].endswith("/delete"):
        now -= 1
    most = max(most, now)
print(n, most <= 5 or most, now)')" "20 True 0"
end_process "$simulator_pid"

# --- what could not be ended goes on, and says so until it is
forget_session
pair
make_cluster old one >/dev/null
make_cluster old two >/dev/null
tell "$url_new" faults '{"match": "POST *clusters/delete", "do": "status",'\
' "status": 400, "times": 0}'
run move export
run move import
status_is "unended: import ends with 1" 1
like "unended: and names what goes on" "$err" \
  "2 clusters begun and not ended, and go on .* ends them: '(one', 'two|two', 'one)'"
run migrate status
like "unended: status names it too" "$out" '^2 clusters begun and not ended'
run migrate status --json
like "unended: also as JSON" "$out" '"event":"unended","kind":"clusters","key":"one"'
ask delete "$url_new" faults >/dev/null
run move import --retry-failed
status_is "unended: the next import ends them" 0
run migrate status
unlike "unended: and nothing is said any more" "$out" 'not ended'
end_process "$simulator_pid"

# --- pins
forget_session
pair
one=$(make_cluster old pinned)
make_cluster old loose >/dev/null
api old 2.1/clusters/pin "{\"cluster_id\": \"$one\"}" >/dev/null
state new "$tmp/before"
run move export
run move import
is "pins: what was pinned is" \
  "$(clusters new '"pinned_by_user_name" in c, c["cluster_name"]')" \
  "(False, 'loose')
(True, 'pinned')"
run move validate
status_is "pins: validate ends with 0" 0
there=$(clusters new 'c["cluster_id"]' | tail -1)
api new 2.1/clusters/unpin "{\"cluster_id\": \"$there\"}" >/dev/null
run move validate
status_is "pins: validate sees that it is not pinned any more" 5
like "pins: and says so" "$out$err" 'pinned'
api new 2.1/clusters/pin "{\"cluster_id\": \"$there\"}" >/dev/null
run move undo
status_is "pins: undo ends with 0" 0
state new "$tmp/after"
is "pins: undo leaves the target as it was" \
  "$(ask same "$tmp/before" "$tmp/after")" ''
end_process "$simulator_pid"

# --- whom a cluster is for, and what it cannot have
forget_session
pair --populate users=5,service-principals=4,groups=6
tell "$url_old" object '{"kind": "users", "create": {"userName":
  "Ann.Capital@example.com"}}'
who=', "data_security_mode": "SINGLE_USER", "single_user_name": '
make_cluster old ann "$who \"ann.capital@example.com\"" >/dev/null
make_cluster old nobody "$who \"gone@example.com\"" >/dev/null
make_cluster old image ', "docker_image": {"url": "r/i", "basic_auth":
  {"username": "puller", "password": "xyzzy"}}' >/dev/null
tell "$url_old" object '{"kind": "clusters", "create": {"cluster_name":
  "lost", "policy_id": "00000000000000AA", "num_workers": 1,
  "node_type_id": "i3.xlarge"}}'
run move export
run move import
status_is "whom: import ends with 1" 1
is "whom: what cannot be moved is told" "$(work_of clusters)" "ann|4|
image|4|
lost|7|unknown-reference
nobody|7|unknown-principal"
is "whom: one cluster is for whom it was" \
  "$(clusters new 'c.get("single_user_name", "")' | head -1)" \
  "Ann.Capital@example.com"
like "whom: a line says that the password has to be set" \
  "$(rows 'SELECT message FROM note')" 'password of its Docker registry'
is "whom: nothing was asked for that a create does not take" \
  "$(ask strict "$url_new")" ''
end_process "$simulator_pid"

# --- the reply to a create is lost: it is found, ended, and not made again
forget_session
pair
for i in 1 2 3; do
  make_cluster old twin >/dev/null
done
create='"match": "POST */clusters/create"'
tell "$url_new" faults \
  "{$create, \"do\": \"cut\", \"when\": \"after\", \"times\": 2}"
run move export
run move import --settle 0
status_is "lost: import ends with 0" 0
is "lost: three were made and ended" \
  "$(clusters new 'c["state"][:9]')" "TERMINATI
TERMINATI
TERMINATI"
run move validate
status_is "lost: validate ends with 0" 0
end_process "$simulator_pid"

# --- one that is there already is adopted; another of its name decides nothing
forget_session
pair
make_cluster old same >/dev/null
make_cluster new same >/dev/null
make_cluster old other ', "autotermination_minutes": 10' >/dev/null
make_cluster new other ', "autotermination_minutes": 20' >/dev/null
state new "$tmp/before"
run move export
run move import
status_is "adopted: import ends with 1" 1
is "adopted: the equal one alone" "$(work_of clusters)" "other|6|ambiguous
same|5|"
is "adopted: and goes on as it was" \
  "$(clusters new 'c["state"]' | sort -u)" PENDING
run move undo
state new "$tmp/after"
is "adopted: undo leaves the target as it was" \
  "$(ask same "$tmp/before" "$tmp/after")" ''
end_process "$simulator_pid"

# --- a region without such machines: a rule says which it has
forget_session
pair
tell "$url_old" object '{"kind": "clusters", "create": {"cluster_name": "one",
  "node_type_id": "old.large", "num_workers": 1}}'
run move export
run migrate preflight --session s --to new
status_is "rules: preflight ends with 0" 0
like "rules: preflight knows a type of machines that the target lacks" "$out" \
  '^warn +old.large is not known to the target: .*clusters.* \[unknown-value\]'
like "rules: and the cure" "$out" 'add node-type OLD=NEW'
like "rules: and the nearest of those that the target has" "$out" \
  "2 in clusters; nearest: 'm5d.large', migrate rules --session s add node-type old.large=m5d.large"
unlike "rules: and none that it has" "$out" '(m5d.large|i3.xlarge) is not known'
run move import
status_is "rules: import ends with 1 without one" 1
like "rules: with the words of the service" "$err" 'old.large is not supported'
run migrate errors --session s
like "rules: errors names the nearest, too" "$out" "not supported.*; the target does \
not know 'old.large'; nearest: 'm5d.large', migrate rules --session s add node-type old.large=m5d.large"
like "rules: under the code that preflight has" "$out" '^1  unknown-value '
run migrate rules --session s add node-type old.large=m5d.large
run migrate preflight --session s --to new
unlike "rules: with a rule preflight is content" "$out" 'unknown-value'
run move import --retry-failed
status_is "rules: with it import ends with 0" 0
is "rules: driver and workers have the new type" \
  "$(clusters new 'c["node_type_id"], c["driver_node_type_id"]')" \
  "('m5d.large', 'm5d.large')"
run move validate
status_is "rules: validate ends with 0" 0
end_process "$simulator_pid"

# libraries END NAME: those of a cluster
libraries ()
{
  mg_id=$(clusters "$1" "c['cluster_id'] if c['cluster_name'] == '$2' else ''" |
    grep .)
  api "$1" "2.0/libraries/cluster-status?cluster_id=$mg_id" | python3 -c '
import json, sys
for one in json.load(sys.stdin).get("library_statuses", []):
    print(json.dumps(one["library"]), one["status"])'
}

# --- libraries: put once, those that are the cluster's
forget_session
pair
one=$(make_cluster old one)
make_cluster old none >/dev/null
make_cluster old same >/dev/null
make_cluster new same >/dev/null
for end in old new; do
  api $end 2.0/libraries/install "{\"cluster_id\": \"$(clusters $end \
    'c["cluster_id"]' | tail -1)\", \"libraries\": [{\"pypi\":
    {\"package\": \"of $end\"}}]}" >/dev/null
done
api old 2.0/libraries/install "{\"cluster_id\": \"$one\", \"libraries\": [
  {\"jar\": \"dbfs:/FileStore/a b.jar\"}, {\"pypi\": {\"package\": \"x\",
  \"repo\": \"https://pypi.example.com\"}}]}" >/dev/null
state new "$tmp/before"
run move export
run move import
status_is "libraries: import ends with 0" 0
is "libraries: those of the new cluster wait for its start" \
  "$(libraries new one)" '{"jar": "dbfs:/FileStore/a b.jar"} PENDING
{"pypi": {"package": "x", "repo": "https://pypi.example.com"}} PENDING'
is "libraries: an adopted cluster keeps its own" "$(libraries new same)" \
  '{"pypi": {"package": "of new"}} PENDING'
is "libraries: nothing is sent where there are none" \
  "$(ask number "$url_new" routes libraries/install)" 2
like "libraries: a file that stays behind is told by its path" \
  "$(rows 'SELECT message FROM note')" 'put it there by hand: dbfs:/FileStore/a b.jar$'
run move validate
status_is "libraries: validate ends with 0" 0
is "libraries: what the adopted one lacks is told, with the reason" \
  "$(rows "SELECT DISTINCT key, what, why FROM difference")" \
  'same|differs|adopted'
run move import
is "libraries: a second import sends none" \
  "$(ask number "$url_new" routes libraries/install)" 2
mg_there=$(clusters new 'c["cluster_id"]' | sed -n 2p)
api new 2.0/libraries/uninstall "{\"cluster_id\": \"$mg_there\",
  \"libraries\": [{\"jar\": \"dbfs:/FileStore/a b.jar\"}]}" >/dev/null
run move validate
status_is "libraries: validate sees one that is gone" 5
run move undo
status_is "libraries: undo ends with 0" 0
state new "$tmp/after"
is "libraries: undo leaves the target as it was" \
  "$(ask same "$tmp/before" "$tmp/after")" ''
is "libraries: nothing was asked for that the service does not know" \
  "$(ask strict "$url_new")$(ask strict "$url_old")" ''
end_process "$simulator_pid"

# --- without the plugin's clusters there are no libraries; without these, those
forget_session
pair --populate instance-pools=8,cluster-policies=8,clusters=15
run move export
run move import --skip cluster-libraries
is "without libraries: none is put" \
  "$(ask number "$url_new" routes libraries/install)" 0
run move import
status_is "without libraries: a later import brings them" 0
is "without libraries: to those that have some" \
  "$(ask number "$url_new" routes libraries/install)" 4
end_process "$simulator_pid"

# --- what rested for over 30 days is gone: no line, nothing is made of it
forget_session
pair
aged=$(make_cluster old aged)
kept=$(make_cluster old kept)
for id in "$aged" "$kept"; do
  api old 2.1/clusters/delete "{\"cluster_id\": \"$id\"}" >/dev/null
done
run move export
api old 2.1/clusters/pin "{\"cluster_id\": \"$kept\"}" >/dev/null
tell "$url_old" clock '{"advance_ms": 2700000000}'
run move export
status_is "forgotten: export ends with 0" 0
is "forgotten: it is told as what is gone is" \
  "$(rows "SELECT key, code FROM note JOIN asset USING (aid)")" 'aged|vanished'
run move import
status_is "forgotten: import ends with 0" 0
is "forgotten: the other one alone is made" \
  "$(clusters new 'c["cluster_name"]')" kept
run move validate
status_is "forgotten: validate ends with 0" 0
there=$(clusters new 'c["cluster_id"]')
api new 2.1/clusters/unpin "{\"cluster_id\": \"$there\"}" >/dev/null
tell "$url_new" clock '{"advance_ms": 2700000000}'
run move undo
status_is "forgotten: undo ends with 0, also where the target forgot it" 0
end_process "$simulator_pid"

# --- five in doubt, and the target cannot be looked at: the others wait for it
forget_session
pair
for name in 1 2 3 4 5 6 7 8; do
  make_cluster old "$name" >"$tmp/.done"
done
run move export
fault new '"match": "POST *clusters/create", "do": "empty", "times": 5'
# the first two are of the baseline
fault new '"match": "GET *clusters/list*", "do": "status", "status": 400,
  "offset": 2, "times": 0'
run move import --settle 100ms
status_is "held: import ends with 1" 1
like "held: it says what could not be looked at" "$err" \
  '^migrate: clusters: GET .*clusters/list.*: 400 .*\[uncertain\]$'
is "held: no sixth one was begun" "$(calls new clusters/create)" 5
tell "$url_new" faults '' -X DELETE
run move import --settle 100ms
status_is "held: the next import ends with 0" 0
is "held: ... and has made each once" \
  "$(clusters new 'c["cluster_name"]' | sort | tr '\n' ' ')" '1 2 3 4 5 6 7 8 '
end_process "$simulator_pid"

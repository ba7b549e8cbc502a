#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Git folders: a move and back, branches, and what the target cannot clone.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

git=https://git.example.com

# phases_of KIND: its rows, also those that follow a create
phases_of ()
{
  rows "SELECT key, phase, work.state, coalesce (code, '') FROM work
    JOIN asset USING (aid) JOIN kind ON kind.kid = work.kid
    WHERE kind.name = '$1' ORDER BY key, phase"
}

# folders END: what lies in /Repos
folders ()
{
  eval "ask get \"\$url_$1\" state" | python3 -c '
import json, sys
print(",".join(sorted(one["fields"]["path"]
                      for one in json.load(sys.stdin)["tables"]["folders"]
                      if one["fields"]["path"].startswith("/Repos/"))))'
}

etl="\"url\": \"$git/etl\", \"provider\": \"gitHub\""

# --- there and back
pair --populate users=40,groups=14,service-principals=8,repos=60
state new "$tmp/before"
run move export
status_is "move: export ends with 0" 0
run move import
status_is "move: import ends with 0" 0
is "move: as the source has it, with nothing that it has not" \
  "$(ask check "$url_old" "$url_new")" ''
is "move: the folders of /Repos came along, the empty one too" \
  "$(folders new)" "$(folders old)"
is "move: what has no remote is left, and nobody asks for its permissions" \
  "$(rows "SELECT kind.name, code FROM work JOIN kind USING (kid)
    WHERE work.state = 8 AND kind.name LIKE 'repos%'")" \
  "repos|no-remote"
is "move: credentials are work to be done by hand" \
  "$(phases_of git-credentials)" "azureDevOpsServices ana@acme|1|8|git-token
gitHub ana: mine|1|8|git-token"
run move validate
status_is "move: validate ends with 0" 0
before=$(ask writes "$url_new")
run move import
status_is "move: a second import ends with 0" 0
is "move: and writes nothing" "$(ask writes "$url_new")" "$before"
run move undo
status_is "move: undo ends with 0" 0
state new "$tmp/after"
is "move: undo leaves the target as it was" \
  "$(ask same "$tmp/before" "$tmp/after")" ''
is "move: also without the folders" "$(folders new)" ''
end_process "$simulator_pid"

# --- what the target cannot do, each with a line of its own, and the cure
forget_session
pair
put repos "\"path\": \"/Repos/a/branch\", $etl, \"branch\": \"gone\""
put repos '"path": "/Repos/a/private", "url": "https://git.example.com/own",
  "provider": "gitLab"'
put repos '"path": "/Repos/a/lost", "url": "https://git.example.com/lost",
  "provider": "gitHub"'
put repos "\"path\": \"/Shared/a/taken\", $etl"
put repos "\"path\": \"/Repos/a/tag\", $etl,
  \"head_commit_id\": \"4506fdf41e9fa98090570a34df7a5bce163ff15f\""
put repos "\"path\": \"/Repos/a/well\", $etl, \"branch\": \"dev\""
put remotes "\"url\": \"$git/etl\", \"branches\": [\"main\", \"dev\"]" new
put remotes "\"url\": \"$git/own\", \"private\": true" new
put remotes "\"url\": \"$git/lost\", \"refuses\": \"Remote repo not found.\"" new
put folders '"path": "/Shared/a/taken"' new
state new "$tmp/before"
run move export
run move import
status_is "refused: import ends with 1" 1
is "refused: each with its reason, and the rest is done" "$(phases_of repos)" \
  "/Repos/a/branch|1|4|
/Repos/a/branch|2|6|branch-refused
/Repos/a/lost|1|6|remote-refused
/Repos/a/private|1|6|git-credential
/Repos/a/tag|1|4|
/Repos/a/tag|2|6|detached-head
/Repos/a/well|1|4|
/Repos/a/well|2|4|
/Shared/a/taken|1|6|path-taken"
run migrate --session s errors
like "refused: a branch that the remote has not" "$out" \
  "branch-refused +repos '/Repos/a/branch': .*check out 'gone'.*not found on"
like "refused: a remote that wants a credential" "$out" \
  "git-credential +repos '/Repos/a/private': .*add a Git credential for gitLab"
like "refused: a remote that is not there, with its own words" "$out" \
  "remote-refused +repos '/Repos/a/lost': .*Remote repo not found"
like "refused: no branch at all, with the commit" "$out" \
  "detached-head +repos '/Repos/a/tag': .*at commit 4506fdf41e9f.*on 'main'"
like "refused: a path that something else has" "$out" \
  "path-taken +repos '/Shared/a/taken': a DIRECTORY has this path"
run move validate
status_is "refused: every difference has its reason" 1
is "refused: no request was made that no workspace knows" \
  "$(ask strict "$url_new")" ''

tell "$url_new" object "{\"kind\": \"remotes\", \"match\": {\"url\": \"$git/etl\"},
  \"remove\": [\"branches\"]}"
tell "$url_new" object "{\"kind\": \"remotes\", \"match\": {\"url\":
  \"$git/lost\"}, \"delete\": true}"
put git-credentials '"git_provider": "gitLab"' new
tell "$url_new" object '{"kind": "folders", "match": {"path": "/Shared/a/taken"},
  "delete": true}'
tell "$url_new" object '{"kind": "repos", "match": {"path": "/Repos/a/tag"},
  "set": {"head_commit_id": "4506fdf41e9fa98090570a34df7a5bce163ff15f"},
  "remove": ["branch"]}'
run move import --retry-failed
status_is "cured: import ends with 0" 0
is "cured: the branch is checked out" "$(repo new /Repos/a/branch branch)" gone
run move validate
status_is "cured: validate ends with 0" 0
tell "$url_new" object '{"kind": "repos", "match": {"path": "/Repos/a/tag"},
  "set": {"head_commit_id": "0000000000000000000000000000000000000000"}}'
run move validate
status_is "cured: without a branch the commit counts" 5
run move undo
status_is "cured: undo ends with 0" 0
is "cured: undo removes what it made" \
  "$(folders new) $(repo new /Shared/a/taken path)" ' '
end_process "$simulator_pid"

# --- what is there already
forget_session
pair
for name in same branch url later; do
  put repos "\"path\": \"/Repos/a/$name\", $etl, \"branch\": \"dev\""
done
put repos "\"path\": \"/Repos/a/same\", $etl, \"branch\": \"dev\"" new
put repos "\"path\": \"/Repos/a/branch\", $etl" new
put repos "\"path\": \"/Repos/a/url\", \"url\": \"$git/other\",
  \"provider\": \"gitHub\"" new
put git-credentials '"git_provider": "gitHub", "git_username": "bo"' new
put git-credentials '"git_provider": "gitHub", "git_username": "bo"'
state new "$tmp/before"
run move export
run move plan
put repos "\"path\": \"/Repos/a/later\", \"url\": \"$git/other\",
  \"provider\": \"gitHub\"" new
run move import
status_is "there: import ends with 1" 1
is "there: adopted where the remote is the same, else a conflict" \
  "$(phases_of repos)" "/Repos/a/branch|1|5|
/Repos/a/later|1|6|conflict
/Repos/a/same|1|5|
/Repos/a/url|1|6|conflict"
is "there: a credential of the same user stands for it" \
  "$(phases_of git-credentials)" "gitHub bo|1|5|"
like "there: one line says what is another" "$(migrate --session s errors)" \
  "conflict +repos '/Repos/a/.*': something else has this name"
is "there: nothing was changed" "$(repo new /Repos/a/branch branch)" main
run move validate
is "there: validate has a reason for all but what came meanwhile" \
  "$(rows "SELECT key, what FROM difference WHERE coalesce (why, '') = ''")" \
  '/Repos/a/later|extra'
run move undo
is "there: undo leaves others' work" "$(repo new /Repos/a/later url)" "$git/other"

forget_session
run move export
run move import --on-conflict update
is "updated: nobody clones something else there" "$(repo new /Repos/a/url url)" \
  "$git/other"
is "updated: the branch is another" "$(repo new /Repos/a/branch branch)" dev
run move undo
status_is "updated: undo ends with 0" 0
is "updated: and is what it was" "$(repo new /Repos/a/branch branch)" main
end_process "$simulator_pid"

# --- lost replies, and an effect that comes late
forget_session
pair
for i in 1 2 3 4 5 6; do
  put repos "\"path\": \"/Repos/a/$i\", $etl, \"branch\": \"dev\""
done
create='"match": "POST /api/2.0/repos"'
state new "$tmp/before"
tell "$url_new" faults "{$create, \"do\": \"cut\", \"when\": \"after\", \"times\": 3}"
tell "$url_new" faults "{$create, \"do\": \"defer\", \"ms\": 300, \"offset\": 4, \"times\": 1}"
tell "$url_new" faults '{"match": "POST */workspace/mkdirs", "do": "cut", "when": "after", "times": 1}'
tell "$url_new" faults '{"match": "PATCH /api/2.0/repos/*", "do": "cut", "when": "after", "times": 2}'
run move export
run move import --settle 500ms
status_is "lost: import ends with 0" 0
is "lost: nothing was created twice" "$(ask twice "$url_new" "$url_old")" ''
is "lost: all is there, on its branch" "$(ask check "$url_old" "$url_new")" ''
is "lost: and ours" "$(rows "SELECT count (*) FROM work JOIN kind USING (kid)
  WHERE kind.name IN ('repos', 'repo-folders') AND phase = 1 AND provenance = 1")" 7
run move validate
status_is "lost: validate ends with 0" 0
run move undo
state new "$tmp/after"
is "lost: undo leaves the target as it was" \
  "$(ask same "$tmp/before" "$tmp/after")$(folders new)" ''
end_process "$simulator_pid"

# --- a folder that is called like somebody who has another name in the target
forget_session
pair --populate users=4
put repos "\"path\": \"/Repos/ann.smith@example.com/x\", $etl"
put repos "\"path\": \"/Repos/nobody@example.com/x\", $etl"
put repos "\"path\": \"/Users/ann.smith@example.com/x\", $etl"
put repos "\"path\": \"/Users/nobody@example.com/x\", $etl"
run move export
run migrate --session s rules add email ann.smith@example.com=ann@example.org
run move import
status_is "renamed: import ends with 1" 1
is "renamed: who is called so moves on, and a home that nobody has is blocked" \
  "$(phases_of repos)" "/Repos/ann.smith@example.com/x|1|4|
/Repos/nobody@example.com/x|1|4|
/Users/ann.smith@example.com/x|1|4|
/Users/nobody@example.com/x|1|7|unknown-principal"
is "renamed: in the target" \
  "$(folders new) $(repo new /Users/ann@example.org/x url)" \
  "/Repos/ann@example.org,/Repos/nobody@example.com $git/etl"
run move validate
status_is "renamed: validate has a reason for all" 1
run move undo
is "renamed: undo removes them" "$(folders new)" ''

forget_session
run move export
run move import --plugins repos
is "alone: onto users that came by another way, who are not there" \
  "$(phases_of repos | grep -c '|4|')" 1
end_process "$simulator_pid"

# --- somebody works in what was made
forget_session
pair
put repos "\"path\": \"/Repos/a/x\", $etl"
put repos "\"path\": \"/Repos/a/y\", $etl"
run move export
run move import
put repos "\"path\": \"/Repos/a/theirs\", $etl" new
tell "$url_new" object '{"kind": "repos", "match": {"path": "/Repos/a/y"},
  "set": {"branch": "mine"}}'
run move undo
is "in use: what was edited stays, and the folder with it" \
  "$(repo new /Repos/a/x path) $(repo new /Repos/a/y branch) $(folders new)" \
  ' mine /Repos/a'
like "in use: undo says so" "$(migrate --session s report)" 'folder-in-use'
end_process "$simulator_pid"

# --- a target without access control
forget_session
pair --populate users=10,groups=5,repos=8 -- --tier standard
run move export
run move import
status_is "standard: import ends with 0" 0
is "standard: permissions are left out" \
  "$(rows "SELECT DISTINCT work.state FROM work JOIN kind USING (kid)
    WHERE kind.name LIKE 'rep%/permissions'")" 8

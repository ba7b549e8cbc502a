#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Git folders that the walk of the workspace shows and their own list does not:
# those that whoever runs the export may not manage, and those with the command
# line of Git.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/fault/once.sh"

etl='"url": "https://git.example.com/etl", "provider": "gitHub"'
ann=/Users/ann.smith@example.com

# folder PATH MORE: a Git folder of the source
folder ()
{
  put repos "\"path\": \"$1\"${2:+, $2}"
}

# asked: how often Git folders were asked for one by one, and the tree about one
asked ()
{
  echo "$(ask number "$url_old" routes 'GET /api/2.0/repos/') $(ask number \
    "$url_old" routes workspace/get-status)"
}

# gone: how many Git folders an export has missed
gone ()
{
  rows "SELECT count (*) FROM asset JOIN kind USING (kid)
    WHERE name = 'repos' AND gone_sid IS NOT NULL"
}

anew ()
{
  ask post "$url_old" reset '{"what": "counters"}' >/dev/null
}

# lists: how many folders were listed
lists ()
{
  ask number "$url_old" routes workspace/list
}

refused='"do": "status", "status": 403, "times": 0, "body":
  "{\"error_code\":\"PERMISSION_DENIED\",\"message\":\"not yours\"}"'

# closed PATH: its own interface refuses to tell of it
closed ()
{
  fault old "\"match\": \"GET /api/2.0/repos/$(repo old "$1" id)\", $refused"
}

folders ()
{
  folder /Shared/listed "$etl, \"branch\": \"dev\""
  folder /Repos/a/listed "$etl"
  folder /Repos/a/cli "$etl, \"git_cli_enabled\": true"
  folder /Repos/b/read "$etl, \"level\": \"CAN_READ\""
  folder $ann/cli "$etl, \"branch\": \"dev\", \"git_cli_enabled\": true,
    \"sparse_checkout\": {\"patterns\": [\"a\"]}"
  folder /Shared/deep/read "$etl, \"level\": \"CAN_READ\", \"form\": \"REPO\""
  folder /Shared/closed "$etl, \"branch\": \"dev\", \"level\": \"CAN_READ\""
  folder /Shared/bare '"git_cli_enabled": true'
}

# --- what the list lacks is cloned like all others
pair --populate users=4
folders
closed /Shared/closed
state new "$tmp/before"
run move export --skip repos
without=$(lists)
forget_session
anew
run move export
is "seen: of lists, one for each folder of /Repos, itself and what repos asks" \
  "$(lists)" "$((without + 2 + 1 + 2))"
is "seen: the walk takes nothing else of /Repos" "$(rows "SELECT key FROM asset
  JOIN kind USING (kid) WHERE name = 'directories' AND key LIKE '/Repos/%'")" ''
status_is "seen: export ends with 0" 0
is "seen: only what the list lacks is asked for, the tree where that is refused" \
  "$(asked)" "6 1"
is "seen: all are assets" "$(rows "SELECT key FROM asset JOIN kind USING (kid)
  WHERE name = 'repos' ORDER BY key")" "/Repos/a/cli
/Repos/a/listed
/Repos/b/read
/Shared/bare
/Shared/closed
/Shared/deep/read
/Shared/listed
$ann/cli"
is "seen: with their permissions" "$(rows "SELECT count (*) FROM asset
  JOIN kind USING (kid) WHERE name = 'repos/permissions' AND body IS NOT NULL")" 7
run move import
status_is "seen: import ends with 0" 0
is "seen: each is cloned, or says why not" "$(work_of repos)" \
  "/Repos/a/cli|4|
/Repos/a/listed|4|
/Repos/b/read|4|
/Shared/bare|8|no-remote
/Shared/closed|4|
/Shared/deep/read|4|
/Shared/listed|4|
$ann/cli|4|"
is "seen: as they are in the source" "$(repo new $ann/cli branch) $(repo new \
  $ann/cli sparse_checkout) $(repo new /Shared/closed branch)" \
  "dev {'patterns': ['a']} dev"
is "seen: the tree left all but that in /Repos to them" "$(work_of directories |
  grep git-folder)" "/Shared/bare|8|git-folder
/Shared/closed|8|git-folder
/Shared/deep/read|8|git-folder
/Shared/listed|8|git-folder
$ann/cli|8|git-folder"
run move validate
status_is "seen: validate ends with 0" 0

# --- again: none of them is gone
anew
run move export
status_is "again: export ends with 0" 0
is "again: as many requests" "$(asked)" "6 1"
is "again: nothing is gone" "$(gone)" 0
before=$(ask writes "$url_new")
run move import
status_is "again: import ends with 0" 0
is "again: and writes nothing" "$(ask writes "$url_new")" "$before"
run move export --plugins repos
status_is "again: the list alone is not believed that they are gone" 0
fault old '"match": "GET */repos/*", "do": "status", "status": 404, "times": 0,
  "body": "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\",\"message\":\"no\"}"'
run move export --plugins repos
status_is "again: nor a number that is hidden, where the path is there" 0
tell "$url_old" reset '{"what": "faults"}'
is "again: none is gone" "$(gone)" 0
run move undo
state new "$tmp/after"
is "again: undo leaves the target as it was" \
  "$(ask same "$tmp/before" "$tmp/after")" ''
is "again: no request was wrong" "$(ask strict "$url_old")" ''
end_process "$simulator_pid"

# --- one that nobody tells of is one line, and comes once it is told
forget_session
pair
folder /Shared/dark "$etl, \"level\": \"CAN_READ\", \"form\": \"REPO\""
folder /Shared/mute "$etl, \"git_cli_enabled\": true"
folder /Shared/fine "$etl, \"git_cli_enabled\": true"
closed /Shared/dark
closed /Shared/mute
fault old "\"match\": \"GET *get-status\", \"with\": \"dark\", $refused"
fault old '"match": "GET *get-status", "with": "mute", "do": "text",
  "status": 200, "times": 0, "body": "{\"object_type\":\"DIRECTORY\"}"'
run move export
status_is "dark: export ends with 1" 1
run migrate --session s errors
like "dark: it has a line with a cure" "$out" \
  "git-unreadable +repos '/Shared/(dark|mute)'.*CAN_MANAGE"
is "dark: both have" "$(rows "SELECT key, code FROM work JOIN asset USING (aid)
  WHERE work.wsid = 0 ORDER BY key")" "/Shared/dark|git-unreadable
/Shared/mute|git-unreadable"
run move import
status_is "dark: import ends with 1" 1
is "dark: the others are cloned" "$(work_of repos 'work.wsid > 0')" \
  "/Shared/dark|6|export-incomplete
/Shared/fine|4|
/Shared/mute|6|export-incomplete"
ask delete "$url_old" faults >/dev/null
tell "$url_old" object '{"kind": "repos", "match": {"path": "/Shared/dark"},
  "set": {"level": "CAN_MANAGE"}}'
run move export
status_is "dark: then export ends with 0" 0
is "dark: and nothing is left of what failed, also of one that is listed now" \
  "$(rows "SELECT count (*) FROM work WHERE wsid = 0 AND state = 6")" 0
run move import --retry-failed
status_is "dark: and import ends with 0" 0
is "dark: all are cloned" "$(work_of repos | cut -d'|' -f2 | sort -u)" 4
run move validate
status_is "dark: validate ends with 0" 0
end_process "$simulator_pid"

# --- it has the name that the walk told, where nothing else tells one
forget_session
pair
folder /Shared/named "$etl, \"git_cli_enabled\": true"
closed /Shared/named
fault old '"match": "GET *get-status", "with": "named", "do": "text",
  "status": 200, "times": 0, "body": "{\"git_info\":{\"id\":77,
  \"url\":\"https://git.example.com/a/etl.git\",\"provider\":\"gitHub\",
  \"branch\":\"main\"}}"'
run move export
is "named: it has its path" "$(rows "SELECT key FROM asset JOIN kind USING (kid)
  WHERE name = 'repos'")" /Shared/named
end_process "$simulator_pid"

# --- a folder of /Repos that cannot be listed fails nobody else's list
forget_session
pair --populate users=2,notebooks=5
api old 2.0/workspace/mkdirs '{"path": "/Repos/b"}' >/dev/null
fault old '"match": "GET *workspace/list", "with": "%2FRepos%2Fb", "times": 0,
  "do": "status", "status": 403,
  "body": "{\"error_code\":\"PERMISSION_DENIED\",\"message\":\"no\"}"'
run move export
status_is "shut: export ends with 1" 1
is "shut: the walk of notebooks is whole" "$(rows "SELECT name, walk.state
  FROM walk JOIN kind USING (kid) WHERE node = ''
    AND name IN ('directories', 'notebooks')")" "directories|1
notebooks|1"
is "shut: and a line tells what may be missing" \
  "$(rows "SELECT name, code FROM note JOIN kind USING (kid)")" \
  "directories|export-incomplete"
end_process "$simulator_pid"

# --- killed between the walk and what is asked for by itself
forget_session
pair --populate users=4
folders
export_killed ()
{
  url_there=$url_new url_new=$url_old
  killed_at "$1" "$2" export --from old
  url_new=$url_there
  is "killed: $1 $2" "$status" 137
}
n_repos="SELECT count (*) FROM asset JOIN kind USING (kid) WHERE name = 'repos'
  AND body IS NOT NULL"
export_killed before 'GET /api/2.0/repos/*'
anew
export_killed after 'GET /api/2.0/repos/*'
run move export
status_is "killed: the run after that ends with 0" 0
is "killed: all are there" "$(rows "$n_repos")" 8
is "killed: no folder is walked again" \
  "$(lists)" 0
run move export
is "killed: the count is right" "$(rows "SELECT n FROM walk JOIN kind USING (kid)
  WHERE name = 'repos' AND node = '' ORDER BY sid")" "8
8"
run move import
status_is "killed: import ends with 0" 0
run move validate
status_is "killed: validate ends with 0" 0
end_process "$simulator_pid"

# --- gone between two requests
forget_session
pair
folder /Shared/gone "$etl, \"git_cli_enabled\": true"
fault old '"match": "GET /api/2.0/repos/*", "do": "status",
  "status": 404, "times": 0, "body":
  "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\",\"message\":\"no\"}"'
fault old '"match": "GET *get-status", "do": "status",
  "status": 404, "times": 0, "body":
  "{\"error_code\":\"RESOURCE_DOES_NOT_EXIST\",\"message\":\"no\"}"'
run move export
like "gone: it has a line" "$(migrate --session s report)" \
  "/Shared/gone.*gone when it was read"
is "gone: and is no asset" "$(rows "SELECT count (*) FROM asset
  JOIN kind USING (kid) WHERE name = 'repos'")" 0
end_process "$simulator_pid"

# --- without repos: a line each, of either sort; without notebooks: the list
forget_session
pair
folder /Shared/one "$etl, \"git_cli_enabled\": true"
folder /Shared/two "$etl, \"level\": \"CAN_READ\", \"form\": \"REPO\""
folder /Shared/three "$etl"
anew
run move export --skip repos
status_is "without repos: export ends with 0" 0
is "without repos: nothing is asked for" "$(asked)" "0 0"
run move plan
is "without repos: a line each" "$(work_of directories | grep git-folder)" \
  "/Shared/one|8|git-folder
/Shared/three|8|git-folder
/Shared/two|8|git-folder"
forget_session
run move export --plugins repos
is "without notebooks: what is listed" "$(asked) $(rows "SELECT key FROM asset
  JOIN kind USING (kid) WHERE name = 'repos'")" "0 0 /Shared/three"

# --- a list that fails says nothing of what it lacks
forget_session
fault old '"match": "GET /api/2.0/repos", "do": "status",
  "status": 400, "times": 0'
anew
run move export
status_is "no list: export ends with 1" 1
is "no list: nobody is asked for by himself" "$(asked)" "0 0"
ask delete "$url_old" faults >/dev/null
run move export
status_is "no list: then export ends with 0" 0
is "no list: and all is there" "$(asked) $(rows "SELECT count (*) FROM asset
  JOIN kind USING (kid) WHERE name = 'repos'")" "2 0 3"
end_process "$simulator_pid"

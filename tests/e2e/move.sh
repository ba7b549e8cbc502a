#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A whole migration between two simulated workspaces: what is exported arrives,
# a second import sends no write, undo leaves the target as it was.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

# whole WHAT: the four steps and what must be true after each
whole ()
{
  state old "$tmp/source"
  state new "$tmp/before"

  run move export
  status_is "$1: export ends with 0" 0
  is "$1: export writes nothing to the source" "$(ask writes "$url_old")" 0
  is "$1: and tells of nothing as lost" \
    "$(rows "SELECT count (*) FROM note WHERE code = 'vanished'")" 0

  run move plan
  status_is "$1: plan ends with 0" 0
  is "$1: plan writes nothing to the target" "$(ask writes "$url_new")" 0

  run move import
  status_is "$1: import ends with 0" 0
  is "$1: nothing was created twice" "$(ask twice "$url_new" "$url_old")" ''
  state new "$tmp/after"
  is "$1: the target holds the source" \
    "$(ask moved "$tmp/source" "$tmp/after")" ''

  run move validate
  status_is "$1: validate ends with 0" 0
  is "$1: no difference without a reason" \
    "$(rows "SELECT count (*) FROM difference WHERE why IS NULL OR why = ''")" 0

  ask post "$url_new" reset '{"what": "counters"}' >/dev/null
  run move import
  status_is "$1: a second import ends with 0" 0
  is "$1: a second import sends no write" "$(ask writes "$url_new")" 0

  run move undo --plan
  status_is "$1: undo --plan ends with 0" 0
  is "$1: undo --plan sends no write" "$(ask writes "$url_new")" 0
  run move undo
  status_is "$1: undo ends with 0" 0
  state new "$tmp/undone"
  is "$1: undo leaves the target as it was" \
    "$(ask same "$tmp/before" "$tmp/undone")" ''
  run move validate
  status_is "$1: validate after it ends with 0" 0
  is "$1: what is missing then has a reason" "$(rows "SELECT DISTINCT what, why
    FROM difference
    WHERE coalesce (why, '') NOT IN ('undone', 'inactive-pool', 'default-policy',
      'job-cluster', 'pipeline-cluster', 'system-managed-job', 'no-remote',
      'git-token', 'git-folder')
    AND coalesce (why, '') NOT LIKE 'deleted%'")" ''
  is "$1: what was put back is there" "$(rows "SELECT count (*) FROM work
    WHERE code = 'undone' AND new_aid IS NOT NULL")" \
    "$(rows "SELECT count (DISTINCT aid) FROM difference WHERE what = 'differs'")"
  run move undo
  status_is "$1: a second undo ends with 0" 0
  like "$1: a second undo has nothing to do" "$err" 'nothing to undo'
}

pair --populate small
whole small

# Also experiments, which the service had only marked as deleted.
run move import
status_is "import after undo ends with 0" 0
state new "$tmp/after"
is "import after undo brings everything" \
  "$(ask moved "$tmp/source" "$tmp/after")" ''
run move validate
status_is "validate finds no difference" 0
is "nothing that was asked for was unknown to the simulator" \
  "$(ask strict "$url_new")$(ask strict "$url_old")" ''
end_process "$simulator_pid"

forget_session
pair --populate medium
state old "$tmp/source"
is "the medium source has a group of 1,500 members" "$(python3 -c "
import json, sys
s = json.load (open (sys.argv[1]))
print (max (len (g.get (\"members\", [])) for g in s[\"tables\"][\"groups\"]))
" "$tmp/source")" 1500
whole medium

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# An undo that could not take back all is told by its status, and the next one
# goes on: what the first removed is missing from what is left, and that is
# nobody's edit.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

pair --populate users=20,groups=12
state new "$tmp/before"
run move export
run move import
status_is "the import ends with 0" 0
holder=$(rows "SELECT t.src_id FROM edge JOIN asset s ON s.aid = src
  JOIN asset m ON m.aid = dst AND m.kid = s.kid
  JOIN work w ON w.aid = s.aid AND w.provenance = 1
  JOIN asset t ON t.aid = w.new_aid LIMIT 1")
ask post "$url_new" faults "$(printf '%s' '{"match": "DELETE *Groups/' \
  "$holder" '", "do": "status", "status": 400, "times": 0}')" >/dev/null
run move undo
status_is "undo: what stays is told by the status" 1
ask delete "$url_new" faults >/dev/null
run move undo
status_is "the next undo ends with 0" 0
state new "$tmp/undone"
is "... and the target is as it was" "$(ask same "$tmp/before" "$tmp/undone")" ''

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A tree over a network and a service of which a fifth of the answers is lost or
# wrong, on both sides and on the way back.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

# faulty END CHANCE...: what happens to so many of all answers, but to the first:
# who we are is asked three times and no more, and nothing begins without it
faulty ()
{
  eval "tell \"\$url_$1\" faults" \
    \''{"match": "GET *scim/v2/Me", "do": "delay", "ms": 0, "times": 0}'\'
  for mg_fault in '"do": "cut", "when": "after"' \
      '"do": "status", "status": 503, "when": "after"' \
      '"do": "cut", "when": "before"'; do
    eval "tell \"\$url_$1\" faults" \
      '"{\"match\": \"* *\", \"probability\": $2, $mg_fault}"'
  done
}

pair --populate users=14,groups=4,experiments=20,notebooks=90
state old "$tmp/source"
state new "$tmp/before"
faulty old 0.07
run move export
status_is "export ends with 0" 0
faulty new 0.07
run move import --settle 300ms
run move import --settle 300ms --retry-failed
status_is "import ends with 0" 0
tell "$url_new" reset '{"what": "faults"}'
is "nothing was made twice" "$(ask twice "$url_new" "$url_old")" ''
state new "$tmp/after"
is "the target holds the source" \
  "$(ask moved "$tmp/source" "$tmp/after")" ''
tell "$url_old" reset '{"what": "faults"}'
run move validate
status_is "validate finds no difference" 0
is "what was lost on the way is ours all the same" \
  "$(rows "SELECT count (*) FROM work JOIN kind USING (kid)
    WHERE name = 'notebooks' AND phase = 1 AND wsid <> 0
      AND provenance = 1")" 90
faulty new 0.07
run move undo
tell "$url_new" reset '{"what": "faults"}'
run move undo
status_is "undo ends with 0" 0
state new "$tmp/undone"
is "undo leaves the target as it was" \
  "$(ask same "$tmp/before" "$tmp/undone")" ''

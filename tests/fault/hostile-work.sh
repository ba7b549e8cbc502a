#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A server that wishes us ill, where trees, Git folders and jobs are moved: names
# lead out of their folders, folders hold themselves, pages and files do not end,
# values are of another sort.  What cannot be used is told with a code, and
# nothing is written but into the session.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/fault/hostile-lib.sh"

# from MODE STATUSES CODE PLUGINS [OPTION...]: an export, then an import of what it
# brought and what else reads the session; all of it says nothing but text, and
# 'errors' has the CODE
from ()
{
  mg_mode=$1 mg_statuses=$2 mg_code=$3 mg_plugins=$4
  shift 4
  : >"$tmp/trace"
  export_from "$mg_mode" "$mg_statuses" \
    "${mg_code:+$mg_code|export-incomplete}" --plugins "$mg_plugins" "$@"
  move errors >"$tmp/said" 2>&1 || :
  [ -z "$mg_code" ] || [ "$mg_status" = 10 ] ||
    like "$mg_mode: 'errors' has it, too" "$(cat "$tmp/said")" "$mg_code"
  tell "$url_new" reset '{"what": "state"}'
  run move import --plugins "$mg_plugins" --settle 100ms --retry-backoff 10ms
  printf '%s\n' "$out" "$err" >>"$tmp/said"
  ok "$mg_mode: an import of it ends as the manual says" [ "$status" -le 1 ]
  for mg_command in errors report 'mapping --per-user'; do
    # shellcheck disable=SC2086
    run migrate --session s $mg_command
    printf '%s\n' "$out" "$err" >>"$tmp/said"
    ok "$mg_mode: $mg_command ends as the manual says" [ "$status" -le 1 ]
  done
  is "$mg_mode: what all of them say is text" "$(hostile clean "$tmp/said")" ''
  ok "$mg_mode: mapping.json is JSON" python3 -c 'import json, sys
json.load (open (sys.argv[1]))' "$tmp/sessions/s/out/mapping/mapping.json"
}

# files: what there is beside the sessions, and what this script writes itself
files ()
{
  find "$tmp" "$tmp/../passwd" "$tmp/../etc" -path "$tmp/sessions" -prune -o \
    -path "$tmp/home/.config*" -prune -o -name '.[a-z]*' -o \
    -name before -o -name said -o -name trace -o -name ran -o -print \
    2>/dev/null | sort
}

# told CODE: how many the notes of the session have of it
told ()
{
  rows "SELECT count (*) FROM note WHERE code = '$1'"
}

# kept KIND [CONDITION]: how many assets of the source the session has
kept ()
{
  rows "SELECT count (*) FROM asset JOIN kind USING (kid)
    WHERE wsid = 0 AND kind.name = '$1' ${2:+AND $2}"
}

pair --populate users=3,groups=2
put folders '"path": "/Shared/trap"'
put folders '"path": "/Shared/honest"'
put notebooks '"path": "/Shared/honest/n", "language": "PYTHON", "source": "1"'
put files '"path": "/Shared/honest/f", "source": "a"'
rm -f "$tmp/home/.databrickscfg"
profile old "$url_old" "$token_old"
profile new "$url_new" "$token_new"
serve_ill "$tmp/log" old work
is "the server has its modes" "$n" 29
files >"$tmp/before"

# --- trees
from tree_out 1 'outside' notebooks
is "tree_out: what lies in no folder is told, each" "$(told outside)" 18
is "tree_out: nothing of it is kept" "$(kept notebooks) $(kept files)" "1 1"
unlike "tree_out: nobody asked for it" "$(cat "$tmp/trace")" 'path=[^ ]*passwd'
from tree_below 1 outside notebooks
is "tree_below: what is too long is told, each" "$(told outside)" 1
is "tree_below: the rest is kept" "$(kept notebooks) $(kept files)" "14 14"
from tree_loop 1 outside notebooks
is "tree_loop: what it lies in is told; below it nothing is told twice" \
  "$(kept directories "key LIKE '/Shared/trap/%'")" 2
from tree_elsewhere 1 outside notebooks
from tree_deep 1 outside notebooks
ok "tree_deep: it was followed, to an end" \
  [ "$(kept directories "key LIKE '/Shared/trap/%'")" -gt 30 ]
export_from tree_bush 10 '' --plugins notebooks --max-duration 2s
from tree_wide 0 '' notebooks
is "tree_wide: all are kept" "$(kept directories "key LIKE '/Shared/trap/%'")" 1500
export_from tree_types 1 export-incomplete --plugins notebooks
from tree_twice 0 '' notebooks
is "tree_twice: each sort at a place is one" \
  "$(kept notebooks) $(kept files) $(kept directories "key LIKE '%trap/a'")" \
  "3 2 1"
run migrate --from tree_loop --plugins notebooks inventory
status_is "tree_loop: an inventory ends, too" 0

# --- what is in them
from export_odd 1 'no-content|refused' notebooks
is "export_odd: what is no content is told, each" \
  "$(rows "SELECT count (*) FROM work WHERE code IN ('no-content', 'refused')
    AND aid IN (SELECT aid FROM asset WHERE wsid = 0 AND body IS NULL)")" 10
export_from export_endless 1 too-large --plugins notebooks
# a file that does not end is let go when the run is to end
export_from export_for_ever 10 '' --plugins notebooks --max-duration 1s
export_from export_short 1 no-content --plugins notebooks
from export_long 1 no-content notebooks
is "no piece of a file is left behind" \
  "$(find "$tmp/sessions/s/blobs/partial" -type f)" ''

# --- Git folders
from repos_out 1 leads-out notebooks,repos
is "repos_out: what has no place is left, each, and told" \
  "$(rows "SELECT count (*) FROM work JOIN asset USING (aid)
    JOIN kind ON kind.kid = work.kid WHERE kind.name = 'repos'
    AND code = 'odd-path'")" 14
from repos_types '0 1' '' notebooks,repos
export_from repos_none 1 export-incomplete --plugins notebooks,repos

# --- jobs
from jobs_types '0 1' '' jobs
ok "jobs_types: all are kept" [ "$(kept jobs)" -gt 300 ]
export_from jobs_members 1 export-incomplete --plugins jobs
from jobs_ids 1 leads-out jobs
is "jobs_ids: all are kept" "$(kept jobs)" 24
export_from jobs_no_ids 1 export-incomplete --plugins jobs
from jobs_names 0 '' jobs
is "jobs_names: all are kept" "$(kept jobs)" 8
from jobs_huge 1 too-large jobs
export_from jobs_deep 1 not-json --plugins jobs
export_from parts_again 1 page-loop --plugins jobs
export_from parts_new 10 '' --plugins jobs --max-duration 1s
export_from parts_large 1 too-large --plugins jobs

# --- who may what
from access_types 1 not-json notebooks
is "access_types: what is no list of permissions is told, each" \
  "$(rows "SELECT count (*) FROM work WHERE code = 'not-json'")" \
  "$(kept notebooks/permissions 'body IS NULL')"
ok "access_types: that were many" \
  [ "$(kept notebooks/permissions 'body IS NULL')" -ge 40 ]

is "nothing was written but into the session" "$(files | comm -13 "$tmp/before" -)" ''

# --- a target that answers so
forget_session
pair --populate \
users=3,groups=2,notebooks=30,repos=30,jobs=30
rm -f "$tmp/home/.databrickscfg"
profile old "$url_old" "$token_old"
serve_ill "$tmp/log2" new work
host_bad=${url_target#http://}
run move export
try "a target" 1 'uncertain|in-doubt|leads-out|not-json|no-id' import --to target \
  --yes-host "$host_bad" --settle 100ms --invitations-muted
for command in validate "undo --yes-host $host_bad"; do
  # shellcheck disable=SC2086
  try "a target: ${command%% *}" '0 1 5' '' $command --to target
done

is "no path led out" "$(cat "$tmp/log" "$tmp/log2")" ''

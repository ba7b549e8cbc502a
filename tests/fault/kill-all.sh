#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kill -9 at random moments of a whole migration of everything that there is, of
# the supervisor, its child, both, and a process without one, resumed each time:
# nothing is lost, nothing made twice, and undo, killed too, takes all of it back.
# A file that is streamed is killed while it comes and while it leaves, too.
# 20 of an import here, 50 in 'make check-long'.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/fault/killed.sh"

if [ -n "${CHECK_LONG:-}" ]; then
  exports=8 imports=50 undos=12
else
  exports=3 imports=20 undos=6
fi
# How many requests pass before one of them kills, at most.  Where the machine is
# slow a kill comes late, and there is less left for those that follow; the
# streamed file is to be among that.
export_every=$((250 / exports))
import_every=$((600 / imports))
undo_every=$((800 / undos))

# Beside the kills: replies that are lost, and effects that come late, both
# sooner than what --settle waits for.
cat >"$tmp/faults" <<'END'
{"match": "P* *", "do": "defer", "ms": 400, "probability": 0.005}
{"match": "P* *", "do": "cut", "when": "after", "probability": 0.01}
END

# put KIND FIELDS: an object of the source that is in no population
put ()
{
  tell "$url_old" object "{\"kind\": \"$1\", \"create\": {$2}}"
}

# rested FILE: what no import may leave running, or started by itself
rested ()
{
  python3 - "$1" <<'END'
import json, sys
tables = json.load(open(sys.argv[1]))["tables"]
print(sorted({one["fields"]["state"][:8] for one in tables["clusters"]}),
      json.dumps(tables["jobs"]).count('"UNPAUSED"'),
      sum(one["fields"]["enabled"] for one in tables["global-init-scripts"]),
      sum(one["fields"].get("min_idle_instances", 0)
          for one in tables["instance-pools"]))
END
}

# half: what the session has of files that are not whole, or not what their names
# say
half ()
{
  find "$tmp/sessions/s/blobs/partial" -type f
  for file in "$tmp"/sessions/s/blobs/b*; do
    name=$(basename "$file")
    [ ${#name} != 65 ] ||
      echo "${name#b}  $file" | sha256sum --check --quiet 2>&1 || :
  done
}

pair --populate small
large=/Shared/files/large.bin
python3 -c '
import sys
sys.stdout.buffer.write((bytes(range(256)) * 41000)[1:])' >"$tmp/large"
for n in 1 2 3 4 5 6; do
  put files "\"path\": \"/Shared/files/$n.csv\", \"source\": \"a,b\\n$n,\\u00e9\""
  put clusters '"cluster_name": "equal", "spark_version": "15.4.x-scala2.12",
    "node_type_id": "i3.xlarge", "num_workers": 1'
  put jobs '"name": "equal", "tasks": [{"task_key": "a", "notebook_task":
    {"notebook_path": "/Shared/notebooks/a"}}]'
done
curl -sSf -o "$tmp/.done" -H "Authorization: Bearer $token_old" -F path=$large \
  -F format=RAW -F "content=@$tmp/large" "$url_old/api/2.0/workspace/import"
ask post "$url_old" reset '{"what": "counters"}' >/dev/null
state old "$tmp/source"
state new "$tmp/before"

download='GET *workspace/export with direct_download'
killed "$url_old" "1 1 $download replied;$((exports - 1)) $export_every *" \
  '' export --from old --parallel 4
resumed_at_last export "$exports"
is "export: nothing was written to the source" "$(ask writes "$url_old")" 0
is "export: one large file lies in the session" \
  "$(find "$tmp/sessions/s/blobs" -type f -size +10M | wc -l | tr -d ' ')" 1
is "export: and nothing half" "$(half)" ''

upload="POST *workspace/import with $large"
killed "$url_new" "$((imports - 2)) $import_every *;1 1 $upload before;\
1 1 $upload after" "$tmp/faults" import --to new \
  --yes-host "$host_new" --invitations-muted --settle 2s --parallel 4
resumed_at_last import "$imports"
ok "import: killed nearly as often as it should be" \
  [ "$mg_killed" -ge $((imports * 3 / 4)) ]
is "import: every asset was created once, says the ledger" \
  "$(ask twice "$url_new" "$url_old")" ''
state new "$tmp/after"
is "import: the target holds the source" \
  "$(ask moved "$tmp/source" "$tmp/after")" ''
is "import: and nothing that the source has not" \
  "$(ask moved "$tmp/after" "$tmp/source" | grep -v 'automation of new' || :)" ''
is "import: nothing runs, and nothing starts by itself" \
  "$(rested "$tmp/after")" "['TERMINAT'] 0 0 0"
curl -sSf -o "$tmp/got" -H "Authorization: Bearer $token_new" \
  "$url_new/api/2.0/workspace/export?path=$large&format=RAW&direct_download=true"
ok "import: and the large file, byte for byte" cmp "$tmp/large" "$tmp/got"
run move validate
status_is "validate finds no difference" 0
is "validate leaves nothing half" "$(half)" ''
is "validate leaves nothing without a reason" "$(rows "SELECT count (*)
  FROM difference WHERE why IS NULL OR why = ''")" 0
ask post "$url_new" reset '{"what": "counters"}' >/dev/null
run move import
status_is "another import ends with 0" 0
is "another import sends no write" "$(ask writes "$url_new")" 0

killed "$url_new" "$undos $undo_every *" "$tmp/faults" undo --to new \
  --yes-host "$host_new" --parallel 4
resumed_at_last undo "$undos"
state new "$tmp/undone"
is "undo: the target is as it was" "$(ask same "$tmp/before" "$tmp/undone")" ''
is "undo: and has no folder more" "$(ask moved "$tmp/undone" "$tmp/before")" ''
is "nothing that was asked for was unknown to the simulator" \
  "$(ask strict "$url_new")$(ask strict "$url_old")" ''

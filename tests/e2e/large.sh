#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Notebooks at the limit of 10 MiB and over it, however the service refuses them,
# and files (stream.sh has more of these); what else is odd among them is told,
# and the rest is moved.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

# said WSID KEY: what the session tells of a notebook or file
said ()
{
  rows "SELECT DISTINCT message FROM work JOIN asset USING (aid)
    WHERE key LIKE '$2' AND message <> '' AND work.wsid $1"
}

# tree END: what is there, and how long it is
tree ()
{
  eval "ask get \"\$url_$1\" state" | python3 -c '
import base64, json, sys
tables = json.load(sys.stdin)["tables"]
for line in sorted(
        json.dumps([one["fields"]["path"], one["fields"].get("language"),
                    one["fields"].get("content_size")
                    or len(base64.b64decode(one["fields"]["content"]))
                    + one["fields"].get("padding", 0)])
        for kind in ("files", "notebooks") for one in tables[kind]):
    print(line)'
}

too_large='{\"error_code\":\"MAX_NOTEBOOK_SIZE_EXCEEDED\",\"message\":\"no\"}'

# a notebook of N is "# Databricks notebook source\n1" and padding
base=30
limit=10485760

# --- at the limit, and one byte over it
pair
put notebooks "\"path\": \"/Shared/most\", \"source\": \"1\",
  \"padding\": $((limit - base))"
put notebooks "\"path\": \"/Shared/more\", \"source\": \"1\",
  \"padding\": $((limit - base + 1))"
put notebooks '"path": "/Shared/a \"b\"\n\u202ec", "source": "1",
  "padding": 14890000'
put notebooks '"path": "/Shared/inside", "source": "1", "padding": 10485760,
  "refusal": "inside"'
put notebooks '"path": "/Shared/old", "source": "1", "padding": 10485760,
  "refusal": "old"'
put notebooks '"path": "/Shared/small", "source": "1"'
put notebooks '"path": "/Shared/shows a lot", "source": "1",
  "results": 20000000'
put files "\"path\": \"/Shared/most.csv\", \"padding\": $limit"
put files "\"path\": \"/Shared/more.csv\", \"padding\": $((limit + 1)),
  \"size\": $((limit + 1))"
put files '"path": "/Shared/lib.jar", "object_type": "LIBRARY"'
run move export
status_is "export ends with 1" 1
is "one clear line for each that is too large, with its size" \
  "$(said '= 0' '%' | sort)" \
  "10.1 MiB, over 10 MiB in every format; split it, or move it by hand
14.3 MiB, over 10 MiB in every format; split it, or move it by hand
over 10 MiB in every format; split it, or move it by hand"
run migrate --session s errors
like "errors counts them" "$out" '^4  too-large +notebooks '
unlike "and no file, which may be larger" "$out" ' files '
like "explain has a cure" "$(migrate explain too-large)" 'split the asset'
like "an unknown sort is told" \
  "$(rows "SELECT message FROM note WHERE code = 'unknown-type'")" LIBRARY
run move import
status_is "import ends with 1" 1
is "the rest is moved, to the byte" "$(tree new)" \
  "[\"/Shared/more.csv\", null, $((limit + 1))]
[\"/Shared/most\", \"PYTHON\", $limit]
[\"/Shared/most.csv\", null, $limit]
[\"/Shared/shows a lot\", \"PYTHON\", $base]
[\"/Shared/small\", \"PYTHON\", $base]"
run move validate
status_is "validate: every difference has a reason" 1
run move import
is "a second import creates nothing" "$(ask twice "$url_new" "$url_old")" ''
is "nothing that was asked for was unknown to the simulator" \
  "$(ask strict "$url_old")$(ask strict "$url_new")" ''
run move undo
status_is "undo ends with 0" 0
is "undo leaves nothing" "$(tree new)" ''
end_process "$simulator_pid"

# --- what helps is tried: the same as bytes, JUPYTER without results
forget_session
pair
for name in bytes nowhere; do
  put notebooks "\"path\": \"/Shared/$name\", \"source\": \"1\""
done
put notebooks '"path": "/Shared/cells", "source": "1", "language": "SQL"'
put notebooks '"path": "/Shared/other", "source": "1"'
export='"match": "GET *workspace/export", "do": "status"'
fault old "$export"', "with": "bytes", "status": 200, "times": 1,
  "body": "'"$too_large"'"'
fault old "$export"', "with": "nowhere", "status": 400, "times": 0,
  "body": "'"$too_large"'"'
for end in old new; do
  fault "$end" "$export"', "with": "cells&format=SOURCE", "status": 400,
    "times": 0, "body": "'"$too_large"'"'
done
# what comes as bytes is no source
fault old "$export"', "with": "other&format=SOURCE", "status": 400, "times": 1,
  "body": "'"$too_large"'"'
fault old "$export"', "with": "other", "status": 200, "times": 1,
  "body": "{\"error_code\":\"INTERNAL_ERROR\"}"'
fault new "$export"', "with": "other&format=SOURCE", "status": 400, "times": 0,
  "body": "'"$too_large"'"'
run move export
status_is "helps: export ends with 1" 1
like "helps: what is left of a notebook is told" \
  "$(rows "SELECT message FROM note" | sort -u)" 'moved as JUPYTER without'
run move import
status_is "helps: import ends with 1" 1
is "helps: all but one are there" "$(work_of notebooks 'work.wsid > 0')" \
  '/Shared/bytes|4|
/Shared/cells|4|
/Shared/nowhere|6|export-incomplete
/Shared/other|4|'
is "helps: as they were" "$(tree new)" \
  '["/Shared/bytes", "PYTHON", 30]
["/Shared/cells", "SQL", 31]
["/Shared/other", "PYTHON", 30]'
run move validate
status_is "helps: validate finds nothing else" 1
run move undo
status_is "helps: undo ends with 0" 0
is "helps: undo takes them back" "$(tree new)" ''
end_process "$simulator_pid"

# --- the target takes less than the source gives
forget_session
pair
put notebooks '"path": "/Shared/a", "source": "1"'
put notebooks '"path": "/Shared/b", "source": "1"'
put files '"path": "/Shared/c.csv", "source": "1"'
fault new '"match": "POST *workspace/import", "with": "/Shared/a", "do":
  "status", "status": 400, "times": 0, "body": "{\"error_code\":
  \"MAX_NOTEBOOK_SIZE_EXCEEDED\",\"message\":\"File size imported is (12582912 bytes), exceeded max size (10485760 bytes)\"}"'
run move export
run move import
status_is "target: import ends with 1" 1
is "target: one line, and the rest is moved" \
  "$(work_of notebooks; work_of files; said '<> 0' /Shared/a)" \
  '/Shared/a|6|too-large
/Shared/b|4|
/Shared/c.csv|4|
12.0 MiB, over what the target takes; split it, or move it by hand'
tell "$url_new" reset '{"what": "faults"}'
run move import --retry-failed
status_is "target: once it takes more, it is moved" 0
end_process "$simulator_pid"

# --- what was too large to be kept is not put back, and says so
forget_session
pair
put notebooks '"path": "/Shared/a", "source": "1"'
tell "$url_new" object '{"kind": "notebooks", "create": {"path": "/Shared/a",
  "source": "2", "padding": 12000000}}'
fault new '"match": "GET *workspace/export", "with": "format=JUPYTER",
  "do": "status", "times": 0, "status": 200,
  "body": "{\"content\":\"eA==\",\"file_type\":\"ipynb\"}"'
run move export
run move import --on-conflict update
status_is "back: import ends with 0" 0
run move undo
status_is "back: undo ends with 1" 1
like "back: what it is, and what to do" \
  "$(rows "SELECT code || ': ' || message FROM work WHERE phase = 3")" \
  '^too-large: .*put it back by hand'
end_process "$simulator_pid"

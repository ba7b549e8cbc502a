#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Folders, notebooks and files: what lies deep or has an odd name, whose homes are
# missing, what is too large, a folder that cannot be read, lost replies.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

# tree END: all that is there, with what it holds and who may do what
tree ()
{
  eval "ask get \"\$url_$1\" state" | python3 -c '
import json, sys
tables = json.load(sys.stdin)["tables"]
for line in sorted(
        json.dumps([kind, one["fields"]["path"], one["fields"].get("language"),
                    one["fields"].get("content"),
                    sorted(one.get("permissions", {}).values())])
        for kind in ("files", "folders", "notebooks") for one in tables[kind]):
    print(line)'
}

# grant END KIND PATH WHO LEVEL
grant ()
{
  api "$1" "2.0/permissions/$2/$(number "$1" "$3")" \
    "{\"access_control_list\": [{$4, \"permission_level\": \"$5\"}]}" PUT \
    >/dev/null
}

long=$(printf '%0200d' 7)

odd ()
{
  put folders '"path": "/Shared/empty/of/all"'
  put folders '"path": "/Shared/case"'
  put folders '"path": "/Shared/Case"'
  for name in 'it'\''s' 'a \"quote\"' 'two\nlines' '100% & more?#' \
      '\u043e\u043f\u044b\u0442' '\u202eltr' 'a+b' 'back\\slash' "$long"; do
    put notebooks "\"path\": \"/Shared/$name\", \"language\": \"SQL\",
      \"source\": \"select '$name'\""
    put notebooks "\"path\": \"/Shared/in $name/n\", \"language\": \"R\""
  done
  put notebooks '"path": "/Shared/case/N", "language": "SCALA"'
  put notebooks '"path": "/Shared/case/n", "language": "PYTHON",
    "source": "print (1)\n\n# COMMAND ----------\n\nprint (2)"'
  put notebooks '"path": "/Users/admin@example.com/own", "source": "1"'
  put files '"path": "/Shared/case/data.csv", "source": "a,b\n\u00e9,\"x\"\n"'
  put files '"path": "/Shared/case/job.py",
    "source": "# Databricks notebook source\nprint (1)\n"'
  put files '"path": "/Shared/case/nothing"'
}

# --- there and back
pair --populate users=5,groups=4
odd
grant old notebooks /Shared/case/n '"user_name": "admin@example.com"' CAN_RUN
grant old files /Shared/case/job.py '"group_name": "users"' CAN_EDIT
grant old directories /Shared/case '"group_name": "users"' CAN_READ
tree old >"$tmp/source"
state new "$tmp/before"
run move export
status_is "export ends with 0" 0
# (another plugin asks for the top folders by themselves: path=/)
is "export: every folder is listed once" \
  "$(calls old 'workspace/list?path=%2F')" \
  "$(rows "SELECT count (*) FROM walk JOIN kind USING (kid)
    WHERE name = 'directories' AND node <> ''")"
is "export: nothing is taken of /Repos, where Git folders are looked for" \
  "$(calls old 'workspace/list?path=%2FRepos')$(rows "SELECT key FROM asset
    WHERE key LIKE '/Repos/%'")" 1
run move import
status_is "import ends with 0" 0
tree new >"$tmp/target"
is "import: names, sources and permissions are the source's" \
  "$(diff "$tmp/source" "$tmp/target")" ''
is "import: of what has no permissions of its own none were written" \
  "$(calls new 'PUT.*permissions/\(notebooks\|directories\|files\)')" 3
run move validate
status_is "validate ends with 0" 0
run move import
status_is "a second import ends with 0" 0
is "a second import creates nothing" "$(ask twice "$url_new" "$url_old")" ''
is "nothing that was asked for was unknown to the simulator" \
  "$(ask strict "$url_old")$(ask strict "$url_new")" ''
api new 2.0/workspace/import '{"path": "/Shared/case/n", "language": "R",
  "content": "MQ==", "overwrite": true}' >/dev/null
run move validate
status_is "an edit is found" 5
run move undo
status_is "undo ends with 1" 1
is "undo leaves what somebody edited, and what that lies in" "$(tree new)" \
  '["folders", "/Shared/case", null, null, ["CAN_READ"]]
["notebooks", "/Shared/case/n", "R", "IyBEYXRhYnJpY2tzIG5vdGVib29rIHNvdXJjZQox", ["CAN_RUN"]]'
like "undo says why a folder stays" "$(migrate --session s report)" \
  'holds what this session did not make'
end_process "$simulator_pid"

# --- what cannot be moved is told, one line each, and the rest is
forget_session
pair --populate users=2
put users '"userName": "gone@example.com"'
put notebooks '"path": "/Users/gone@example.com/a", "source": "1"'
put notebooks '"path": "/Users/gone@example.com/in/b", "source": "1"'
tell "$url_old" object '{"kind": "users", "delete": true, "match": {
  "userName": "gone@example.com"}}'
put notebooks '"path": "/Shared/large", "padding": 10485760'
put notebooks '"path": "/Shared/shows a lot", "results": 10485760'
put files '"path": "/Shared/lib.jar", "object_type": "LIBRARY"'
put notebooks '"path": "/Shared/inside", "source": "1"'
fault old '"match": "GET *workspace/export", "with": "inside",
  "do": "status", "status": 200, "times": 9, "body":
  "{\"error_code\":\"MAX_NOTEBOOK_SIZE_EXCEEDED\",\"message\":\"too large\"}"'
run move export
status_is "left: export ends with 1" 1
run move import
status_is "left: import ends with 1" 1
is "left: what is too large, whose home is gone" \
  "$(work_of notebooks 'work.wsid > 0')" \
  "/Shared/inside|6|export-incomplete
/Shared/large|6|export-incomplete
/Shared/shows a lot|4|
/Users/gone@example.com/a|7|unknown-principal
/Users/gone@example.com/in/b|7|unknown-principal"
run migrate --session s errors
like "left: one line for those that are too large" "$out" \
  "^2  too-large +notebooks '/Shared/"
like "left: a sort that nobody moves is told" \
  "$(rows "SELECT message FROM note WHERE code = 'unknown-type'")" LIBRARY
run move validate
status_is "left: every difference has a reason" 1
end_process "$simulator_pid"

# --- a folder that cannot be read: nothing follows from that
forget_session
pair
put notebooks '"path": "/Shared/a/b/c", "source": "1"'
put notebooks '"path": "/Shared/d/e", "source": "1"'
fault old '"match": "GET *workspace/list", "with": "%2Fa%2Fb",
  "do": "status", "status": 403, "body":
  "{\"error_code\":\"PERMISSION_DENIED\",\"message\":\"not yours\"}"'
run move export
status_is "unread: export ends with 1" 1
like "unread: errors names the folder" "$(migrate --session s errors)" \
  "directories '/Shared/a/b'"
tell "$url_old" reset '{"what": "faults"}'
tell "$url_old" reset '{"what": "ledger"}'
run move export
status_is "unread: the next export ends with 0" 0
run move import
status_is "unread: import ends with 0" 0
is "unread: all of it came" "$(tree new)" "$(tree old)"
end_process "$simulator_pid"

# --- lost replies
forget_session
pair --populate users=3
odd
fault new '"match": "POST *workspace/import", "do": "cut", "when": "after",
  "times": 5'
fault new '"match": "POST *workspace/mkdirs", "do": "cut", "when": "after",
  "times": 3'
run move export
run move import --settle 0
status_is "lost: import ends with 0" 0
is "lost: nothing was created twice" "$(ask twice "$url_new" "$url_old")" ''
is "lost: all of it came" "$(tree new)" "$(tree old)"
run move undo
status_is "lost: undo ends with 0" 0
is "lost: undo leaves nothing" "$(tree new)" ''
end_process "$simulator_pid"

# --- what is there already stays, unless it is to be overwritten
forget_session
pair
put notebooks '"path": "/Shared/n", "source": "ours"'
api new 2.0/workspace/import '{"path": "/Shared/n", "language": "PYTHON",
  "content": "dGhlaXJz"}' >/dev/null
state new "$tmp/before"
id=$(number new /Shared/n)
run move export
run move import
is "there: it stays" "$(work_of notebooks)" '/Shared/n|5|'
forget_session
run move export
run move import --on-conflict update
status_is "there: import ends with 0" 0
is "there: it is the source's" \
  "$(api new '2.0/workspace/export?path=/Shared/n&direct_download=true')" \
  '# Databricks notebook source
ours'
is "there: and the same object" "$(number new /Shared/n)" "$id"
run move undo
is "there: undo brings theirs back" \
  "$(api new '2.0/workspace/export?path=/Shared/n&direct_download=true')" \
  '# Databricks notebook source
theirs'

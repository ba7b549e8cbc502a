#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kill -9 while homes of those who are gone are moved elsewhere, and notebooks as
# archives: all of it comes once, is found again, and is taken back.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/fault/killed.sh"

# tree END: what lies in homes and archives, with what it shows
tree ()
{
  eval "ask get \"\$url_$1\" state" | python3 -c '
import json, sys
tables = json.load(sys.stdin)["tables"]
for line in sorted(
        json.dumps([one["fields"]["path"].replace("/Archive/", "/Users/"),
                    one["fields"].get("content"),
                    one["fields"].get("results", 0)])
        for kind in ("files", "folders", "notebooks") for one in tables[kind]
        if one["fields"]["path"].startswith(("/Users/", "/Archive/"))):
    print(line)'
}

pair --populate users=2 --latency 30
for name in one two three; do
  put users "\"userName\": \"$name@example.com\""
  for leaf in a b in/c in/deep/d; do
    put notebooks "\"path\": \"/Users/$name@example.com/$leaf\",
      \"source\": \"$leaf\", \"results\": 3"
  done
  put files "\"path\": \"/Users/$name@example.com/in/f\", \"source\": \"x\""
  tell "$url_old" object "{\"kind\": \"users\", \"delete\": true, \"match\": {
    \"userName\": \"$name@example.com\"}}"
done
state new "$tmp/before"

killed "$url_old" '4 8 GET *workspace/export' '' export --from old \
  --notebook-format DBC --parallel 2
resumed_at_last export 4
killed "$url_new" '6 5 POST *workspace/*' '' import --to new \
  --yes-host "$host_new" --invitations-muted --settle 200ms --parallel 2 \
  --archive-missing
resumed_at_last import 6
is "everything was created once" "$(ask twice "$url_new" "$url_old")" ''
is "it is there, under /Archive, with what it shows" "$(tree new)" "$(tree old)"
run move import
status_is "another import needs no option" 0
run move validate
status_is "validate finds no difference" 0
killed "$url_new" '4 6 POST *workspace/delete' '' undo --to new \
  --yes-host "$host_new"
resumed_at_last undo 4
state new "$tmp/undone"
is "undo leaves the target as it was" \
  "$(ask same "$tmp/before" "$tmp/undone")" ''
is "undo leaves no folder" "$(tree new)" ''

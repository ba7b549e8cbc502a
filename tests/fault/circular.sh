#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Assets that need each other, and none of which can be made first: they fail
# with a code, the rest is done, and what breaks the circle lets them go on.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

mkdir "$tmp/plugins"
cp "$builddir/tests/fault/circular.so" "$tmp/plugins"
mg_plugin_dirs="--plugin-dir $tmp/plugins"

# routes OF_CHAINS OF_KEYS OF_LOCKS: the kinds of the plugin, with objects
routes ()
{
  python3 - "$@" <<'END'
import json
import sys

kinds = []
for name, objects in zip(("chains", "keys", "locks"), sys.argv[1:]):
    at = "/api/2.0/" + name
    kinds.append({
        "name": name, "id": "id", "array": name, "key": "name",
        "unique": True, "list": "GET " + at, "create": "POST " + at,
        "get": "GET " + at + "/{id}", "update": "PATCH " + at + "/{id}",
        "delete": "DELETE " + at + "/{id}", "objects": json.loads(objects)})
print(json.dumps(kinds))
END
}

# a, b and c in a circle; d hangs on it; e is alone
routes '[{"name": "a", "next": "b"}, {"name": "b", "next": "c"},
  {"name": "c", "next": "a"}, {"name": "d", "next": "a"}, {"name": "e"}]' \
  '[{"name": "k", "lock": "l"}]' \
  '[{"name": "l", "key": "k"}, {"name": "free"}]' >"$tmp/old.json"
routes '[]' '[]' '[]' >"$tmp/new.json"
pair --routes "$tmp/old.json" -- --routes "$tmp/new.json"

states ()
{
  rows "SELECT key || ' ' || work.state || ' ' || coalesce (code, '') FROM work
    JOIN asset USING (aid) ORDER BY key"
}

run move export
status_is "export ends with 0" 0
run move import
status_is "import ends with 1" 1
circle='a 6 cycle
b 6 cycle
c 6 cycle
d 7 blocked
e 4 
free 4 
k 6 cycle
l 6 cycle'
is "who is in a circle fails, who hangs on it is blocked" "$(states)" "$circle"
is "it says which" "$(rows "SELECT DISTINCT message FROM work
  WHERE code = 'cycle' ORDER BY 1" |
  sed 's/l -> k -> l/k -> l -> k/; s/[bc] -> [abc] -> [abc] -> [bc]/a -> b -> c -> a/')" 'cycle: a -> b -> c -> a
cycle: k -> l -> k'
run move errors
like "errors tells the cure" "$out" '^3  cycle  chains'

run move import --retry-failed
status_is "again: import ends with 1" 1
is "again: nothing has changed" "$(states)" "$circle"

# somebody makes one of them by hand
tell "$url_new" object '{"kind": "chains", "create": {"name": "a"}}'
run move plan
run move import
status_is "with one of them there: import ends with 1" 1
is "with one of them there the others follow" "$(states | head -n 4)" 'a 5 
b 4 
c 4 
d 4 '

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# migrate inventory counts a tree as the export finds it, with as many folders
# asked for at once as the service lets.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

# at_once: the most lists of folders that were under way together
at_once ()
{
  ask get "$url_old" ledger | python3 -c '
import json, sys
times = []
for one in map(json.loads, sys.stdin):
    if one["route"].endswith("workspace/list"):
        times += [(one["arrival_us"], 1), (one["reply_us"], -1)]
now = most = 0
for _, change in sorted(times):
    now += change
    most = max(most, now)
print(most)'
}

# counted COMMAND-OUTPUT: kind and number, of the kinds of the tree
counted ()
{
  printf '%s\n' "$1" | awk '/^(directories|notebooks|files) / { print $1, $2 }'
}

pair --populate users=3,notebooks=300 --latency 20
run migrate inventory --from old
status_is "inventory ends with 0" 0
inventory=$(counted "$out")
many=$(at_once)
ok "folders are asked for beside one another ($many)" test "$many" -gt 4
ok "... but never more than the service lets" test "$many" -le 20
run move export
is "and it is what the export finds" "$(counted "$out")" "$inventory"
like "which is no small number" "$inventory" '^notebooks 300$'

# --- a folder that cannot be read is an error, one that is gone is none
fault ()
{
  tell "$url_old" faults "{\"match\": \"GET *workspace/list\", \"offset\": 3, \
    \"do\": \"status\", \"status\": $1, \"times\": $2, \
    \"body\": \"{\\\"error_code\\\":\\\"$3\\\",\\\"message\\\":\\\"no\\\"}\"}"
}

fault 404 1 RESOURCE_DOES_NOT_EXIST
run migrate inventory --from old
status_is "a folder that is gone: 0" 0
fault 403 0 PERMISSION_DENIED
run migrate inventory --from old
status_is "one that is shut: 3" 3
like "... and why" "$err" 'PERMISSION_DENIED'
end_process "$simulator_pid"

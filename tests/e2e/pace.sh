#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Limits of an export that do not wait for each other: sources and permissions
# are read while folders are listed, each at its own pace.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

# counts: of the lists that were asked for, how much else came before the half
# of them, by the last but one word of its path
counts ()
{
  curl -sS "$url_old/_simulator/ledger" | python3 -c '
import collections, json, sys
paths = [json.loads(line)["path"].split("?")[0] for line in sys.stdin]
lists = [i for i, path in enumerate(paths) if path.endswith("/list")
         and "/workspace/" in path]
before = collections.Counter(path.split("/")[4 if "/permissions/" in path
                                             else -1]
                             for path in paths[:lists[len(lists) // 2]])
print(" ".join(word for word in ("notebooks", "directories", "export")
               if before[word] >= 5))'
}

pair --populate notebooks=150

# few at a time, so that folders always wait
printf '* - workspace-list 30 1s\n' >"$tmp/limits"
run move export --plugins notebooks --limits "$tmp/limits" --parallel 4
status_is "lists are slow: export ends with 0" 0
is "lists are slow: details do not wait for the last of them" "$(counts)" \
  "notebooks directories export"
is "lists are slow: there were many" "$(rows "SELECT count (*) > 40 FROM asset
  JOIN kind USING (kid) WHERE name = 'directories'")" 1

forget_session
tell "$url_old" reset '{}'
printf '* - permissions-read 30 1s\n' >"$tmp/limits"
run move export --plugins notebooks --limits "$tmp/limits" --parallel 4
status_is "permissions are slow: export ends with 0" 0
# what is slow leaves time, on a slow machine too: the rest comes long before its end
is "permissions are slow: sources do not wait for them" \
  "$(curl -sS "$url_old/_simulator/ledger" | python3 -c '
import json, sys
paths = [json.loads(line)["path"] for line in sys.stdin]
last = max(i for i, path in enumerate(paths) if "/workspace/export" in path)
slow = [i for i, path in enumerate(paths) if "/permissions/" in path]
print(sum(i > last for i in slow) > len(slow) // 10)')" True

end_process "$simulator_pid"

# --- so many creations an hour: one line for all that wait, until when
forget_session
pair --populate users=4
run move export
refusal='{\"error_code\":\"INVALID_STATE\",\"message\":'\
'\"There were already 1000 things created in past 3600 seconds\"}'
fault new "\"match\": \"POST */Users\", \"do\": \"status\", \"status\": 400,
  \"times\": 0, \"body\": \"$refusal\""
run move import --plugins users --max-duration 3s
status_is "creations: import was stopped" 10
is "creations: they wait" "$(rows "SELECT count (*) FROM work
  WHERE state = 9 AND code = 'creation-limit'")" 3
is "creations: one line says so" \
  "$(echo "$err" | grep -c '\[creation-limit\]')" 1
like "creations: with the kind and the time" "$err" \
  'users: the workspace lets no more .* waiting until 20[0-9-]*T[0-9:]*Z to try again '
end_process "$simulator_pid"

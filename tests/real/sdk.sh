#!/bin/sh
# The official Python SDK, unmodified, by a personal token and by OAuth M2M,
# fills, reads, changes and empties a simulated workspace.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

requires test -n "${MIGRATE_VENV_SDK:-}"
requires "$MIGRATE_VENV_SDK/bin/python" -c 'import databricks.sdk'

start_simulator --populate small --profiles "$tmp/profiles"
run env DATABRICKS_CONFIG_FILE="$tmp/profiles" \
  "$MIGRATE_VENV_SDK/bin/python" "$srcdir/tests/real/sdk.py" sim sim-m2m
status_is "the SDK's script ran to its end" 0
printf '%s\n' "$out" >"$tmp/lines"
while IFS= read -r line; do
  case $line in
    "ok "*) pass "${line#ok }" ;;
    "not ok "*) fail "${line#not ok }" ;;
    *) note "$line" ;;
  esac
done <"$tmp/lines"

counters=$(curl -s "$url_sim/_simulator/counters")
like "the SDK sent nothing that the simulator does not know" "$counters" \
  '"unknown-fields":\{\},"unknown-routes":\{\}'

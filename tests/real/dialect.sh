#!/bin/sh
# MLflow's own client, unmodified, with a simulated workspace as its tracking
# server: what it sends is known and answered.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

requires test -n "${MIGRATE_VENV_MLFLOW:-}"
requires "$MIGRATE_VENV_MLFLOW/bin/python" -c 'import mlflow, databricks.sdk'

start_simulator --populate small
run env DATABRICKS_HOST="$url_sim" DATABRICKS_TOKEN="$token_sim" \
  "$MIGRATE_VENV_MLFLOW/bin/python" "$srcdir/tests/real/dialect.py"
status_is "the client's script ran to its end" 0
printf '%s\n' "$out" >"$tmp/lines"
while IFS= read -r line; do
  case $line in
    "ok "*) pass "${line#ok }" ;;
    "not ok "*) fail "${line#not ok }" ;;
    *) note "$line" ;;
  esac
done <"$tmp/lines"

counters=$(curl -s "$url_sim/_simulator/counters")
like "it sent nothing that the simulator does not know" "$counters" \
  '"unknown-fields":\{\},"unknown-routes":\{\}'

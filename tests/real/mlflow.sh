#!/bin/sh
# Two real MLflow servers: the first is filled by MLflow's own client, moved,
# and read back from the second by that client.  An import is killed on the way.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

requires test -n "${MIGRATE_VENV_MLFLOW:-}"
requires "$MIGRATE_VENV_MLFLOW/bin/python" -c 'import mlflow'
requires command -v setsid
requires command -v curl

# The servers and the client keep to this machine, and to a home of this test.
MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false
MLFLOW_DISABLE_TELEMETRY=true
MLFLOW_ENABLE_TELEMETRY=false
export MLFLOW_SERVER_ENABLE_JOB_EXECUTION MLFLOW_DISABLE_TELEMETRY \
       MLFLOW_ENABLE_TELEMETRY

# soon COMMAND [ARG...]: it succeeds within two minutes
soon ()
{
  soon_n=0
  until "$@" >/dev/null 2>&1; do
    soon_n=$((soon_n + 1))
    [ "$soon_n" -lt 2400 ] || return 1
    sleep 0.05
  done
}

group_ended ()
{
  ! kill -0 "-$1" 2>/dev/null
}

end_group ()
{
  kill -TERM "-$1" 2>/dev/null || :
  soon group_ended "$1" || kill -KILL "-$1" 2>/dev/null || :
  wait "$1" 2>/dev/null || :
}

# start_mlflow NAME: a server in a process group of its own
start_mlflow ()
{
  mkdir "$tmp/$1"
  (cd "$tmp/$1" && HOME="$tmp/home" exec setsid \
    "$MIGRATE_VENV_MLFLOW/bin/mlflow" server --host 127.0.0.1 --port 0 \
    --backend-store-uri "sqlite:///$tmp/$1/mlflow.db" \
    --artifacts-destination "$tmp/$1/artifacts" --serve-artifacts \
    --workers 1) >"$tmp/$1.log" 2>&1 &
  cleanup_fn end_group $!
  groups="${groups:-} $!"
}

# mlflow_url NAME: where it is, once it answers
mlflow_url ()
{
  if soon grep -q 'Uvicorn running on http' "$tmp/$1.log"; then
    url=$(sed -n 's/.*Uvicorn running on \(http:[^ ]*\).*/\1/p' "$tmp/$1.log")
    if soon curl -sf "$url/health"; then
      eval "url_$1=\$url"
      return 0
    fi
  fi
  note "$(tail -n 20 "$tmp/$1.log")"
  fail "the MLflow server '$1' did not start"
  exit 0
}

client ()
{
  client_script=$1
  shift
  HOME="$tmp/home" "$MIGRATE_VENV_MLFLOW/bin/python" \
    "$srcdir/tests/real/mlflow-$client_script.py" "$@"
}

# writes TRACE: how many requests in it change something
writes ()
{
  grep '"http/request"' "$1" | grep -v '"method":"GET"' |
    grep -v -c '"path":"/api/2.0/mlflow/experiments/search"' || :
}

start_mlflow source
start_mlflow target
mlflow_url source
mlflow_url target
host=${url_target#http://}

client fill "$url_source" "$url_target"
client read "$url_source" "$tmp/source.txt" "$url_target" "$tmp/before.txt"
is "MLflow's client made 300 experiments" \
  "$(grep -c -v '"Default"' "$tmp/source.txt")" 300

# What the target is to hold afterwards: all of the source, but of one name it
# has its own, and two that the source does not have.
{
  grep -v '"in both, another"' "$tmp/source.txt"
  grep -e '"in both, another"' -e 'there in the target"' \
    -e '"only in the target"' "$tmp/before.txt"
} | sort >"$tmp/wanted.txt"

run migrate --plugins mlflow --from "$url_source" --session S export \
  --trace "$tmp/export.trace"
status_is "export" 0
is "the source is only read" "$(writes "$tmp/export.trace")" 0
run migrate --session S --to "$url_target" plan
status_is "plan" 0

# --- an import that is killed ----------------------------------------------

# How many experiments the target's server has made so far.
created ()
{
  grep -c 'experiments/create HTTP/1.1" 200' "$tmp/target.log" || :
}

had=$(created)
(HOME="$tmp/home" MIGRATE_HOME="$tmp/sessions" \
  exec "$program" $mg_plugin_dirs --session S --to "$url_target" \
  --yes-host "$host" --parallel 2 import) \
  >"$tmp/killed.out" 2>&1 &
killed=$!
half_way ()
{
  [ "$(created)" -ge $((had + 80)) ]
}
soon half_way || :
kill -KILL "$killed" 2>/dev/null || :
wait "$killed" 2>/dev/null || :
half=$(($(created) - had))
note "killed after $half of 298 creates"
ok "the import was killed in the middle" test "$half" -ge 40 -a "$half" -lt 298

run migrate --session S --yes-host "$host" --settle 2 import
status_is "the same command goes on" 0
note "$out"
client read "$url_target" "$tmp/after.txt"
run diff "$tmp/wanted.txt" "$tmp/after.txt"
is "MLflow's client reads the same names and tags from the target" "$out" ""

# --- afterwards ------------------------------------------------------------

run migrate --session S validate
status_is "validate" 0
note "$out"
like "nothing differs without a reason" "$err" '0 unexplained differences'
run migrate --session S --yes-host "$host" --trace "$tmp/second.trace" import
status_is "a second import" 0
is "it sends no write" "$(writes "$tmp/second.trace")" 0
ok "but it did ask" grep -q '"http/request"' "$tmp/second.trace"

run migrate --session S --yes-host "$host" undo
status_is "undo" 0
note "$out"
like "it removes every one that the two imports made" "$out" \
  '^experiments +298 +0 +0 +0$'
client read "$url_source" "$tmp/still.txt" "$url_target" "$tmp/undone.txt"
run diff "$tmp/before.txt" "$tmp/undone.txt"
is "the target is as it was" "$out" ""
run diff "$tmp/source.txt" "$tmp/still.txt"
is "so is the source" "$out" ""

# What undo deleted keeps its name there.
run migrate --session S --yes-host "$host" --settle 2 import
status_is "an import after undo" 0
note "$out"
client read "$url_target" "$tmp/again.txt"
run diff "$tmp/wanted.txt" "$tmp/again.txt"
is "brings back what undo deleted" "$out" ""

for group in $groups; do
  end_group "$group"
  ok "a server ends with all its processes" group_ended "$group"
done

#!/bin/sh
# Moves widgets between two simulated workspaces and looks at what came.
# Needs migrate, migrate-simulator and curl; prints TAP.
# SPDX-License-Identifier: 0BSD
set -eu

name=widgets
dir=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
simulator=
n=0
bad=0

at_exit ()
{
  status=$?
  [ -z "$simulator" ] || kill "$simulator" 2>/dev/null || :
  rm -rf "$tmp"
  echo "1..$n"
  [ "$status" = 0 ] || exit "$status"
  exit "$bad"
}
trap at_exit EXIT
trap 'exit 1' HUP INT TERM

# check TEXT COMMAND...: one line of TAP; what the command said, if it failed
check ()
{
  n=$((n + 1))
  text=$1
  shift
  if "$@" >"$tmp/out" 2>&1; then echo "ok $n - $text"; else
    echo "not ok $n - $text"
    sed 's/^/# /' "$tmp/out"
    bad=1
  fi
}

# Of the person who runs this nothing shall reach the program.
for v in $(env | sed -nE 's/^((MIGRATE|DATABRICKS)_[A-Z_]*)=.*/\1/p'); do
  [ "$v" = MIGRATE_SIMULATOR ] || unset "$v"
done
HOME=$tmp DATABRICKS_CONFIG_FILE=$tmp/profiles
export HOME DATABRICKS_CONFIG_FILE

migrate ()
{
  "${MIGRATE:-migrate}" --plugin-dir "$dir" --plugins $name \
    --session "$tmp/session" "$@"
}

# ask PATH [CURL-OPTION...]: of the workspace in $url
ask ()
{
  path=$1
  shift
  curl -sS -f --noproxy '*' -H "Authorization: Bearer $token" "$@" "$url$path"
}

# Two workspaces with the same service; the target begins empty.
sed '/"objects"/,/^ *]$/d; s/^    },$/    }/' "$dir/$name.routes" \
  >"$tmp/empty.routes"
mkfifo "$tmp/ready"
"${MIGRATE_SIMULATOR:-migrate-simulator}" \
  --workspace source --routes "$dir/$name.routes" --page 2 \
  --workspace target --routes "$tmp/empty.routes" \
  --profiles "$tmp/profiles" >"$tmp/ready" &
simulator=$!
{
  read -r _ source_url source_token
  read -r _ target_url target_token
} <"$tmp/ready"
target_host=${target_url#http://}

# A widget that names another one.
url=$source_url token=$source_token
bolt=$(ask "/api/2.0/$name" | sed 's/.*"widget_id":"\([0-9]*\)","name":"bolt".*/\1/')
ask "/api/2.0/$name" -o /dev/null -H 'Content-Type: application/json' \
  -d "{\"name\":\"box\",\"spare\":{\"widget_id\":\"$bolt\"}}"

check "the plugin is there" \
  "${MIGRATE:-migrate}" --plugin-dir "$dir" plugins show $name
check "export" migrate --from source export
check "plan" migrate --to target plan
check "import" migrate --to target --yes-host "$target_host" import
check "validate finds no difference" migrate validate

url=$target_url token=$target_token
all=$(ask "/api/2.0/$name")
new_bolt=$(echo "$all" |
  sed -n 's/.*"widget_id":"\([0-9]*\)","name":"bolt".*/\1/p')
check "the reference names the target's widget, not the source's" \
  test "$new_bolt" != "$bolt" -a -n "$new_bolt"
check "in the one that refers to it" \
  expr "$all" : ".*\"spare\":{\"widget_id\":\"$new_bolt\"}"
check "large numbers survive" expr "$all" : '.*"size":12345678901234567[,}]'

migrate --json import >"$tmp/again" 2>"$tmp/err" || cat "$tmp/err"
check "a second import changes nothing" \
  grep '"created":0,"updated":0,"same":6' "$tmp/again"
check "and sent no write: each widget was created once, none was updated" \
  expr "$(ask /_simulator/counters)" : \
  '.*"routes":{"GET[^}]*"POST /api/2.0/widgets":6}'

ask "/api/2.0/$name/$new_bolt" -o /dev/null -X PUT \
  -H 'Content-Type: application/json' -d '{"name":"bolt","color":"blue"}'
migrate validate >"$tmp/differs" 2>&1 && status=0 || status=$?
check "validate finds what was changed" test "$status" = 5
check "undo" migrate --yes-host "$target_host" undo
check "which leaves what was edited, and removes the rest" \
  expr "$(ask /_simulator/counters)" : ".*\"DELETE /api/2.0/$name/{id}\":5"

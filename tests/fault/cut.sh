#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A network that drops, stalls, resets and refuses, in the middle of requests
# and of replies: what a command cannot do it says, and the next one does it.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

seed=${MG_TEST_SEED:-4711}
rounds=2
[ -z "${CHECK_LONG:-}" ] || rounds=40
pair --populate \
users=60,groups=24,service-principals=16,experiments=20,instance-profiles=4 \
  -- --page 20
state new "$tmp/before"

# network NAME FAULTS: between the program and this workspace; $proxy is its URL
network ()
{
  eval "mg_url=\$url_$1 mg_token=\$token_$1"
  mg_fifo=$tmp/proxy.$1.$round
  mkfifo "$mg_fifo"
  python3 "$srcdir/tests/fault/proxy.py" "$mg_url" "$seed" "$2" \
    >"$mg_fifo" 2>"$mg_fifo.err" &
  proxy_pid=$!
  exec 8<"$mg_fifo"
  read -r proxy <&8 || fail "the proxy did not start"
  profile "$1" "$proxy" "$mg_token"
}

# calm: the network ends; what it did is noted
calm ()
{
  kill "$proxy_pid" || :
  wait "$proxy_pid" || :
  read -r did <&8 || did='nothing'
  exec 8<&-
  note "$did"
  is "$1: nothing of the proxy's failed" "$(cat "$mg_fifo.err")" ''
}

# through WHAT COMMAND...: until it ends with 0, twelve times at most; before
# that only with 1 or 3, and with a reason
through ()
{
  mg_what=$1 mg_runs=0 mg_odd=
  shift
  while [ $mg_runs -lt 12 ]; do
    mg_runs=$((mg_runs + 1))
    run migrate --session s "$@"
    [ "$status" != 0 ] || break
    case $status in
      1 | 3) ;;
      *) mg_odd="$mg_odd $status" ;;
    esac
    printf '%s\n' "$err" | grep -q '\[[a-z-]*\]$' || mg_odd="$mg_odd mute"
    note "$(printf '%s\n' "$err" | tail -n 3)"
  done
  note "$mg_what: $mg_runs runs"
  is "$mg_what: ends with 0" "$status" 0
  is "$mg_what: never without a reason" "$mg_odd" ''
}

one_round ()
{
  : >"$tmp/home/.databrickscfg"
  tell "$url_new" reset '{}'
  tell "$url_new" reset '{"what": "state"}'
  forget_session
  network old 12
  through "$round: export" export --from old
  calm "$round: export"
  is "$round: export: nothing was written" "$(ask writes "$url_old")" 0
  network new 60
  through "$round: import" import --to new --yes-host "${proxy#http://}" \
    --invitations-muted --settle 600ms --retry-failed
  is "$round: import: everything is there, once" \
    "$(ask check "$url_old" "$url_new" | cut -c 1-200)" ''
  through "$round: validate" validate --to new
  through "$round: undo" undo --to new --yes-host "${proxy#http://}"
  calm "$round: import"
  state new "$tmp/undone"
  is "$round: undo: the target is as it was" \
    "$(ask same "$tmp/before" "$tmp/undone")" ''
}

round=0
while [ $round -lt "$rounds" ]; do
  round=$((round + 1))
  one_round
  seed=$((seed + 1))
done

# SPDX-License-Identifier: Apache-2.0
# What the scripts of this folder and of tests/fault share: two simulated
# workspaces and a session between them.  Read after functions.sh.
#
#   pair OPTION... [-- OPTION...]   start 'old' (the options before --) and
#                                   'new' (those behind it)
#   move COMMAND [ARG...]           migrate COMMAND in the session 's'
#   ask VERB ARG...                 tests/e2e/sim.py
#   tell URL WHAT TEXT [OPTION...]  POST to a control route of the simulator
#   rows SQL                        the answer of the session's database
#
# Here limits are off unless a script says otherwise: what they do is tested
# elsewhere, and 35 users a minute would take too long.

requires python3 -c 'import json'
requires sqlite3 --version
requires curl --version

MIGRATE_LIMITS=off
export MIGRATE_LIMITS

ask ()
{
  python3 "$srcdir/tests/e2e/sim.py" "$@"
}

tell ()
{
  mg_route=$1/_simulator/$2 mg_body=$3
  shift 3
  curl -sSf -o "$tmp/.told" --data-binary "$mg_body" "$@" "$mg_route"
}

pair ()
{
  mg_old=
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    mg_old="$mg_old $1"
    shift
  done
  [ $# = 0 ] || shift
  # the words of a script, none of which has a space in it
  # shellcheck disable=SC2086
  start_simulator --seed "${seed:-7}" $mg_general \
    --workspace old $mg_old --workspace new "$@"
  rm -f "$tmp/home/.databrickscfg"
  profile old "$url_old" "$token_old"
  profile new "$url_new" "$token_new"
  host_new=${url_new#http://}
  host_old=${url_old#http://}
}
mg_general=

move ()
{
  mg_verb=$1
  shift
  case $mg_verb in
    export) set -- --from old "$@" ;;
    import)
      set -- --to new --yes-host "$host_new" --invitations-muted "$@" ;;
    undo) set -- --to new --yes-host "$host_new" "$@" ;;
    plan | validate) set -- --to new "$@" ;;
  esac
  migrate --session s "$mg_verb" "$@"
}

rows ()
{
  sqlite3 -batch "$tmp/sessions/s/session.db" "$1"
}

# state NAME FILE: what the workspace holds now
state ()
{
  eval "ask get \"\$url_$1\" state" >"$2"
}

# forget: the next script part begins with another session
forget_session ()
{
  rm -rf "$tmp/sessions/s"
}

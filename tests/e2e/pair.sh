# SPDX-License-Identifier: Apache-2.0
# What the scripts of this folder and of tests/fault share: two simulated
# workspaces and a session between them.  Read after functions.sh.
#
#   pair OPTION... [-- OPTION...]   start 'old' (the options before --) and
#                                   'new' (those behind it)
#   move COMMAND [ARG...]           migrate COMMAND in the session 's'
#   ask VERB ARG...                 tests/e2e/sim.py
#   tell URL WHAT TEXT [OPTION...]  POST to a control route of the simulator
#   api END PATH [BODY [VERB]]      what the service says to a GET of /api/PATH,
#                                   with BODY to a POST
#   scim END PATH [BODY [VERB]]     the same of people: 'Users', 'Groups/ID'
#   put KIND FIELDS [END]           a new object of the source, or of END
#   fault END FIELDS                one of the simulator's faults; FIELDS may go
#                                   over several lines
#   calls END PATTERN               how many requests of this sort there were
#   number END PATH                 the object_id of what is there
#   repo END PATH FIELD             a field of a Git folder
#   state END FILE                  all that the workspace holds now
#   rows SQL                        the answer of the session's database
#   work_of KIND [CONDITION]        its rows of work, of both ends: key, state, code
#   forget_session                  the next part begins with another one
#
# END is 'old' or 'new'; jobs-lib.sh has what is about jobs alone.
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

api ()
{
  eval "mg_url=\$url_$1 mg_token=\$token_$1"
  curl -sS -H "Authorization: Bearer $mg_token" ${4:+-X "$4"} ${3:+-d "$3"} \
    ${mg_type:+-H "Content-Type: $mg_type"} "$mg_url/api/$2"
}
mg_type=

scim ()
{
  mg_type=application/scim+json
  api "$1" "2.0/preview/scim/v2/$2" "${3:-}" "${4:-}"
  mg_type=
}

put ()
{
  eval "tell \"\$url_${3:-old}\" object" \
    '"{\"kind\": \"$1\", \"create\": {$2}}"'
}

fault ()
{
  eval "tell \"\$url_$1\" faults" '"{$(printf %s "$2" | tr "\n" " ")}"'
}

calls ()
{
  eval "ask get \"\$url_$1\" ledger" | grep -c "$2"
}

number ()
{
  api "$1" "2.0/workspace/get-status?path=$2" \
    | sed 's/.*"object_id":\([0-9]*\).*/\1/'
}

repo ()
{
  eval "ask get \"\$url_$1\" state" | python3 -c '
import json, sys
for one in json.load(sys.stdin)["tables"]["repos"]:
    if one["fields"]["path"] == sys.argv[1]:
        print(one[sys.argv[2]] if sys.argv[2] == "id"
              else one["fields"].get(sys.argv[2], "none"))' "$2" "$3"
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

work_of ()
{
  rows "SELECT key, work.state, coalesce (code, '') FROM work
    JOIN asset USING (aid) JOIN kind ON kind.kid = work.kid
    WHERE kind.name = '$1' AND phase = 1 ${2:+AND $2} ORDER BY key, wid"
}

state ()
{
  eval "ask get \"\$url_$1\" state" >"$2"
}

forget_session ()
{
  mg_keep_session s
  rm -rf "$tmp/sessions/s"
}

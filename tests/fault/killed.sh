# SPDX-License-Identifier: Apache-2.0
# How tests kill 'migrate' at chosen requests.  Read after pair.sh.

seed=${MG_TEST_SEED:-4711}
note "seed $seed"

# killed URL MOMENTS FAULTS COMMAND...: 'move COMMAND', killed
killed ()
{
  mg_url=$1 mg_moments=$2 mg_faults=$3
  shift 3
  # shellcheck disable=SC2086
  run env HOME="$tmp/home" MIGRATE_HOME="$tmp/sessions" \
    python3 "$srcdir/tests/fault/kill.py" "$mg_url" "$seed" "$mg_moments" \
    $mg_faults -- "$builddir/migrate" $mg_plugin_dirs --session s "$@"
  note "$(printf '%s\n' "$out" | head -n 3)"
}

# resumed_at_last WHAT KILLS: killed so often, or fewer times where the work was
# done before: what was in flight at a kill need not be sent again
resumed_at_last ()
{
  mg_killed=$(printf '%s\n' "$out" | sed -n 's/^killed //p')
  ok "$1: killed at least once, at most $2 times" \
    [ "${mg_killed:-0}" -ge 1 -a "${mg_killed:-0}" -le "$2" ]
  is "$1: then it ends with 0" "$(printf '%s\n' "$out" | sed -n 2p)" "ended 0"
}

# resumed WHAT KILLS
resumed ()
{
  is "$1: killed $2 times" "$(printf '%s\n' "$out" | sed -n 1p)" "killed $2"
  is "$1: then it ends with 0" "$(printf '%s\n' "$out" | sed -n 2p)" "ended 0"
  case $out in
    *"ended 0"*) ;;
    *) note "$out" ;;
  esac
}

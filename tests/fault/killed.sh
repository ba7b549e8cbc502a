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
    $mg_faults -- "$program" $mg_plugin_dirs --session s "$@"
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

# killed_in_series PAGE POPULATE: an import, a validate and an undo for each line
# of $tmp/series ("name kills every where"), each with a target of its own, for
# state is kept per target.  Between them 'look NAME' looks at $tmp/source and
# $tmp/after.  Few at a time: of six that are all in flight none is left to be
# killed at.
killed_in_series ()
{
  mg_targets=
  while read -r name rest; do
    mg_targets="$mg_targets --workspace $name --page $1"
  done <"$tmp/series"
  # shellcheck disable=SC2086
  start_simulator --seed 7 --workspace old --populate "$2" $mg_targets
  profile old "$url_old" "$token_old"
  run move export
  status_is "export ends with 0" 0
  state old "$tmp/source"
  while read -r name kills every pattern; do
    eval "url_new=\$url_$name token_new=\$token_$name"
    host_new=${url_new#http://}
    profile "$name" "$url_new" "$token_new"
    state new "$tmp/before"
    killed "$url_new" "$kills $every $pattern" '' import --to "$name" \
      --yes-host "$host_new" --invitations-muted --settle 200ms --parallel 2
    resumed_at_last "$name" "$kills"
    is "$name: everything was created once" \
      "$(ask twice "$url_new" "$url_old")" ''
    state new "$tmp/after"
    is "$name: the target holds the source" \
      "$(ask moved "$tmp/source" "$tmp/after")" ''
    look "$name"
    run migrate --session s --to "$name" validate
    status_is "$name: validate finds no difference" 0
    run migrate --session s --to "$name" undo --yes-host "$host_new"
    status_is "$name: undo ends with 0" 0
    state new "$tmp/undone"
    is "$name: undo leaves the target as it was" \
      "$(ask same "$tmp/before" "$tmp/undone")" ''
  done <"$tmp/series"
}

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kill -9 around the making of jobs and of their permissions: none is made twice,
# of those that are equal neither, and every one is paused.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/fault/killed.sh"

# name  kills  every  where
cat >"$tmp/series" <<'END'
create      6  5   POST *jobs/create
permissions 3  8   PUT */permissions/jobs/*
END

targets=
while read -r name rest; do
  targets="$targets --workspace $name --page 10"
done <"$tmp/series"
# shellcheck disable=SC2086
start_simulator --seed 7 --workspace old --populate \
  users=8,groups=6,service-principals=6,instance-profiles=1,instance-pools=8,cluster-policies=8,clusters=4,jobs=40 \
  $targets
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
  is "$name: everything was created once" "$(ask twice "$url_new" "$url_old")" ''
  state new "$tmp/after"
  is "$name: the target holds the source" \
    "$(ask moved "$tmp/source" "$tmp/after")" ''
  is "$name: nothing starts by itself" \
    "$(grep -o '"pause_status":"UNPAUSED"' "$tmp/after")" ''
  run migrate --session s --to "$name" validate
  status_is "$name: validate finds no difference" 0
  run migrate --session s --to "$name" undo --yes-host "$host_new"
  status_is "$name: undo ends with 0" 0
  state new "$tmp/undone"
  is "$name: undo leaves the target as it was" \
    "$(ask same "$tmp/before" "$tmp/undone")" ''
done <"$tmp/series"

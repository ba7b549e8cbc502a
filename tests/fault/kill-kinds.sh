#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kill -9 where each kind of asset is made and finished.  One session, and a
# target for each series: state is kept per target.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/fault/killed.sh"

# name  kills  every  where
cat >"$tmp/series" <<'END'
users       6  20  POST *Users
services    5  3   POST *ServicePrincipals
groups      8  12  POST *Groups
finish      4  4   PUT *scim/v2/*
profiles    3  2   POST *instance-profiles/add
experiments 6  10  POST *experiments/create
tags        2  3   POST *set-experiment-tag
folders     1  2   POST *mkdirs
permissions 4  10  PUT */permissions/*
anything    8  60  *
END

targets=
while read -r name rest; do
  targets="$targets --workspace $name --page 50"
done <"$tmp/series"
# shellcheck disable=SC2086
start_simulator --seed 7 --workspace old --populate \
  users=200,groups=80,service-principals=60,experiments=60,instance-profiles=6 \
  $targets
profile old "$url_old" "$token_old"
run move export
status_is "export ends with 0" 0
state old "$tmp/source"

# Few at a time: of six that are all in flight none is left to be killed at.
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
  is "$name: and nothing that the source has not" \
    "$(ask moved "$tmp/after" "$tmp/source" | grep -v "automation of $name" || :)" ''
  run migrate --session s --to "$name" validate
  status_is "$name: validate finds no difference" 0
  run migrate --session s --to "$name" undo --yes-host "$host_new"
  status_is "$name: undo ends with 0" 0
  state new "$tmp/undone"
  is "$name: undo leaves the target as it was" \
    "$(ask same "$tmp/before" "$tmp/undone")" ''
done <"$tmp/series"

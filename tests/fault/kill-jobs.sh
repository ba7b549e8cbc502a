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

look ()
{
  is "$1: nothing starts by itself" \
    "$(grep -o '"pause_status":"UNPAUSED"' "$tmp/after")" ''
}
killed_in_series 10 \
  users=8,groups=6,service-principals=6,instance-profiles=1,instance-pools=8,cluster-policies=8,clusters=4,jobs=40

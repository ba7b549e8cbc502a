#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kill -9 where each kind of asset is made and finished.
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

look ()
{
  is "$1: and nothing that the source has not" \
    "$(ask moved "$tmp/after" "$tmp/source" | grep -v "automation of $1" || :)" ''
}
killed_in_series 50 \
  users=200,groups=80,service-principals=60,experiments=60,instance-profiles=6

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kill -9 between a clone and its branch, and around its folder and permissions:
# none is cloned twice, and each is on its branch.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/fault/killed.sh"

# name  kills  every  where
cat >"$tmp/series" <<'END'
folder      3  3   POST *workspace/mkdirs
clone       6  6   POST *repos
branch      4  4   PATCH *repos/*
permissions 3  8   PUT */permissions/repos/*
END

look ()
{
  is "$1: the folders are those of the source" "$(python3 -c '
import json, sys
print([sorted(one["fields"]["path"]
              for one in json.load(open(name))["tables"]["folders"]
              if one["fields"]["path"].startswith("/Repos"))
       for name in sys.argv[1:]])' "$tmp/after" "$tmp/source" |
    tr -d '[]' | sed 's/^\(.*\), \1$/same/')" same
}
killed_in_series 10 users=30,groups=14,service-principals=6,repos=50

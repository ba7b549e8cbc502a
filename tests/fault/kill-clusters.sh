#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kill -9 between the making of a cluster and its end, and around its pins,
# libraries and permissions: none runs on, and none is made twice, of those that
# are equal neither.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
. "$srcdir/tests/fault/killed.sh"

# name  kills  every  where
cat >"$tmp/series" <<'END'
create      6  6   POST *clusters/create
end         6  6   POST *clusters/delete
pin         3  2   POST *clusters/pin
libraries   3  3   POST *libraries/install
permissions 3  8   PUT */permissions/clusters/*
END

look ()
{
  is "$1: none that was made runs on" "$(python3 -c '
import json, sys
print(sorted({one["fields"]["state"][:8]
              for one in json.load(open(sys.argv[1]))["tables"]["clusters"]}))
' "$tmp/after")" "['TERMINAT']"
}
killed_in_series 10 \
  users=8,groups=6,service-principals=6,instance-pools=8,cluster-policies=8,clusters=45

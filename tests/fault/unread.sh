#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A list of the target that cannot be read: nobody knows what is there, so
# nothing is created and nothing is taken back on its account.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

pair --populate users=5,groups=3,service-principals=4
list_fails='{"match": "GET *ServicePrincipals*", "do": "status", '
list_fails=$list_fails'"status": 400, "times": 0}'

run move export
ask post "$url_new" faults "$list_fails" >/dev/null
run move import
status_is "import: a list that fails is told by the status" 1
like "import: ... and by a line" "$out$err" 'plugin-disabled'
is "import: nothing is created without the baseline" "$(ask writes "$url_new")" 0
ask delete "$url_new" faults >/dev/null
run move import
status_is "import: it goes on when the list can be read" 0

before=$(ask writes "$url_new")
ask post "$url_new" faults "$list_fails" >/dev/null
run move undo
status_is "undo: is refused" 3
like "undo: ... with a reason" "$err" 'export-incomplete'
is "undo: ... and takes nothing back" "$(ask writes "$url_new")" "$before"
ask delete "$url_new" faults >/dev/null
run move undo
status_is "undo: it is done when all can be read" 0

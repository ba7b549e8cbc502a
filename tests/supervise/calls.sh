#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A plugin crashes, and each call of the supervisor fails once meanwhile: what
# became of the import is said, and the next one does the rest.  Two processes
# crash in each run, one outside of any plugin: see tests/fault/faulty.c.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

crasher=$builddir/tests/supervise/.libs
faulty=$builddir/tests/fault/faulty
requires test -f "$crasher/crasher.so"
requires test -x "$faulty"
mg_plugin_dirs="$mg_plugin_dirs --plugin-dir $crasher"

for w in full empty; do
  objects=
  [ $w = empty ] || objects='{"name":"alpha"},{"name":"segv"},{"name":"beta"}'
  cat >"$tmp/$w.routes" <<ROUTES
[{"name":"widgets","list":"GET /api/2.0/widgets",
"get":"GET /api/2.0/widgets/{id}","create":"POST /api/2.0/widgets",
"update":"PUT /api/2.0/widgets/{id}","delete":"DELETE /api/2.0/widgets/{id}",
"array":"widgets","id":"widget_id","key":"name","unique":1,"paging":"token",
"fields":{"name":"string!"},"objects":[$objects]}]
ROUTES
done
pair --routes "$tmp/full.routes" -- --routes "$tmp/empty.routes"
run move export --plugins widgets
status_is "export ends with 0" 0
cp -R "$tmp/sessions/s" "$tmp/exported"

# import_again [PROGRAM]: with a call that fails when $MG_FAULT says which
import_again ()
{
  # shellcheck disable=SC2086
  HOME="$tmp/home" MIGRATE_HOME="$tmp/sessions" "${1:-$program}" \
    $mg_plugin_dirs --session s --plugins widgets --to new \
    --yes-host "$host_new" --settle 0 --parallel 1 import
}

# names: what the target holds
names ()
{
  curl -sS --noproxy '*' -H "Authorization: Bearer $token_new" \
    "$url_new/api/2.0/widgets" | grep -o '"name": *"[a-z]*"' | sort |
    sed 's/.*"\([a-z]*\)"$/\1/' | tr '\n' ' '
}

# wrong: what is wrong with the run with a fault; nothing is good
wrong ()
{
  case $err in
    # nobody was there to start it again, however it crashed
    *'going on without a supervisor'*'[no-supervisor]'*) return ;;
    *Sanitizer*) ;;
    *'[no-supervisor]'*) [ "$status" != 3 ] || return 0 ;;
    *'[plugin-crash]'*) [ "$status" != 1 ] || return 0 ;;
  esac
  echo "status $status: $err"
}

# import_with FAULT: the first import there is
import_with ()
{
  mg_keep_session s
  rm -rf "$tmp/sessions/s" "$tmp/fell"
  cp -R "$tmp/exported" "$tmp/sessions/s"
  tell "$url_new" reset '{"what": "state"}'
  export MG_FAULT="$1:$tmp/fell"
  run import_again "$faulty"
  unset MG_FAULT
}

import_with wait:1
like "an end that nobody can see is no success" "$status $err" \
  '^3 .*cannot see how the work ended.*\[no-supervisor\]'
run import_again
is "... and the next import does the work" "$status $(names)" "1 alpha beta "

n=0
bad=
while :; do
  n=$((n + 1))
  import_with "parent:$n"
  first=$(wrong)
  [ -e "$tmp/fell" ] || break
  run import_again
  [ -z "$first" ] && [ "$status" -le 1 ] && [ "$(names)" = "alpha beta " ] ||
    bad="$bad call $n: $first; then $status, $(names)"
done
is "every call that failed is told and got over" "$bad" ''
is "without one: the rest completed" "$(names)" "alpha beta "
ok "there were some" [ "$n" -gt 10 ]
note "$((n - 1)) calls"

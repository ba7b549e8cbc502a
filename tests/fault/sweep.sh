#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Failing resources: memory for what a server sends, SQLite's files and memory,
# sockets.  Each call fails once: no crash, a reason, a session that goes on.
# A few of the calls here, all of them in 'make check-long', but of SQLite's
# memory, which are tens of thousands, one thousand for each command.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

faulty=$builddir/tests/fault/faulty
requires test -x "$faulty"
seed=${MG_TEST_SEED:-4711}
sample=${MG_TEST_SAMPLE:-4}

# sample_of SORT: how many calls are tried; 0 is all
sample_of ()
{
  case ${CHECK_LONG:+$1} in
    '') echo "$sample" ;;
    sqlite) echo 1000 ;;
    *) echo 0 ;;
  esac
}

pair --populate \
users=4,groups=4,service-principals=3,experiments=4,instance-profiles=1 \
  -- --page 10
run move export
status_is "export ends with 0" 0
cp -R "$tmp/sessions/s" "$tmp/exported"

# shellcheck disable=SC2086
for command in ${MG_TEST_COMMANDS:-export import validate undo}; do
  for sort in ${MG_TEST_SORTS:-memory disk sqlite socket late}; do
    run env HOME="$tmp/home" MIGRATE_HOME="$tmp/sessions" \
      python3 "$srcdir/tests/fault/sweep.py" "$url_old" "$url_new" "$host_new" \
      "$tmp" "$command" "$sort" "$(sample_of "$sort")" "$seed" -- "$faulty" $mg_plugin_dirs
    status_is "$command, $sort: the sweep was done" 0
    note "$command, $sort: $(printf '%s\n' "$out" | head -n 2 | tr '\n' ' ')"
    is "$command, $sort: every failure is told and got over" \
      "$(printf '%s\n' "$out" | tail -n +3)" ''
  done
done

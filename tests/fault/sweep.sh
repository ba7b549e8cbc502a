#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Failing resources: memory for what a server sends, SQLite's files and memory,
# files of the session beside it, sockets, and what the supervisor calls.  Each
# call fails once: no crash, a reason, a session that goes on.  'login' is an
# export that fetches a token by OAuth, twice.
# A few of the calls here, and of memory in an export every place; in 'make
# check-long' the first call of every place in the program, all of the
# supervisor's, and of those for SQLite's memory, which are tens of thousands, one
# thousand for each command.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

faulty=$builddir/tests/fault/faulty
requires test -x "$faulty"
seed=${MG_TEST_SEED:-4711}
sample=${MG_TEST_SAMPLE:-4}
# a run takes twice as long with sanitizers
if [ -z "${MG_TEST_SAMPLE:-}" ] &&
  grep -q '^MG_SAN_LDFLAGS = .' "$builddir/Makefile"; then
  sample=2
fi

# sample_of COMMAND SORT: how many calls are tried; 0 is all
sample_of ()
{
  case ${CHECK_LONG:+long}/$1/$2 in
    long/*/small | long/*/parent | long/*/watch | long/*/wait) echo 0 ;;
    long/*/sqlite) echo 1000 ;;
    long/*) echo places ;;
    /export/parent | /export/small | */wait | /login/memory) echo 0 ;;
    /export/memory)
      if [ "$sample" -lt 4 ]; then echo "$sample"; else echo places; fi
      ;;
    /login/*) echo $((3 * sample)) ;;
    *) echo "$sample" ;;
  esac
}

# sorts_of COMMAND: which of its calls fail
sorts_of ()
{
  case $1 in
    login) echo memory socket late ;;
    export | import)
      echo memory disk blob sqlite socket late small parent watch wait
      ;;
    *) echo memory disk sqlite socket late ;;
  esac
}

mg_general="--profiles $tmp/profiles"
pair --populate \
users=4,groups=4,service-principals=3,experiments=4,instance-profiles=1 \
  -- --page 10
cat "$tmp/profiles" >"$tmp/home/.databrickscfg"

# Of everything else one: a file whose body is a file of the session, too, and one
# that is streamed where there is time.
put folders '"path": "/Shared/work"'
put notebooks '"path": "/Shared/work/n", "language": "PYTHON", "source": "1"'
make_file ()
{
  python3 -c '
import json, random, sys
text = "".join (random.Random (1).choices ("0123456789abcdefghijklmnopqrstuvwxyz",
                                           k=int (sys.argv[2])))
print (json.dumps ({"kind": "files", "create": {"path": sys.argv[1],
                                                "source": text}}))' \
    "$1" "$2" >"$tmp/file"
  tell "$url_old" object "@$tmp/file"
}
make_file /Shared/work/f 500000
[ -z "${CHECK_LONG:-}" ] || make_file /Shared/work/large 11000000
cluster=$(api old 2.1/clusters/create '{"cluster_name": "c", "num_workers": 1,
  "spark_version": "15.4.x-scala2.12", "node_type_id": "i3.xlarge"}' |
  sed 's/.*"cluster_id":"\([^"]*\)".*/\1/')
api old 2.2/jobs/create "{\"name\": \"j\", \"tasks\": [{\"task_key\": \"t\",
  \"existing_cluster_id\": \"$cluster\",
  \"notebook_task\": {\"notebook_path\": \"/Shared/work/n\"}}]}" >"$tmp/job"
run move export
status_is "export ends with 0" 0
cp -R "$tmp/sessions/s" "$tmp/exported"

# calls_told: what the supervisor could not do, and whether that was the end
calls_told ()
{
  sed -n -E 's/^migrate: cannot (start|see|make).*\); (going|what).*\[no-supervisor\]$/\1-\2/p' \
    "$tmp/said" | sort -u
}

# calls_of COMMAND/SORT: those of them that surely come
calls_of ()
{
  case $1 in
    export/parent) printf '%s\n' make-going start-going start-what ;;
    */wait) echo see-what ;;
  esac
}

# shellcheck disable=SC2086
for command in ${MG_TEST_COMMANDS:-export login import validate undo}; do
  for sort in ${MG_TEST_SORTS:-$(sorts_of "$command")}; do
    : >"$tmp/said"
    run env HOME="$tmp/home" MIGRATE_HOME="$tmp/sessions" \
      python3 "$srcdir/tests/fault/sweep.py" "$url_old" "$url_new" "$host_new" \
      "$tmp" "$command" "$sort" "$(sample_of "$command" "$sort")" "$seed" -- "$faulty" $mg_plugin_dirs
    status_is "$command, $sort: the sweep was done" 0
    note "$command, $sort: $(printf '%s\n' "$out" | head -n 2 | tr '\n' ' ')"
    is "$command, $sort: every failure is told and got over" \
      "$(printf '%s\n' "$out" | tail -n +3)" ''
    case $(calls_of "$command/$sort") in
      '') ;;
      *)
        is "$command, $sort: what the supervisor could not do is told" \
          "$(calls_told)" "$(calls_of "$command/$sort")"
        ;;
    esac
  done
done

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Bad answers while a workspace is listed: reads are tried again, pages are
# neither lost nor counted twice; what stays bad costs its kind alone.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"

pair --page 5 --populate \
users=23,groups=11,service-principals=8,experiments=17,instance-profiles=3

kinds ()
{
  rows "SELECT group_concat (name || ' ' || n) FROM (SELECT name, count (*) AS n
    FROM asset JOIN kind USING (kid) WHERE wsid = 0 AND body IS NOT NULL
    GROUP BY name ORDER BY name)"
}

run move export
status_is "export ends with 0" 0
all=$(kinds)
like "the export is whole" "$all" 'users 23$'

# list TEXT FAULT...: an export that meets the faults is whole all the same
list ()
{
  mg_text=$1
  shift
  forget_session
  tell "$url_old" reset '{}'
  tell "$url_old" faults "$(printf '%s\n' "$@")"
  run move export --retry-backoff 10ms
  status_is "$mg_text: export ends with 0" 0
  is "$mg_text: the fault was met" "$(curl -sS "$url_old/_simulator/counters" |
    grep -c '"faults":{}' || :)" 0
  is "$mg_text: everything is there, once" "$(kinds)" "$all"
}

for match in 'GET *Users*' 'GET *Groups/*' 'POST *experiments/search' \
  'GET *instance-profiles/list'; do
  for what in 'status' 'status", "status": 429, "x": "' cut truncate empty html \
    text deep length close; do
    more=
    case $what in *429*) what=status more=', "status": 429' ;; esac
    list "$match: $what$more" \
      "{\"match\": \"$match\", \"do\": \"$what\"$more, \"offset\": 0}"
  done
done
list 'a slow page' '{"match": "GET *Users*", "do": "slow", "ms": 1}'
list 'an element that is on two pages' \
  '{"match": "GET *Users*", "do": "duplicate", "times": 3}' \
  '{"match": "POST *experiments/search", "do": "duplicate", "times": 2}'
list 'a page token that has expired' \
  '{"match": "POST *experiments/search", "do": "page-token", "offset": 1}'

# --- what stays bad
# spoilt TEXT STATUS CODE KIND FAULT: the export ends with STATUS and CODE, all
# but KIND is there, and the next one brings that
spoilt ()
{
  forget_session
  tell "$url_old" reset '{}'
  tell "$url_old" faults "$5"
  run move export --retry-backoff 10ms --retry-total 2
  status_is "$1: export ends with $2" "$2"
  like "$1: it says so" "$err" "\\[$3\\]"
  is "$1: the rest is there" "$(kinds | tr , '\n' | grep -v "^$4 ")" \
    "$(printf '%s\n' "$all" | tr , '\n' | grep -v "^$4 ")"
  tell "$url_old" reset '{}'
  run move export
  status_is "$1: the next export ends with 0" 0
  is "$1: the next export brings what was missing" "$(kinds)" "$all"
}

spoilt 'a list that is never answered' 1 export-incomplete users \
  '{"match": "GET *Users*", "do": "html", "times": 0}'
spoilt 'a list that is too large' 1 export-incomplete users \
  '{"match": "GET *Users*", "do": "big", "times": 0}'
spoilt 'assets that are too large' 1 too-large groups \
  '{"match": "GET *Groups/*", "do": "big", "times": 0}'
spoilt 'assets that are never shown' 1 html-page groups \
  '{"match": "GET *Groups/*", "do": "html", "times": 0}'

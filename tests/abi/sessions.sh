#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Sessions that an earlier version wrote are opened, brought up, and say what
# they said then.  session-vN.sql is a dump of one of format N.
. "${MG_BUILDDIR:-.}/tests/functions.sh"
requires sqlite3 --version

file=$tmp/sessions/s/session.db
mkdir -p "$tmp/sessions/s"
sqlite3 -batch "$file" <"$srcdir/tests/abi/session-v1.sql"
is "the stored session is of format 1" \
  "$(sqlite3 -batch "$file" 'PRAGMA user_version')" 1

run migrate --session s status
status_is "status reads it" 0
like "... what was exported" "$out" 'groups  *2  *1  *1'
is "... and it is of the newest format now" \
  "$(sqlite3 -batch "$file" 'PRAGMA user_version')" 5
is "... with what that added" \
  "$(sqlite3 -batch "$file" 'SELECT count (*) FROM work WHERE maybe = 0')" 13
like "... and whole" "$(sqlite3 -batch "$file" 'PRAGMA integrity_check')" '^ok$'
run migrate --session s mapping
status_is "mapping reads it" 0
like "... from old to new" "$(cat "$tmp/.out" "$tmp"/sessions/s/out/mapping/users.csv)" \
  '8037497000000005.*8269377000000005'
run migrate --session s status
status_is "the second time nothing is brought up" 0

# --- format 2: decisions about single assets are new
file=$tmp/sessions/t/session.db
mkdir -p "$tmp/sessions/t"
sqlite3 -batch "$file" <"$srcdir/tests/abi/session-v2.sql"
is "the stored session is of format 2" \
  "$(sqlite3 -batch "$file" 'PRAGMA user_version')" 2
run migrate --session t status
status_is "status reads it" 0
is "... and it is of the newest format now" \
  "$(sqlite3 -batch "$file" 'PRAGMA user_version')" 5
run migrate --session t skip
status_is "skip reads it" 0
is "... and nothing is skipped" "$out" 'nothing is skipped'
like "... and whole" "$(sqlite3 -batch "$file" 'PRAGMA integrity_check')" '^ok$'

# --- format 3: rules are new
file=$tmp/sessions/u/session.db
mkdir -p "$tmp/sessions/u"
sqlite3 -batch "$file" <"$srcdir/tests/abi/session-v3.sql"
is "the stored session is of format 3" \
  "$(sqlite3 -batch "$file" 'PRAGMA user_version')" 3
run migrate --session u rules show
status_is "rules reads it" 0
is "... and there are none" "$out" 'there are no rules'
is "... and it is of the newest format now" \
  "$(sqlite3 -batch "$file" 'PRAGMA user_version')" 5
run migrate --session u skip
like "... with what was skipped" "$out" 'groups .*not wanted'
like "... and whole" "$(sqlite3 -batch "$file" 'PRAGMA integrity_check')" '^ok$'

# --- format 4: what actions found is new
file=$tmp/sessions/v/session.db
mkdir -p "$tmp/sessions/v"
sqlite3 -batch "$file" <"$srcdir/tests/abi/session-v4.sql"
is "the stored session is of format 4" \
  "$(sqlite3 -batch "$file" 'PRAGMA user_version')" 4
run migrate --session v report
status_is "report reads it" 0
unlike "... and no action has been there" "$out" 'What actions found'
is "... and it is of the newest format now" \
  "$(sqlite3 -batch "$file" 'PRAGMA user_version')" 5
is "... with the rules that it had" \
  "$(sqlite3 -batch "$file" 'SELECT old, new FROM rule')" \
  'old@example.com|new@example.com'
like "... and whole" "$(sqlite3 -batch "$file" 'PRAGMA integrity_check')" '^ok$'

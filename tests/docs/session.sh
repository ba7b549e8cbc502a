#!/bin/sh
# migrate-session(5) has every table and column of a session, and none that a
# session has not; its numbers are those of the program; its examples run.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

requires sqlite3 -version

page=$srcdir/docs/migrate-session.5

run migrate session new acme
status_is "a session is made" 0
db=$tmp/sessions/acme/session.db

# compare PAGE: what differs
compare ()
{
  awk -f "$srcdir/tests/docs/columns.awk" "$1" | sort >"$tmp/page"
  sqlite3 -separator ' ' "$db" "SELECT m.name, p.name FROM sqlite_schema m,
    pragma_table_info (m.name) p WHERE m.type = 'table'" | sort >"$tmp/file"
  comm -13 "$tmp/page" "$tmp/file" | sed 's/^/not in the page: /'
  comm -23 "$tmp/page" "$tmp/file" | sed 's/^/not in a session: /'
}

run compare "$page"
is "the page and a session agree" "$out$err" ""
ok "there was something to compare" test "$(grep -c '' "$tmp/file")" -gt 50

# The test can fail, both ways.
sed '/^\.It Va sent_sha/d' "$page" >"$tmp/less"
run compare "$tmp/less"
is "a column that the page lacks" "$out" "not in the page: work sent_sha"
sed 's/^\.Ss walk/.Ss stroll/' "$page" >"$tmp/other"
run compare "$tmp/other"
like "a table that a session has not" "$out" "^not in a session: stroll node"

# Numbers.
like "the version of the format" "$(tr '\n' ' ' <"$page")" \
  "user_version $(sqlite3 "$db" 'PRAGMA user_version'), the version"
like "and the application" "$(tr '\n' ' ' <"$page")" \
  "application_id $(sqlite3 "$db" 'PRAGMA application_id') "

# States and operations: the words that the program says.
words ()
{
  sed -n "/^$1 (/,/^}/p" "$srcdir/core/store/work.c" | tr '\n' ' ' |
    sed 's/.*names\[\] = {\([^}]*\)}.*/\1/' | tr -d '", ' |
    sed 's/^?//'
}
states=$(awk '/^\.Sh /{ s = $2 } s == "STATES" && /^\.It /{ n = $2; next }
  s == "STATES" && n != "" { sub (":$", "", $1); printf "%s", $1; n = "" }' \
  "$page")
is "the states" "$states" "$(words mg_state_name)"
operations=$(sed -n '/^\.It Va op$/,/^\.It Va class$/p' "$page" |
  grep -v '^\.It' | tr '\n' ' ' | grep -o '= [a-z]*' | tr -d '= \n')
is "the operations" "$operations" "$(words mg_work_op_name)"

# The examples.
awk -v out="$tmp/example" '
  /^\.Sh /{ s = $2 } s == "EXAMPLES" && /^\.Bd/{ n++; on = 1; next }
  /^\.Ed/{ on = 0 } on { sub (/\\e/, "\\"); print > (out n) }' "$page"
ok "there are examples" test -s "$tmp/example4"
for example in "$tmp"/example*; do
  run sqlite3 -readonly "$db" ".read $example"
  is "example $(basename "$example") runs" "$status$err" 0
done

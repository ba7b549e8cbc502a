#!/bin/sh
# migrate(1) has every command and every option of the program, with the same
# arguments and defaults, and none that the program has not.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

page=$srcdir/docs/migrate.1

# in_page PAGE, in_program: the same form of lines, sorted
in_page ()
{
  awk -f "$srcdir/tests/docs/options.awk" "$1" | grep -v '^default ' | sort
}

in_program ()
{
  migrate --dump-options | awk -F'\t' '
    $1 == "command" { print "command", $2 }
    $1 == "option" { print "option", $2, $3, toupper($4) }' | sort
}

# compare PAGE: what differs
compare ()
{
  in_page "$1" >"$tmp/page"
  in_program >"$tmp/program"
  comm -13 "$tmp/page" "$tmp/program" | sed 's/^/not in the page: /'
  comm -23 "$tmp/page" "$tmp/program" | sed 's/^/not in the program: /'
}

in_program >"$tmp/program"
ok "the program tells its tables" grep -q '^option session ' "$tmp/program"
run compare "$page"
is "the page and the program agree" "$out$err" ""

# The test can fail, both ways.
sed '/^\.It Fl -settle/d' "$page" >"$tmp/less"
run compare "$tmp/less"
is "an option that the page lacks" "$out" \
  "not in the page: option settle - TIME"
sed 's/^\.It Fl -trace Ar file/.It Fl -trace Ar dir/' "$page" >"$tmp/other"
run compare "$tmp/other"
is "another argument" "$(printf '%s\n' "$out" | tail -n 1)" \
  "not in the program: option trace - DIR"
sed 's/^\.It Cm status/.It Cm state/' "$page" >"$tmp/other"
run compare "$tmp/other"
is "a command that the program has not" "$(printf '%s\n' "$out" | tail -n 1)" \
  "not in the program: command state"

# A default that is a number or a time stands in the entry.
awk -f "$srcdir/tests/docs/options.awk" "$page" | sed -n 's/^default //p' \
  >"$tmp/entries"
migrate --dump-options |
  awk -F'\t' '$1 == "option" && $8 ~ /^[0-9]/ { print $2, $8 }' \
    >"$tmp/defaults"
while read -r name value; do
  like "the default of --$name" "$(grep "^$name " "$tmp/entries")" \
    "[ (]$value([ ,;.]|$)"
done <"$tmp/defaults"

# Other names of the same.
migrate --dump-options | awk -F'\t' '$1 == "alias" { print $2, $3 }' |
  while read -r other name; do
    grep -q "Fl -$other\$" "$page" && grep -q "Fl -$name " "$page" ||
      echo "$other"
  done >"$tmp/aliases"
is "and the other names" "$(cat "$tmp/aliases")" ""

# What --help says of each command is what the table says: every option of the
# dump is in the help of the commands that take it.
migrate --dump-options | awk -F'\t' '$1 == "command" { print $2 }' |
  while read -r command; do
    migrate "$command" --help | sed -n 's/^  \(-., \)\{0,1\}--\([a-z-]*\).*/\2/p' |
      sort >"$tmp/help"
    migrate --dump-options | awk -F'\t' -v c="$command" '
      $1 == "option" && index("," $5 ",", "," c ",") &&
        $2 != "version" && $2 != "dump-config" { print $2 }' | sort |
      comm -3 - "$tmp/help" | sed "s/^/$command: /"
  done >"$tmp/help-differs"
is "the help of each command" "$(cat "$tmp/help-differs")" ""

# The statuses that the program can end with.
sed -n 's/^ *MG_EXIT_[A-Z]* = .*/&/p' "$srcdir/core/cli/app.h" |
  grep -o '= [0-9]*' | tr -d '= ' | sort -n >"$tmp/statuses"
sed -n '/^\.Sh EXIT STATUS/,/^\.Sh EXAMPLES/s/^\.It //p' "$page" |
  tr -d ', ' | sed 's/129130143/129\n130\n143/' | sort -n |
  grep -v '^137$' >"$tmp/documented" # not its own: the supervisor was killed
is "the exit statuses" "$(cat "$tmp/documented")" "$(cat "$tmp/statuses")"

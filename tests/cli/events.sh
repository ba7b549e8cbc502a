#!/bin/sh
# docs/events.md names every event of --json, and no other.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

cd "$srcdir"
{
  grep -rhoE 'mg_line_begin \(&[a-z]+, "[a-z-]+"' core |
    sed 's/.*"\(.*\)"/\1/'
  sed -nE 's/.*\.event = "([a-z-]+)".*/\1/p' core/run/*.c
  sed -nE 's/.*\{ "[a-z-]+\.csv", "[^"]*", "([a-z-]+)".*/\1/p' \
    core/cli/cmd-report.c
  # what a remote tells
  sed -nE 's/.*\.kind = "([a-z-]+)".*/\1/p' core/net/*.c
  grep -hoE '"token-(wait|renewed)"' core/net/auth.c | tr -d '"'
} | sort -u >"$tmp/used"
# In the first or the second column, in backquotes.
sed -nE 's/^\| [^|`]*(\| )?(`[a-z-]+`(, `[a-z-]+`)*).*/\2/p' docs/events.md |
  tr -d '`,' | tr ' ' '\n' | sort -u >"$tmp/documented"
is "every event is documented" "$(comm -23 "$tmp/used" "$tmp/documented")" ""
is "every documented event is there" \
  "$(comm -13 "$tmp/used" "$tmp/documented")" ""

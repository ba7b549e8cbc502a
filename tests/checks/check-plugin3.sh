#!/bin/sh
# migrate-plugin(3) is made of the header, names everything that is in it, and
# its examples compile.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

: "${CC:=cc}"
header=$tmp/contract
sh "$srcdir/sdk/contract.sh" "$srcdir/sdk" >"$header"
page=$builddir/docs/migrate-plugin.3

# missing PAGE HEADER: what the header has and the page has not
missing ()
{
  sed 's/\\&//; s/\\e/\\/g' "$1" >"$tmp/page"
  {
    awk -v list=1 -f "$srcdir/tests/abi/layout.awk" "$2" | sed 's/.*\.//'
    sed -n -E 's/^(migrate_[a-z_]+) \(.*/\1/p
               s/^#define ([A-Za-z_]+)\(.*/\1/p' "$2"
  } | sort -u | grep -v '^\.\.\.$' | while read -r name; do
    grep -q -w -e "$name" "$tmp/page" || echo "$name"
  done
}

run missing "$page" "$header"
is "every constant, member and function is in the page" "$out$err" ""

# The test can fail.
grep -v settle_s "$page" >"$tmp/less"
run missing "$tmp/less" "$header"
is "a member that the page lacks is found" "$out" settle_s
grep -v 'migrate_quote' "$page" >"$tmp/less"
run missing "$tmp/less" "$header"
is "a function that the page lacks is found" "$out" migrate_quote

grep -c '^ \* =\|^/\* = ' "$header" >"$tmp/sections"
is "every section of the header is one of the page" \
  "$(grep -E -c '^\.Sh (ABI|ERROR CODES|KINDS|CODES|SWITCHING OFF AND ON|ASSETS|REQUESTS|SERVICES|THE PLUGIN)$' "$page")" \
  "$(cat "$tmp/sections")"

# The source of the template stands in it as it is.
sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/p' "$page" |
  sed -n '/^\.Bd/,/^\.Ed/p' | sed '1d; $d; s/\\&//; s/\\e/\\/g' >"$tmp/x.c"
run diff "$srcdir/sdk/template/widgets.c" "$tmp/x.c"
is "the example is the template's source" "$out$err" ""
is "which has fewer than 60 lines" \
  "$(test "$(grep -c '' "$tmp/x.c")" -lt 60 && echo yes)" yes
# shellcheck disable=SC2086
run $CC -std=c99 -pedantic -Wall -Wextra -Werror -I"$srcdir/sdk" \
  -I"$builddir/sdk" -c -o "$tmp/x.o" "$tmp/x.c"
is "and compiles" "$out$err" ""

if command -v mandoc >/dev/null; then
  # Pages beside this one are not installed yet.
  run mandoc -T lint -W style "$page" "$srcdir/sdk/template/migrate-widgets.7" \
    "$srcdir/sdk/check/migrate-plugin-check.1"
  is "mandoc has nothing to say" \
    "$(printf '%s\n' "$out$err" | grep -v 'referenced manual not found')" ""
else
  pass "mandoc # SKIP no mandoc"
fi

#!/bin/sh
# Every manual page: nothing for mandoc to say, and every page that it refers
# to is there.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

requires sh -c 'command -v mandoc'

# Pages of the tree, and the one that is made of the header.
pages=$(find "$srcdir/docs" "$srcdir/plugins" "$srcdir/sdk" \
  -name '*.[1-8]' | sort)
for page in "$builddir"/docs/*.3; do
  pages="$pages
$page"
done

# lint PAGE...: what mandoc says.  Pages beside a page are not installed yet,
# and what this machine has installed is its own affair.
lint ()
{
  mandoc -T lint -W style "$@" 2>&1 |
    grep -v -e 'referenced manual not found' -e 'outdated mandoc.db'
}

# dangling PAGE...: references to pages that nobody has
dangling ()
{
  { printf '%s\n' "$pages" | sed 's|.*/||; s|\.\([1-8]\)$| \1|'
    printf '%s\n' 'curl 1' 'flock 2' 'sqlite3 1'; } >"$tmp/known"
  sed -n 's/^\.Xr \([^ ]*\) \([1-8]\).*/\1 \2/p' "$@" | sort -u |
    while read -r reference; do
      grep -q -x -F "$reference" "$tmp/known" || echo "$reference"
    done
}

# shellcheck disable=SC2086
run lint $pages
is "mandoc has nothing to say" "$out$err" ""
run dangling $pages
is "every page that is referred to is there" "$out$err" ""

# The test can fail.
sed 's/^\.Sh NAME/.Sh NAMES/' "$srcdir/docs/migrate.1" >"$tmp/bad.1"
run lint "$tmp/bad.1"
like "a bad page is found" "$out" "NAME"
echo '.Xr migrate-nothing 7' >"$tmp/bad.7"
run dangling "$tmp/bad.7"
is "a reference to nothing is found" "$out" "migrate-nothing 7"

# A page of a plugin has these parts, in this order.
for page in "$srcdir"/plugins/*/*.7; do
  is "$(basename "$page") has the parts of a plugin's page" \
    "$(sed -n 's/^\.Sh //p' "$page" | tr '\n' ',')" \
    "NAME,KINDS,CONFIGURATION,API CALLS USED,RIGHTS NEEDED,WHAT IS NOT MOVED \
AND WHY,ERROR CODES,SEE ALSO,"
done

# What the plugin declares stands in its page: kinds, calls, codes, options.
dump ()
{
  migrate plugins dump "$1" >"$tmp/dump.json"
  sed -n -E 's/^ *"(list|get|create|update|remove)": "[A-Z]+ ([^?"]*).*/\2/p' \
    "$tmp/dump.json"
}
for page in "$srcdir"/plugins/*/*.7; do
  name=$(basename "$page" .7 | sed 's/^migrate-//')
  [ -e "$builddir/plugins/$name/.libs/$name.so" ] || continue
  tr '\n' ' ' <"$page" | sed 's/\\&//g' >"$tmp/page"
  dump "$name" | sort -u | sed 's|[{}]|.|g' |
    while read -r call; do
      grep -q -e "$call" "$tmp/page" || echo "$call"
    done >"$tmp/lacking"
  is "$name: its calls" "$(cat "$tmp/lacking")" ""
  migrate plugins show "$name" >"$tmp/show"
  {
    sed -n 's/^  \([a-z][^ :]*\): .*/\1/p; /^Options/,$s/^  --\([^ ]*\).*/\1/p' \
      "$tmp/show"
    sed -n '/^Codes/,$s/^  \([a-z-]*\)  .*/\1/p' "$tmp/show"
  } | sort -u | while read -r word; do
    grep -q -w -e "$word" "$tmp/page" || echo "$word"
  done >"$tmp/lacking"
  is "$name: its kinds, options and codes" "$(cat "$tmp/lacking")" ""
done

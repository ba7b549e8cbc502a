#!/bin/sh
# The structs of the contract are laid out as recorded: see layout.sh for the
# rule, and 'make update-layout' where it allows a change.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

: "${CC:=cc}"
export CC
record=$srcdir/tests/abi/layout.txt
layout="sh $srcdir/tests/abi/layout.sh"

printf '#include <stdint.h>\nchar x[sizeof (void *) == 8 ? 1 : -1];\n' \
  >"$tmp/t.c"
# shellcheck disable=SC2086
requires $CC -c -o "$tmp/t.o" "$tmp/t.c"

$layout "$srcdir/sdk" "$builddir/sdk" >"$tmp/now"
run diff -u "$record" "$tmp/now"
is "the layout is the recorded one" "$out$err" ""

# Each change of a header, and what the rule says of it once the ABI is 1.
mkdir "$tmp/sdk"
sed 's/^\(#define MIGRATE_ABI_VERSION\) .*/\1 1/' \
  "$builddir/sdk/migrate-version.h" >"$tmp/sdk/migrate-version.h"
cp "$srcdir"/sdk/migrate-plugin.h "$srcdir"/sdk/migrate-kind.h "$tmp/sdk"
$layout --update "$tmp/record" "$tmp/sdk" "$tmp/sdk"
cp "$tmp/record" "$tmp/record.1"

# changed TEXT STATUS SED-SCRIPT
changed ()
{
  cp "$tmp/record.1" "$tmp/record"
  for header in migrate-plugin.h migrate-kind.h; do
    sed -E "$3" "$srcdir/sdk/$header" >"$tmp/sdk/$header"
  done
  if cmp -s "$srcdir/sdk/migrate-plugin.h" "$tmp/sdk/migrate-plugin.h" &&
    cmp -s "$srcdir/sdk/migrate-kind.h" "$tmp/sdk/migrate-kind.h"; then
    fail "$1: the header did not change"
    return
  fi
  run $layout --update "$tmp/record" "$tmp/sdk" "$tmp/sdk"
  status_is "$1" "$2"
}

end='/members are only added here/'
changed "a member at the end of a struct that may grow" 0 \
  "${end}i int (*more) (void);"
changed "one in the middle is refused" 1 \
  's/^  (uint32_t lanes;)/  uint32_t more; \1/'
changed "a member that is gone is refused" 1 '/^  const char \*link;/d'
changed "a member with another type is refused" 1 \
  's/^  uint32_t settle_s;/  uint64_t settle_s;/'
changed "two that change places are refused" 1 \
  's/^  const char \*key;/  const char *id_;/; s/^  const char \*id;/  const char *key;/; s/id_;/id;/'
changed "a struct in arrays without a stride must not grow" 1 \
  's/^(struct migrate_set \{)/\1 int more;/'
changed "a constant with another value is refused" 1 \
  's/^(#define MIGRATE_E_BLOCKED) .*/\1 (-99)/'
changed "a new constant" 0 '/^#define MIGRATE_E_BLOCKED/i #define MIGRATE_E_NEW (-77)'

# Nothing of the header is overlooked.
sh "$srcdir/sdk/contract.sh" "$srcdir/sdk" >"$tmp/contract"
run awk -v list=1 -f "$srcdir/tests/abi/layout.awk" "$tmp/contract"
like "members are found" "$out" '^migrate_kind\.unordered$'
like "callbacks are found" "$out" '^migrate_core\.json_contains$'
like "constants are found" "$out" '^MIGRATE_DROP_ELEMENT$'
is "as many callbacks of a plugin as the header has" \
  "$(printf '%s\n' "$out" | grep -c -E '^migrate_plugin\.(open|close|preflight|.*_(kind|asset))$')" \
  "$(sed -n '/^struct migrate_plugin {/,/^};/p' "$srcdir/sdk/migrate-plugin.h" | grep -c '(\*')"

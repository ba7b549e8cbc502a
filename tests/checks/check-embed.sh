#!/bin/sh
# A data file that is built in comes out byte for byte.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

: "${CC:=cc}"
printf 'GET\t/a\\b\t"x"\n# comment%%s\n\nlast\n' >"$tmp/odd-name.tsv"
: >"$tmp/empty.tsv"
for name in odd-name empty; do
  "${AWK:-awk}" -f "$srcdir/contrib/embed.awk" name=$name "$tmp/$name.tsv" \
    >"$tmp/$name-tsv.h"
done
cat >"$tmp/t.c" <<'END'
#include <stdio.h>
#include "odd-name-tsv.h"
#include "empty-tsv.h"
int
main (void)
{
  fputs (mg_odd_name_tsv, stdout);
  fputs (mg_empty_tsv, stdout);
  return 0;
}
END
ok "the header compiles" $CC -I"$tmp" -o "$tmp/t" "$tmp/t.c"
"$tmp/t" >"$tmp/out"
ok "the text is the same" cmp "$tmp/out" "$tmp/odd-name.tsv"

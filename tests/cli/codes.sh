#!/bin/sh
# The codes that the program can print and those that 'explain' knows are the
# same.
. "${MG_BUILDDIR:-.}/tests/functions.sh"

cd "$srcdir"
# conform*.c is a program of its own that tests plugins.
sources=$(find core -name '*.c' ! -name codes.c ! -name 'conform*.c')
# shellcheck disable=SC2086
LC_ALL=C awk -f tests/cli/codes.awk $sources | sort -u >"$tmp/used"
migrate --plugin-dir "$tmp" explain >"$tmp/all"
sed -nE 's/^  \{ "([a-z-]+)",$/\1/p' core/view/codes.c | sort >"$tmp/known"

is "every code in the sources is explained" \
  "$(comm -23 "$tmp/used" "$tmp/known")" ""
is "every code that is explained can be printed" \
  "$(comm -13 "$tmp/used" "$tmp/known")" ""
ok "the table is sorted, without doubles" sort -c -u "$tmp/known"
is "explain lists them all" "$(sort -u "$tmp/known" "$tmp/all" | wc -l)" \
  "$(sort -u "$tmp/all" | wc -l)"

# met CODE: a test names it as a code: [code], a text of its own, a column
met ()
{
  # shellcheck disable=SC2086
  grep -q -E -e "\\[$1\\\\?\\]|[\"'|]$1[\"'|]" $tests && return 0
  case $1 in
    *-*) grep -q -E -e "(^|[^a-z-])$1([^a-z-]|\$)" $tests ;;
    *) return 1 ;;
  esac
}

tests=$(find tests \( -name '*.c' -o -name '*.sh' -o -name '*.py' \) \
  ! -path 'tests/cli/codes.sh' ! -path 'tests/checks/*')
unmet=
while read -r code; do
  met "$code" || unmet="$unmet $code"
done <"$tmp/known"
is "every code is met by a test" "$unmet" ""
run met never-heard-of
status_is "... one that none names would be seen" 1

# What is looked for is found: a source with one of each.
cat >"$tmp/x.c" <<'END'
  mg_error_set (err, MG_E_FAIL, "one-a", "text", x);
  mg_error_set (err, MG_E_NOT_FOUND,
                f (x) ? "two-a" : "two-b", "other");
  static const struct m a = { MG_E_IO, "three-a", "cure-it" };
  mg_result_say (res, "four-a", "words");
  mg_run_note (run, side, 0, kind, key, "five-a", "Words.");
  say (p, "warn", "six-a", "words");
  return plan_row (p, a, OP, MG_FAILED, 0, "seven-a", text, err);
  mg_log (MG_LOG_NORMAL, "text [eight-a]");
  /* not "nine-a" [nine-b] */
END
is "each way to print a code is seen" \
  "$(awk -f tests/cli/codes.awk "$tmp/x.c" | sort | tr '\n' ' ')" \
  "eight-a five-a four-a one-a seven-a six-a three-a two-a two-b "

bad=
while read -r code; do
  run migrate explain "$code"
  if [ "$status" != 0 ] || ! printf '%s' "$out" | grep -q '^  cure: .'; then
    bad="$bad $code"
  fi
done <"$tmp/known"
is "each has a text and a cure" "$bad" ""

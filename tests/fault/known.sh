# SPDX-License-Identifier: Apache-2.0
# Which secrets a script knows, and whether a file holds one.  Read by
# functions.sh.
#
#   know NAME SECRET...     to be looked for; where NAME is that of a file, all
#                           but there
#   know_profiles FILE      the tokens and secrets of a .databrickscfg
#   no_secrets PLACE...     prints 'NAME FILE how' for each that is in a file
#
# With MG_TEST_SECRETS=FOLDER in the environment every run of the program is
# traced (tests/fault/traced.c), and at its end a script is searched: all that it
# left, what the runs told, and core dumps.  What may hold a secret stands in
# tests/fault/secret-holders.  A finding is a failure, and FOLDER keeps the files
# of the script.

program=$builddir/migrate
mg_script=$(printf '%s\n' "$0" | sed 's|.*/\(tests/[^/]*/[^/]*\)$|\1|')
mg_known=$tmp/.known
mg_traced=
if [ -n "${MG_TEST_SECRETS:-}" ]; then
  program=$builddir/tests/fault/traced
  mg_traced=$tmp.traced
  mkdir "$mg_traced"
  : >"$mg_traced/.begun"
  MG_TRACED=$mg_traced
  export MG_TRACED
fi

know ()
{
  mg_secret=$1
  shift
  printf "$mg_secret\t%s\n" "$@" >>"$mg_known"
}

know_profiles ()
{
  sed -n -e 's/^client_secret *= */client secret\t/p' \
    -e 's/^token *= */token\t/p' "$1" >>"$mg_known"
}

no_secrets ()
{
  python3 "$srcdir/tests/fault/secrets.py" "$mg_known" \
    "$srcdir/tests/fault/secret-holders" "$mg_script" "$@"
}

# mg_keep_session NAME: before a test throws a session away
mg_keep_session ()
{
  [ -n "$mg_traced" ] && [ -d "$tmp/sessions/$1" ] || return 0
  mv "$tmp/sessions/$1" "$(mktemp -d "$mg_traced/session.XXXXXX")"
}

# mg_search: at the end of a script
mg_search ()
{
  [ -n "$mg_traced" ] && [ -s "$mg_known" ] || return 0
  for mg_key in "$tmp"/home/.config/migrate/*.key; do
    # not one that a test wrote
    ! grep -qx '[0-9a-f]\{64\}' "$mg_key" 2>/dev/null ||
      know "${mg_key#"$tmp"/}" "$(cat "$mg_key")"
  done
  mg_cores=$(find . -maxdepth 1 -name 'core*' -type f -newer "$mg_traced/.begun")
  # shellcheck disable=SC2086
  no_secrets "$tmp" "$mg_traced" $mg_cores >"$tmp.found" 2>"$tmp.why" ||
    fail "the search for secrets ends with 0"
  [ ! -s "$tmp.why" ] || note "$(cat "$tmp.why")"
  while read -r mg_line; do
    fail "a secret is in a file: $mg_line"
  done <"$tmp.found"
  mg_n_found=$(cat "$tmp.found" "$tmp.why" | wc -l)
  rm -f "$tmp.found" "$tmp.why"
  [ "$mg_n_found" != 0 ] || return 0
  mkdir -p "$MG_TEST_SECRETS"
  mv "$tmp" "$mg_traced" "$MG_TEST_SECRETS"
}

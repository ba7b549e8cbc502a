#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The search for secrets (secrets.py) finds what is there, wherever it lies, and
# with MG_TEST_SECRETS a script that leaves one fails: see known.sh.
unset MG_TEST_SECRETS MG_TRACED       # what is planted here would be found
. "${MG_BUILDDIR:-.}/tests/functions.sh"
. "$srcdir/tests/e2e/pair.sh"
requires test -x "$builddir/tests/fault/traced"

# --- where a secret may lie
know planted dapi0123456789abcdef0123456789abcdef 'a/b+c=d'
mkdir -p "$tmp/bad/home" "$tmp/good/home"
python3 - "$tmp/bad" "$tmp/good" <<'END_OF_PYTHON'
import base64
import os
import random
import shutil
import sqlite3
import sys
import zlib

TOKEN = "dapi0123456789abcdef0123456789abcdef"


def body(token, length=300):
    rest = "".join(random.Random(3).choices("abcdefghijk ", k=length))
    return (rest + token + rest[::-1]).encode()


def packed(text):
    lean = zlib.compressobj(1, zlib.DEFLATED, 12, 5)
    return (b"z" + len(text).to_bytes(8, "big") + lean.compress(text)
            + lean.flush())


def write(name, data):
    with open(os.path.join(folder, name), "wb") as f:
        f.write(data)


def table(name, *bodies):
    path = os.path.join(folder, name)
    there = sqlite3.connect(path)
    there.execute("PRAGMA secure_delete = off")
    there.execute("PRAGMA journal_mode = wal")
    there.execute("CREATE TABLE asset (body BLOB)")
    there.executemany("INSERT INTO asset VALUES (?)", [(b,) for b in bodies])
    there.commit()
    return there


for folder, token in ((sys.argv[1], TOKEN), (sys.argv[2], "t" * len(TOKEN))):
    coded = base64.b64encode(b"a: " + token.encode() + b"\n")
    write("plain", b"x=" + token.encode())
    write("base64", b"x=" + coded)
    write("oauth", b"x=eyJ" + token[4:].encode())
    write("json", base64.b64encode(b'{"a": "of a notebook"}'))
    write("percent", b"x=a%2Fb%2Bc%3Dd" if token == TOKEN else b"x=a/b+c")
    write("home/.databrickscfg", TOKEN.encode())
    # beyond one piece of the search, and across its edge
    write("blob", packed(body(token, (1 << 20) - 20)))
    table("row.db", packed(body(token))).close()
    table("long-row.db", packed(body(token, 60000))).close()
    freed = table("freed.db", *[body(token)] * 40)
    freed.execute("DELETE FROM asset")
    freed.commit()
    freed.close()
    freed = table("freed-packed.db", *[packed(body(token))] * 40)
    freed.execute("DELETE FROM asset")
    freed.commit()
    freed.close()
    log = table("log.db", packed(body(token)))
    for tail in ("", "-wal"):
        shutil.copyfile(os.path.join(folder, "log.db" + tail),
                        os.path.join(folder, "alone.db" + tail))
    log.close()
    os.unlink(os.path.join(folder, "log.db"))
    write("broken.db", b"SQLite format 3\0" + body(token))
END_OF_PYTHON
# found PLACE: the files, and how the secret lay there
found ()
{
  no_secrets "$1" | sed -e "s| $1/| |" -e 's/^planted //' | grep -v '^shape' |
    sort | sed 's/ (.*) / packed /' | sort -u || :
}
is "each is found" "$(found "$tmp/bad")" "$(sort <<'END_OF_LIST'
plain plain
base64 base64
percent percent
blob packed plain
row.db packed plain
long-row.db packed plain
freed.db plain
freed-packed.db packed plain
alone.db packed plain
alone.db-wal packed plain
broken.db plain
END_OF_LIST
)"
like "... a page that was freed holds it as it is" \
  "$(no_secrets "$tmp/bad/freed.db")" '^planted .*/freed.db plain$'
like "what looks like a token is one" "$(no_secrets "$tmp/bad/oauth")" \
  '^shape .*/oauth eyJ$'
is "where there is none, none is found" "$(no_secrets "$tmp/good")" ''
like "what is to be looked at is there" "$(no_secrets "$tmp/absent")" \
  '^there are no files$'
cp "$tmp/bad/home/.databrickscfg" "$tmp/good/home/.databrickscfg.old"
like "what may hold one is excused by its whole name" \
  "$(no_secrets "$tmp/good" | grep planted)" \
  'home/\.databrickscfg\.old plain$'

# --- a script, as it is and searched
# inner TEXT: a script that moves people, and then does what TEXT says
inner ()
{
  mkdir -p "$tmp/tests/fault"
  {
    echo '. "$MG_BUILDDIR/tests/functions.sh"'
    echo '. "$srcdir/tests/e2e/pair.sh"'
    echo 'pair --populate users=2,groups=1'
    echo 'run move export'
    echo 'run move import'
    echo 'is "it says what it says" "$status $err" \
      "0 migrate: all done; compare: migrate validate --session s"'
    printf '%s\n' "$1"
  } >"$tmp/tests/fault/inner.sh"
  run env MG_SRCDIR="$srcdir" MG_BUILDDIR="$builddir" MG_TAP_DRIVER=yes \
    ${2:+MG_TEST_SECRETS="$tmp/$2"} sh "$tmp/tests/fault/inner.sh" "$tmp"
  complaints=$(printf '%s\n' "$out" | sed -n 's/^not ok [0-9]* - //p')
}

inner 'echo "$token_old" >"$tmp/left"'
is "a script is not searched" "$status $complaints" '0 '
inner 'echo nothing >"$tmp/left"' clean
is "... with MG_TEST_SECRETS it is; there is nothing" "$status $complaints" '0 '
ok "... and nothing is kept" [ ! -e "$tmp/clean" ]
inner 'echo "$token_old" >"$tmp/left"' kept
like "a token in a file" "$complaints" \
  '^a secret is in a file: token_old .*/left plain$'
ok "... which is kept" \
  test "$(cat "$tmp"/kept/migrate-test.*/left)" = "$(sed -n \
    '/^\[old\]/,/^$/s/^token = //p' "$tmp"/kept/*/home/.databrickscfg)"
ok "... with a trace, which nobody asked for, and bodies in it" \
  grep -q '"body":' "$tmp"/kept/*.traced/trace
like "... what was said" "$(cat "$tmp"/kept/*.traced/said)" '^migrate: all done'
like "... and what -vv says" "$(cat "$tmp"/kept/*.traced/log)" '^planning$'
inner 'mkdir "$1/dumped"; cd "$1/dumped"; echo "$token_old" >core.1' core
like "a token in a core where the script ran" "$complaints" \
  'token_old \./core\.1 plain'
inner 'echo "no secret" >"$tmp/.known"' broken
is "a search that does not end well is a failure" "$complaints" \
  "the search for secrets ends with 0"
inner 'cat "$tmp/home/.config/migrate/s.key" >"$tmp/left"' key
is "a session's key has its place, and stands nowhere else" \
  "$(printf '%s\n' "$complaints" | sed 's| /.*/| |')" \
  "a secret is in a file: home/.config/migrate/s.key left plain"
inner 'rows "INSERT INTO meta VALUES ('"'x', '\$token_new'"')"; forget_session' \
  session
like "a token in a session that was thrown away" "$complaints" \
  'token_new .*/session\.[^/]*/s/session\.db(-wal)? plain'

# SPDX-License-Identifier: Apache-2.0
"""Is a secret in any file below a folder?

    secrets.py FOLDER SECRET...     prints 'SECRET-NUMBER FILE how' for each

Looks for the secrets as they are, in base64, and percent-encoded, in every
file, and in the stored bodies of sessions, which are packed; and for anything
that looks like a token.
"""

import base64
import os
import re
import sqlite3
import sys
import urllib.parse
import zlib

SHAPES = re.compile(rb"dapi[0-9a-f]{20,}|eyJ[A-Za-z0-9_.-]{20,}"
                    rb"|dose[0-9a-f]{20,}|Bearer [A-Za-z0-9]{6,}"
                    rb"|Basic [A-Za-z0-9+/=]{8,}")


def forms(secret):
    """The bytes by which a secret may be known."""
    raw = secret.encode()
    yield "plain", raw
    coded = urllib.parse.quote(secret, safe="").encode()
    if coded != raw:
        yield "percent", coded
    for shift in range(3):         # wherever in a longer text it stood
        coded = base64.b64encode(b"x" * shift + raw)
        yield "base64", coded[4 if shift else 0:-4]


def bodies(path):
    """What a session keeps packed."""
    there = sqlite3.connect("file:%s?mode=ro" % urllib.parse.quote(path),
                            uri=True)
    for table, column in (("asset", "body"), ("work", "before")):
        for (packed,) in there.execute(
                "SELECT %s FROM %s WHERE %s IS NOT NULL"
                % (column, table, column)):
            if packed[:1] == b"z":
                yield zlib.decompress(packed[9:])
    there.close()


def texts(folder):
    for where, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(where, name)
            if not os.path.isfile(path):
                continue
            with open(path, "rb") as f:
                yield path, f.read()
            if name == "session.db":
                for body in bodies(path):
                    yield path + " (a body)", body


def main(folder, secrets):
    n = 0
    for path, text in texts(folder):
        n += 1
        for number, secret in enumerate(secrets, 1):
            for how, form in forms(secret):
                if form in text:
                    print(number, path, how)
        for found in SHAPES.findall(text):
            print("shape", path, found[:12])
    if n == 0:
        print("there are no files")


main(sys.argv[1], sys.argv[2:])

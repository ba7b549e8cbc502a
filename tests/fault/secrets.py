# SPDX-License-Identifier: Apache-2.0
"""Is a secret in any file below a folder?

    secrets.py KNOWN HOLDERS SCRIPT PLACE...

KNOWN has a line for each secret: a name for it, a tab, and the secret.  HOLDERS
is tests/fault/secret-holders, which names what may hold one: SCRIPT's files
there, relative to any PLACE, are not looked at.  A secret with the name of a file
may stand in that.  A PLACE is a folder or a file.
Prints 'NAME FILE how' for each that was found, and never the secret.

Looks for the secrets as they are, in base64, and percent-encoded, and for
anything that looks like a token: in the bytes of every file, freed pages of a
database and its log included, and in what a session keeps packed, be it a body
in a table, a file of blobs/, or what is left of a body that was deleted, as far
as its bytes lie together.
"""

import base64
import os
import re
import shutil
import sqlite3
import sys
import tempfile
import urllib.parse
import zlib

SHAPES = [(prefix, re.compile(rest)) for prefix, rest in (
    (b"dapi", rb"dapi[0-9a-f]{20,}"),
    (b"dose", rb"dose[0-9a-f]{20,}"),
    # the simulator's, and a JWT; without a dot it may be any JSON in base64
    (b"eyJ", rb"eyJ([0-9a-f]{32}|[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,})"),
    (b"Bearer ", rb"Bearer [A-Za-z0-9]{6,}"),
    (b"Basic ", rb"Basic [A-Za-z0-9+/=]{8,}"))]
# A packed body: 'z', its length, and how a stream of core/store/pack.c begins.
PACKED = re.compile(rb"z\x00{3}[\s\S]{5}[\x48\x78]")
HEAD = 9
PIECE = 1 << 20
OVERLAP = 4096                  # no form of a secret is longer
LEFT = 65536                    # so much of what is left of a body
PREFIX = 5
SHORTEST = 8                    # less may stand anywhere


def forms(secret):
    """The bytes by which a secret may be known."""
    raw = secret.encode()
    yield "plain", raw
    coded = urllib.parse.quote(secret, safe="").encode()
    if coded != raw:
        yield "percent", coded
    for shift in range(3):         # wherever in a longer text it stood
        coded = base64.b64encode(b"x" * shift + raw)[4 if shift else 0:-4]
        if len(coded) >= SHORTEST:
            yield "base64", coded


def places_of(text, what):
    at = text.find(what)
    while at >= 0:
        yield at
        at = text.find(what, at + 1)


class Search:
    def __init__(self, known):
        self.found = set()
        self.groups = {}           # by their first bytes: few passes, not many
        for name, secret in known:
            for how, form in forms(secret):
                self.groups.setdefault(form[:PREFIX], []).append(
                    (name, how, form))

    def look(self, text, where):
        for prefix, group in self.groups.items():
            for at in places_of(text, prefix):
                for name, how, form in group:
                    if text[at:at + len(form)] == form:
                        self.found.add((name, where, how))
        for prefix, shape in SHAPES:
            for at in places_of(text, prefix):
                if shape.match(text[at:at + 200]):
                    self.found.add(("shape", where, prefix.decode().strip()))

    def unpack(self, pieces, where):
        """A zlib stream, up to its end or where it breaks off."""
        stream = zlib.decompressobj()
        text = b""
        try:
            for piece in pieces:
                while piece and not stream.eof:
                    text += stream.decompress(piece, PIECE)
                    piece = stream.unconsumed_tail
                    if len(text) > PIECE:
                        self.look(text, where)
                        text = text[-OVERLAP:]
                if stream.eof:
                    break
        except zlib.error:
            pass                   # what came before is looked at all the same
        self.look(text, where)

    def blob(self, blob, where):
        if PACKED.match(blob):
            self.unpack([blob[HEAD:]], where + " (packed)")

    def table(self, db, name, where):
        for row in db.execute('SELECT * FROM "%s"' % name):
            for value in row:
                if isinstance(value, bytes):
                    self.blob(value, where)

    def database(self, path):
        """What is in its tables, the log included; the file stays as it is."""
        with tempfile.TemporaryDirectory() as folder:
            copy = os.path.join(folder, "db")
            for tail in ("", "-wal"):
                if os.path.exists(path + tail):
                    shutil.copyfile(path + tail, copy + tail)
            db = sqlite3.connect(copy)
            try:
                for (name,) in list(db.execute(
                        "SELECT name FROM sqlite_master WHERE type = 'table'")):
                    self.table(db, name, path)
            except sqlite3.DatabaseError:
                pass               # damaged by a test; its bytes were looked at
            db.close()

    def left(self, text, path):
        """Packed bodies wherever they lie in a database's file, freed or not.
        In small pieces: where a page ends a stream breaks."""
        for match in PACKED.finditer(text):
            at = match.start() + HEAD
            rest = text[at:at + LEFT]
            self.unpack((rest[i:i + 64] for i in range(0, len(rest), 64)),
                        path + " (left)")

    def file(self, path):
        with open(path, "rb") as f:
            begins = f.read(HEAD + 1)
            f.seek(HEAD)
            if PACKED.match(begins):
                self.unpack(iter(lambda: f.read(PIECE), b""),
                            path + " (packed)")
        database = begins == b"SQLite for"
        for text in pieces(path):
            self.look(text, path)
            if database or path.endswith("-wal"):
                self.left(text, path)
        if database:
            self.database(path)


def pieces(path):
    """The bytes of a file, each piece with the end of the one before it."""
    end = b""
    with open(path, "rb") as f:
        for piece in iter(lambda: f.read(PIECE), b""):
            piece = end + piece
            yield piece
            end = piece[-LEFT:]


def files(place):
    if os.path.isfile(place):
        yield place, os.path.basename(place)
    for where, _, names in os.walk(place):
        for name in names:
            path = os.path.join(where, name)
            if os.path.isfile(path) and not os.path.islink(path):
                yield path, os.path.relpath(path, place)


def holders(path, script):
    with open(path, encoding="ascii") as text:
        rows = [line.split(None, 2) for line in text
                if line.strip() and not line.startswith("#")]
    return {name for who, name, _ in rows if who in ("*", script)}


def main(known, held, script, places):
    with open(known, encoding="utf-8") as text:
        search = Search(sorted({tuple(line.rstrip("\n").split("\t", 1))
                                for line in text}))
    may = holders(held, script)
    n = 0
    for place in places:
        for path, name in files(place):
            if name not in may:
                n += 1
                search.file(path)
                search.found.discard((name, path, "plain"))
    for found in sorted(search.found):
        print(*found)
    if n == 0:
        print("there are no files")


main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])

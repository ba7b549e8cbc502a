# SPDX-License-Identifier: Apache-2.0
"""What 'make bench' measures in the twin: the import that the published limits
allow, in virtual time, and what one asset costs in instructions.

Time and threads do not touch these figures, so they can be compared closely:
with the floor, and with what the same libraries and compiler gave before.
"""

import datetime
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile

COUNTED = (500, 1500)              # assets: what both need cancels out
KIND = "service-principals"
TOLERANCE = 1.01
REFUSED = 0.001
# what is printed of versions, in front of the figures
NAMES = ("compiler", "sqlite", "json-c", "zlib", "curl", "libc")


def twin(build, args, tool=()):
    with tempfile.TemporaryDirectory(prefix="migrate-bench.") as folder:
        env = dict(os.environ, MG_BUILDDIR=build, TMPDIR=folder, LC_ALL="C",
                   TZ="UTC")
        run = subprocess.run(
            list(tool) + [os.path.join(build, "tests", "twin", "twin")]
            + [str(arg) for arg in args],
            env=env, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit("twin %s: status %d\n%s%s" % (
            " ".join(str(arg) for arg in args), run.returncode, run.stdout,
            run.stderr))
    return run.stdout


def floor_rows(table, build, limits, least, sizes):
    users, groups, permissions = sizes
    text = twin(build, ("floor", users, groups, limits, permissions))
    rows_of(table, text, "", "import of {:,} in the twin, {}".format(
        users + groups + permissions, limits), least)


def beside_rows(table, build, n, least):
    """An export may ask for fewer sources a second than for anything else; an
    import for as many notebooks as permissions: its floor is that of either."""
    text = twin(build, ("beside", n))
    for what in "export", "import":
        rows_of(table, text, what + " ", "{} of {:,} with permissions, twin".format(
            what, n), least)


def rows_of(table, text, prefix, what, least):
    floor, took = (int(word) for word in re.search(
        r"^%sseconds (\d+) (\d+)$" % prefix, text, re.M).groups())
    refused, requests = (
        int(re.search(r"^%s%s (\d+)$" % (prefix, word), text, re.M)[1])
        for word in ("refused by limits", "requests"))
    table.row(what, "s", took, floor, least=least, ratio=floor / took)
    table.row("  refused by limits", "requests", refused, requests,
              most=REFUSED)


# ---- instructions ---------------------------------------------------------

def callgrind_total(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        found = re.search(r"^totals: (\d+)", file.read(), re.M)
    return int(found[1])


def counted_by_callgrind(build, n):
    with tempfile.TemporaryDirectory(prefix="migrate-bench.") as folder:
        text = twin(build, ("cost", n, KIND), (
            # the world made it before it forked: that is not the program's
            "valgrind", "-q", "--tool=callgrind", "--zero-before=program_run",
            "--callgrind-out-file=%s/%%p" % folder))
        return text, {what: callgrind_total(os.path.join(folder, pid))
                      for what, pid in re.findall(
                          r"^(\w+) pid (\d+) ", text, re.M)}


def count(build, n):
    """The twin's words, who counted, and instructions of each command; None
    when nothing here can count."""
    text = twin(build, ("cost", n, KIND))
    found = {what: int(number) for what, number in re.findall(
        r"^(\w+) pid \d+ instructions (\d+)$", text, re.M)}
    if all(found.values()):
        return text, "processor", found
    if shutil.which("valgrind") is None:
        return None
    text, found = counted_by_callgrind(build, n)
    return text, "callgrind", found


def cflags(build):
    with open(os.path.join(build, "Makefile"), encoding="utf-8") as file:
        return re.search(r"^CFLAGS = *(.*)$", file.read(), re.M)[1].strip()


def key_of(build, text, counter):
    key = {name: re.search("^%s (.*)$" % re.escape(name), text, re.M)[1]
           for name in NAMES}
    key.update(counter=counter, machine=platform.machine(),
               cflags=cflags(build))
    return key


def load(path):
    try:
        with open(path, encoding="ascii") as file:
            return json.load(file)
    except FileNotFoundError:
        return []


def save(path, records):
    if not os.access(os.path.dirname(path), os.W_OK):
        return
    with open(path, "w", encoding="ascii") as file:
        json.dump(records, file, indent=1, sort_keys=True)
        file.write("\n")


def measure(build):
    """The key and the instructions of one more asset, for each command."""
    counts = [count(build, n) for n in COUNTED]
    if None in counts:
        return None, None
    (_, _, few), (text, counter, many) = counts
    each = {what: round((many[what] - few[what]) / (COUNTED[1] - COUNTED[0]))
            for what in sorted(many)}
    return key_of(build, text, counter), each


def instruction_rows(table, build, history, record):
    key, each = measure(build)
    if key is None:
        table.row("instructions in the twin: not measured", "", None)
        return
    path = history and os.path.join(history, "instructions.json")
    records = load(path) if path else []
    known = [one for one in records if one["key"] == key]
    before = known[-1]["each"] if known and not record else {}
    for what, n in each.items():
        name = "%s: instructions each" % what
        if what in before:
            table.row(name, "", n, before[what], most=TOLERANCE)
        else:
            table.row(name + ", new", "", n)
    if path and not before:
        records = [one for one in records if one["key"] != key]
        records.append({"key": key, "each": each,
                        "day": datetime.date.today().isoformat()})
        save(path, records)

# SPDX-License-Identifier: Apache-2.0
"""What 'make bench' measures with the published limits on: how near the export
and import of a workspace come to what they allow.

Over sockets and in real time, against the simulator, which is as quick as the
limits ask for.  Who is named is in the target already: else the limit of SCIM
would be all that is seen.
"""

import os
import sys

from servers import Session, Simulator, upload

PEOPLE = "users=20"
JOBS_A_SECOND = 20
EXPORTS_A_SECOND = 60
LISTS_A_SECOND = 50
READS_A_SECOND = 100               # of permissions
REFUSED = 0.001
MEMORY_MIB = 64
# What an export of notebooks asks for, as the simulator enforces it.
LIMITS = """\
in-flight in-flight 20 0s 20 no * /api/*
list bucket %d 1s %d no GET /api/2.0/workspace/list
export bucket %d 1s %d no GET /api/2.0/workspace/export
permissions-read bucket %d 1s %d no GET /api/2.0/permissions/*
scim-read bucket 255 60s 25 no GET /api/2.0/*scim/v2/*
""" % (2 * (LISTS_A_SECOND,) + 2 * (EXPORTS_A_SECOND,) + 2 * (READS_A_SECOND,))


def column(text, kind, name):
    """One figure of the table that a command printed."""
    lines = text.splitlines()
    head = next(line.split() for line in lines if line.startswith("KIND"))
    row = next(line.split() for line in lines if line.split()[:1] == [kind])
    return int(row[head.index(name)].replace(",", ""))


def jobs(table, build, n):
    """The whole command counts: start, baseline, plan, jobs and what is left of
    their permissions when the last job is there."""
    with Session(build, "users,jobs", in_flight=None,
                 folders=("users", "clusters", "jobs")) as session:
        with Simulator(build, "old", "--populate", "%s,jobs=%d" % (
                PEOPLE, n)) as source:
            session.pace = ["--limits", "off"]
            session.export(source)
        session.pace = []
        with Simulator(build, "new", "--populate", PEOPLE, "--limits",
                       "published") as target:
            run = session.import_(target)
            counted = target.counters()
    made = column(run.text, "jobs", "CREATED")
    restricted = column(run.text, "jobs/permissions", "UPDATED")
    if made < n - 10 or restricted < made:
        sys.exit("%d of %d jobs were created:\n%s" % (made, n, run.text))
    floor = made / JOBS_A_SECOND
    table.row("import of {:,} jobs with permissions".format(made), "s",
              run.wall, floor, least=0.97, ratio=floor / run.wall)
    refused(table, counted)


def refused(table, counted):
    table.row("  refused by limits", "requests",
              sum(counted["throttled"].values()),
              sum(counted["routes"].values()), most=REFUSED)


def notebooks(table, build, n):
    """The whole command counts: start, the walk, each notebook's source and
    who may do what with it and with the folders."""
    with Session(build, "users,notebooks", in_flight=None,
                 folders=("users", "notebooks")) as session:
        limits = os.path.join(session.folder, "published")
        with open(limits, "w", encoding="ascii") as file:
            file.write(LIMITS)
        with Simulator(build, "old", "--populate", "%s,notebooks=%d" % (
                PEOPLE, n), "--limits", limits) as source:
            run = session.export(source)
            counted = source.counters()
    found = column(run.text, "notebooks", "FOUND")
    folders = column(run.text, "directories", "FOUND")
    if found < n - 10:
        sys.exit("%d of %d notebooks were found:\n%s" % (found, n, run.text))
    floor = max(found / EXPORTS_A_SECOND, folders / LISTS_A_SECOND,
                (found + folders) / READS_A_SECOND)
    table.row("export of {:,} notebooks with permissions".format(found), "s",
              run.wall, floor, least=0.97, ratio=floor / run.wall)
    refused(table, counted)


def stream(table, build, n):
    """One file of n bytes each way, and compared: no more memory than without
    it."""
    with Session(build, "users,notebooks", in_flight=None,
                 folders=("users", "notebooks")) as session:
        session.pace = ["--limits", "off"]
        with Simulator(build, "old", "--populate", PEOPLE) as source:
            upload(source, "/Shared/large.bin", n)
            runs = [("export", session.export(source))]
        with Simulator(build, "new", "--populate", PEOPLE) as target:
            runs.append(("import", session.import_(target)))
            runs.append(("validate", session.validate(target)))
    for what, run in runs:
        table.row("{} of a file of {:,} MB: peak memory".format(
            what, n // 1000000), "MiB", run.mib, most=MEMORY_MIB)
    if column(runs[2][1].text, "files", "EQUAL") != 1:
        sys.exit("the file is not the same:\n%s" % runs[2][1].text)

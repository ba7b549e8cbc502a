# SPDX-License-Identifier: Apache-2.0
"""What 'make bench' measures with the published limits on: how near the import
of a workspace comes to what they allow.

Over sockets and in real time, against the simulator, which is as quick as the
limits ask for.  Who is named is in the target already: else the limit of SCIM
would be all that is seen.
"""

import sys

from servers import Session, Simulator

PEOPLE = "users=20"
JOBS_A_SECOND = 20
REFUSED = 0.001


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
    table.row("  refused by limits", "requests",
              sum(counted["throttled"].values()),
              sum(counted["routes"].values()), most=REFUSED)

# SPDX-License-Identifier: Apache-2.0
"""How fast is it, how much memory does it take, against what is possible?

    bench.py [--quick | --full] [--only WORD,...] [--history DIR]
             [--record] BUILDDIR

Measures the programs that were built against a bare server on loopback and
prints one table: the yardstick or the least that is possible, what was
measured, their ratio, the goal.  The same goes to BUILDDIR/bench.json and, of
all rows, to DIR.  The exit status is 1 when a goal is missed.

Times depend on the machine and on who else uses it; so what is compared is
measured in turns, in one run, and the median counts.  --quick takes small
numbers, --full goes to a million assets everywhere, which takes more than two
hours.

--only takes some of start, creates, reads, sched, memory, bodies, slow,
folders, floor, workspace, notebooks, stream and instructions, with commas.

Instructions are compared with DIR/instructions.json, where the same libraries
and compiler stand in it; else they are new and are added.  --record replaces
what stands there.
"""

import argparse
import datetime
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import servers                                                # noqa: E402
import twin                                                   # noqa: E402
import workspace                                              # noqa: E402
from servers import Replier, Run, Session                     # noqa: E402

SIZES = {
    # creates, rounds, those at 50 ms, memory, scheduler, the twin's, jobs and
    # notebooks with limits, folders at 50 ms, notebooks with bodies, bytes of a
    # file
    "quick": dict(wire=10000, rounds=3, slow=(2000, 4000),
                  memory=(10000, 30000), sched=(20000, 100000),
                  floor=(3000, 500, 0), jobs=1250, notebooks=4000,
                  folders=4000, bodies=(10000, 30000), beside=10232,
                  stream=50000000),
    "usual": dict(wire=20000, rounds=5, slow=(10000, 40000),
                  memory=(10000, 100000), sched=(100000, 1000000),
                  floor=(3000, 500, 90000), jobs=1250,
                  notebooks=10232, folders=20000, bodies=(10000, 100000),
                  beside=90000, stream=500000000),
    "full": dict(wire=20000, rounds=5, slow=(10000, 100000, 1000000),
                 memory=(10000, 100000, 1000000), sched=(100000, 1000000),
                 floor=(3000, 500, 90000), jobs=1250, notebooks=10232,
                 folders=20000, bodies=(10000, 100000, 1000000),
                 beside=90000, stream=500000000),
}
IN_FLIGHT = 64
LATENCY_S = 0.05
SLOTS = 20
PAGE = 1000
MEMORY_MIB = 64
FLAT = 1.25                # the peak of the largest against the smallest
START_RUNS = 100


class Table:
    def __init__(self):
        self.rows = []

    def head(self):
        print("%-47s %10s %10s %7s  %s" % ("", "yardstick", "measured",
                                          "ratio", "goal"))

    def row(self, what, unit, measured, yardstick=None, least=None, most=None,
            ratio=None):
        """The goal is for the ratio where there is one, else for the figure."""
        if ratio is None and yardstick is not None:
            ratio = measured / yardstick
        value = measured if ratio is None else ratio
        met = None
        if least is not None:
            met = value >= least
        elif most is not None:
            met = value <= most
        goal = "" if met is None else "%s %g: %s" % (
            ">=" if least is not None else "<=",
            least if least is not None else most, "met" if met else "MISSED")
        self.rows.append({"what": what, "unit": unit, "measured": measured,
                          "yardstick": yardstick, "ratio": ratio,
                          "goal": goal.split(":")[0] or None, "met": met})
        print("%-47s %10s %10s %7s  %s" % (
            "%s, %s" % (what, unit), number(yardstick), number(measured),
            "" if ratio is None else "%.3f" % ratio, goal), flush=True)


def number(value):
    if value is None:
        return ""
    return "{:,.0f}".format(value) if value >= 1000 else "%.3g" % value


def median(values):
    return statistics.median(values)


class Bench:
    def __init__(self, build, sizes):
        self.build = os.path.abspath(build)
        self.sizes = sizes
        self.table = Table()
        self.curl_us = None
        self.history = None
        self.record = False

    def program(self, *names):
        return os.path.join(self.build, *names)

    # ---- start ------------------------------------------------------------

    def start(self):
        curl = shutil.which("curl")
        if curl is None:
            sys.exit("no curl to compare with; install it")
        ours, theirs = [], []
        for _ in range(START_RUNS):       # in turns: both meet the same noise
            ours.append(Run([self.program("migrate"), "--version"]).wall)
            theirs.append(Run([curl, "--version"]).wall)
        self.table.row("start: migrate against curl --version", "ms",
                       median(ours) * 1000, median(theirs) * 1000, most=1.5)

    # ---- no latency, 64 in flight -----------------------------------------

    def curl_loop(self, url, n, *body):
        return Run([self.program("tests", "bench", "curl-loop"), url, str(n),
                    str(IN_FLIGHT), *body])

    def wrk(self):
        """POSTs a second of wrk, one thread."""
        program = shutil.which("wrk")
        if program is None:
            sys.exit("no wrk to compare with; install it")
        with Replier(self.build) as replier, \
                tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
            script.write("wrk.method = 'POST'\n"
                         "wrk.headers['Content-Type'] = 'application/json'\n"
                         "wrk.body = '%s'\n" % servers.BODY)
            script.flush()
            run = Run([program, "-t1", "-c%d" % IN_FLIGHT, "-d2s", "-s",
                       script.name, replier.url + servers.USERS])
        return float(re.search(r"Requests/sec:\s*([0-9.]+)", run.text)[1])

    def one_create_round(self, n):
        rate = self.wrk()
        with Replier(self.build, org=2) as target:
            bare = self.curl_loop(target.url + servers.USERS, n, servers.BODY)
        with Session(self.build, "users", IN_FLIGHT) as session:
            with Replier(self.build, org=1, users=n) as source:
                session.export(source)
            with Replier(self.build, org=2) as target:
                planned = session.plan(target)
                run = session.import_(target)
                made = target.counters()["creates"]
        if made != n:
            sys.exit("%d of %d were created:\n%s" % (made, n, run.text))
        return rate, bare, planned, run

    def creates(self):
        """The whole command counts: start, baseline, plan, creates."""
        n = self.sizes["wire"]
        rounds = [self.one_create_round(n) for _ in range(self.sizes["rounds"])]
        self.curl_us = median(bare.cpu * 1e6 / n for _, bare, _, _ in rounds)
        ours = median(n / run.wall for _, _, _, run in rounds)
        self.table.row("durable creates against wrk", "1/s", ours,
                       median(rate for rate, _, _, _ in rounds), least=0.25,
                       ratio=median(n / run.wall / rate
                                    for rate, _, _, run in rounds))
        self.table.row("durable creates against bare curl", "1/s", ours,
                       median(n / bare.wall for _, bare, _, _ in rounds),
                       least=0.5, ratio=median(bare.wall / run.wall
                                               for _, bare, _, run in rounds))
        self.table.row("durable create against bare curl", "us of CPU",
                       median(run.cpu * 1e6 / n for _, _, _, run in rounds),
                       self.curl_us, most=2.6,
                       ratio=median(run.cpu / bare.cpu
                                    for _, bare, _, run in rounds))
        self.table.row("  of that its plan", "us of CPU",
                       median(plan.cpu * 1e6 / n for _, _, plan, _ in rounds),
                       self.curl_us)

    def reads(self):
        n = self.sizes["wire"]
        bare, ours = [], []
        for _ in range(self.sizes["rounds"]):
            with Session(self.build, "groups", IN_FLIGHT) as session, \
                    Replier(self.build, org=1, groups=n) as source:
                bare.append(self.curl_loop("%s%s/%d" % (
                    source.url, servers.GROUPS, servers.FIRST_ID), n))
                ours.append(session.export(source))
        self.table.row("read and store against bare curl", "us of CPU",
                       median(run.cpu * 1e6 / n for run in ours),
                       median(run.cpu * 1e6 / n for run in bare), most=2.6,
                       ratio=median(a.cpu / b.cpu for a, b in zip(ours, bare)))
        self.table.row("reads and stores against bare curl", "1/s",
                       median(n / run.wall for run in ours),
                       median(n / run.wall for run in bare))

    # ---- 50 ms, 20 in flight ----------------------------------------------

    def slow_import(self, n):
        with Session(self.build, "users", SLOTS) as session:
            with Replier(self.build, org=1, users=n) as source:
                session.export(source)
            with Replier(self.build, org=2,
                         latency_us=int(LATENCY_S * 1e6)) as target:
                run = session.import_(target)
        return run.wall

    def slow(self):
        """With the start, the baseline and the plan in it."""
        each = []
        for n in self.sizes["slow"]:
            wall = self.slow_import(n)
            floor = n * LATENCY_S / SLOTS
            each.append(wall / n)
            self.table.row("import of {:,} at 50 ms, 20 slots".format(n), "s",
                           wall, floor, least=0.95, ratio=floor / wall)
        self.table.row("wall time each, most against fewest", "ms",
                       each[-1] * 1000, each[0] * 1000, most=1.1)

    def folders(self):
        """Each is listed and its permissions are read, and then, in the target,
        it is looked for and made."""
        n = self.sizes["folders"]
        floor = 2 * n * LATENCY_S / SLOTS
        with Session(self.build, "notebooks", SLOTS,
                     folders=("notebooks",)) as session:
            with Replier(self.build, org=1, folders=n,
                         latency_us=int(LATENCY_S * 1e6)) as source:
                run = session.export(source)
                asked = source.counters()["requests"]
            if asked < 2 * n:
                sys.exit("%d folders took %d requests" % (n, asked))
            self.table.row("export of {:,} folders at 50 ms, 20 slots".format(
                n), "s", run.wall, floor, least=0.95, ratio=floor / run.wall)
            with Replier(self.build, org=2,
                         latency_us=int(LATENCY_S * 1e6)) as target:
                run = session.import_(target)
                made = target.counters()["creates"]
                asked = target.counters()["requests"]
            if made != n or asked < 2 * n:
                sys.exit("%d of %d were created by %d requests:\n%s" % (
                    made, n, asked, run.text))
            self.table.row("import of {:,} folders at 50 ms, 20 slots".format(
                n), "s", run.wall, floor, least=0.95, ratio=floor / run.wall)

    # ---- memory, requests -------------------------------------------------

    def one_size(self, n, peaks):
        with Session(self.build, "users", SLOTS) as session:
            with Replier(self.build, org=1, users=n) as source:
                run = session.export(source)
                asked = source.counters()["requests"] - 1
            peaks["export"].append(run.mib)
            # who is there, whether it is federated, three empty lists, pages
            self.table.row("export of {:,}: requests".format(n), "", asked,
                           5 + -(-n // PAGE), most=1.01)
            with Replier(self.build, org=2) as target:
                run = session.import_(target)
                asked = target.counters()["requests"] - 1
                peaks["import"].append(run.mib)
                # the same, four empty lists, and each create
                self.table.row("import of {:,}: requests".format(n), "", asked,
                               6 + n, most=1.01)
                peaks["validate"].append(session.validate(target).mib)

    def peaks(self, sizes, one_size, what_of):
        peaks = {"export": [], "import": [], "validate": []}
        for n in sizes:
            one_size(n, peaks)
        for what, values in peaks.items():
            for n, mib in zip(sizes, values):
                self.table.row("{} of {:,}{}: peak memory".format(
                    what, n, what_of), "MiB", mib, most=MEMORY_MIB)
            self.table.row("%s%s: peak, most against fewest" % (
                what, what_of and " of" + what_of), "MiB",
                           values[-1], values[0], most=FLAT)

    def memory(self):
        self.peaks(self.sizes["memory"], self.one_size, "")

    def one_tree(self, n, peaks):
        with Session(self.build, "notebooks", SLOTS,
                     folders=("notebooks",)) as session:
            with Replier(self.build, org=1, notebooks=n) as source:
                peaks["export"].append(session.export(source).mib)
            with Replier(self.build, org=2) as target:
                run = session.import_(target)
                made = target.counters()["creates"]
                if made < n:
                    sys.exit("%d of %d were created:\n%s" % (made, n,
                                                             run.text))
                peaks["import"].append(run.mib)
                peaks["validate"].append(session.validate(target).mib)

    def bodies(self):
        """Notebooks of 4 KiB each, fifty in a folder."""
        self.peaks(self.sizes["bodies"], self.one_tree, " notebooks")

    # ---- the scheduler alone ----------------------------------------------

    def sched(self):
        each = []
        for n in self.sizes["sched"]:
            folder = tempfile.mkdtemp(prefix="migrate-bench.")
            run = Run([self.program("tests", "bench", "sched-bench"), folder,
                       str(n)])
            shutil.rmtree(folder)
            each.append(json.loads(run.text)["cpu_us"] / n)
        self.table.row("scheduler alone, {:,} against {:,}".format(
            self.sizes["sched"][-1], self.sizes["sched"][0]), "us of CPU",
                       each[-1], each[0], most=1.5)
        if self.curl_us is not None:
            self.table.row("scheduler alone against bare curl", "us of CPU",
                           each[-1], self.curl_us, most=2.0)


    # ---- in the twin ------------------------------------------------------

    def floor(self):
        for limits, least in (("bucket", 0.97), ("fixed", 0.90),
                              ("sliding", 0.90)):
            twin.floor_rows(self.table, self.build, limits, least,
                            self.sizes["floor"])
        twin.beside_rows(self.table, self.build, self.sizes["beside"], 0.97)

    # ---- published limits, over sockets -----------------------------------

    def workspace(self):
        workspace.jobs(self.table, self.build, self.sizes["jobs"])

    def notebooks(self):
        workspace.notebooks(self.table, self.build, self.sizes["notebooks"])

    def stream(self):
        workspace.stream(self.table, self.build, self.sizes["stream"])

    def instructions(self):
        twin.instruction_rows(self.table, self.build, self.history,
                              self.record)


def version(build):
    run = subprocess.run([os.path.join(build, "migrate"), "--version"],
                         capture_output=True, text=True, check=True)
    return run.stdout.split()[1]


def write(path, figures):
    with open(path, "w", encoding="ascii") as file:
        json.dump(figures, file, indent=1)
        file.write("\n")


WHOLE = ("start,creates,reads,sched,memory,bodies,slow,folders,floor,workspace,"
         "notebooks,stream,instructions")


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].strip())
    parser.add_argument("build")
    parser.add_argument("--quick", action="store_const", const="quick",
                        dest="size")
    parser.add_argument("--full", action="store_const", const="full",
                        dest="size")
    parser.add_argument("--only", default=WHOLE)
    parser.add_argument("--history")
    parser.add_argument("--record", action="store_true")
    args = parser.parse_args()
    size = args.size or "usual"
    bench = Bench(args.build, SIZES[size])
    bench.history = args.history
    bench.record = args.record
    bench.table.head()
    for word in args.only.split(","):
        getattr(bench, word)()
    rows = bench.table.rows
    day = datetime.date.today().isoformat()
    figures = {"version": version(bench.build), "day": day, "size": size,
               "cpus": os.cpu_count(), "figures": rows}
    write(bench.program("bench.json"), figures)
    if (args.history and args.only == WHOLE
            and os.access(args.history, os.W_OK)):
        write(os.path.join(args.history, "%s-%s-%s.json" % (
            figures["version"], day, size)), figures)
    missed = [row["what"] for row in rows if row["met"] is False]
    if missed:
        sys.exit("missed: " + "; ".join(word.strip() for word in missed))


if __name__ == "__main__":
    main()

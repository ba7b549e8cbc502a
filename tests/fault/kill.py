# SPDX-License-Identifier: Apache-2.0
"""Kills a program again and again while it talks to a simulated workspace.

    kill.py URL SEED MOMENTS [FAULTS] -- COMMAND [ARG...]

MOMENTS are 'KILLS EVERY METHOD PATH', joined by ';': so often the simulator
ends the program with SIGKILL at the nth request that fits the pattern, before
or after its effect; n is random, 1 to EVERY, so the moments follow from SEED
and not from the clock.  ' with TEXT WHEN' behind it are only those requests that
have the text in their target or their body, and the moment: before, after, or
replied, when the answer has left the simulator.  Then the command runs once
more, undisturbed.  FAULTS is a file of other faults, which are there all the
time.

Prints 'killed N', 'ended STATUS' and what the last run said.  A run that ends
by itself before its turn to be killed has come ends the series.
"""

import collections
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "e2e"))
import processes  # noqa: E402
import sim  # noqa: E402


SORTS = ("supervisor", "child", "both", "single")

# A child that was killed is no fault of ours: its end is the supervisor's.
KILLED_CHILD = 128 + signal.SIGKILL


class Killer:
    def __init__(self, url, seed, faults, command):
        self.url = url
        self.rng = random.Random(seed)
        self.faults = faults
        self.command = command

    def start(self, command, out):
        return subprocess.Popen(["/bin/sh", "-c", processes.STARTER, "sh"] + command,
                                stdin=subprocess.PIPE, stdout=out,
                                stderr=subprocess.STDOUT)

    def set_faults(self, more):
        sim.delete(self.url, "faults")
        text = self.faults + more
        if text:
            sim.call(self.url, "faults", text)

    def set_kill(self, match, pid, every):
        """'pid' ends at one of so many requests that fit."""
        more = ""
        if match:
            match, _, only = match.partition(" with ")
            text, when = only.split() if only else (
                None, self.rng.choice(("before", "after")))
            more = processes.kill_line(match, pid, when,
                                       self.rng.randrange(every), text)
        self.set_faults(more)

    @staticmethod
    def follow(stand_in, process, sort):
        """Kills the child, and for 'both' its parent too, when the stand-in
        has died."""
        while not stand_in.fell():
            if process.poll() is not None:
                return
            time.sleep(0.002)
        below = processes.children(process.pid)
        if sort == "both":
            process.kill()
        for pid in below:
            # it may have ended with its parent, or by itself
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def run(self, kill, every=1, sort="supervisor"):
        """Once; killed at one of so many requests that fit 'kill'."""
        with tempfile.TemporaryFile() as out:
            command = list(self.command)
            if kill and sort == "single":
                command.append("--no-supervisor")
            process = self.start(command, out)
            stand_in = None
            if kill and sort in ("child", "both"):
                stand_in = processes.StandIn()
            self.set_kill(kill, (stand_in or process).pid, every)
            process.stdin.write(b"go\n")
            process.stdin.close()
            if stand_in:
                self.follow(stand_in, process, sort)
            status = process.wait()
            if stand_in:
                stand_in.end()
            self.set_faults("")
            out.seek(0)
            return status, out.read().decode(errors="replace")


def was_killed(sort, status, said):
    """Did it end as it should?  A child's end must be told."""
    if sort == "child":
        return status == KILLED_CHILD and "[killed]" in said
    return status == -signal.SIGKILL


def series(killer, moments):
    """How often it was killed, by sort, and the last run's status and words."""
    killed = collections.Counter()
    for moment in moments.split(";"):
        kills, every, pattern = moment.split(None, 2)
        for _ in range(int(kills)):
            sort = SORTS[sum(killed.values()) % len(SORTS)]
            status, said = killer.run(pattern, int(every), sort)
            if not was_killed(sort, status, said):
                return killed, status, "%s: not killed at %s\n%s" % (
                    sort, pattern, said)
            killed[sort] += 1
    killer.faults = ""
    return (killed,) + killer.run(None)


def main(argv):
    mark = argv.index("--")
    faults = ""
    if mark > 3:
        with open(argv[3], encoding="utf-8") as text:
            faults = text.read()
    killer = Killer(argv[0], int(argv[1]), faults, argv[mark + 1:])
    killed, status, said = series(killer, argv[2])
    print("killed %d\nended %d\nsorts %s\n%s" % (
        sum(killed.values()), status,
        " ".join("%s %d" % pair for pair in sorted(killed.items())), said),
        end="")


main(sys.argv[1:])

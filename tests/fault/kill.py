# SPDX-License-Identifier: Apache-2.0
"""Kills a program again and again while it talks to a simulated workspace.

    kill.py URL SEED MOMENTS [FAULTS] -- COMMAND [ARG...]

MOMENTS are 'KILLS EVERY METHOD PATH', joined by ';': so often the simulator
ends the program with SIGKILL at the nth request that fits the pattern, before
or after its effect; n is random, 1 to EVERY, so the moments follow from SEED
and not from the clock.  Then the command runs once more, undisturbed.  FAULTS
is a file of other faults, which are there all the time.

Prints 'killed N', 'ended STATUS' and what the last run said.  A run that ends
by itself before its turn to be killed has come ends the series.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "e2e"))
import sim  # noqa: E402


# The process has its number, and waits, before the fault that names it is set.
STARTER = 'read -r go && exec "$@"'


class Killer:
    def __init__(self, url, seed, faults, command):
        self.url = url
        self.rng = random.Random(seed)
        self.faults = faults
        self.command = command

    def start(self, command, out):
        return subprocess.Popen(["/bin/sh", "-c", STARTER, "sh"] + command,
                                stdin=subprocess.PIPE, stdout=out,
                                stderr=subprocess.STDOUT)

    def set_faults(self, more):
        sim.delete(self.url, "faults")
        text = self.faults + more
        if text:
            sim.call(self.url, "faults", text)

    def run(self, kill, every=1):
        """Once; killed at one of so many requests that fit 'kill'."""
        with tempfile.TemporaryFile() as out:
            command = list(self.command)
            # every other time the process that is killed is the one that
            # does the work, not the one that watches it
            if kill and self.rng.random() < 0.5:
                command.append("--no-supervisor")
            process = self.start(command, out)
            more = ""
            if kill:
                more = ('{"match": "%s", "do": "kill", "pid": %d, '
                        '"when": "%s", "offset": %d}\n' % (
                            kill, process.pid,
                            self.rng.choice(("before", "after")),
                            self.rng.randrange(every)))
            self.set_faults(more)
            process.stdin.write(b"go\n")
            process.stdin.close()
            status = process.wait()
            self.set_faults("")
            out.seek(0)
            return status, out.read().decode(errors="replace")


def series(killer, moments):
    """How often it was killed, and the last run's status and words."""
    killed = 0
    for moment in moments.split(";"):
        kills, every, pattern = moment.split(None, 2)
        for _ in range(int(kills)):
            status, said = killer.run(pattern, int(every))
            if status != -signal.SIGKILL:
                return killed, status, "not killed at %s\n%s" % (pattern, said)
            killed += 1
    killer.faults = ""
    return (killed,) + killer.run(None)


def main(argv):
    mark = argv.index("--")
    faults = ""
    if mark > 3:
        with open(argv[3], encoding="utf-8") as text:
            faults = text.read()
    killer = Killer(argv[0], int(argv[1]), faults, argv[mark + 1:])
    print("killed %d\nended %d\n%s" % series(killer, argv[2]), end="")


main(sys.argv[1:])

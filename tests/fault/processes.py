# SPDX-License-Identifier: Apache-2.0
"""Processes, as the tests of this folder look at them."""

import os
import subprocess

# The process has its number, and waits, before the fault that names it is set.
STARTER = 'read -r go && exec "$@"'


def stat(pid):
    """The fields behind the name; the state is the first, the parent next."""
    try:
        with open("/proc/%d/stat" % pid, encoding="latin-1") as text:
            return text.read().rpartition(")")[2].split()
    except OSError:
        return ["", "0"]


def state(pid):
    return stat(pid)[0]


def children(pid):
    numbers = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return [one for one in numbers if int(stat(one)[1]) == pid]


def kill_line(match, pid, when, offset, text=None):
    """A fault of the simulator's: it ends the process at a request, which has
    the text in its target or its body."""
    return ('{"match": "%s", %s"do": "kill", "pid": %d, "when": "%s", '
            '"offset": %d}\n' % (match, '"with": "%s", ' % text if text else "",
                                 pid, when, offset))


class StandIn:
    """A process for the simulator to kill, which tells us the moment."""

    def __init__(self):
        self.process = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE)
        self.pid = self.process.pid

    def fell(self):
        return self.process.poll() is not None

    def end(self):
        self.process.kill()
        self.process.communicate()

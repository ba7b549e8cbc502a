# SPDX-License-Identifier: Apache-2.0
"""Runs a program against a simulated workspace and sends it signals.

    signals.py URL FAULTS STEP... -- COMMAND [ARG...]

The program gets a process group of its own, as a terminal gives it one.  Steps
are done one after the other:

    at EVERY PATTERN   wait until so many requests that fit were received
    WHO SIGNAL         WHO is supervisor, child or group
    stopped            wait until all of the group are stopped
    says WORDS         wait until the program has said this
    pass SECONDS       let so much time go by

FAULTS is a file of faults.  Prints 'ended STATUS', or 'missed STEP' for what
did not come about, then what the program said.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "e2e"))
sys.path.insert(0, os.path.dirname(__file__))
import sim  # noqa: E402
import processes  # noqa: E402

PATIENCE_S = 60


def as_from_a_terminal():
    """A group of its own in this session: the kernel stops no orphans.  And a
    script's background jobs ignore these signals, a terminal's do not."""
    os.setpgid(0, 0)
    for number in (signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


class Program:
    def __init__(self, url, faults, command):
        self.url = url
        self.faults = faults
        self.out = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", processes.STARTER, "sh"] + command,
            stdin=subprocess.PIPE, stdout=self.out, stderr=subprocess.STDOUT,
            preexec_fn=as_from_a_terminal)
        self.started = False
        self.missed = False

    def go(self):
        if not self.started:
            self.process.stdin.write(b"go\n")
            self.process.stdin.close()
            self.started = True

    def said(self):
        self.out.seek(0)
        return self.out.read().decode(errors="replace")

    def until(self, happened):
        end = time.monotonic() + PATIENCE_S
        while not happened():
            if self.process.poll() is not None or time.monotonic() > end:
                self.missed = True
                return
            time.sleep(0.002)

    def at(self, words):
        stand_in = processes.StandIn()
        sim.delete(self.url, "faults")
        sim.call(self.url, "faults", processes.kill_line(
            words[1], stand_in.pid, "before", int(words[0])) + self.faults)
        self.go()
        self.until(stand_in.fell)
        stand_in.end()

    def who(self, name):
        if name == "child":
            return processes.children(self.process.pid)
        return [self.process.pid]

    def send(self, name, number):
        if name == "group" and self.process.poll() is None:
            os.killpg(self.process.pid, number)
            return
        for pid in self.who(name):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                self.missed = True

    def stopped(self):
        members = [self.process.pid] + processes.children(self.process.pid)
        return all(processes.state(pid) == "T" for pid in members)

    def step(self, text):
        word, _, rest = text.partition(" ")
        if word != "at":
            self.go()
        if word == "at":
            self.at(rest.split(None, 1))
        elif word == "stopped":
            self.until(self.stopped)
        elif word == "says":
            self.until(lambda: rest in self.said())
        elif word == "pass":
            time.sleep(float(rest))
        else:
            self.send(word, getattr(signal, "SIG" + rest))


def main(argv):
    mark = argv.index("--")
    with open(argv[1], encoding="utf-8") as text:
        program = Program(argv[0], text.read(), argv[mark + 1:])
    missed = None
    for text in argv[2:mark]:
        program.step(text)
        if program.missed:
            missed = missed or text
    program.go()
    try:
        status = program.process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        status = "never"
        os.killpg(program.process.pid, signal.SIGKILL)
    sim.delete(program.url, "faults")
    print("missed %s" % missed if missed else "ended %s" % status)
    print(program.said(), end="")


main(sys.argv[1:])

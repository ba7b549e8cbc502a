# SPDX-License-Identifier: Apache-2.0
"""Makes each call of a sort fail, one in each run.

    sweep.py OLD-URL NEW-URL NEW-HOST FOLDER COMMAND SORT SAMPLE SEED
             -- PROGRAM [ARG...]

PROGRAM is tests/fault/faulty, where sorts are explained.  COMMAND is export,
login (a small export with OAuth and --json), import, validate or undo.  SAMPLE
is how many of the calls are tried, chosen by SEED; 0: all, until a run passes
without a fault; 'places': the first call of each place in the program.

After each: no crash, no word of a sanitizer, a documented status, a reason if
it is not 0 and all that was asked for if it is; then the same without a fault
ends with 0, and nothing is lost or there twice.  Prints 'calls N', 'tried N'
and a line for each that went wrong; FOLDER/said is what the runs with a fault
said.
"""

import os
import random
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "e2e"))
import sim  # noqa: E402

LONGEST_S = 90
# A wake-up of the I/O thread that is lost shows in a minute, not before.
LONGEST_LOGIN_S = 50
EXPORTS = ("export", "login")
# A token that is refused halfway: another is fetched.
REFUSED = '{"match": "GET */instance-profiles/list*", "do": "status",' \
    ' "status": 401}'
MAY_END = (0, 1, 3)
SUPERVISED = ("small", "parent", "watch", "wait")
NO_MEMORY = "run the same command again [no-memory]"
SANITIZER = re.compile(r"Sanitizer|runtime error:")
REASON = re.compile(r'\[[a-z-]+\]$|"code":"[a-z-]+"', re.MULTILINE)


class Sweep:
    def __init__(self, argv, program):
        self.old, self.new, self.host, self.folder = argv[:4]
        self.command, self.sort = argv[4:6]
        self.program = program
        self.session = os.path.join(self.folder, "sessions", "s")
        self.fell = os.path.join(self.folder, "fell")
        self.said = ""
        self.reference = None
        self.before = "exported"
        self.longest_s = (LONGEST_LOGIN_S if self.command == "login"
                          else LONGEST_S)
        self.alone = ([] if self.sort in SUPERVISED
                      else ["--no-supervisor"])

    def run(self, command, fault=None):
        words = {
            "export": ["export", "--from", "old"],
            "login": ["export", "--from", "old-m2m", "--plugins",
                      "instance-profiles", "--json"],
            "import": ["import", "--to", "new", "--yes-host", self.host,
                       "--invitations-muted", "--settle", "200ms",
                       "--retry-failed"],
            "validate": ["validate", "--to", "new"],
            "undo": ["undo", "--to", "new", "--yes-host", self.host],
        }[command]
        env = dict(os.environ)
        if fault is not None:
            env["MG_FAULT"] = "%s:%d:%s" % (self.sort, fault, self.fell)
        try:
            done = subprocess.run(
                self.program + self.alone + ["--session", "s"] + words,
                env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, timeout=self.longest_s)
        except subprocess.TimeoutExpired as end:
            self.said = (end.stdout or b"").decode(errors="replace")
            return "never"
        self.said = done.stdout.decode(errors="replace")
        return done.returncode

    def rows(self):
        """What the session holds of the source; a cluster goes on meanwhile."""
        out = subprocess.run(
            ["sqlite3", "-batch", os.path.join(self.session, "session.db"),
             "SELECT name, src_id, key,"
             " CASE name WHEN 'clusters' THEN body IS NULL ELSE hex (sha) END"
             " FROM asset JOIN kind USING"
             " (kid) WHERE wsid = 0 ORDER BY 1, 2"],
            stdout=subprocess.PIPE, check=True)
        return out.stdout.decode()

    def target(self):
        return sim.json.loads(sim.call(self.new, "state"))

    def begin(self):
        """The session and the target as they are before the command."""
        shutil.rmtree(self.session, ignore_errors=True)
        if self.command == "login":
            sim.delete(self.old, "faults")
            sim.call(self.old, "faults", REFUSED)
        if self.command not in EXPORTS:
            shutil.copytree(os.path.join(self.folder, self.before),
                            self.session)
        if self.before == "imported" or self.command in EXPORTS:
            return
        sim.call(self.new, "reset", "{}")
        sim.call(self.new, "reset", '{"what": "state"}')
        if self.command in ("validate", "undo"):
            self.expect(self.run("import"), "the import before")
        if self.command == "validate":   # which leaves the target as it is
            self.before = "imported"
            kept = os.path.join(self.folder, self.before)
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(self.session, kept)

    def expect(self, status, what):
        if status != 0:
            raise RuntimeError("%s ended with %s: %s"
                               % (what, status, self.said))

    def lost(self):
        """What is wrong after all; '' is good."""
        if self.command in EXPORTS:
            return "" if self.rows() == self.reference else "other assets"
        if self.command == "undo":
            return sim.same(self.reference, self.target())
        said = [sim.strict(self.new), sim.twice(self.new, self.old),
                sim.moved(sim.json.loads(sim.call(self.old, "state")),
                          self.target())]
        return "\n".join(text for text in said if text)

    def torn(self):
        """A line of --json that is none, or that there is no summary."""
        events = []
        for line in self.said.splitlines():
            try:
                if line.startswith("{"):
                    events.append(sim.json.loads(line)["event"])
            except ValueError:
                return line
        return "" if events[-1:] == ["summary"] else "no summary"

    def once(self, n):
        """One run with the nth call failing: a complaint, or None; and
        whether there was an nth call."""
        if os.path.exists(self.fell):
            os.unlink(self.fell)
        self.begin()
        status = self.run(self.command, n)
        first = self.said
        with open(os.path.join(self.folder, "said"), "a",
                  encoding="utf-8") as text:
            text.write(first)
        if not os.path.exists(self.fell):
            return None, False
        if SANITIZER.search(first):
            return "was stopped: %s" % first, True
        # small things end the program without memory, as alloc.h says
        if status == 4 and NO_MEMORY in first:
            status = 3
        if status not in MAY_END:
            return "ended %s\n%s" % (status, first), True
        # a supervisor tells of the first child, or why there is none
        if ((status != 0 or self.sort in SUPERVISED)
                and not REASON.search(first)):
            return "ended %s without a reason\n%s" % (status, first), True
        wrong = ""
        if status == 0:
            wrong = (self.torn() if self.command == "login" else "") \
                or self.lost()
        if wrong:
            return "ended 0 with: %s\n%s" % (wrong[:300], first), True
        again = 0
        for _ in range(2):
            again = self.run(self.command)
            if again == 0:
                break
        if again != 0:
            return "then ended %s\n%s\nbefore:\n%s" % (
                again, self.said, first), True
        wrong = self.lost()
        if wrong:
            return "left: %s\n%s" % (wrong[:300], first), True
        return None, True

    def prepare(self, by_place):
        """The calls that there are, about: by number or by place."""
        if self.command == "undo":
            sim.call(self.new, "reset", '{"what": "state"}')
            self.reference = self.target()
        self.begin()
        self.expect(self.run(self.command, -1 if by_place else 0),
                    "a run without a fault")
        if self.command in EXPORTS:
            self.reference = self.rows()
        with open(self.fell, encoding="ascii") as text:
            found = [int(line) for line in text]
        return found if by_place else range(1, found[0] + 1)


def main(argv):
    mark = argv.index("--")
    sweep = Sweep(argv[:mark], argv[mark + 1:])
    by_place = argv[6] == "places"
    sample, seed = 0 if by_place else int(argv[6]), int(argv[7])
    points = sweep.prepare(by_place)
    calls = len(points)
    if sample:
        points = sorted(random.Random(seed).sample(points,
                                                   min(sample, calls)))
    elif not by_place:
        points = range(1, 10 * calls)
    tried = 0
    bad = []
    for n in points:
        complaint, happened = sweep.once(n)
        if not happened and not sample and not by_place:
            break
        tried += happened
        if complaint:
            bad.append("%s %s %d: %s" % (sweep.command, sweep.sort, n,
                                         complaint))
    # what never fell, because nothing was there to fall, has shown nothing
    if tried == 0 or (sample == 0 and tried < calls // 2):
        bad.append("%s %s: %d of %d calls fell" % (
            sweep.command, sweep.sort, tried, calls))
    print("calls %d\ntried %d\n%s" % (calls, tried, "\n".join(bad)))


main(sys.argv[1:])

# SPDX-License-Identifier: Apache-2.0
"""What the server of hostile.py does to who moves trees, Git folders and jobs.

Names lead out of where they stand, folders hold themselves, pages do not end,
values are of another sort than they should be.  A mode changes what an honest
workspace answers, or answers itself; all modes by name: modes().
"""

import base64
import itertools
import json
import re
import urllib.parse

LIST = "/api/2.0/workspace/list"
LOOK = "/api/2.0/workspace/get-status"
EXPORT = "/api/2.0/workspace/export"
REPOS = "/api/2.0/repos"
JOBS = "/api/2.2/jobs/list"
JOB = "/api/2.2/jobs/get"
TRAP = "/Shared/trap"
ENDLESS = 8 * 1024 * 1024 * 1024

ODD = [None, True, -1, 1e300, 10 ** 40, "", "x" * 9000, [], {}, [[]],
       {"a": None}, [None, 1, "x", {}, []]]
IDS = ["../../../../etc/passwd", "a/../../b", "..", ".", "/", "a\nb", "a\r\nb",
       "a\x00b", "\u202eevil", "%2e%2e%2f", "?a=b", "#x", " ", "{id}", "x" * 9000,
       "\ud800", "a%0d%0aX-Evil: 1", "\\..\\..", "\x1b[2J", -1,
       2 ** 63, 2 ** 64, 1.5, True]
NO_IDS = ["", None, [], {}]

# What is no name below a folder; the rest is one, however odd.
OUT = ["%s/..", "%s/../../etc/passwd", "%s/a/../../b", "%s/.", "%s//x", "%s/",
       "..", "../x", "/", "", "x", "~/x", "\\..\\..", "/Sharedelse/x", "%selse",
       "/Users/../../x", "/Workspace/../x", "/etc/passwd"]
BELOW = ["%s/a\x00b", "%s/a\nb", "%s/a\r\nContent-Disposition: form-data", "%s/\u202ex",
         "%s/\x1b[2Jx", "%s/\x9b5n", "%s/\ud800", "%s/" + "x" * 9000, "%s/%%2e%%2e",
         "%s/?a=b&c#d", "%s/\\..\\..", "%s/{id}", "%s/..x", "%s/ "]
SORTS = ("NOTEBOOK", "FILE", "DIRECTORY")


def called(h):
    """The path of a request, and what its query says of 'path'."""
    parts = urllib.parse.urlsplit(h.path)
    query = urllib.parse.parse_qs(parts.query, errors="surrogateescape")
    return parts.path, query.get("path", [""])[0]


def element(sort, path, number):
    one = {"object_type": sort, "path": path, "object_id": number,
           "resource_id": str(number), "modified_at": 1}
    if sort == "NOTEBOOK":
        one["language"] = "PYTHON"
    return one


def source(text=b"# Databricks notebook source\nprint (1)"):
    return {"content": base64.b64encode(text).decode(), "file_type": "py"}


def tree(listed, look=None, export=None):
    """A mode in which TRAP holds what 'listed (path)' says, or None for what an
    honest workspace says of it; all in it can be read."""
    def answer(h):
        route, path = called(h)
        if h.command != "GET":
            return False
        if route == LIST:
            objects = listed(path)
            if objects is None:
                return False
            h.send(200, {"objects": objects})
        elif route == LOOK and not path.startswith("/Shared/honest"):
            h.send(200, look(path) if look else element("DIRECTORY", path, 77))
        elif route == EXPORT and path.startswith(TRAP):
            if export:
                export(h)
            else:
                h.send(200, source())
        elif route.startswith("/api/2.0/permissions/"):
            h.send(200, {"access_control_list": []})
        else:
            return False
        return True
    return answer


def in_trap(objects):
    """What TRAP holds; nothing lies in what lies there."""
    def listed(path):
        if path == TRAP:
            return objects
        return [] if path.startswith(TRAP) or ".." in path else None
    return listed


def named(names):
    number = itertools.count(9000)
    return [element(sort, name % TRAP if "%s" in name else name, next(number))
            for name in names for sort in SORTS]


def in_loop(path):
    """It holds itself, what it lies in, and the root."""
    if not path.startswith(TRAP):
        return None
    return [element("DIRECTORY", name, 9000 + n) for n, name in enumerate(
        (TRAP, "/Shared", "/", TRAP + "/a", TRAP + "/a/b"))]


class Deeper:
    """Each folder holds more of them."""

    def __init__(self, width, name):
        self.names = [name + "%d" % n for n in range(width)]
        self.n = 9000

    def listed(self, path):
        if not path.startswith(TRAP):
            return None
        self.n += len(self.names)
        return [element("DIRECTORY", "%s/%s" % (path, name), self.n + i)
                for i, name in enumerate(self.names)]


def elsewhere(path):
    """Each folder holds one that lies elsewhere, and is new."""
    if not path.startswith((TRAP, "/else")):
        return None
    return [element("DIRECTORY", "/else%d" % (len(path) % 7) + path, 9000)]


def wide():
    """One folder with more of them than anybody has."""
    return [element("DIRECTORY", "%s/%s%d" % (TRAP, "x" * 100, n), 9000 + n)
            for n in range(1500)]


def odd_members(one, key):
    """'one' with each member of each odd sort, and what is no object at all."""
    found = []
    for number, member in enumerate(sorted(one)):
        for n, odd in enumerate(ODD):
            bad = dict(one)
            if key in bad and isinstance(bad[key], str):
                bad[key] = "%s-%d-%d" % (one[key], number, n)
            bad[member] = odd
            found.append(bad)
    return found + ODD


def twice():
    """One number at two places, one place twice, two sorts at one place."""
    return [element("NOTEBOOK", TRAP + "/a", 9001),
            element("NOTEBOOK", TRAP + "/b", 9001),
            element("NOTEBOOK", TRAP + "/a", 9001),
            element("FILE", TRAP + "/a", 9002),
            element("DIRECTORY", TRAP + "/a", 9003)]


# ---- what is in them ---------------------------------------------------------

def both():
    return named(["%s/n"])[:2]


EXPORTS = {
    "no base 64": {"content": "*** no base 64 ***", "file_type": "py"},
    "half": {"content": "YWJ", "file_type": "py"},
    "zero": {"content": "YQ==\x00YQ==", "file_type": "py"},
    "another type": dict(source(), file_type="../../x"),
    "an error": {"error_code": "INTERNAL_ERROR", "message": "\x1b[2J no"},
    "odd content": {"content": {"a": 1}, "file_type": "py"},
    "odd type": dict(source(), file_type=[1]),
    "nothing": {}, "an array": [], "a number": 17,
}


def exports():
    """A notebook and a file for each of these answers."""
    names = sorted(EXPORTS)
    objects = [element(sort, "%s/%s %s" % (TRAP, sort, name), 9000 + n)
               for n, name in enumerate(names) for sort in SORTS[:2]]

    def export(h):
        h.send(200, EXPORTS[called(h)[1].split(" ", 1)[1]])
    return tree(in_trap(objects), export=export)


def endless_export(h):
    if "direct_download" in h.path:
        h.send(404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no"})
        return
    h.begin()
    h.raw(b'{"file_type":"py","content":"')
    h.for_ever(b"QUJD" * 16384)


def too_large(told, sent):
    """A file over the limit; its length is not what was told."""
    def export(h):
        if "direct_download" not in h.path:
            h.send(400, {"error_code": "MAX_NOTEBOOK_SIZE_EXCEEDED",
                         "message": "%s exceeded 10485760" % told})
        elif sent is None:
            h.begin()
            h.for_ever(b"x" * 65536)
        else:
            h.send(200, b"x" * sent, "application/octet-stream")
    return tree(in_trap(both()), export=export,
                look=lambda path: dict(element("FILE", path, 9001), size=told))


# ---- Git folders ---------------------------------------------------------------

def repo(number, path):
    return {"id": number, "path": path, "url": "https://git.example.com/a.git",
            "provider": "gitHub", "branch": "main", "head_commit_id": "a" * 40}


def odd_repos(h):
    route, _ = called(h)
    if h.command != "GET" or not route.startswith(REPOS):
        return False
    if route != REPOS:
        h.send(404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no"})
        return True
    names = [n % "/Repos/a" if "%s" in n else n for n in OUT + BELOW]
    repos = [repo(5000 + n, name) for n, name in enumerate(names)]
    repos += [repo(one, "/Repos/id/%d" % n) for n, one in enumerate(IDS)]
    h.send(200, {"repos": repos})
    return True


def odd_repo_types(h):
    route, _ = called(h)
    if h.command != "GET" or route != REPOS:
        return False
    one = repo(5000, "/Repos/a/b")
    found = [dict(bad, id=5000 + n)
             for n, bad in enumerate(odd_members(one, "path")[:-len(ODD)])]
    h.send(200, {"repos": found})
    return True


def no_repos(h):
    route, _ = called(h)
    if h.command != "GET" or route != REPOS:
        return False
    h.send(200, {"repos": ODD})
    return True


# ---- jobs ----------------------------------------------------------------------

SETTINGS = {
    "name": "bad", "max_concurrent_runs": 1, "format": "MULTI_TASK",
    "run_as": {"user_name": "admin@example.com"},
    "schedule": {"quartz_cron_expression": "0 0 * * * ?", "timezone_id": "UTC"},
    "email_notifications": {"on_start": ["a@example.com"]},
    "job_clusters": [{"job_cluster_key": "a", "new_cluster": {
        "spark_version": "x", "instance_pool_id": "1"}}],
    "parameters": [{"name": "a", "default": "b"}],
    "tasks": [{"task_key": "a", "existing_cluster_id": "1",
               "notebook_task": {"notebook_path": "/Users/a/b"},
               "depends_on": [{"task_key": "b"}],
               "libraries": [{"whl": "/Workspace/Users/a/b.whl"}]}],
}


def job(number, settings):
    return {"job_id": number, "creator_user_name": "admin@example.com",
            "run_as_user_name": "admin@example.com", "created_time": 1,
            "settings": settings}


def jobs(found, more=None):
    """A mode whose jobs are these; more (h, job): what their details are."""
    def answer(h):
        route, _ = called(h)
        if h.command != "GET":
            return False
        if route == JOBS:
            h.send(200, {"jobs": found})
        elif route == JOB:
            asked = urllib.parse.parse_qs(
                urllib.parse.urlsplit(h.path).query).get("job_id", [""])[0]
            one = next((j for j in found if isinstance(j, dict)
                        and str(j.get("job_id")) == asked), found[0])
            if more:
                more(h, one)
            else:
                h.send(200, one)
        elif route.startswith("/api/2.0/permissions/"):
            h.send(200, {"access_control_list": [
                {"user_name": "admin@example.com", "all_permissions": [
                    {"permission_level": "IS_OWNER", "inherited": False}]}]})
        else:
            return False
        return True
    return answer


def odd_values(value):
    """The value, with each thing in it replaced by each odd sort."""
    if isinstance(value, dict):
        for name in value:
            for one in odd_values(value[name]):
                yield dict(value, **{name: one})
    elif isinstance(value, list):
        for one in odd_values(value[0]):
            yield [one]
    for one in ODD:
        yield one


def odd_jobs():
    return [job(9000 + n, settings)
            for n, settings in enumerate(odd_values(SETTINGS))]


def odd_job_members():
    return odd_members(job(8000, SETTINGS), "none") + \
        [{"settings": SETTINGS}, dict(job(8500, SETTINGS), run_as_user_name="\x1b[2J")]


def odd_job_ids():
    return [job(one, dict(SETTINGS, name="id %d" % n))
            for n, one in enumerate(IDS)]


def no_job_ids():
    return [job(one, dict(SETTINGS, name="id %d" % n))
            for n, one in enumerate(NO_IDS)]


def odd_job_names(*more):
    names = ["x" * 15000, "\n" * 2000, "\u202e\x1b[2J", "\x9b" * 3000, "\x00",
             "../../../etc/passwd", "/etc/passwd", "\ud800"] + list(more)
    return [job(8000 + n, dict(SETTINGS, name=name))
            for n, name in enumerate(names)]


def deep_jobs(h, one):
    text = json.dumps(one).replace('"depends_on": [', '"depends_on": [' + "[" * 5000
                                   + "]" * 5000 + ",")
    h.send(200, text.encode())


class Parts:
    """Tasks that go on and on."""

    def __init__(self, token, size):
        self.token = token
        self.size = size
        self.n = 0

    def more(self, h, one):
        self.n += 1
        tasks = [{"task_key": "t%d" % self.n, "description": "x" * self.size}]
        settings = dict(SETTINGS, tasks=tasks)
        h.send(200, dict(one, settings=settings,
                         next_page_token=self.token % self.n
                         if "%d" in self.token else self.token))


# ---- who may what ----------------------------------------------------------------

ACCESS = {"user_name": "admin@example.com", "display_name": "a", "all_permissions": [
    {"permission_level": "CAN_MANAGE", "inherited": False,
     "inherited_from_object": ["/directories/1"]}]}


def odd_access():
    """A notebook for each odd list of who may do what with it."""
    answers = list(odd_values({"access_control_list": [ACCESS],
                               "object_type": "notebook"}))
    objects = [element("NOTEBOOK", "%s/n%d" % (TRAP, n), 9000 + n)
               for n in range(len(answers))]
    rest = tree(in_trap(objects))

    def answer(h):
        found = re.match("/api/2.0/permissions/notebooks/(9[0-9]+)$", h.path)
        if not found or h.command != "GET":
            return rest(h)
        h.send(200, answers[int(found.group(1)) - 9000])
        return True
    return answer


# ---- a target ----------------------------------------------------------------------

class Target:
    """What is made there is made, and the answer says otherwise."""

    def __init__(self):
        self.ids = itertools.cycle(IDS)
        self.odd = itertools.cycle(ODD)

    def change(self, h, status, text):
        route, path = called(h)
        if status != 200:
            return text
        if route in ("/api/2.2/jobs/create", REPOS) and h.command == "POST":
            name = "id" if route == REPOS else "job_id"
            tree = json.loads(text)
            tree[name] = next(self.ids)
            return json.dumps(tree).encode()
        if route in ("/api/2.0/workspace/import", "/api/2.0/workspace/mkdirs"):
            return json.dumps(next(self.odd)).encode()
        if route == LOOK and path not in ("/", ""):
            tree = json.loads(text)
            tree["object_id"] = next(self.ids)
            return json.dumps(tree).encode()
        if re.match("/api/2.0/permissions/", route) and h.command != "GET":
            return json.dumps(next(self.odd)).encode()
        return text


def modes(url, mode):
    """All of them by name; 'mode' makes one."""
    parts = [job(8000, SETTINGS)]
    trees = {
        "tree_out": tree(in_trap(named(OUT))),
        "tree_below": tree(in_trap(named(BELOW))),
        "tree_loop": tree(in_loop),
        "tree_deep": tree(Deeper(1, "d" * 99).listed),
        "tree_bush": tree(Deeper(20, "x" * 40).listed),
        "tree_elsewhere": tree(elsewhere),
        "tree_wide": tree(in_trap(wide())),
        "tree_types": tree(in_trap(odd_members(
            element("NOTEBOOK", TRAP + "/n", 9001), "path"))),
        "tree_twice": tree(in_trap(twice())),
        "export_odd": exports(),
        "export_endless": tree(in_trap(both()), export=endless_export),
        "export_short": too_large(20 << 20, 1000),
        "export_long": too_large(12 << 20, 13 << 20),
        "export_for_ever": too_large(12 << 20, None),
        "repos_out": odd_repos,
        "repos_types": odd_repo_types,
        "repos_none": no_repos,
        "jobs_types": jobs(odd_jobs()),
        "jobs_members": jobs(odd_job_members()),
        "jobs_ids": jobs(odd_job_ids()),
        "jobs_no_ids": jobs(no_job_ids()),
        "jobs_names": jobs(odd_job_names()),
        "jobs_huge": jobs(odd_job_names("x" * (3 << 20))),
        "jobs_deep": jobs(parts, deep_jobs),
        "parts_again": jobs(parts, Parts("again", 10).more),
        "parts_new": jobs(parts, Parts("t%d", 10).more),
        "parts_large": jobs(parts, Parts("t%d", 1000000).more),
        "access_types": odd_access(),
    }
    found = {name: mode(url, answer) for name, answer in trees.items()}
    found["target"] = mode(url, change=Target().change)
    return found

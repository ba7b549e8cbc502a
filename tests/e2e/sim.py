# SPDX-License-Identifier: Apache-2.0
"""What scripts ask a simulated workspace, and how they change it.

    sim.py get URL WHAT             state, counters, ledger, about ...
    sim.py post URL WHAT [TEXT]     faults, object, reset, expire, clock
    sim.py delete URL WHAT          faults
    sim.py number URL WORD...       a number out of the counters
    sim.py writes URL               requests that could have changed something
    sim.py strict URL               what the simulator did not know; '' is good
    sim.py twice URL [SOURCE]       what was created more often than it should
    sim.py same FILE FILE           two states, after an undo; '' is good
    sim.py moved FILE FILE          what of the first is not in the second
    sim.py check SOURCE TARGET      all of these, after an import; '' is good
"""

import collections
import json
import sys
import urllib.request

KINDS = ("users", "groups", "service-principals", "instance-profiles",
         "experiments", "instance-pools", "cluster-policies", "clusters",
         "folders", "notebooks", "files", "jobs", "repos",
         "global-init-scripts")

# Kinds that have permissions of their own.
WITH_PERMISSIONS = ("experiments", "instance-pools", "cluster-policies",
                    "clusters", "folders", "notebooks", "files", "jobs",
                    "repos")


def call(url, what, text=None, method=None):
    request = urllib.request.Request(
        "%s/_simulator/%s" % (url, what), method=method,
        data=None if text is None else text.encode())
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=60) as reply:
        return reply.read().decode()


def delete(url, what):
    call(url, what, method="DELETE")


def counters(url):
    return json.loads(call(url, "counters"))


def number(url, words):
    """All counters of a group whose name holds the word: 'routes POST'."""
    group = counters(url).get(words[0], {})
    return sum(n for name, n in group.items()
               if all(word in name for word in words[1:]))


READS_BY_POST = ("experiments/search",)


def writes(url):
    return sum(n for name, n in counters(url)["routes"].items()
               if not name.startswith("GET ")
               and not name.endswith(READS_BY_POST))


def strict(url):
    """Requests that a workspace does not offer, or not so."""
    now = counters(url)
    return "\n".join(
        "%s: %s" % (group, name)
        for group in ("unknown-routes", "unknown-fields", "missing-fields",
                      "wrong-types")
        for name in now[group])


def table(state, kind):
    return state["tables"].get(kind, [])


def source_names(url):
    """How often each name stands in a workspace."""
    state = json.loads(call(url, "state"))
    names = collections.Counter()
    for one in table(state, "service-principals"):
        names["service-principals " + one["fields"]["displayName"]] += 1
    for one in table(state, "clusters"):
        names["clusters " + one["fields"]["cluster_name"]] += 1
    for one in table(state, "jobs"):
        names["jobs " + one["fields"]["settings"]["name"]] += 1
    for one in table(state, "global-init-scripts"):
        names["global-init-scripts " + one["fields"]["name"]] += 1
    return names


def twice(url, source):
    """Creates of one name: one, or as many as the source has of it."""
    allowed = source_names(source) if source else {}
    return "\n".join(
        "%s: %d" % (name, n)
        for name, n in counters(url)["creates"].items()
        if n > max(1, allowed.get(name, 1)))


def comparable(state):
    """A state without what an undo cannot take back: the numbers that were
    given out, folders, and experiments, which the service only marks."""
    kept = {}
    for kind, rows in state["tables"].items():
        if kind == "folders":
            continue
        kept[kind] = sorted(
            (json.dumps(one, sort_keys=True) for one in rows
             if kind != "experiments"
             or one["fields"]["lifecycle_stage"] == "active"))
    return kept


def same(before, after):
    one, two = comparable(before), comparable(after)
    lines = []
    for kind in sorted(set(one) | set(two)):
        a = collections.Counter(one.get(kind, []))
        b = collections.Counter(two.get(kind, []))
        lines += ["- " + kind + " " + text for text in (a - b).elements()]
        lines += ["+ " + kind + " " + text for text in (b - a).elements()]
    return "\n".join(lines)


class Names:
    """The objects of one state by their ids, as people know them."""

    def __init__(self, state):
        self.state = state
        self.by_id = {}
        for kind, key in (("users", "userName"), ("groups", "displayName"),
                          ("service-principals", "displayName")):
            for one in table(state, kind):
                self.by_id[one["id"]] = "%s %s" % (
                    kind, one["fields"][key].lower())
        self.words = [
            (one["fields"][number], kind + " " + one["fields"][name])
            for kind, number, name in (
                ("instance-pools", "instance_pool_id", "instance_pool_name"),
                ("cluster-policies", "policy_id", "name"),
                ("clusters", "cluster_id", "cluster_name"),
                ("service-principals", "applicationId", "displayName"))
            for one in table(state, kind)]
        self.words += [
            (str(one["fields"]["job_id"]),
             "jobs " + one["fields"]["settings"]["name"])
            for one in table(state, "jobs")]

    def inside(self, text):
        """A text that holds ids."""
        for number, name in self.words:
            text = text.replace(number, "the one of " + name)
        return text

    def __call__(self, number):
        return self.by_id.get(int(number), "unknown %s" % number)


OWNED = {
    "users": ("id", "externalId"),
    "groups": ("id",),
    "service-principals": ("id", "applicationId"),
    "instance-profiles": (),
    "experiments": ("experiment_id", "artifact_location", "creation_time",
                    "last_update_time"),
    "instance-pools": ("instance_pool_id", "default_tags", "state", "stats",
                       "status"),
    "cluster-policies": ("policy_id", "creator_user_name",
                         "created_at_timestamp", "is_default"),
    "clusters": ("cluster_id", "creator_user_name", "cluster_source", "spec",
                 "state", "state_message", "start_time", "terminated_time",
                 "termination_reason", "last_restarted_time", "default_tags",
                 "spark_context_id", "driver", "executors", "jdbc_port",
                 "last_state_loss_time", "effective_spark_version",
                 "init_scripts_safe_mode"),
    "folders": (),
    "notebooks": ("created_at", "modified_at", "results"),
    "files": ("created_at", "modified_at"),
    "jobs": ("job_id", "creator_user_name", "created_time"),
    "repos": ("head_commit_id", "git_cli_enabled", "level", "form"),
    "global-init-scripts": ("script_id", "created_at", "created_by",
                            "updated_at", "updated_by", "enabled"),
}
OWNED_TAGS = ("mlflow.ownerId", "mlflow.ownerEmail", "mlflow.experimentType",
              "mlflow.experiment.sourceName")


def paused(settings):
    """The settings of a job as an import leaves them: nothing starts it."""
    settings = {name: value for name, value in settings.items()
                if name not in ("format", "deployment", "edit_mode",
                                "run_as")}
    for name in ("schedule", "continuous", "trigger"):
        if name in settings:
            settings[name] = dict(settings[name], pause_status="PAUSED")
    if "triggers" in settings:
        settings["triggers"] = [dict(one, pause_status="PAUSED")
                                for one in settings["triggers"]]
    if "git_source" in settings:
        settings["git_source"] = {
            name: value for name, value in settings["git_source"].items()
            if name != "git_snapshot"}
    return settings


def normal(names, kind, one):
    """One object without ids: what must be the same in both workspaces."""
    fields = {name: value for name, value in one["fields"].items()
              if name not in OWNED[kind]}
    if kind == "clusters":
        fields["_libraries"] = [
            library["library"] for library in fields.get("_libraries", ())
            if not library.get("is_library_for_all_clusters")
            and library.get("status") != "UNINSTALL_ON_RESTART"]
    if kind == "jobs":
        fields = {"runs as": names.inside(fields["run_as_user_name"]),
                  "settings": names.inside(json.dumps(
                      paused(fields["settings"]), sort_keys=True))}
    for name, value in fields.items():
        if (kind in ("cluster-policies", "clusters")
                and isinstance(value, str)):
            fields[name] = names.inside(value)
        if name == "tags":
            value = [t for t in value if t["key"] not in OWNED_TAGS]
        if isinstance(value, list):
            fields[name] = sorted(json.dumps(v, sort_keys=True)
                                  for v in value)
    people = {"members": sorted(names(m) for m in one.get("members", []))}
    if kind in WITH_PERMISSIONS:
        people["permissions"] = sorted(
            "%s %s" % (names(who), level)
            for who, level in one.get("permissions", {}).items())
    return json.dumps({"fields": fields, "people": people}, sort_keys=True)


def is_live(kind, one):
    """What is deleted, stopped or built in is left where it is, and what runs
    a job or a pipeline."""
    if kind == "clusters":
        return one["fields"]["cluster_source"] in ("UI", "API")
    if kind == "jobs":
        return (one["fields"]["settings"].get("deployment", {}).get("kind")
                != "SYSTEM_MANAGED")
    if kind == "repos":
        return "url" in one["fields"]
    return (one["fields"].get("lifecycle_stage", "active") == "active"
            and one["fields"].get("state", "ACTIVE") == "ACTIVE"
            and not one["fields"].get("is_default"))


def rank(state):
    """Gaps between positions are nobody's; the order is."""
    scripts = sorted(table(state, "global-init-scripts"),
                     key=lambda one: one["fields"]["position"])
    for at, one in enumerate(scripts):
        one["fields"]["position"] = at


def without_machines(state):
    """The pools as an import makes them: no machine waits in them."""
    for one in table(state, "instance-pools"):
        one["fields"]["min_idle_instances"] = 0


def moved(source, target):
    """The oracle: what of the source, as a multiset of objects without ids,
    the target lacks.  Independent of the program that is tested."""
    lines = []
    for state in (source, target):
        rank(state)
        without_machines(state)
    old, new = Names(source), Names(target)
    for kind in KINDS:
        wanted = collections.Counter(
            normal(old, kind, one) for one in table(source, kind)
            if is_live(kind, one))
        have = collections.Counter(
            normal(new, kind, one) for one in table(target, kind)
            if is_live(kind, one))
        lines += [kind + " " + text for text in (wanted - have).elements()
                  if not grown(kind, text, have)]
    return "\n".join(lines)


BUILT_IN = ("admins", "users")


def grown(kind, text, have):
    """A group that every workspace has keeps the members it had."""
    want = json.loads(text)
    if kind != "groups" or want["fields"]["displayName"] not in BUILT_IN:
        return False
    for other in map(json.loads, have):
        if (other["fields"] == want["fields"]
                and set(want["people"]["members"])
                <= set(other["people"]["members"])):
            return True
    return False


def load(path):
    with open(path, encoding="utf-8") as text:
        return json.load(text)


def main(argv):
    verb, rest = argv[0], argv[1:]
    if verb == "get":
        print(call(rest[0], rest[1]), end="")
    elif verb == "post":
        print(call(rest[0], rest[1], rest[2] if len(rest) > 2 else ""))
    elif verb == "delete":
        delete(rest[0], rest[1])
    elif verb == "number":
        print(number(rest[0], rest[1:]))
    elif verb == "writes":
        print(writes(rest[0]))
    elif verb == "strict":
        print(strict(rest[0]))
    elif verb == "twice":
        print(twice(rest[0], rest[1] if len(rest) > 1 else None))
    elif verb == "same":
        print(same(load(rest[0]), load(rest[1])))
    elif verb == "check":
        old, new = (json.loads(call(url, "state")) for url in rest)
        said = [strict(rest[0]), strict(rest[1]), twice(rest[1], rest[0]),
                moved(old, new)]
        print("\n".join(text for text in said if text))
    elif verb == "moved":
        print(moved(load(rest[0]), load(rest[1])))
    else:
        sys.exit("sim.py: what is '%s'?" % verb)


if __name__ == "__main__":
    main(sys.argv[1:])

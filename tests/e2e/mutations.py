# SPDX-License-Identifier: Apache-2.0
"""Changes a simulated workspace, each class of field of each kind once, and
says what 'validate' must find.

    mutations.py SOURCE TARGET

Prints a line for each difference: kind|key|what|path, sorted.  Every change
is made to an object of its own.
"""

import json
import sys

import sim


class Bench:
    """The objects that no change was made to yet."""

    def __init__(self, source, target):
        self.url = target
        self.state = json.loads(sim.call(target, "state"))
        self.names = sim.Names(self.state)
        self.used = set()
        self.lines = []
        there = json.loads(sim.call(source, "state"))
        self.source_keys = {
            kind: {self.key(kind, one).lower()
                   for one in sim.table(there, kind)}
            for kind in sim.KINDS if kind.split("/")[0] in self.KEYS}
        self.source_ids = {
            one["fields"]["displayName"]: one["fields"]["applicationId"]
            for one in sim.table(there, "service-principals")}
        self.counts = self.count_names()

    KEYS = {"users": "userName", "groups": "displayName",
            "service-principals": "displayName",
            "instance-profiles": "instance_profile_arn",
            "experiments": "name",
            "instance-pools": "instance_pool_name",
            "cluster-policies": "name", "clusters": "cluster_name",
            "cluster-libraries": "cluster_name", "jobs": "name",
            "folders": "path", "notebooks": "path", "files": "path",
            "repos": "path",
            "global-init-scripts": "name"}

    def key(self, kind, one):
        fields = one["fields"]
        return fields.get("settings", fields)[self.KEYS[kind.split("/")[0]]]

    def count_names(self):
        counts = {}
        for kind in ("service-principals", "clusters", "jobs"):
            for one in sim.table(self.state, kind):
                name = self.key(kind, one)
                counts[name] = counts.get(name, 0) + 1
        return counts

    def plain(self, kind, one):
        """Moved, and known by its name alone."""
        key = self.key(kind, one)
        if one["id"] in self.used or one["id"] in self.state["first"]:
            return False
        if (kind in ("service-principals", "clusters", "jobs")
                and self.counts[key] != 1):
            return False
        return (key.lower() in self.source_keys[kind] and "\n" not in key
                and "|" not in key)

    def take(self, kind, fits=lambda one: True):
        """The plainest: what has more is left to those who ask for it."""
        found = [one for one in sim.table(self.state, kind)
                 if self.plain(kind, one) and fits(one)]
        if not found:
            raise LookupError("no %s left that fits" % kind)
        one = min(found, key=lambda one: (
            len(one["fields"]), len(one.get("members", [])),
            self.key(kind, one)))
        self.used.add(one["id"])
        return one

    def post(self, kind, one, **change):
        change.update({"kind": kind, "match": {"id": str(one["id"])}})
        if kind in ("instance-profiles", "experiments"):
            key = self.KEYS[kind]
            change["match"] = {key: one["fields"][key]}
        sim.call(self.url, "object", json.dumps(change))

    def expect(self, kind, one, path, what="differs"):
        key = self.key(kind, one)
        self.lines.append("%s|%s|%s|%s" % (self.called(kind, key), key, what,
                                           path))

    @staticmethod
    def called(kind, key):
        """Folders are two kinds of ours, by where they lie."""
        return kind.replace("folders", "repo-folders" if key.startswith(
            "/Repos/") else "directories")

    def change(self, kind, path, fits=lambda one: True, **change):
        one = self.take(kind, fits)
        self.post(kind, one, **change)
        self.expect(kind, one, path)
        return one

    def lose(self, kind, fits=lambda one: True):
        one = self.take(kind, fits)
        self.post(kind, one, delete=True)
        self.expect(kind, one, "", "missing")
        return one

    def lose_home(self, name):
        """That of somebody who is gone, or has another name."""
        for kind in "folders", "folders/permissions":
            self.expect(kind, {"fields": {"path": "/Users/" + name}}, "",
                        "missing")

    def gain(self, kind, **fields):
        sim.call(self.url, "object",
                 json.dumps({"kind": kind, "create": fields}))
        self.expect(kind, {"fields": fields}, "", "extra")

    def referred(self):
        """Principals that something else names."""
        ids = set()
        for group in sim.table(self.state, "groups"):
            ids.update(group.get("members", []))
        for kind in sim.WITH_PERMISSIONS:
            for one in sim.table(self.state, kind):
                ids.update(int(who) for who in one.get("permissions", {}))
        return ids


def has(*fields):
    return lambda one: all(name in one["fields"] for name in fields)


def lacks(*fields):
    return lambda one: not any(name in one["fields"] for name in fields)


def principals(bench, kind):
    """What users, groups and service principals have in common."""
    bench.change(kind, "displayName", has("displayName"),
                 set={"displayName": "Somebody Else"})
    bench.change(kind, "entitlements", has("entitlements"),
                 remove=["entitlements"])
    bench.change(kind, "entitlements", lacks("entitlements"),
                 set={"entitlements": [{"value": "allow-cluster-create"}]})
    one = bench.take(kind, has("entitlements"))
    bench.post(kind, one, set={"entitlements": one["fields"]["entitlements"]
                               + [{"value": "one-more"}]})
    bench.expect(kind, one, "entitlements[]")


def users(bench):
    kind = "users"
    alone = bench.referred()         # the choice is small: first of all
    one = bench.lose(kind, lambda one: one["id"] not in alone)
    bench.lose_home(bench.key(kind, one))
    principals(bench, kind)
    bench.change(kind, "displayName", has("displayName"),
                 remove=["displayName"])
    one = bench.take(kind, has("name"))
    bench.post(kind, one, set={"name": dict(one["fields"]["name"],
                                            familyName="Else")})
    bench.expect(kind, one, "name.familyName")
    bench.change(kind, "name", has("name"), remove=["name"])
    bench.change(kind, "active", lambda one: one["fields"]["active"],
                 set={"active": False})
    bench.change(kind, "active", lambda one: not one["fields"]["active"],
                 set={"active": True})
    bench.change(kind, "title", lacks("title"), set={"title": "a new field"})
    bench.change(kind, "roles", has("roles"), remove=["roles"])
    bench.change(kind, "roles", lacks("roles"), set={
        "roles": [{"type": "direct", "value": "arn:aws:iam::1:x"}]})
    one = bench.take(kind, has("emails"))
    bench.post(kind, one, set={"emails": one["fields"]["emails"]
                               + [{"type": "home", "value": "x@home.test"}]})
    bench.expect(kind, one, "emails[]")
    bench.gain(kind, userName="extra@example.com", displayName="Extra")


def service_principals(bench):
    kind = "service-principals"
    alone = bench.referred()         # the choice is small: first of all
    one = bench.lose(kind, lambda one: one["id"] not in alone)
    bench.lose_home(bench.source_ids[bench.key(kind, one)])
    principals(bench, kind)
    bench.change(kind, "active", lambda one: one["fields"]["active"],
                 set={"active": False})
    bench.change(kind, "externalId", lacks("externalId"),
                 set={"externalId": "new"})
    bench.change(kind, "externalId", has("externalId"), remove=["externalId"])
    bench.gain(kind, displayName="extra service")


def groups(bench):
    kind = "groups"
    alone = bench.referred()         # the choice is small: first of all
    bench.lose(kind, lambda one: one["id"] not in alone)
    principals(bench, kind)
    bench.change(kind, "externalId", has("externalId"),
                 set={"externalId": "other"})
    bench.change(kind, "externalId", has("externalId"), remove=["externalId"])
    bench.change(kind, "externalId", lacks("externalId"),
                 set={"externalId": "new"})
    bench.change(kind, "roles", lacks("roles"), set={
        "roles": [{"type": "direct", "value": "arn:aws:iam::1:x"}]})
    member = str(bench.state["first"][0])
    bench.change(kind, "members[]", lambda one: one.get("members")
                 and int(member) not in one["members"],
                 members={"add": [member]})
    one = bench.take(kind, lambda one: len(one.get("members", [])) > 1)
    bench.post(kind, one, members={"remove": [str(one["members"][0])]})
    bench.expect(kind, one, "members[]")
    bench.gain(kind, displayName="extra group")


def instance_profiles(bench):
    kind = "instance-profiles"
    named = {role["value"] for kind in ("users", "groups")
             for one in sim.table(bench.state, kind)
             for role in one["fields"].get("roles", [])}
    bench.lose(kind, lambda one: bench.key(kind, one) not in named)
    bench.change(kind, "iam_role_arn", has("iam_role_arn"),
                 set={"iam_role_arn": "arn:aws:iam::1:role/other"})
    bench.change(kind, "iam_role_arn", has("iam_role_arn"),
                 remove=["iam_role_arn"])
    bench.change(kind, "iam_role_arn", lacks("iam_role_arn"),
                 set={"iam_role_arn": "arn:aws:iam::1:role/new"})
    bench.change(kind, "is_meta_instance_profile",
                 lambda one: not one["fields"]["is_meta_instance_profile"],
                 set={"is_meta_instance_profile": True})
    bench.gain(kind, instance_profile_arn="arn:aws:iam::1:extra")


def user_tags(one):
    return [tag for tag in one["fields"]["tags"]
            if tag["key"] not in sim.OWNED_TAGS]


def experiments(bench):
    kind = "experiments"

    def tagged(one):
        return len(user_tags(one)) > 1

    one = bench.take(kind, tagged)
    tags = json.loads(json.dumps(one["fields"]["tags"]))
    changed = user_tags({"fields": {"tags": tags}})[0]
    changed["value"] += " changed"
    bench.post(kind, one, set={"tags": tags})
    bench.expect(kind, one, "tags[]")
    bench.expect(kind, one, "tags[]")
    one = bench.take(kind, tagged)
    gone = user_tags(one)[0]
    bench.post(kind, one, set={"tags": [
        tag for tag in one["fields"]["tags"] if tag != gone]})
    bench.expect(kind, one, "tags[]")
    one = bench.take(kind, tagged)
    bench.post(kind, one, set={"tags": one["fields"]["tags"] + [
        {"key": "added", "value": "x"}]})
    bench.expect(kind, one, "tags[]")
    one = bench.take(kind, has("lifecycle_stage"))
    bench.post(kind, one, set={"lifecycle_stage": "deleted"})
    bench.expect(kind, one, "", "missing")
    bench.expect(kind + "/permissions", one, "", "missing")
    one = bench.take(kind)
    bench.post(kind, one, delete=True)
    bench.expect(kind, one, "", "missing")
    bench.expect(kind + "/permissions", one, "", "missing")
    bench.gain(kind, name="/Shared/extra experiment")


def instance_pools(bench):
    kind = "instance-pools"

    def active(*fields):
        return lambda one: (one["fields"]["state"] == "ACTIVE"
                            and has(*fields)(one))

    one = bench.take(kind, active())
    bench.post(kind, one, delete=True)
    bench.expect(kind, one, "", "missing")
    bench.expect(kind + "/permissions", one, "", "missing")
    for field, value in (("node_type_id", "other.large"),
                         ("idle_instance_autotermination_minutes", 11)):
        bench.change(kind, field, active(field), set={field: value})
    bench.change(kind, "max_capacity", lambda one: active()(one)
                 and "max_capacity" not in one["fields"],
                 set={"max_capacity": 99})
    bench.change(kind, "max_capacity", active("max_capacity"),
                 remove=["max_capacity"])
    bench.change(kind, "custom_tags", active("custom_tags"),
                 remove=["custom_tags"])
    one = bench.take(kind, active("custom_tags"))
    bench.post(kind, one, set={"custom_tags": dict(
        one["fields"]["custom_tags"], more="tag")})
    bench.expect(kind, one, "custom_tags.more")
    bench.change(kind, "enable_elastic_disk", lambda one: active()(one)
                 and not one["fields"]["enable_elastic_disk"],
                 set={"enable_elastic_disk": True})
    for path, value in (("aws_attributes.availability", "ELSEWHERE"),
                        ("aws_attributes.zone_id", "mars-1a"),
                        ("aws_attributes.spot_bid_price_percent", 7),
                        ("disk_spec.disk_count", 5)):
        top, name = path.split(".")
        one = bench.take(kind, lambda one: active(top)(one)
                         and name in one["fields"][top])
        bench.post(kind, one, set={top: dict(one["fields"][top],
                                             **{name: value})})
        bench.expect(kind, one, path)
    for field in ("preloaded_spark_versions", "preloaded_docker_images"):
        bench.change(kind, field, active(field), remove=[field])
    bench.change(kind, "a_new_field", active(), set={"a_new_field": 1})
    one = bench.take(kind, active())     # operators raise it, one by one
    bench.post(kind, one, set={"min_idle_instances": 7})
    bench.gain(kind, instance_pool_name="extra pool", node_type_id="x")


def cluster_policies(bench):
    kind = "cluster-policies"

    def ours(*fields):
        return lambda one: (not one["fields"]["is_default"]
                            and has(*fields)(one))

    def free(one):
        return ours()(one) and "policy_family_id" not in one["fields"]

    pools = [one["fields"]["instance_pool_id"]
             for one in sim.table(bench.state, "instance-pools")]
    one = bench.take(kind, free)
    bench.post(kind, one, delete=True)
    bench.expect(kind, one, "", "missing")
    bench.expect(kind + "/permissions", one, "", "missing")
    one = bench.take(kind, lambda one: free(one) and any(
        pool in one["fields"]["definition"] for pool in pools))
    old = [pool for pool in pools if pool in one["fields"]["definition"]][0]
    new = [pool for pool in pools if pool != old][0]
    bench.post(kind, one, set={
        "definition": one["fields"]["definition"].replace(old, new)})
    bench.expect(kind, one, "definition")
    bench.change(kind, "definition", free,
                 set={"definition": '{"x": {"type": "unlimited"}}'})
    bench.change(kind, "policy_family_definition_overrides",
                 ours("policy_family_definition_overrides"),
                 set={"policy_family_definition_overrides": "{}"})
    bench.change(kind, "policy_family_id", ours("policy_family_id"),
                 set={"policy_family_id": "personal-vm"})
    bench.change(kind, "description", ours("description"),
                 remove=["description"])
    bench.change(kind, "max_clusters_per_user",
                 ours("max_clusters_per_user"),
                 set={"max_clusters_per_user": 77})
    bench.change(kind, "libraries", ours("libraries"), remove=["libraries"])
    bench.change(kind, "libraries", lambda one: free(one)
                 and "libraries" not in one["fields"],
                 set={"libraries": [{"pypi": {"package": "x"}}]})
    bench.gain(kind, name="extra policy", definition="{}")
    one = bench.take(kind, ours("policy_family_id"))
    bench.post(kind, one, set={"definition": "what the service derives"})


def clusters(bench):
    kind = "clusters"

    def pooled(one):
        return "instance_pool_id" in one["fields"]

    def alone(*fields):
        return lambda one: not pooled(one) and has(*fields)(one)

    one = bench.take(kind)
    bench.post(kind, one, delete=True)
    bench.expect(kind, one, "", "missing")
    bench.expect(kind + "/permissions", one, "", "missing")
    bench.expect("cluster-libraries", one, "", "missing")
    one = bench.take(kind, has("pinned_by_user_name"))
    bench.post(kind, one, remove=["pinned_by_user_name"])
    bench.expect(kind, one, "")
    for field, value in (("num_workers", 77),
                         ("autotermination_minutes", 7),
                         ("spark_version", "1.2.3"),
                         ("enable_local_disk_encryption", True),
                         ("node_type_id", "other.large"),
                         ("driver_node_type_id", "other.large"),
                         ("data_security_mode", "NONE"),
                         ("single_user_name", "somebody.else@example.com"),
                         ("runtime_engine", "STANDARD"),
                         ("a_new_field", 1)):
        bench.change(kind, field, lambda one: alone()(one) and (
            field in one["fields"] or field == "a_new_field"),
                     set={field: value})
    for field in ("policy_id", "custom_tags", "autoscale", "docker_image"):
        bench.change(kind, field, alone(field), remove=[field])
    bench.change(kind, "instance_pool_id", pooled,
                 set={"instance_pool_id": "another"})
    bench.change(kind, "driver_instance_pool_id", pooled,
                 set={"driver_instance_pool_id": "another"})
    bench.change(kind, "init_scripts", lacks("init_scripts"), set={
        "init_scripts": [{"workspace": {"destination": "/x.sh"}}]})
    for path, value in (("aws_attributes.zone_id", "mars-1a"),
                        ("aws_attributes.availability", "ELSEWHERE"),
                        ("aws_attributes.first_on_demand", 9)):
        top, name = path.split(".")
        one = bench.take(kind, lambda one: alone(top)(one)
                         and one["fields"][top].get(name))
        bench.post(kind, one, set={top: dict(one["fields"][top],
                                             **{name: value})})
        bench.expect(kind, one, path)
    one = bench.take(kind, lambda one: len(one["fields"].get(
        "_libraries", ())) == 1)
    bench.post(kind, one, remove=["_libraries"])
    bench.expect("cluster-libraries", one, "library_statuses")
    bench.gain(kind, cluster_name="extra cluster")
    one = bench.take(kind, pooled)
    bench.post(kind, one, set={"node_type_id": "what the pool gives"})
    one = bench.take(kind)
    bench.post(kind, one, set={"start_time": 1, "spark_context_id": 1,
                               "default_tags": {"Vendor": "us"}})


def jobs(bench):
    kind = "jobs"

    def settings(one):
        return one["fields"]["settings"]

    def with_(name):
        return lambda one: settings(one).get(name)

    def change(path, fits, value):
        """One member of the settings, at any depth; None takes it away."""
        one = bench.take(kind, fits)
        copy = at = json.loads(json.dumps(settings(one)))
        steps = path.split(".")
        for step in steps[:-1]:
            at = at[int(step) if step.isdigit() else step]
        if value is None:
            del at[steps[-1]]
        else:
            at[steps[-1]] = value
        bench.post(kind, one, set={"settings": copy})
        return one

    def plain(one):
        return (settings(one)["name"].startswith("job ")
                and len(settings(one).get("tasks", [])) == 1)

    for path, fits, value in (
            ("max_concurrent_runs", plain, 77),
            ("timeout_seconds", plain, 77),
            ("a_new_field", plain, 1),
            ("description", plain, "another"),
            ("tags", with_("tags"), None),
            ("schedule.quartz_cron_expression", with_("schedule"), "0"),
            ("schedule.timezone_id", with_("schedule"), "UTC+1"),
            ("continuous.task_retry_mode", with_("continuous"), "NEVER"),
            ("trigger.file_arrival.url", with_("trigger"), "s3://other/"),
            ("git_source.git_branch", with_("git_source"), "other"),
            ("queue", with_("queue"), None)):
        bench.expect(kind, change(path, fits, value), "settings." + path)
    one = change("tasks.0.notebook_task.notebook_path", plain, "/other")
    for _ in range(2):
        bench.expect(kind, one, "settings.tasks[]")
    one = bench.take(kind, plain)
    bench.post(kind, one, delete=True)
    bench.expect(kind, one, "", "missing")
    bench.expect(kind + "/permissions", one, "", "missing")
    one = bench.take(kind, plain)
    bench.post(kind, one, set={
        "settings": dict(settings(one), run_as={"user_name": "x@example.com"}),
        "run_as_user_name": "x@example.com"})
    bench.expect(kind, one, "settings.run_as.user_name")
    bench.gain(kind, name="extra job")
    # what import forces, and what the service fills in
    change("schedule.pause_status", with_("schedule"), "UNPAUSED")
    change("format", plain, "OTHER")
    one = bench.take(kind, plain)
    bench.post(kind, one, set={"created_time": 1, "path": "x",
                               "trigger_state": {"file_arrival": {}}})


def global_init_scripts(bench):
    kind = "global-init-scripts"

    def once(one):
        return bench.key(kind, one) not in ("proxy", "twice")

    one = bench.take(kind, once)
    bench.post(kind, one, delete=True)
    bench.expect(kind, one, "", "missing")
    bench.change(kind, "script", once, set={"script": "IyEvYmluL2ZhbHNlCg=="})
    # one that followed another one is told, whichever of both was moved
    before, last = sorted(filter(once, sim.table(bench.state, kind)),
                          key=lambda one: one["fields"]["position"])[-2:]
    bench.post(kind, before, set={"position": 7000})
    bench.expect(kind, last, "")
    bench.used.update((before["id"], last["id"]))
    one = bench.take(kind, once)         # operators enable them, one by one
    bench.post(kind, one, set={"enabled": True})
    bench.gain(kind, name="extra script", script="IyEK")


def lies_in(top):
    return lambda one: one["fields"]["path"].startswith(top)


def tree(bench):
    """Only what nothing else lies in is taken away."""
    def empty(top):
        paths = [one["fields"]["path"] for kind in (
            "folders", "notebooks", "files", "repos", "experiments")
                 for one in sim.table(bench.state, kind)
                 if "path" in one["fields"]]
        return lambda one: lies_in(top)(one) and not any(
            other.startswith(one["fields"]["path"] + "/") for other in paths)

    def lose(kind, fits):
        one = bench.lose(kind, fits)
        bench.expect(kind + "/permissions", one, "", "missing")

    for top in "/Shared/", "/Repos/":
        lose("folders", empty(top))
        bench.gain("folders", path=top + "extra")
    for kind in "notebooks", "files":
        lose(kind, lies_in("/Shared/"))
        bench.gain(kind, path="/Shared/extra." + kind, source="1")
        bench.change(kind, "content", lies_in("/Shared/"), set={
            "content": "cHJpbnQgKDIpCg==", "modified_at": 7})
    bench.change("notebooks", "file_type", lies_in("/Shared/"),
                 set={"language": "R", "modified_at": 7})


def repos(bench):
    kind = "repos"

    def cloned(one):
        return "url" in one["fields"]

    def sparse(one):
        return "sparse_checkout" in one["fields"]

    one = bench.take(kind, sparse)
    bench.post(kind, one, set={"sparse_checkout": {"patterns": ["other/*"]}})
    for at in range(3):                # there were three
        bench.expect(kind, one, "sparse_checkout.patterns[%d]" % at)
    bench.change(kind, "branch", cloned, set={"branch": "another"})
    bench.change(kind, "provider", cloned, set={"provider": "awsCodeCommit"})
    bench.change(kind, "url", cloned,
                 set={"url": "https://git.example.com/another"})
    one = bench.take(kind, cloned)
    bench.post(kind, one, delete=True)
    bench.expect(kind, one, "", "missing")
    bench.expect(kind + "/permissions", one, "", "missing")
    bench.gain(kind, path="/Repos/admin@example.com/extra",
               url="https://git.example.com/extra", provider="gitHub")
    # commits go on by themselves
    one = bench.take(kind, cloned)
    bench.post(kind, one, set={"head_commit_id": "0" * 40})


LOWEST = {"experiments": "CAN_READ", "instance-pools": "CAN_ATTACH_TO",
          "cluster-policies": "CAN_USE", "clusters": "CAN_ATTACH_TO",
          "jobs": "CAN_VIEW", "notebooks": "CAN_READ", "files": "CAN_READ",
          "folders": "CAN_READ", "repos": "CAN_READ"}


def permissions(bench, kind):
    low = LOWEST[kind]
    somebody = bench.take("users")

    def free(one):
        return str(somebody["id"]) not in one.get("permissions", {})

    def given(one):
        return any(level == low
                   for level in one.get("permissions", {}).values())

    def reader(one):
        return [who for who, level in one["permissions"].items()
                if level == low][0]

    def expect(one, most):
        """One entry of so many, or the only one."""
        bench.expect(kind + "/permissions", one, "access_control_list[]"
                     if len(one.get("permissions", {})) > most
                     else "access_control_list")

    one = bench.take(kind, free)
    bench.post(kind, one, permissions={
        "add": {str(somebody["id"]): low}})
    expect(one, 0)
    one = bench.take(kind, given)
    bench.post(kind, one, permissions={"remove": [reader(one)]})
    expect(one, 1)
    if kind == "cluster-policies":       # which have one level
        return
    one = bench.take(kind, given)
    bench.post(kind, one, permissions={"add": {reader(one): "CAN_MANAGE"}})
    for _ in range(2):
        bench.expect(kind + "/permissions", one, "access_control_list[]")


def quiet(bench):
    """What the service fills in by itself is no difference."""
    one = bench.take("experiments")
    bench.post("experiments", one,
               set={"artifact_location": "dbfs:/elsewhere",
                    "last_update_time": 1})
    # but a home is called like its owner
    folders = [other["fields"]["path"] for other in sim.table(
        bench.state, "folders")]
    one = bench.take("users", lambda one: bench.key("users", one)
                     != bench.key("users", one).upper() and not any(
        path.startswith("/Users/" + bench.key("users", one))
        for path in folders))
    bench.post("users", one, set={"userName": bench.key("users", one).upper()})
    bench.lose_home(bench.key("users", one))


def main(source, target):
    bench = Bench(source, target)
    for part in (users, service_principals, groups, instance_profiles,
                 experiments, instance_pools, cluster_policies, clusters,
                 global_init_scripts, jobs, tree, repos, quiet):
        part(bench)
    for kind in LOWEST:
        permissions(bench, kind)
    print("\n".join(sorted(bench.lines)))


main(*sys.argv[1:])

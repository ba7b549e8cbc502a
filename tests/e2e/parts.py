# SPDX-License-Identifier: Apache-2.0
"""Changes every part that an object of compute or a job can have, one at a time,
and judges whether 'validate' names each.

    parts.py fill SOURCE OPERATIONS PLAN    makes an object for each change
    parts.py change TARGET PLAN             makes the changes
    parts.py judge PLAN FOUND               what was not named; '' is good

The parts are those of the table of operations: what the service takes when it
makes such an object, message by message.  FOUND has lines kind|key|what|path.
"""

import json
import sys

import sim

RUNTIME, NODE = "15.4.x-scala2.12", "i3.xlarge"
COMPUTE = {"spark_version": RUNTIME, "node_type_id": NODE, "num_workers": 1}
NOTEBOOK = {"notebook_path": "/Shared/n"}


class Schema:
    """What the calls take, as operations.py writes it."""

    def __init__(self, path):
        self.messages, self.enums, self.bodies = {}, {}, {}
        with open(path, encoding="utf-8") as text:
            for line in text:
                self.read(line.rstrip("\n").split("\t"))

    def read(self, words):
        if words[0] == "message":
            self.messages[words[1]] = self.fields(words[2])
        elif words[0] == "enum":
            self.enums[words[1]] = words[2].split()
        elif words[0] == "op" and len(words) > 4:
            self.bodies[words[2]] = self.fields(words[4])

    @staticmethod
    def fields(text):
        pairs = (word.partition(":") for word in text.split() if ":" in word)
        return {name: sort.rstrip("!") for name, _, sort in pairs}

    def value(self, sort, name, number=0, without=()):
        """One that is no default; the second of a list is another one."""
        if sort.startswith("["):
            return [self.value(sort[1:-1], name, number + n, without)
                    for n in range(2)]
        if sort.startswith("{"):
            return {"key": "value %d" % number, "other": "x"}
        if sort in self.enums:
            return self.enums[sort][number % len(self.enums[sort])]
        if sort in self.messages:
            return {member: self.value(inner, member, number, without)
                    for member, inner in self.messages[sort].items()
                    if member not in without}
        plain = {"integer": 11 + number, "number": 1.5 + number,
                 "boolean": True}
        return plain.get(sort, "%s %d" % (name, number))


# --- what names other objects ----------------------------------------------

class Names:
    """Values that lead somewhere in the source."""

    def __init__(self, url):
        self.state = json.loads(sim.call(url, "state"))
        self.person = "admin@example.com"
        self.robot = self.last("service-principals", "applicationId")
        self.by_member = {
            "warehouse_id": self.last("warehouses", "id"),
            "query_id": self.last("queries", "id"),
            "sql_query_id": self.last("queries", "id"),
            "pipeline_id": self.last("pipelines", "pipeline_id"),
            "destination_id": self.last("notification-destinations", "id"),
            "existing_cluster_id": self.last("clusters", "cluster_id"),
            "instance_pool_id": self.last("instance-pools",
                                          "instance_pool_id"),
            "driver_instance_pool_id": self.last("instance-pools",
                                                 "instance_pool_id"),
            "policy_id": self.last("cluster-policies", "policy_id"),
            "instance_profile_arn": self.last("instance-profiles",
                                              "instance_profile_arn"),
            "single_user_name": self.person, "user_name": self.person,
            "job_id": self.last("jobs", "job_id"),
            "spark_version": RUNTIME, "node_type_id": NODE,
            "driver_node_type_id": NODE,
        }
        self.by_parent = {
            ("serving_endpoint", "name"): self.last("serving-endpoints",
                                                    "name"),
            ("alert", "alert_id"): self.last("alerts", "id"),
            ("alert_task", "alert_id"): self.last("alerts-v2", "id"),
            ("dashboard_task", "dashboard_id"): self.last("dashboards",
                                                          "dashboard_id"),
        }
        self.webhook = self.last("notification-destinations", "id")

    def last(self, kind, member):
        return sim.table(self.state, kind)[-1]["fields"][member]

    def put(self, value, above=(), parent=""):
        """In place of what the schema made up."""
        if isinstance(value, list):
            for one in value:
                self.put(one, above, parent)
            return value
        if not isinstance(value, dict):
            return value
        for member, inner in value.items():
            if isinstance(inner, (dict, list)):
                self.put(inner, above + (member,), member)
            elif (parent, member) in self.by_parent:
                value[member] = self.by_parent[parent, member]
            elif member == "id" and "webhook_notifications" in above:
                value[member] = self.webhook
            elif member in self.by_member:
                value[member] = self.by_member[member]
        return value


# --- the variants of each kind ---------------------------------------------

# Not of this cloud; and a default of a policy comes back in no answer.
NOT_HERE = ("azure_attributes", "gcp_attributes",
            "apply_policy_default_values")
POOLS = ("instance_pool_id", "driver_instance_pool_id")
NODES = ("node_type_id", "driver_node_type_id", "enable_elastic_disk",
         "aws_attributes", "driver_node_type_flexibility",
         "worker_node_type_flexibility")


def clusters_of(schema, without=()):
    """Settings that go together."""
    def some(*left):
        return schema.value("compute.ClusterSpec", "", 0,
                            NOT_HERE + left + without)
    yield some("autoscale", *POOLS)
    yield some("num_workers", *POOLS)
    yield some("autoscale", *NODES)


def pooled(schema):
    """In a pool, and with what the pool decides."""
    return schema.value("compute.ClusterSpec", "", 0,
                        NOT_HERE + ("autoscale",))


def tasks_of(schema):
    heavy = ("new_cluster", "task", "dashboard", "for_each_task")
    for member, sort in schema.messages["jobs.Task"].items():
        task = {"task_key": "a"}
        if member in ("task_key", "dashboard"):
            continue
        if member == "for_each_task":
            task[member] = {"inputs": "[1]", "concurrency": 3, "task": {
                "task_key": "b", "notebook_task": dict(NOTEBOOK)}}
        elif member == "new_cluster":
            task[member] = dict(COMPUTE)
        elif member == "depends_on":
            yield {"tasks": [
                {"task_key": "a", "depends_on": [
                    {"task_key": "b", "outcome": "true"},
                    {"task_key": "c"}], "notebook_task": dict(NOTEBOOK)},
                {"task_key": "b", "notebook_task": dict(NOTEBOOK)},
                {"task_key": "c", "notebook_task": dict(NOTEBOOK)}]}, 0
            continue
        else:
            task[member] = schema.value(sort, member, 0, heavy)
        if not member.endswith("_task"):
            task["notebook_task"] = dict(NOTEBOOK)
        if member in ("spark_jar_task", "spark_submit_task"):
            task["new_cluster"] = dict(COMPUTE)
        settings = {"tasks": [task]}
        if member == "job_cluster_key":
            settings["job_clusters"] = [{
                "job_cluster_key": task[member], "new_cluster": dict(COMPUTE)}]
        if member == "environment_key":
            settings["environments"] = [{"environment_key": task[member]}]
        yield settings, member


def jobs_of(schema, names):
    body = schema.bodies["/api/2.2/jobs/create"]
    other = ("name", "access_control_list", "tasks", "run_as", "git_source",
             "job_clusters")
    for member, sort in body.items():
        if member not in other:
            yield {member: schema.value(sort, member)}
    for who in ({"user_name": names.person}, {"group_name": "users"},
                {"service_principal_name": names.robot}):
        yield {"run_as": who}
    heads = ("git_branch", "git_tag", "git_commit")
    for head in heads:
        yield {"git_source": schema.value(
            "jobs.GitSource", "", 0,
            tuple(other for other in heads if other != head))}
    for cluster in clusters_of(schema):
        yield {"job_clusters": [{"job_cluster_key": "k", "new_cluster": cluster,
                                 "serverless_compute_id": "s"}]}
    yield {"tasks": [{"task_key": "a", "notebook_task": dict(NOTEBOOK),
                      "new_cluster": pooled(schema)}]}
    for settings, _ in tasks_of(schema):
        yield settings


def pools_of(schema):
    body = dict(schema.bodies["/api/2.0/instance-pools/create"])
    yield {member: schema.value(sort, member, 0)
           for member, sort in body.items()
           if member not in NOT_HERE + ("instance_pool_name",)}


def policies_of(schema):
    body = schema.bodies["/api/2.0/policies/clusters/create"]
    family = ("policy_family_id", "policy_family_definition_overrides")
    one = {member: schema.value(sort, member)
           for member, sort in body.items()
           if member not in family + ("name",)}
    one["definition"] = '{"spark_version": {"type": "unlimited"}}'
    yield one


# A change of what import forces or leaves out, or the service fills in or does
# not show, is no difference.
QUIET = ("pause_status", "format", "deployment", "git_snapshot", "job_source",
         "etag", "min_idle_instances")
QUIET_CLUSTER = ("password",)
# Of the clusters of jobs; those in a pool leave more to it.
QUIET_RUN = ("autotermination_minutes", "cluster_name")
BESIDE_A_POOL = ("instance_profile_arn", "a_new_member")

KINDS = {
    "jobs": ("name", jobs_of), "instance-pools": ("instance_pool_name",
                                                  lambda s, _: pools_of(s)),
    "cluster-policies": ("name", lambda s, _: policies_of(s)),
    "clusters": ("cluster_name",
                 lambda s, _: clusters_of(s, ("cluster_name",))),
}


# --- changes ---------------------------------------------------------------

def changed(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    return value + "x"


def changes(value, path=()):
    """(path, how) of each: a value is another one, a list has one less or one
    more, an object has a member that nobody knows."""
    if isinstance(value, dict):
        for member, inner in value.items():
            yield from changes(inner, path + (member,))
        yield path + ("a_new_member",), "other"
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from changes(inner, path + (at,))
        yield path, "more"
        if len(value) > 1:
            yield path, "less"
    else:
        yield path, "other"


def apply(fields, path, how):
    for step in path[:-1]:
        if isinstance(step, str):        # what import leaves out is put there
            fields.setdefault(step, {})
        fields = fields[step]
    if how in ("less", "more") and path[-1] not in fields:
        fields[path[-1]] = ["x"]
    elif how == "less":
        fields[path[-1]] = fields[path[-1]][:-1]
    elif how == "more":
        last = fields[path[-1]][-1]
        fields[path[-1]].append(dict(last, a_new_member=1)
                                if isinstance(last, dict) else changed(last))
    elif how == "gone":
        del fields[path[-1]]
    else:
        fields[path[-1]] = changed(fields.get(path[-1], "")
                                   if isinstance(fields, dict)
                                   else fields[path[-1]])


def steps_of(path):
    return [step for step in path if isinstance(step, str)]


def plan_of(schema, names):
    for kind, (key, variants) in KINDS.items():
        for number, one in enumerate(variants(schema, names)):
            one = names.put(one)
            every = list(changes(one)) + [
                ((member,), "gone") for member in one
                if kind == "jobs" and member not in QUIET + ("run_as",)]
            for path, how in every:
                name = "part %d: %s %s" % (
                    number, ".".join(map(str, path)), how)
                yield {"kind": kind, "key": key, "name": name[:100],
                       "path": path, "how": how, "fields": one,
                       "pooled": "instance_pool_id" in json.dumps(one)}


def fill(url, operations, plan):
    names = Names(url)
    rows = list(plan_of(Schema(operations), names))
    for number, row in enumerate(rows):
        row["name"] = "%04d %s" % (number, row["name"][:90])
        sim.call(url, "object", json.dumps({
            "kind": row["kind"], "create": dict(row.pop("fields"),
                                                **{row["key"]: row["name"]})}))
    with open(plan, "w", encoding="utf-8") as text:
        json.dump(rows, text)


def change(url, plan):
    state = json.loads(sim.call(url, "state"))
    there = {}
    for kind in KINDS:
        for one in sim.table(state, kind):
            fields = one["fields"].get("settings", one["fields"])
            there[kind, fields[KINDS[kind][0]]] = one
    for row in load(plan):
        one = there[row["kind"], row["name"]]
        fields = one["fields"].get("settings", one["fields"])
        apply(fields, row["path"], row["how"])
        first = row["path"][0]
        drop = [] if first in fields else [first]
        top = {first: fields[first]} if first in fields else {}
        if row["kind"] == "jobs":
            top, drop = {"settings": fields}, []
        sim.call(url, "object", json.dumps({
            "kind": row["kind"], "match": {"id": str(one["id"])},
            "set": top, "remove": drop}))


def load(path):
    with open(path, encoding="utf-8") as text:
        return json.load(text)


def is_named(row, lines):
    """All that is said of it is where it was changed."""
    steps = steps_of(row["path"])
    if row["kind"] == "jobs":
        steps = ["settings"] + steps
    for what, path in lines:
        said = [step.split("[")[0] for step in path.split(".")]
        n = min(len(said), len(steps))
        if what != "differs" or said[:n] != steps[:n]:
            return False
    return bool(lines)


def is_quiet(row):
    quiet = QUIET_CLUSTER if row["kind"] == "clusters" else QUIET
    return any(step in quiet for step in row["path"]) or is_for_nothing(row)


def is_for_nothing(row):
    """What a run's cluster has no use for, or its pool decides."""
    steps = steps_of(row["path"])
    if "new_cluster" not in steps[:-1]:
        return False
    within = steps[steps.index("new_cluster") + 1:]
    if within[0] in NODES and row["pooled"]:
        return (within[0] != "aws_attributes"
                or within[-1] not in BESIDE_A_POOL)
    return within[0] in QUIET_RUN


def judge(plan, found):
    rows = load(plan)
    told = {}
    with open(found, encoding="utf-8") as text:
        for line in text:
            kind, key, what, path = line.rstrip("\n").split("|")
            told.setdefault((kind, key), []).append((what, path))
    for row in rows:
        lines = told.pop((row["kind"], row["name"]), [])
        if is_quiet(row):
            if lines:
                print("quiet: %s %s" % (row["kind"], row["name"]), lines)
        elif not is_named(row, lines):
            print("%s %s" % (row["kind"], row["name"]), lines)
    for (kind, key), lines in told.items():
        print("nobody changed %s %s" % (kind, key), lines)


if __name__ == "__main__":
    {"fill": fill, "change": change, "judge": judge}[sys.argv[1]](
        *sys.argv[2:])

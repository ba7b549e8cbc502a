# SPDX-License-Identifier: Apache-2.0
"""Compare two simulated workspaces without the program under test.

    compare.py SOURCE-URL TARGET-URL

What is in them is compared as multisets, with ids replaced by names: two
objects that are equal but for what the service fills in are the same.  Prints
a line 'missing KIND {...}' or 'extra KIND {...}' for each difference and ends
with status 1 when there is one.  The service principal of each workspace's
own OAuth client is left out, and so are deleted experiments, pools that are
not active, and clusters of jobs and pipelines.
"""

import collections
import json
import sys
import urllib.request

FILLED_IN = {"id", "applicationId", "experiment_id", "artifact_location",
             "creation_time", "last_update_time", "instance_pool_id",
             "default_tags", "state", "stats", "status", "policy_id",
             "creator_user_name", "created_at_timestamp", "cluster_id",
             "cluster_source", "spec", "state_message", "start_time",
             "terminated_time", "termination_reason", "last_restarted_time",
             "spark_context_id", "driver", "executors", "jdbc_port",
             "last_state_loss_time", "effective_spark_version",
             "init_scripts_safe_mode", "created_at", "modified_at",
             "results", "job_id", "created_time",
             "pipeline_id", "dashboard_id", "_owner",
             "script_id", "created_by", "updated_at", "updated_by",
             "enabled"}
FILLED_IN_TAGS = {"mlflow.ownerId", "mlflow.ownerEmail",
                  "mlflow.experimentType", "mlflow.experiment.sourceName"}
NAMES = {"users": "userName", "groups": "displayName",
         "service-principals": "displayName"}
LEFT_OUT = {"folders"}


def own_client(kind, fields):
    return (kind == "service-principals"
            and fields.get("displayName", "").startswith("automation of "))


def is_live(fields):
    if "cluster_source" in fields:
        return fields["cluster_source"] in ("UI", "API")
    return fields.get("state", "ACTIVE") == "ACTIVE"


def load(url):
    with urllib.request.urlopen(url + "/_simulator/state?live=1") as reply:
        return json.load(reply)["tables"]


def plain_list(values):
    kept = [v for v in values
            if not isinstance(v, dict) or v.get("key") not in FILLED_IN_TAGS]
    return sorted(json.dumps(v, sort_keys=True) for v in kept)


def plain_text(value, names):
    """Ids stand inside texts, and a text may be one."""
    for number, name in names["words"]:
        value = value.replace(number, name)
    return value


def word(kind, fields, number, name):
    return (str(fields[number]), "its own client" if own_client(kind, fields)
            else fields[name])


def plain(one, names):
    """An object as text, with names for ids and nothing filled in."""
    fields = {name: plain_list(value) if isinstance(value, list)
              else plain_text(value, names) if isinstance(value, str)
              else plain_text(json.dumps(value, sort_keys=True), names)
              if isinstance(value, dict)
              else value
              for name, value in one["fields"].items()
              if name not in FILLED_IN}
    fields["members"] = sorted(names[i] for i in one.get("members", ())
                               if i in names)
    fields["permissions"] = sorted(
        (names[int(i)], level)
        for i, level in one.get("permissions", {}).items()
        if int(i) in names)
    return json.dumps(fields, sort_keys=True)


def content(tables):
    names = {"words": [word(kind, one["fields"], number, name)
                       for kind, number, name in (
                           ("instance-pools", "instance_pool_id",
                            "instance_pool_name"),
                           ("cluster-policies", "policy_id", "name"),
                           ("clusters", "cluster_id", "cluster_name"),
                           ("service-principals", "applicationId",
                            "displayName"))
                       for one in tables[kind]]}
    names["words"] += [(str(one["fields"]["job_id"]),
                        one["fields"]["settings"]["name"])
                       for one in tables["jobs"]]
    for kind, field in NAMES.items():
        for one in tables[kind]:
            if not own_client(kind, one["fields"]):
                names[one["id"]] = "%s %s" % (
                    kind, one["fields"].get(field, "").lower())
    return {kind: collections.Counter(
                plain(one, names) for one in objects
                if not own_client(kind, one["fields"])
                and is_live(one["fields"]))
            for kind, objects in tables.items() if kind not in LEFT_OUT}


def main():
    source, target = (content(load(url)) for url in sys.argv[1:3])
    status = 0
    for kind in sorted(set(source) | set(target)):
        have = source.get(kind, collections.Counter())
        got = target.get(kind, collections.Counter())
        for word, rest in (("missing", have - got), ("extra", got - have)):
            for text in sorted(rest.elements()):
                print(word, kind, text)
                status = 1
    sys.exit(status)


main()

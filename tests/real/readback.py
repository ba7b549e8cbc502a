# SPDX-License-Identifier: Apache-2.0
"""What legacy.py and fill.py say of a workspace: one line an object, with names
for ids, and without what belongs to one workspace or to the moment."""

import json

# Ids, times, whoever made it, what runs now; and what an import sets on purpose.
OF_ITS_OWN = {
    "instance_pool_id", "cluster_id", "job_id", "policy_id", "object_id", "id",
    "created_at", "modified_at", "created_time", "created_at_timestamp",
    "creator_user_name", "creator", "state", "state_message", "start_time",
    "terminated_time", "termination_reason", "last_restarted_time",
    "last_state_loss_time", "spark_context_id", "driver", "executors",
    "jdbc_port", "cluster_cores", "cluster_memory_mb", "default_tags", "stats",
    "status", "spec", "pinned_by_user_name", "pause_status", "run_as_user_name",
    "trigger_state", "effective_spark_version", "init_scripts_safe_mode",
    "cluster_source", "resource_id", "messages", "run_as",
}


class Readback:
    def __init__(self):
        self.names = {}
        self.lines = []

    def known(self, number, name):
        """An id and the name that stands for it in both workspaces."""
        self.names[str(number)] = name

    def plain(self, value, top=True):
        if isinstance(value, dict):
            return {name: self.plain(one, False)
                    for name, one in value.items()
                    if name not in OF_ITS_OWN
                    or (not top and name.endswith("_id"))}
        if isinstance(value, list):
            return [self.plain(one, False) for one in value]
        if str(value) in self.names:
            return "the one of " + self.names[str(value)]
        if isinstance(value, str):
            for number, name in self.names.items():
                value = value.replace(number, "the one of " + name)
        return value

    def say(self, kind, value):
        self.lines.append("%s %s" % (kind, json.dumps(
            self.plain(value), sort_keys=True, ensure_ascii=False)))

    def done(self):
        print("\n".join(sorted(self.lines)))

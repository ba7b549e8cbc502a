#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write operations.tsv: the calls that the simulator knows, with their fields.

    operations.py databricks-rest.json >operations.tsv

Run by maintainers, by hand; the result is committed.  The input lists every
operation of the service with the names of its path, query and body fields,
as the public Python SDK has them (see NOTICE).  Only the families that the
simulator serves are written; add a line to FAMILIES when it learns more.  A
line that ends with '#GET' is of that method alone.

Lines of the output, fields separated by tabs:

    op       METHOD  PATH  QUERY  BODY
    message  NAME    FIELDS
    enum     NAME    VALUES

QUERY, BODY and FIELDS are 'name:type' separated by blanks, or '-'.  A type is
string, integer, number, boolean, any, object, [T], {T}, or the name of a
message or enum; a '!' at its end says that the field is required.
"""

import json
import re
import sys

FAMILIES = [
    r"/api/2\.0/preview/scim/v2/",
    r"/api/2\.0/accounts/\{account_id\}/workspaces/.*/permissionassignments",
    r"/api/2\.0/permissions/\{request_object_type\}/",
    r"/api/2\.0/permissions/(experiments|instance-pools|cluster-policies|clusters)/",
    r"/api/2\.0/policies/clusters/(create|edit|delete|get|list)$",
    r"/api/2\.0/policy-families",
    r"/api/2\.1/clusters/(create|delete|edit|get|list|list-node-types|"
    r"permanent-delete|pin|spark-versions|start|unpin)$",
    r"/api/2\.0/libraries/",
    r"/api/2\.0/global-init-scripts",
    r"/api/2\.0/permissionmigration$",
    r"/api/2\.2/jobs/(create|get|list|update|reset|delete)$",
    r"/api/2\.2/jobs/runs/list$",
    r"/api/2\.0/(pipelines|notification-destinations|alerts)$#GET",
    r"/api/2\.0/(lakeview/dashboards|serving-endpoints)$#GET",
    r"/api/2\.0/sql/(warehouses|queries|alerts)$#GET",
    r"/api/2\.0/instance-(profiles|pools)/",
    r"/api/2\.0/mlflow/experiments/",
    r"/api/2\.0/(repos|git-credentials)",
    r"/api/2\.0/workspace/(delete|export|get-status|import|list|mkdirs)$",
]
PLAIN = {"string", "integer", "number", "boolean", "any", "object"}


class Table:
    """The input, and which of its messages and enums were needed."""

    def __init__(self, spec):
        self.spec = spec
        self.needed = {}

    def qualify(self, service, type_name):
        """The type with its message or enum named in full; notes the need."""
        required = "!" if type_name.endswith("!") else ""
        core = type_name.rstrip("!")
        for left, right in (("[", "]"), ("{", "}")):
            if core.startswith(left) and core.endswith(right):
                inner = self.qualify(service, core[1:-1])
                return left + inner + right + required
        if core in PLAIN:
            return core + required
        full = core if "." in core else service + "." + core
        if full in self.spec["enums"] or full in self.spec["messages"]:
            self.need(full)
            return full + required
        return "any" + required

    def need(self, full):
        if full in self.needed:
            return
        self.needed[full] = None
        if full in self.spec["messages"]:
            service = full.split(".")[0]
            self.needed[full] = self.fields(
                service, self.spec["messages"][full])

    def fields(self, service, members):
        if not members:
            return "-"
        return " ".join("%s:%s" % (name, self.qualify(service, kind))
                        for name, kind in sorted(members.items()))


def operation_lines(table):
    wanted = [(re.compile(f.split("#")[0]), f.partition("#")[2])
              for f in FAMILIES]
    for op in table.spec["operations"]:
        if not any(w.match(op["path"]) and method in ("", op["method"])
                   for w, method in wanted):
            continue
        service = op["id"].split(".")[0]
        body = op.get("body")
        if body is None and "body_type" in op:
            body = table.spec["messages"][service + "." + op["body_type"]]
        yield "\t".join(("op", op["method"], op["path"],
                         table.fields(service, op.get("query")),
                         table.fields(service, body)))


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: operations.py databricks-rest.json >operations.tsv")
    with open(sys.argv[1], encoding="utf-8") as source:
        table = Table(json.load(source))
    lines = sorted(set(operation_lines(table)),
                   key=lambda line: line.split("\t")[2:0:-1])
    print("# Made by operations.py; do not edit.  What is not in there stands"
          " in extra.tsv.")
    print("\n".join(lines))
    for name, fields in sorted(table.needed.items()):
        if fields is None:
            print("enum\t%s\t%s"
                  % (name, " ".join(table.spec["enums"][name])))
        else:
            print("message\t%s\t%s" % (name, fields))


if __name__ == "__main__":
    main()

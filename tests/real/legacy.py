# SPDX-License-Identifier: Apache-2.0
"""The legacy command line, unmodified: its own commands, in one process.

    legacy.py fill|read PROFILE
"""

import contextlib
import io
import json
import os
import sys
import tempfile

from databricks_cli.cli import cli

from readback import Readback

NOTEBOOK = "# Databricks notebook source\nprint(1)\n"


class CommandLine:
    def __init__(self, profile):
        self.profile = profile

    def __call__(self, *words):
        """What it prints."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            try:
                cli.main(list(words) + ["--profile", self.profile],
                         prog_name="databricks", standalone_mode=False)
            except SystemExit as end:
                if end.code:
                    sys.exit("%r ended with %s" % (words, end.code))
        return out.getvalue()

    def json(self, *words):
        return json.loads(self(*words))


def fill_tree(run, folder):
    nb = os.path.join(folder, "nb.py")
    more = os.path.join(folder, "more", "deep")
    os.makedirs(more)
    for path, text in ((nb, NOTEBOOK), (os.path.join(more, "q.sql"),
                                        "SELECT 1\n"),
                       (os.path.join(more, "..", "a.py"), NOTEBOOK)):
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
    run("workspace", "mkdirs", "/Shared/legacy/deep er")
    run("workspace", "import", "-l", "PYTHON", nb, "/Shared/legacy/deep er/nb")
    run("workspace", "import_dir", os.path.join(folder, "more"),
        "/Shared/legacy/more")
    run("workspace", "mkdirs", "/Repos/legacy")
    run("repos", "create", "--url", "https://git.example.com/etl.git",
        "--provider", "gitHub", "--path", "/Repos/legacy/etl")
    run("repos", "update", "--path", "/Repos/legacy/etl", "--branch", "dev")


def fill(run):
    with tempfile.TemporaryDirectory() as folder:
        fill_tree(run, folder)
    pool = run.json("instance-pools", "create", "--json", json.dumps({
        "instance_pool_name": "legacy-pool", "node_type_id": "i3.xlarge",
        "max_capacity": 4, "min_idle_instances": 0}))["instance_pool_id"]
    policy = run.json("cluster-policies", "create", "--json", json.dumps({
        "name": "legacy-policy", "definition": json.dumps({
            "instance_pool_id": {"type": "fixed", "value": pool}})}))
    cluster = run.json("clusters", "create", "--json", json.dumps({
        "cluster_name": "legacy-cluster", "num_workers": 1,
        "spark_version": "15.4.x-scala2.12", "instance_pool_id": pool,
        "policy_id": policy["policy_id"], "autotermination_minutes": 30,
        "custom_tags": {"team": "legacy"}}))["cluster_id"]
    run("libraries", "install", "--cluster-id", cluster, "--pypi-package",
        "simplejson")
    run("jobs", "create", "--json", json.dumps({
        "name": "legacy-job", "tasks": [{
            "task_key": "a", "existing_cluster_id": cluster,
            "notebook_task": {"notebook_path": "/Shared/legacy/deep er/nb"}}],
        "schedule": {"quartz_cron_expression": "0 0 1 * * ?",
                     "timezone_id": "UTC", "pause_status": "UNPAUSED"}}))


def read_tree(run, back, path):
    for line in run("workspace", "ls", "-l", "--absolute", path).splitlines():
        words = line.split(None, 1)
        if len(words) < 2:
            continue
        kind, rest = words
        back.say("tree", [kind, rest.strip()])
        if kind == "DIRECTORY":
            read_tree(run, back, rest.strip())


def read(run, back):
    kinds = (("instance-pools", "instance_pools", "instance_pool_id",
              "instance_pool_name"),
             ("cluster-policies", "policies", "policy_id", "name"),
             ("clusters", "clusters", "cluster_id", "cluster_name"))
    found = []
    for group, array, number, name in kinds:
        for one in run.json(group, "list", "--output", "JSON").get(array, []):
            back.known(one[number], one[name])
            found.append((group, one))
    jobs = run.json("jobs", "list", "--output", "JSON").get("jobs", [])
    for one in jobs:
        back.known(one["job_id"], one["settings"]["name"])
    for one in jobs:
        found.append(("jobs", run.json("jobs", "get", "--job-id",
                                       str(one["job_id"]))))
    for group, one in found:
        back.say(group, one)
        if group == "clusters":
            back.say("libraries of " + one["cluster_name"], run.json(
                "libraries", "list", "--cluster-id", one["cluster_id"]))
    for one in run.json("repos", "list").get("repos", []):
        back.say("repos", one)
    for folder in ("/Shared", "/Repos"):
        read_tree(run, back, folder)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "nb")
        run("workspace", "export", "/Shared/legacy/deep er/nb", path)
        with open(path, encoding="utf-8") as text:
            back.say("content", text.read())
    back.done()


def main():
    run = CommandLine(sys.argv[2])
    if sys.argv[1] == "fill":
        fill(run)
    else:
        read(run, Readback())


main()

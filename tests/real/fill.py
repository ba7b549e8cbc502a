# SPDX-License-Identifier: Apache-2.0
"""The official Python SDK, unmodified, fills a workspace or reads it back.

    fill.py fill|read PROFILE
"""

import base64
import io
import json
import sys

from databricks.sdk import WorkspaceClient
from databricks.sdk.service import compute, iam, jobs, workspace

from readback import Readback

NOTEBOOK = b"# Databricks notebook source\nspark.sql('SELECT 1')\n"
LEVELS = iam.PermissionLevel


def allow(w, kind, number, level):
    w.permissions.update(kind, str(number), access_control_list=[
        iam.AccessControlRequest(group_name="users", permission_level=level)])


def fill_compute(w):
    pool = w.instance_pools.create("sdk-pool", "i3.xlarge",
                                   min_idle_instances=0).instance_pool_id
    policy = w.cluster_policies.create(
        name="sdk-policy", definition=json.dumps({
            "instance_pool_id": {"type": "fixed", "value": pool}})).policy_id
    cluster = w.clusters.create(
        cluster_name="sdk-cluster", spark_version="15.4.x-scala2.12",
        instance_pool_id=pool, policy_id=policy, autotermination_minutes=20,
        autoscale=compute.AutoScale(min_workers=1, max_workers=3)
    ).response.cluster_id
    w.libraries.install(cluster, [compute.Library(
        maven=compute.MavenLibrary(coordinates="org.example:it:1"))])
    w.clusters.pin(cluster)
    allow(w, "clusters", cluster, LEVELS.CAN_RESTART)
    allow(w, "instance-pools", pool, LEVELS.CAN_ATTACH_TO)
    return cluster


def fill_tree(w):
    w.workspace.mkdirs("/Shared/sdk/nothing in it")
    w.workspace.import_("/Shared/sdk/notebook",
                        content=base64.b64encode(NOTEBOOK).decode(),
                        format=workspace.ImportFormat.SOURCE,
                        language=workspace.Language.PYTHON)
    w.workspace.import_("/Shared/sdk/data.bin",
                        content=base64.b64encode(bytes(range(256))).decode(),
                        format=workspace.ImportFormat.RAW)
    w.workspace.mkdirs("/Repos/sdk")
    repo = w.repos.create(url="https://git.example.com/mono",
                          provider="gitLab", path="/Repos/sdk/sdk-repo",
                          sparse_checkout=workspace.SparseCheckout(
                              patterns=["jobs", "lib/*"]))
    w.repos.update(repo.id, branch="release")
    allow(w, "repos", repo.id, LEVELS.CAN_RUN)
    here = w.repos.create(url="https://git.example.com/etl.git",
                          provider="gitHub", path="/Shared/sdk/elsewhere")
    allow(w, "repos", here.id, LEVELS.CAN_EDIT)
    nb = w.workspace.get_status("/Shared/sdk/notebook")
    allow(w, "notebooks", nb.object_id, LEVELS.CAN_READ)


def fill_jobs(w, cluster):
    first = w.jobs.create(name="sdk-job", tasks=[
        jobs.Task(task_key="load", existing_cluster_id=cluster,
                  notebook_task=jobs.NotebookTask(
                      notebook_path="/Shared/sdk/notebook")),
        jobs.Task(task_key="after",
                  depends_on=[jobs.TaskDependency(task_key="load")],
                  notebook_task=jobs.NotebookTask(
                      notebook_path="/Repos/sdk/sdk-repo/jobs/x"))],
        tags={"made": "by the SDK"}).job_id
    w.jobs.create(name="sdk-runs", tasks=[jobs.Task(
        task_key="run", run_job_task=jobs.RunJobTask(job_id=first))])
    allow(w, "jobs", first, LEVELS.CAN_MANAGE_RUN)


def entries(back, w, kind, number, name):
    """Who may do what, by right of the object itself."""
    for one in w.permissions.get(kind, str(number)).access_control_list or []:
        for given in one.all_permissions or []:
            if not given.inherited:
                back.say("permissions", [
                    kind, name, one.user_name or one.group_name,
                    given.permission_level.value])


def read_compute(w, back):
    pools = list(w.instance_pools.list())
    policies = list(w.cluster_policies.list())
    clusters = list(w.clusters.list())
    for kind, number, name, all_of in (
            ("instance-pools", "instance_pool_id", "instance_pool_name", pools),
            ("cluster-policies", "policy_id", "name", policies),
            ("clusters", "cluster_id", "cluster_name", clusters)):
        for one in all_of:
            back.known(getattr(one, number), getattr(one, name))
    for kind, all_of in (("instance-pools", pools),
                         ("cluster-policies", policies),
                         ("clusters", clusters)):
        for one in all_of:
            back.say(kind, one.as_dict())
    for one in clusters:
        back.say("libraries", [one.cluster_name] + [
            status.library.as_dict()
            for status in w.libraries.cluster_status(one.cluster_id)])
        entries(back, w, "clusters", one.cluster_id, one.cluster_name)
    for one in pools:
        entries(back, w, "instance-pools", one.instance_pool_id,
                one.instance_pool_name)


def read_jobs(w, back):
    found = list(w.jobs.list(expand_tasks=True))
    for one in found:
        back.known(one.job_id, one.settings.name)
    for one in found:
        back.say("jobs", w.jobs.get(one.job_id).as_dict())
        entries(back, w, "jobs", one.job_id, one.settings.name)


def read_tree(w, back):
    for top in ("/Shared", "/Repos"):
        for one in w.workspace.list(top, recursive=True):
            back.say("tree", one.as_dict())
            if one.object_type == workspace.ObjectType.NOTEBOOK:
                entries(back, w, "notebooks", one.object_id, one.path)
            if one.object_type in (workspace.ObjectType.NOTEBOOK,
                                   workspace.ObjectType.FILE):
                back.say("content", [one.path, base64.b64encode(
                    io.BytesIO(w.workspace.download(one.path).read())
                    .getvalue()).decode()])
    for one in list(w.repos.list()) + list(
            w.repos.list(path_prefix="/Workspace/Shared")):
        back.say("repos", one.as_dict())
        entries(back, w, "repos", one.id, one.path)


def main():
    w = WorkspaceClient(profile=sys.argv[2])
    if sys.argv[1] == "fill":
        fill_tree(w)
        fill_jobs(w, fill_compute(w))
        return
    back = Readback()
    read_compute(w, back)
    read_jobs(w, back)
    read_tree(w, back)
    back.done()


main()

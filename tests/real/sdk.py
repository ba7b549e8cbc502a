# SPDX-License-Identifier: Apache-2.0
"""The official Python SDK, unmodified, against a simulated workspace.

    sdk.py PROFILE...

Prints one 'ok TEXT' or 'not ok TEXT' a line; sdk.sh makes TAP of it.
"""

import io
import sys

from databricks.sdk import WorkspaceClient
from databricks.sdk import errors
from databricks.sdk.service import compute, iam, ml, workspace


class Checks:
    """Says what held, under the name of one profile."""

    def __init__(self, profile):
        self.profile = profile

    def that(self, held, text):
        print("%s %s: %s" % ("ok" if held else "not ok", self.profile, text),
              flush=True)

    def refused(self, kind, call, text):
        try:
            call()
        except kind:
            self.that(True, text)
        except Exception as other:  # noqa: BLE001: any other is a failure
            self.that(False, "%s (%r)" % (text, other))
        else:
            self.that(False, text + " (nothing was refused)")


def patch(op, path, value=None):
    return iam.Patch(op=iam.PatchOp(op), path=path, value=value)


SCHEMA = [iam.PatchSchema.URN_IETF_PARAMS_SCIM_API_MESSAGES_2_0_PATCH_OP]


def users(w, t):
    name = "sdk.%s@example.com" % t.profile
    made = w.users_v2.create(user_name=name, display_name="S. D. K.",
                             entitlements=[iam.ComplexValue(
                                 value="allow-cluster-create")])
    t.that(made.id and made.active and made.user_name == name,
           "a user is created")
    t.that(made.emails[0].value == name, "with an address")
    t.refused(errors.ResourceConflict,
              lambda: w.users_v2.create(user_name=name.upper()),
              "the same name in capitals is a conflict")
    found = list(w.users_v2.list(filter='userName eq "%s"' % name))
    t.that([u.id for u in found] == [made.id], "a filter finds it")
    found = list(w.users_v2.list(
        filter='displayName sw "S. D." and active eq true',
        attributes="id,displayName"))
    t.that([u.id for u in found] == [made.id] and found[0].user_name is None,
           "so does one with 'and', with the attributes asked for")
    w.users_v2.patch(made.id, schemas=SCHEMA,
                     operations=[patch("replace", "displayName", "Another"),
                                 patch("replace", None, {"active": False})])
    now = w.users_v2.get(made.id)
    t.that(now.display_name == "Another" and now.active is False,
           "a patch changes it")
    w.users_v2.update(made.id, user_name=name, display_name="Put",
                      active=True)
    now = w.users_v2.get(made.id)
    t.that(now.display_name == "Put" and now.active
           and not now.entitlements, "a put replaces it")
    w.users_v2.delete(made.id)
    t.refused(errors.NotFound, lambda: w.users_v2.get(made.id),
              "it is gone after a delete")
    everybody = list(w.users_v2.list(count=7))
    t.that(len(everybody) == 40 and len({u.id for u in everybody}) == 40,
           "pages of 7 show each of 40 users once")


def groups(w, t):
    some = list(w.users_v2.list(attributes="id,userName"))[:5]
    members = [iam.ComplexValue(value=u.id) for u in some]
    made = w.groups_v2.create(display_name="sdk " + t.profile,
                              members=members)
    t.that(len(made.members) == 5, "a group is created with five members")
    t.that(made.meta.resource_type == "WorkspaceGroup", "it is a local one")
    t.that(made.id in [g.value for g in w.users_v2.get(some[0].id).groups],
           "a member shows the group")
    found = list(w.groups_v2.list(filter="displayName eq 'x'"))
    t.that(not found, "a name in single quotes finds nothing")
    w.groups_v2.patch(made.id, schemas=SCHEMA, operations=[
        patch("remove", 'members[value eq "%s"]' % some[0].id),
        patch("add", "entitlements", [{"value": "workspace-access"}])])
    now = w.groups_v2.get(made.id)
    t.that(some[0].id not in [m.value for m in now.members]
           and len(now.members) == 4
           and now.entitlements[0].value == "workspace-access",
           "a patch removes a member by filter, and adds an entitlement")
    w.groups_v2.patch(made.id, schemas=SCHEMA, operations=[
        patch("add", None, {"members": [{"value": some[0].id}]})])
    t.that(len(w.groups_v2.get(made.id).members) == 5,
           "a patch without a path adds one")
    t.refused(errors.BadRequest,
              lambda: w.groups_v2.create(
                  display_name="nobody " + t.profile,
                  members=[iam.ComplexValue(value="12345")]),
              "a member that does not exist is refused")
    t.refused(errors.ResourceConflict,
              lambda: w.groups_v2.create(display_name="SDK " + t.profile),
              "the name is taken")
    w.groups_v2.delete(made.id)
    t.that(not any(g.value == made.id
                   for g in w.users_v2.get(some[1].id).groups or []),
           "a delete takes the membership along")
    admins = list(w.groups_v2.list(filter='displayName eq "admins"'))[0]
    t.refused(errors.BadRequest, lambda: w.groups_v2.delete(admins.id),
              "the group admins cannot be deleted")


def service_principals(w, t):
    twins = [w.service_principals_v2.create(display_name="twin")
             for _ in range(2)]
    t.that(twins[0].application_id != twins[1].application_id,
           "two service principals may have one name")
    found = list(w.service_principals_v2.list(filter='displayName eq "twin"'))
    t.that({s.id for s in found} == {s.id for s in twins},
           "a filter finds both")
    w.service_principals_v2.patch(twins[0].id, schemas=SCHEMA, operations=[
        patch("replace", "displayName", "elder")])
    t.that(w.service_principals_v2.get(twins[0].id).display_name == "elder",
           "a patch changes one")
    for one in twins:
        w.service_principals_v2.delete(one.id)
    t.that(not list(w.service_principals_v2.list(
        filter='displayName eq "twin" or displayName eq "elder"')),
        "both are deleted")


def experiments(w, t):
    name = "/Shared/sdk %s" % t.profile
    made = w.experiments.create_experiment(
        name="/Workspace" + name,
        tags=[ml.ExperimentTag(key="a", value="1")]).experiment_id
    got = w.experiments.get_experiment(made).experiment
    t.that(got.name == name and got.lifecycle_stage == "active",
           "an experiment is created")
    tags = {tag.key: tag.value for tag in got.tags}
    t.that(tags["a"] == "1" and "mlflow.ownerEmail" in tags,
           "with our tag and the service's")
    t.refused(errors.ResourceAlreadyExists,
              lambda: w.experiments.create_experiment(name=name),
              "its name is taken")
    w.experiments.set_experiment_tag(made, "b", "2")
    t.that(w.experiments.get_by_name(name).experiment.experiment_id == made,
           "it is found by name")
    found = list(w.experiments.search_experiments(
        filter="name = '%s' AND tags.b = '2'" % name))
    t.that([e.experiment_id for e in found] == [made], "and by a search")
    every = list(w.experiments.list_experiments(
        max_results=4, view_type=ml.ViewType.ALL))
    t.that(len({e.experiment_id for e in every}) == len(every) >= 30,
           "pages of four show each once")
    w.experiments.update_experiment(made, new_name=name + " 2")
    w.experiments.delete_experiment(made)
    t.refused(errors.ResourceAlreadyExists,
              lambda: w.experiments.create_experiment(name=name + " 2"),
              "a deleted one keeps its name")
    w.experiments.restore_experiment(made)
    permissions(w, t, made)
    w.experiments.delete_experiment(made)


def permissions(w, t, experiment):
    user = list(w.users_v2.list(attributes="userName", count=3))[2]
    w.permissions.update("experiments", experiment, access_control_list=[
        iam.AccessControlRequest(
            user_name=user.user_name.upper(),
            permission_level=iam.PermissionLevel.CAN_READ)])
    got = w.experiments.get_permissions(experiment).access_control_list
    direct = {a.user_name: a.all_permissions[0].permission_level.value
              for a in got if not a.all_permissions[0].inherited}
    t.that(direct.get(user.user_name) == "CAN_READ",
           "a permission is given, whatever the case of the name")
    t.that(any(a.group_name == "admins" and a.all_permissions[0].inherited
               for a in got), "admins have theirs by inheritance")
    w.experiments.set_permissions(experiment, access_control_list=[
        ml.ExperimentAccessControlRequest(
            group_name="users",
            permission_level=ml.ExperimentPermissionLevel.CAN_EDIT)])
    got = w.experiments.get_permissions(experiment).access_control_list
    direct = [a.group_name for a in got
              if not a.all_permissions[0].inherited]
    t.that(direct == ["users"], "a put replaces the direct ones")
    t.refused(errors.BadRequest,
              lambda: w.permissions.set(
                  "experiments", experiment, access_control_list=[
                      iam.AccessControlRequest(
                          user_name="nobody@example.com",
                          permission_level=iam.PermissionLevel.CAN_READ)]),
              "an unknown principal is refused")
    levels = w.experiments.get_permission_levels(experiment)
    t.that(len(levels.permission_levels) == 3, "there are three levels")


def instance_profiles(w, t):
    arn = "arn:aws:iam::123456789012:instance-profile/sdk-" + t.profile
    w.instance_profiles.add(arn, skip_validation=True)
    t.that(arn in [p.instance_profile_arn for p in w.instance_profiles.list()],
           "an instance profile is added")
    w.instance_profiles.remove(arn)
    t.that(arn not in [p.instance_profile_arn
                       for p in w.instance_profiles.list()], "and removed")


def clusters(w, t):
    made = w.clusters.create(
        cluster_name="sdk " + t.profile, num_workers=1,
        spark_version=w.clusters.select_spark_version(long_term_support=True),
        node_type_id=w.clusters.select_node_type())
    number = made.response.cluster_id
    t.that(w.clusters.get(number).state == compute.State.PENDING,
           "a cluster is created, and starts")
    t.that([c.cluster_id for c in w.clusters.list(page_size=3)
            if c.cluster_name == "sdk " + t.profile] == [number],
           "pages of a list show it once")
    w.clusters.pin(number)
    t.that(number in [c.cluster_id for c in w.clusters.list(
        filter_by=compute.ListClustersFilterBy(is_pinned=True))],
           "it is pinned, and a filter finds it")
    t.refused(errors.BadRequest, lambda: w.clusters.permanent_delete(number),
              "a pinned cluster is not deleted")
    w.libraries.install(number, [compute.Library(
        pypi=compute.PythonPyPiLibrary(package="simplejson"))])
    t.that([one.library.pypi.package
            for one in w.libraries.cluster_status(number)] == ["simplejson"],
           "it gets a library")
    w.clusters.delete(number)
    w.clusters.unpin(number)
    w.clusters.permanent_delete(number)
    t.refused(errors.ResourceDoesNotExist, lambda: w.clusters.get(number),
              "deleted for good it is gone")


def files(w, t):
    path = "/Shared/sdk %s.bin" % t.profile
    # over the 10 MiB of other imports, with every byte and no period of a page
    data = b"".join(bytes(range(256)) + b"%d\r\n--" % n
                    for n in range(43000))
    t.that(len(data) > 10485760, "a file over 10 MiB is made")
    raw = workspace.ImportFormat.RAW
    w.workspace.upload(path, io.BytesIO(data), format=raw)
    status = w.workspace.get_status(path)
    t.that(status.object_type == workspace.ObjectType.FILE
           and status.size == len(data), "it is uploaded")
    t.that(w.workspace.download(path).read() == data, "and downloaded")
    t.refused(errors.ResourceAlreadyExists,
              lambda: w.workspace.upload(path, b"1", format=raw),
              "its place is taken")
    w.workspace.upload(path, data[:-1], format=raw, overwrite=True)
    with w.workspace.download(path, format=workspace.ExportFormat.AUTO) as f:
        t.that(f.read() == data[:-1], "it is overwritten")
    t.that(w.workspace.get_status(path).object_id == status.object_id,
           "and keeps its number")
    t.refused(errors.BadRequest,
              lambda: w.workspace.upload(path + ".py", data),
              "a notebook is not as large")
    w.workspace.upload(path + ".py", b"print(1)")
    t.that(b"print(1)" in w.workspace.download(path + ".py").read(),
           "a small one is uploaded as source")
    for one in (path, path + ".py"):
        w.workspace.delete(one)
    t.refused(errors.NotFound, lambda: w.workspace.download(path),
              "both are deleted")


def main():
    for profile in sys.argv[1:]:
        t = Checks(profile)
        w = WorkspaceClient(profile=profile)
        me = w.current_user.me()
        t.that(any(g.display == "admins" for g in me.groups),
               "signed in as one of admins")
        t.that(w.get_workspace_id() > 0, "the workspace has a number")
        for part in (users, groups, service_principals, experiments,
                     instance_profiles, clusters, files):
            part(w, t)
    expired = Checks("expired")
    expired.refused(
        errors.PermissionDenied,
        lambda: WorkspaceClient(profile="sim-expired").current_user.me(),
        "a token that has expired is refused")


main()

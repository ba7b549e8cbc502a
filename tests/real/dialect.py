# SPDX-License-Identifier: Apache-2.0
"""MLflow's own client, unmodified, against a simulated workspace.

Prints one 'ok TEXT' or 'not ok TEXT' a line; dialect.sh makes TAP of it.
"""

import mlflow
from mlflow import MlflowClient
from mlflow.entities import ViewType


def that(held, text):
    print("%s %s" % ("ok" if held else "not ok", text), flush=True)


def main():
    client = MlflowClient("databricks")
    made = client.create_experiment("/Shared/by mlflow", tags={"a": "1"})
    got = client.get_experiment(made)
    that(got.name == "/Shared/by mlflow" and got.tags["a"] == "1",
         "an experiment is created")
    that("mlflow.ownerEmail" in got.tags, "with the tags of the service")
    try:
        client.create_experiment("/Shared/by mlflow")
        that(False, "its name is taken")
    except mlflow.exceptions.MlflowException as error:
        that(error.error_code == "RESOURCE_ALREADY_EXISTS",
             "its name is taken")
    client.set_experiment_tag(made, "b", "2\n\u202e")
    that(client.get_experiment_by_name("/Shared/by mlflow").tags["b"]
         == "2\n\u202e", "a tag is set")
    client.rename_experiment(made, "/Shared/renamed")
    that(client.get_experiment_by_name("/Shared/by mlflow") is None,
         "a rename frees the name")
    client.delete_experiment(made)
    that(client.get_experiment(made).lifecycle_stage == "deleted",
         "it is deleted")
    client.restore_experiment(made)
    that(client.get_experiment(made).lifecycle_stage == "active",
         "and restored")
    seen, token = set(), None
    while True:
        page = client.search_experiments(ViewType.ALL, max_results=7,
                                         page_token=token)
        seen.update(e.experiment_id for e in page)
        token = page.token
        if not token:
            break
    that(len(seen) == 31, "pages of seven show each of 31")
    found = client.search_experiments(
        filter_string="name LIKE '/Shared/re%' AND tags.a = '1'",
        order_by=["name ASC"])
    that([e.experiment_id for e in found] == [made], "a search finds it")


main()

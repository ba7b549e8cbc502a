# SPDX-License-Identifier: Apache-2.0
"""What MLflow servers hold, as MLflow's own client reads it.

    mlflow-read.py URL FILE [URL FILE]...

Writes one line for each experiment that is not deleted, sorted: its name and
tags as JSON.
"""

import json
import sys

from mlflow import MlflowClient


def experiments(client):
    token = None
    while True:
        page = client.search_experiments(max_results=100, page_token=token)
        yield from page
        token = page.token
        if not token:
            return


if __name__ == "__main__":
    for url, name in zip(sys.argv[1::2], sys.argv[2::2]):
        lines = sorted(
            json.dumps({"name": e.name, "tags": e.tags}, sort_keys=True)
            for e in experiments(MlflowClient(tracking_uri=url)))
        with open(name, "w", encoding="ascii") as file:
            file.write("".join(line + "\n" for line in lines))

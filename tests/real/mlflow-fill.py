# SPDX-License-Identifier: Apache-2.0
"""Fill an MLflow server through MLflow's own client.

    mlflow-fill.py SOURCE-URL TARGET-URL

The source gets 300 experiments that are to be moved and two more that are
deleted, the target what is there already: two of the same names, and others.
"""

import sys

from mlflow import MlflowClient

N = 300

# Names that somebody types sooner or later.
ODD = [
    "with \"quotes\" and 'apostrophes'",
    "back\\slash and \\n, which is no newline",
    "two\nlines\tand a tab",
    "Größe, naïve, Ωmega, 実験, опыт",
    "smile \U0001f600 and a flag \U0001f1e9\U0001f1ea",
    "e\u0301 is not \u00e9",
    "\u00e9 is not e\u0301",
    "right to left \u202e txt.exe",
    " spaces at both ends ",
    "100% {id} ${id} ${*} %2F %s %n",
    "?page_token=x&a=b#fragment",
    "/Users/ana@example.com/churn",
    "/Shared/deep/er/and/deeper",
    "Same Name In Another Case",
    "same name in another case",
    "null", "true", "0", "1e400", "-",
    "../../etc/passwd",
    "<b>not</b> &amp; html",
    "long " + "x" * 400,
]


def tags_of(i):
    tags = {"number": str(i), "team": "t%d" % (i % 7)}
    if i % 10 == 1:
        tags["mlflow.note.content"] = "line 1\nline 2: \"%d\" \\ ü \U0001f600" % i
    if i % 30 == 2:
        # More than a create takes.
        tags.update({"many/%02d" % k: "v%d" % k for k in range(25 + i % 20)})
    if i % 10 == 3:
        tags["empty"] = ""
        tags["long"] = "y" * 4900
        tags["looks.like_json"] = '{"a": [1, null, "\\u0000"]}'
    return tags


def source(client):
    names = ODD + ["experiment %03d" % i for i in range(len(ODD), N - 2)]
    names += ["in both, the same", "in both, another"]
    for i, name in enumerate(names):
        client.create_experiment(name, tags=tags_of(i))
    for name in ("gone", "gone in the source, there in the target"):
        client.delete_experiment(client.create_experiment(name))


def target(client):
    client.create_experiment("in both, the same", tags=tags_of(N - 2))
    client.create_experiment("in both, another", tags={"team": "others"})
    client.create_experiment("only in the target", tags={"team": "others"})
    client.create_experiment("gone in the source, there in the target")


if __name__ == "__main__":
    source(MlflowClient(tracking_uri=sys.argv[1]))
    target(MlflowClient(tracking_uri=sys.argv[2]))

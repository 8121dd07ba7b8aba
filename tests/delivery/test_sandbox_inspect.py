"""The inventory as table, tree and JSON."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table
from rich.tree import Tree

from delivery import sandbox_inspect
from sandbox.clouds.inventory import Inventory, Thing
from sandbox.clouds.registry import Image

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
PROJECT, TOPIC = ("project", "acme"), ("gcp:pubsub/topic:Topic", "projects/acme/topics/news")
FOUND = Inventory(
    NOW,
    (
        Thing(*TOPIC, "dev", "news", NOW, (PROJECT,)),
        Thing("gcp:x:Member", f"{TOPIC[1]}/roles/pubsub.publisher/user:[a]", "dev", "news-a", NOW, (PROJECT, TOPIC)),
        Thing("kubernetes:core/v1:Pod", "web/[b]", "", "", NOW, (PROJECT, ("gcp:x:Cluster", "c"))),
    ),
    (Image("pkg.dev/acme/api", "sha256:1", True), Image("pkg.dev/acme/api", "sha256:2", False, "--x=[c]")),
)


def shown(what: Table | Tree) -> list[str]:
    stream = io.StringIO()
    Console(file=stream, width=200).print(what)
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_as_tree() -> None:
    assert shown(sandbox_inspect.tree(FOUND)) == [
        "sandbox",
        "├── project acme",
        "│   ├── Topic news",
        "│   │   └── Member news-a",
        "│   └── Cluster c",
        "│       └── Pod [b]",
        "└── images",
        "    ├── pkg.dev/acme/api@sha256:1, which crashes",
        "    └── pkg.dev/acme/api@sha256:2, which crashes with --x=[c]",
    ]


def test_as_table() -> None:
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in shown(sandbox_inspect.table(FOUND))]
    assert rows[0] == ["3 things exist"]
    assert ["gcp:pubsub/topic:Topic", "dev", "news", "2026-01-31 12:00", "projects/acme/topics/news"] in rows
    assert ["kubernetes:core/v1:Pod", "", "", "2026-01-31 12:00", "web/[b]"] in rows
    assert ["image", "", "crashes", "", "pkg.dev/acme/api@sha256:1"] in rows
    assert ["image", "", "crashes with --x=[c]", "", "pkg.dev/acme/api@sha256:2"] in rows


def test_as_json() -> None:
    document = json.loads(json.dumps(sandbox_inspect.as_json(FOUND)))
    assert (document["now"], len(document["things"])) == ("2026-01-31T12:00:00+00:00", 3)
    assert document["things"][0] == {
        "type": TOPIC[0],
        "id": TOPIC[1],
        "stack": "dev",
        "name": "news",
        "created": "2026-01-31T12:00:00+00:00",
        "path": [["project", "acme"]],
    }
    assert [(it["digest"], it["crash"], it["crash_with"]) for it in document["images"]] == [
        ("sha256:1", True, ""),
        ("sha256:2", False, "--x=[c]"),
    ]

"""Every emulated type has its figures, and every figure its source."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import median

import yaml

from sandbox.clouds import latency
from sandbox.clouds.gcp.catalogue import TYPES
from sandbox.clouds.github.catalogue import TYPES as GITHUB
from sandbox.clouds.kubernetes.kinds import KINDS

PROGRAM = Path(__file__).parents[3]


def test_every_emulated_type_has_a_row_for_every_operation_and_no_other() -> None:
    expected = {(token, operation) for token in [*TYPES, *GITHUB, *KINDS, "*"] for operation in latency.OPERATIONS}

    assert set(latency.table()) == expected


def test_every_row_says_where_its_figure_stands_or_that_it_is_an_estimate_and_why() -> None:
    for row in latency.table().values():
        assert bool(row.source) != bool(row.estimate), row
        assert len(row.source or row.estimate) >= 10, row
        assert not row.source or re.match(r"https://|\w+\.go: ", row.source), row
        assert row.seconds >= 0, row
        assert not row.measured or row.source.startswith("https://"), row
        assert not row.measured or row.seconds == round(median(row.measured)), row


def test_what_takes_longest_was_measured() -> None:
    """The links of the longest chains that the cloud forces: estimates of them would be guesses of everything."""
    chains = yaml.safe_load((PROGRAM / "bench" / "chains.yaml").read_text())
    links = {link["type"] for name in ("database", "cluster") for link in chains[name]["links"]}

    assert [link for link in sorted(links) if not latency.table()[link, "create"].measured] == []


def test_no_row_stands_twice() -> None:
    assert len(yaml.safe_load(latency._TABLE.read_text())) == len(latency.table())


def test_what_the_cloud_has_no_part_in_takes_no_time() -> None:
    assert latency.seconds("pulumi:providers:gcp", "create") == 0
    assert latency.seconds("slipway:index:Network", "create") == 0
    assert latency.seconds("gcp:container/cluster:Cluster", "read") == 0
    assert latency.seconds("gcp:container/cluster:Cluster", "create") > 60
    assert latency.seconds("gcp:bigquery/dataset:Dataset", "create") == latency.table()["*", "create"].seconds

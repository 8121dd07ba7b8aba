"""The dashboard of an environment."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi import Output, ResourceOptions
from pulumi_gcp import monitoring

from components.alerts import Alert

COLUMNS, WIDTH, HEIGHT = 48, 16, 16
"""Of the mosaic: three charts a row. https://cloud.google.com/monitoring/dashboards/api-dashboard#layouts"""


@dataclass(frozen=True, kw_only=True)
class DashboardArgs:
    """`charts` are drawn with their limits."""

    title: str
    charts: Sequence[Alert]


class Dashboard(pulumi.ComponentResource):
    """One chart for each thing that the environment is watched for, whether or not anybody is told."""

    id: Output[str]

    def __init__(self, name: str, args: DashboardArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Dashboard", name, None, opts)

        board = monitoring.Dashboard(
            name, dashboard_json=document(args.title, args.charts), opts=ResourceOptions(parent=self)
        )

        self.id = board.id
        self.register_outputs({"id": self.id})


def document(title: str, charts: Sequence[Alert]) -> str:
    """The dashboard as JSON."""
    tiles = [
        {
            "xPos": position % (COLUMNS // WIDTH) * WIDTH,
            "yPos": position // (COLUMNS // WIDTH) * HEIGHT,
            "width": WIDTH,
            "height": HEIGHT,
            "widget": _chart(alert),
        }
        for position, alert in enumerate(charts)
    ]
    return json.dumps({"displayName": title, "mosaicLayout": {"columns": COLUMNS, "tiles": tiles}}, sort_keys=True)


def _chart(alert: Alert) -> dict[str, Any]:
    return {
        "title": alert.title,
        "xyChart": {
            "dataSets": [{"timeSeriesQuery": {"prometheusQuery": alert.expression}, "plotType": "LINE"}],
            "thresholds": [{"value": alert.limit}],
        },
    }

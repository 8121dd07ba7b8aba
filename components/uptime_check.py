"""Looking at a host from outside, as everybody sees it."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import monitoring


@dataclass(frozen=True, kw_only=True)
class UptimeCheckArgs:
    """`host` is a name that the certificate must be good for."""

    project: Input[str]
    host: Input[str]


class UptimeCheck(pulumi.ComponentResource):
    """HTTPS every five minutes from several continents. Any answer will do: it is the certificate that is looked at."""

    id: Output[str]

    def __init__(self, name: str, args: UptimeCheckArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:UptimeCheck", name, None, opts)

        check = monitoring.UptimeCheckConfig(
            name,
            display_name=args.host,
            period="300s",
            timeout="10s",
            http_check={
                "path": "/",
                "port": 443,
                "use_ssl": True,
                "validate_ssl": True,
                "accepted_response_status_codes": [{"status_class": "STATUS_CLASS_ANY"}],
            },
            monitored_resource={"type": "uptime_url", "labels": {"project_id": args.project, "host": args.host}},
            opts=ResourceOptions(parent=self),
        )

        self.id = check.id
        self.register_outputs({"id": self.id})

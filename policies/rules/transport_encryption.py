"""Nothing goes over a network in clear."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.resource import Resource
from policies.rule import Rule
from policies.settings import Settings

MODES = ("ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED")


def check(resource: Resource, settings: Settings) -> Iterator[str]:
    """Databases, caches, and what clients speak with the gateway."""
    match resource.kind:
        case "DatabaseInstance":
            if not resource.is_("settings.ipConfiguration.sslMode", *MODES):
                yield "it takes connections in clear"
        case "Instance":
            if not resource.is_("transitEncryptionMode", "SERVER_AUTHENTICATION"):
                yield "it takes connections in clear"
            if not resource.is_("authEnabled", True):
                yield "it asks for no password"
        case "SSLPolicy":
            if not resource.is_("minTlsVersion", "TLS_1_2", "TLS_1_3"):
                yield "it speaks TLS before 1.2"
        case _:
            if not resource.is_("dnssecConfig.state", "on") and resource.is_("visibility", "public", None):
                yield "what it answers is not signed"


RULE = Rule(
    id="transport-encryption",
    title="Databases and caches take encrypted connections only, clients speak TLS 1.2 and more, public zones are signed",
    why="Within a network too there are others; and what DNS answers decides who is spoken with.",
    remedy="Set sslMode to ENCRYPTED_ONLY, transitEncryptionMode to SERVER_AUTHENTICATION with authEnabled, minTlsVersion to "
    "TLS_1_2, dnssecConfig.state to on",
    types=re.compile(
        r"gcp:sql/databaseInstance:DatabaseInstance|gcp:redis/instance:Instance|gcp:compute/sSLPolicy:SSLPolicy"
        r"|gcp:dns/managedZone:ManagedZone"
    ),
    check=check,
)

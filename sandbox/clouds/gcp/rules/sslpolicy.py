"""Rules of SSL policies of load balancers."""

from __future__ import annotations

from sandbox.clouds.gcp.resource import Rule, Table
from sandbox.clouds.gcp.rules.patterns import GCE_NAME

SSL_POLICY = Table(
    source="compute/resource_compute_ssl_policy.go",
    properties={
        "customFeatures": Rule(unordered=True),
        "deletionPolicy": Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON")),
        "description": Rule(replace=True),
        "minTlsVersion": Rule(default="TLS_1_0", values=("TLS_1_0", "TLS_1_1", "TLS_1_2", "TLS_1_3")),
        "name": Rule(replace=True, pattern=GCE_NAME),
        "postQuantumKeyExchange": Rule(values=("DEFAULT", "ENABLED", "DEFERRED")),
        "profile": Rule(default="COMPATIBLE", values=("COMPATIBLE", "MODERN", "RESTRICTED", "CUSTOM", "FIPS_202205")),
        "project": Rule(replace=True, kept=True),
    },
)

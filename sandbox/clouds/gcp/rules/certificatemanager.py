"""Rules of Certificate Manager."""

from __future__ import annotations

from sandbox.clouds.gcp.resource import Rule, Rules, Table

# As the provider describes `name`: 1 to 64 characters, the first a letter.
_NAME = Rule(replace=True, pattern="[A-Za-z][A-Za-z0-9_-]{0,63}")
_COMMON: Rules = {
    "deletionPolicy": Rule(kept=True, values=("DELETE", "PREVENT", "ABANDON")),
    "name": _NAME,
    "project": Rule(replace=True, kept=True),
}

DNS_AUTHORIZATION = Table(
    source="certificatemanager/resource_certificate_manager_dns_authorization.go",
    properties={
        **_COMMON,
        # The API wants the domain itself, for which the wildcard counts too.
        "domain": Rule(replace=True, pattern=r"(?!\*\.)[a-z0-9-]+(?:\.[a-z0-9-]+)+"),
        "location": Rule(replace=True, default="global"),
        "type": Rule(replace=True, kept=True, values=("FIXED_RECORD", "PER_PROJECT_RECORD")),
    },
)

CERTIFICATE = Table(
    source="certificatemanager/resource_certificate_manager_certificate.go",
    properties={
        **_COMMON,
        "location": Rule(replace=True, default="global"),
        "managed": Rule(replace=True),
        "managed.dnsAuthorizations": Rule(replace=True, link=True),
        "managed.domains": Rule(replace=True),
        "managed.issuanceConfig": Rule(replace=True, link=True),
        # The provider has no validation; the API's enumeration: projects.locations.certificates, Scope.
        "scope": Rule(replace=True, default="DEFAULT", values=("DEFAULT", "EDGE_CACHE", "ALL_REGIONS", "CLIENT_AUTH")),
    },
    one_of=(
        ("managed", "selfManaged"),
        ("selfManaged.certificatePem", "selfManaged.pemCertificate"),
        ("selfManaged.pemPrivateKey", "selfManaged.privateKeyPem"),
    ),
)

CERTIFICATE_MAP = Table(
    source="certificatemanager/resource_certificate_manager_certificate_map.go",
    properties=_COMMON,
)

CERTIFICATE_MAP_ENTRY = Table(
    source="certificatemanager/resource_certificate_manager_certificate_map_entry.go",
    properties={
        **_COMMON,
        "certificates": Rule(link=True),
        "hostname": Rule(replace=True, pattern=r"(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+"),
        "map": Rule(replace=True, link=True),
        "matcher": Rule(replace=True, values=("PRIMARY",)),
    },
    one_of=(("hostname", "matcher"),),
)

"""Certificate Manager: authorizations by DNS, managed certificates, and the maps that a load balancer reads.

A managed certificate is issued once every domain's authorization has its record in a zone of Cloud DNS, in whatever
project; the real one takes minutes more, which neither it nor Pulumi waits for. Not emulated: private authorities,
self-managed certificates' contents, renewal, resolvers outside Cloud DNS.
"""

from __future__ import annotations

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.dns import RECORD_SET
from sandbox.clouds.gcp.identity import listed
from sandbox.clouds.gcp.links import last
from sandbox.clouds.gcp.resource import AutoName, Draft, Parent, Properties, ResourceType, User
from sandbox.clouds.gcp.rules import certificatemanager as rules
from sandbox.clouds.protocol import CloudError, Reason
from sandbox.clouds.world import Entity, Snapshot
from sandbox.values import is_unknown

AUTHORIZATION_TYPE = "gcp:certificatemanager/dnsAuthorization:DnsAuthorization"
CERTIFICATE_TYPE = "gcp:certificatemanager/certificate:Certificate"
MAP_TYPE = "gcp:certificatemanager/certificateMap:CertificateMap"


def _authorization(draft: Draft) -> Properties:
    """The record to make: https://cloud.google.com/certificate-manager/docs/dns-authorizations"""
    domain, key = str(draft.inputs["domain"]), values.hexadecimal(draft.unique, 32)
    letter = "0123456789abcdef".index(key[0]) % 10
    return {
        "type": draft.get("type", "FIXED_RECORD"),
        "dnsResourceRecords": [
            {
                "name": f"_acme-challenge.{domain}.",
                "type": "CNAME",
                "data": f"{values.identifier(key)}.{letter}.authorize.certificatemanager.goog.",
            }
        ],
    }


def authorized(tx: Snapshot, authorization: Properties) -> bool:
    """Whether the record that the authorization asks for is in a zone."""
    return any(
        all(record.outputs.get(key) == wanted.get(key) for key in ("name", "type"))
        and wanted.get("data") in listed(record.outputs, "rrdatas")
        for wanted in listed(authorization, "dnsResourceRecords")
        for record in tx.list("gcp", RECORD_SET.token)
    )


def _managed(draft: Draft) -> Properties:
    managed = draft.inputs.get("managed")
    if not isinstance(managed, dict):
        return {"sanDnsnames": []}
    domains = listed(managed, "domains")
    found = {str(each.outputs["domain"]): each.outputs for each in _authorizations(draft)}
    states = {
        domain: authorized(draft.tx, found[domain.removeprefix("*.")]) if domain.removeprefix("*.") in found else False
        for domain in domains
    }
    attempts = [
        {"domain": domain, "state": "AUTHORIZED"}
        if good
        else {"domain": domain, "state": "FAILED", "failureReason": "CONFIG", "details": "No CNAME record was found."}
        for domain, good in states.items()
    ]
    issued = bool(states) and all(states.values())
    given = {key: value for key, value in managed.items() if key != "__defaults"}
    return {
        "managed": {
            **given,
            "state": "ACTIVE" if issued else "PROVISIONING",
            "authorizationAttemptInfos": attempts,
            "provisioningIssues": [] if issued else [{"reason": "AUTHORIZATION_ISSUE", "details": ""}],
        },
        "sanDnsnames": domains,
    }


def _authorizations(draft: Draft) -> list[Entity]:
    """Those that the certificate names, as far as they are there."""
    prefix = f"projects/{draft.project}/locations/{draft.location}/dnsAuthorizations/"
    names = [prefix + last(str(name)) for name in listed(draft.inputs, "managed.dnsAuthorizations")]
    return [entity for name in names if (entity := draft.tx.get("gcp", AUTHORIZATION_TYPE, name))]


def _certificate_check(inputs: Properties) -> list[tuple[str, str]]:
    """a managed certificate has 1 to 100 domains; wildcards need an authorization by DNS"""
    managed = inputs.get("managed")
    if not isinstance(managed, dict) or is_unknown(managed.get("domains")):
        return []
    domains = listed(managed, "domains")
    if not 1 <= len(domains) <= 100:
        return [("managed.domains", f"a managed certificate has 1 to 100 domains, not {len(domains)}")]
    wild = [domain for domain in domains if isinstance(domain, str) and domain.startswith("*.")]
    if wild and not managed.get("dnsAuthorizations") and not managed.get("issuanceConfig"):
        return [("managed.dnsAuthorizations", f"needed for the wildcard {wild[0]}")]
    return []


def _certificate_admit(draft: Draft) -> None:
    """an authorization that it names is for none of its domains"""
    domains = {str(domain).removeprefix("*.") for domain in listed(draft.inputs, "managed.domains")}
    for authorization in _authorizations(draft):
        if authorization.outputs["domain"] not in domains:
            raise CloudError(
                Reason.INVALID,
                f"managed.dnsAuthorizations: '{authorization.id}' is for {authorization.outputs['domain']}, which is no "
                "domain of this certificate",
            )


def _timed(draft: Draft) -> Properties:
    made = values.timestamp(draft.created)
    return {"createTime": made, "updateTime": made}


def _entry(draft: Draft) -> Properties:
    return {**_timed(draft), "state": "ACTIVE"}


def _map(draft: Draft) -> Properties:
    return {**_timed(draft), "gclbTargets": []}


DNS_AUTHORIZATION = ResourceType(
    token=AUTHORIZATION_TYPE,
    table=rules.DNS_AUTHORIZATION,
    identity="projects/{project}/locations/{location}/dnsAuthorizations/{name}",
    autoname=AutoName(),
    labels="labels",
    used_by=(User(CERTIFICATE_TYPE, "managed.dnsAuthorizations"),),
    computed=("type", "dnsResourceRecords"),
    outputs=_authorization,
)
CERTIFICATE = ResourceType(
    token=CERTIFICATE_TYPE,
    table=rules.CERTIFICATE,
    identity="projects/{project}/locations/{location}/certificates/{name}",
    autoname=AutoName(),
    labels="labels",
    parents=(
        Parent(
            "managed.dnsAuthorizations",
            AUTHORIZATION_TYPE,
            "projects/{project}/locations/{location}/dnsAuthorizations/{value}",
        ),
    ),
    used_by=(User("gcp:certificatemanager/certificateMapEntry:CertificateMapEntry", "certificates"),),
    computed=("sanDnsnames",),
    outputs=_managed,
    check=_certificate_check,
    admit=_certificate_admit,
)
CERTIFICATE_MAP = ResourceType(
    token=MAP_TYPE,
    table=rules.CERTIFICATE_MAP,
    identity="projects/{project}/locations/global/certificateMaps/{name}",
    autoname=AutoName(),
    labels="labels",
    computed=("createTime", "updateTime", "gclbTargets"),
    outputs=_map,
)
CERTIFICATE_MAP_ENTRY = ResourceType(
    token="gcp:certificatemanager/certificateMapEntry:CertificateMapEntry",
    table=rules.CERTIFICATE_MAP_ENTRY,
    identity="projects/{project}/locations/global/certificateMaps/{map_name}/certificateMapEntries/{name}",
    autoname=AutoName(),
    labels="labels",
    parents=(
        Parent("certificates", CERTIFICATE_TYPE, "projects/{project}/locations/global/certificates/{value}"),
        Parent("map", MAP_TYPE, "projects/{project}/locations/global/certificateMaps/{value}", owns=True),
    ),
    computed=("createTime", "updateTime", "state"),
    outputs=_entry,
)
TYPES = (DNS_AUTHORIZATION, CERTIFICATE, CERTIFICATE_MAP, CERTIFICATE_MAP_ENTRY)

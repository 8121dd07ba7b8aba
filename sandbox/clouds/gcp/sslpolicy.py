"""SSL policies of load balancers: which versions of TLS and which ciphers clients may use. Nobody connects."""

from __future__ import annotations

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.compute import URL
from sandbox.clouds.gcp.resource import AutoName, Draft, Properties, ResourceType
from sandbox.clouds.gcp.rules import sslpolicy as rules


def _policy(draft: Draft) -> Properties:
    return {
        "selfLink": URL + draft.id,
        "creationTimestamp": values.timestamp(draft.created),
        "fingerprint": values.etag(draft.unique),
        # Which ciphers a profile stands for is Google's to say and to change; those that were asked for are.
        "enabledFeatures": draft.inputs.get("customFeatures", []),
    }


def _policy_check(inputs: Properties) -> list[tuple[str, str]]:
    """`customFeatures` with profile CUSTOM and no other; TLS_1_3 needs RESTRICTED, FIPS_202205 needs TLS_1_2"""
    profile, least = inputs.get("profile", "COMPATIBLE"), inputs.get("minTlsVersion", "TLS_1_0")
    found = []
    if (profile == "CUSTOM") is not bool(inputs.get("customFeatures")):
        found.append(("customFeatures", "to be given with the profile CUSTOM, and with no other"))
    if least == "TLS_1_3" and profile != "RESTRICTED":
        found.append(("profile", "must be RESTRICTED for minTlsVersion TLS_1_3"))
    if profile == "FIPS_202205" and least != "TLS_1_2":
        found.append(("minTlsVersion", "must be TLS_1_2 for the profile FIPS_202205"))
    return found


SSL_POLICY = ResourceType(
    token="gcp:compute/sSLPolicy:SSLPolicy",
    table=rules.SSL_POLICY,
    identity="projects/{project}/global/sslPolicies/{name}",
    autoname=AutoName(),
    computed=("selfLink", "creationTimestamp", "fingerprint", "enabledFeatures"),
    outputs=_policy,
    check=_policy_check,
)
TYPES = (SSL_POLICY,)

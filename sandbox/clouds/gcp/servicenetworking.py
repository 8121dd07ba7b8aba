"""Private service access: the peering between a network and Google's services.

Deleted at once when no instance of Cloud SQL or Memorystore uses it; the real one may be held for days after the last instance is gone.
"""

from __future__ import annotations

from urllib.parse import quote

from sandbox.clouds.gcp import values
from sandbox.clouds.gcp.address import GLOBAL_ADDRESS, chosen, kept_back
from sandbox.clouds.gcp.compute import NETWORK_TEMPLATE, NETWORK_TYPE, block_of
from sandbox.clouds.gcp.identity import listed
from sandbox.clouds.gcp.resource import Draft, Parent, Properties, ResourceType, User
from sandbox.clouds.gcp.rules import network as rules

_RANGES = "projects/{project}/global/addresses/{value}"
_ADDRESSED = {
    "gcp:sql/databaseInstance:DatabaseInstance": ("privateIpAddress",),
    "gcp:redis/instance:Instance": ("host", "readEndpoint"),
}
"""Whose addresses those are, and where they stand."""


def _connection(draft: Draft) -> Properties:
    return {
        "peering": str(draft.inputs["service"]).replace(".", "-"),
        "_quoted": draft.before.get("_quoted") or quote(str(draft.inputs["network"]), safe=""),
    }


def service_address(draft: Draft, network: str, unique: str) -> str:
    """An address that one of Google's services gets in what is reserved for them in the network, and no other has."""
    connection = draft.tx.get("gcp", CONNECTION.token, f"{network}:servicenetworking.googleapis.com")
    names = listed(connection.outputs, "reservedPeeringRanges") if connection else []
    found = [
        draft.tx.get("gcp", GLOBAL_ADDRESS.token, _RANGES.format(project=network.split("/")[1], value=name))
        for name in names
    ]
    texts = [f"{each.outputs['address']}/{each.outputs.get('prefixLength')}" for each in found if each]
    blocks = [block for text in texts if (block := block_of(text))]
    if not blocks:
        return values.private_address(unique, "10.200")
    gone = kept_back(blocks[0])
    for type, keys in _ADDRESSED.items():
        gone |= {str(other.outputs.get(key)) for other in draft.tx.list("gcp", type) for key in keys}
    return chosen(unique, blocks[0], gone, f"what is reserved in network '{network}'")


CONNECTION = ResourceType(
    token="gcp:servicenetworking/connection:Connection",
    table=rules.CONNECTION,
    identity="projects/{project}/global/networks/{network_name}:{service}",
    id="{_quoted}:{service}",
    parents=(
        Parent("reservedPeeringRanges", GLOBAL_ADDRESS.token, _RANGES),
        Parent("network", NETWORK_TYPE, NETWORK_TEMPLATE, owns=True),
    ),
    projectless=True,
    computed=("peering",),
    outputs=_connection,
    used_by=(
        User("gcp:sql/databaseInstance:DatabaseInstance", "settings.ipConfiguration.privateNetwork", of="network"),
        User("gcp:redis/instance:Instance", "authorizedNetwork", of="network"),
    ),
)
TYPES = (CONNECTION,)

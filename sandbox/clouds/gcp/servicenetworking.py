"""Private service access: the peering between a network and Google's services.

Deleted at once when no instance of Cloud SQL or Memorystore uses it; the real one may be held for days after the last instance is gone.
"""

from __future__ import annotations

from urllib.parse import quote

from sandbox.clouds.gcp.address import GLOBAL_ADDRESS
from sandbox.clouds.gcp.compute import NETWORK_TEMPLATE, NETWORK_TYPE
from sandbox.clouds.gcp.resource import Draft, Parent, Properties, ResourceType, User
from sandbox.clouds.gcp.rules import network as rules


def _connection(draft: Draft) -> Properties:
    return {
        "peering": str(draft.inputs["service"]).replace(".", "-"),
        "_quoted": draft.before.get("_quoted") or quote(str(draft.inputs["network"]), safe=""),
    }


CONNECTION = ResourceType(
    token="gcp:servicenetworking/connection:Connection",
    table=rules.CONNECTION,
    identity="projects/{project}/global/networks/{network_name}:{service}",
    id="{_quoted}:{service}",
    parents=(
        Parent("reservedPeeringRanges", GLOBAL_ADDRESS.token, "projects/{project}/global/addresses/{value}"),
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

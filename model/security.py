"""Which of the costlier protections an environment has."""

from __future__ import annotations

from pydantic import Field

from model.inert import Inert


class Security(Inert):
    """Protections that cost money or time, each switched on or off by name."""

    customer_keys: bool = Field(
        description="true to encrypt Kubernetes Secrets, disks, databases and buckets with keys of this project's own, "
        "which cost a dollar or less a month each and a grant more to get wrong"
    )
    binary_authorization: bool = Field(
        description="true to let only images run that the pipeline has signed; a break-glass label passes it, on record"
    )

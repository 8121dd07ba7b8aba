"""Graphics processors of a pod, and where it keeps what it loads into them."""

from __future__ import annotations

from pydantic import Field

from model.inert import Inert


class Gpu(Inert):
    """The graphics processors of one pod. A node pool of the environment must have them."""

    type: str = Field(
        pattern=r"^nvidia-[a-z0-9-]+$", description="an accelerator as GKE names it, such as nvidia-tesla-t4"
    )
    count: int = Field(1, ge=1, le=16, description="how many a pod needs")


class Volume(Inert):
    """A disk that each pod gets when it starts and gives back when it ends, such as a cache of models.

    One for each pod, not one for all: a disk that several nodes write is Filestore's, whose smallest is 1 TiB and
    billed whole in every preview, and one that is written on a single node keeps a new pod waiting for the old one. What
    must outlive a pod belongs in a bucket, from which the pod fills its disk.
    """

    path: str = Field(pattern=r"^(/[A-Za-z0-9._-]+)+$", description="where the container sees it, such as /models")
    gb: int = Field(ge=10, le=65536, description="its size in GiB, 10 at least (Persistent Disk's smallest)")


class ScaleOn(Inert):
    """A queue that decides how many pods there are."""

    topic: str = Field(description="a topic from 'topics' that the service subscribes to")
    messages_per_pod: int = Field(
        ge=1, le=100000, description="how many undelivered messages are one pod's work; more of them add pods"
    )

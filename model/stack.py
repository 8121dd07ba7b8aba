"""What every `Pulumi.<stack>.yaml` states."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from model.inert import Inert

ProjectId = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9-]{4,28}[a-z0-9]$", description="a Google Cloud project id, such as acme-dev")
]
ProjectNumber = Annotated[
    str, Field(pattern=r"^[0-9]{4,16}$", description="the project's number, as `gcloud projects describe` prints it")
]
Region = Annotated[str, Field(pattern=r"^[a-z]+-[a-z]+[0-9]+$", description="a region, such as us-west1")]
Registry = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9-]+-docker\.pkg\.dev/[a-z0-9-]+/[a-z0-9-]+$",
        description="the repository that images are pulled from: LOCATION-docker.pkg.dev/PROJECT/REPOSITORY",
    ),
]


class Stack(Inert):
    """What every stack states."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    project: ProjectId
    region: Region
    billing: dict[str, str] = Field(
        default_factory=dict,
        description="what everything of the stack is labelled with that can be, so that the bill tells: a map with owner and "
        "cost-center",
    )
    adopt: dict[str, str] = Field(
        default_factory=dict,
        description="what exists already and is to be imported: a map logical name (or TYPE::NAME) -> id in the cloud",
    )

"""What is asked of every change before it is merged, and what looks for what is dangerous."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from model.inert import Inert

BUILD = "build"
"""The check that all images can be built; other checks may wait for it."""

MINUTES = Annotated[int, Field(ge=1, le=60, description="how long it may take, in minutes, up to 60")]


class Check(Inert):
    """One required check of a pull request: a command in the application repository's folder."""

    image: str = Field(description="what it runs in: a name of the shared stack's 'steps'")
    run: tuple[str, ...] = Field(min_length=1, description="the command with its arguments, such as [make, lint]")
    after: tuple[str, ...] = Field(
        (), description="a list of checks that must have passed before: names of others, or build"
    )
    minutes: MINUTES = 20


class Scanner(Inert):
    """A program that writes its findings as SARIF (https://docs.oasis-open.org/sarif/sarif/v2.1.0/)."""

    image: str = Field(description="what it runs in: a name of the shared stack's 'steps'")
    run: tuple[str, ...] = Field(
        min_length=1,
        description="the command with its arguments; $(SARIF) is the file that it must write, $(IMAGE) the image to look at",
    )
    looks_at: Literal["source", "image"] = Field(
        "source",
        description="source (the repository, in pull requests) or image (each one that was built, before it is signed)",
    )
    deep: bool = Field(False, description="true to run in the weekly deep scan only")
    online: bool = Field(
        False,
        description="true where it needs a database from outside; where that cannot be reached, it says that it was skipped",
    )
    minutes: MINUTES = 10

    @model_validator(mode="after")
    def _writes(self) -> Scanner:
        words = " ".join(self.run)
        if "$(SARIF)" not in words:
            raise ValueError(
                "its command does not say where it writes|Put $(SARIF) where it takes the name of its file"
            )
        if ("$(IMAGE)" in words) != (self.looks_at == "image"):
            raise ValueError("$(IMAGE) goes with looksAt: image, and the other way round|Write both, or none")
        if self.deep and self.looks_at == "image":
            raise ValueError("the deep scan looks at the source|Take out deep, or looksAt: image")
        return self

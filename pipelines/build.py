"""A build of Cloud Build: steps, and what they need. Pure data, from which trigger, YAML, graph and local run come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipelines import durations
from pipelines.durations import Duration
from pipelines.grants import Grant

WORKSPACE = "/workspace"
"""Where every step finds what the steps before it have left: https://docs.cloud.google.com/build/docs/build-config-file-schema#dir"""


@dataclass(frozen=True)
class Volume:
    """A disk that only those steps have which mount it, empty at the build's begin:
    https://docs.cloud.google.com/build/docs/build-config-file-schema#volumes"""

    name: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """One container of a build: a command (`run`) or a script of bash, in an image.

    `after` names the steps that must have succeeded; without any it starts at once. `env` are variables, whose values may
    have substitutions; `secrets` are variables of the build's `secrets`. `grants` is what it may do beyond its container.
    `timeout` is in seconds; without one only the build's counts.
    """

    id: str
    image: str
    run: tuple[str, ...] = ()
    script: str = ""
    after: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    folder: str = ""
    timeout: int | None = None
    grants: frozenset[Grant] = frozenset()
    volumes: tuple[Volume, ...] = ()
    takes: Duration = durations.MOMENT
    program: str = ""
    """What must be installed where its container is not to be had."""
    makes: str = ""
    """The image of the catalogue that it builds or copies, if it does."""


@dataclass(frozen=True, kw_only=True)
class Build:
    """Steps in an order in which each follows what it waits for. `images` are references of step images by name,
    `secrets` maps a variable to the version in Secret Manager, `substitutions` begin with `_`; `timeout` is in seconds."""

    steps: tuple[Step, ...]
    substitutions: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    timeout: int = 3600
    machine: str = "E2_HIGHCPU_8"

    @property
    def grants(self) -> frozenset[Grant]:
        """What all steps together may do."""
        return frozenset(grant for step in self.steps for grant in step.grants)

    def step(self, id_: str) -> Step:
        """The step of this id. Raises KeyError where there is none."""
        return {step.id: step for step in self.steps}[id_]

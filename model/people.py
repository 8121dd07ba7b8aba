"""Who of the team may look into an environment, and how far."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from model import names
from model.inert import Inert

Group = Annotated[str, AfterValidator(names.group)]


class Debuggers(Inert):
    """Who may debug what runs: read logs, open a shell in a pod, forward a port to it."""

    # Empty unless an environment says otherwise: a shell in a pod has all that the pod has.
    debug: tuple[Group, ...] = Field((), description="a list of Google groups that may enter the pods of the services")


class People(Debuggers):
    """The Google groups of the team. None of them may do anything that its environment does not name."""

    security_group: str | None = Field(
        None,
        pattern=r"^gke-security-groups@.+$",
        description="gke-security-groups@DOMAIN, of which each of the groups must be a member: GKE asks for no other "
        "(https://cloud.google.com/kubernetes-engine/docs/how-to/google-groups-rbac)",
    )
    view: tuple[Group, ...] = Field((), description="a list of Google groups that may see everything but secrets")
    break_glass: tuple[Group, ...] = Field(
        (), description="a list of Google groups that may change whatever is in any namespace, secrets included"
    )
    # Off unless an environment says otherwise: it opens the data itself.
    psql: bool = Field(
        False,
        description="true for a proxy through which the groups of debug and breakGlass get to the databases, as their "
        "owners",
    )

    @model_validator(mode="after")
    def _known_to_the_cluster(self) -> People:
        if (self.view or self.debug or self.break_glass) and not self.security_group:
            raise ValueError(
                "the cluster knows groups by securityGroup only, which is missing|Add securityGroup: "
                "gke-security-groups@ and your domain"
            )
        if self.psql and not self.database_groups:
            raise ValueError(
                "psql is on, but neither debug nor breakGlass names a group|Name one, or set psql to false"
            )
        return self

    @property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """Each kind of access and the groups that have it."""
        return {"view": self.view, "debug": self.debug, "break_glass": self.break_glass}

    @property
    def database_groups(self) -> tuple[str, ...]:
        """The groups whose members get to the databases."""
        return tuple(dict.fromkeys((*self.debug, *self.break_glass))) if self.psql else ()

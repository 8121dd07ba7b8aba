"""No key of a service account."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.resource import Resource
from policies.rule import GKE, Rule
from policies.settings import Settings


def check(resource: Resource, settings: Settings) -> Iterator[str]:
    """Whatever it is for."""
    yield "it is a key that works from anywhere until somebody deletes it"


RULE = Rule(
    id="service-account-keys",
    title="Service accounts have no keys",
    why="Pods, builds and people have identities of their own, whose tokens end within the hour; a key ends when it leaks.",
    remedy="Let whoever needs it act as the account: roles/iam.workloadIdentityUser or roles/iam.serviceAccountTokenCreator",
    types=re.compile(r"gcp:serviceaccount/key:Key"),
    check=check,
    numbers={GKE: "5.2.2"},
)

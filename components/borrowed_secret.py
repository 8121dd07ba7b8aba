"""A secret of another stack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions

from components.managed_secret import accessors
from components.usable import usable


@dataclass(frozen=True, kw_only=True)
class BorrowedSecretArgs:
    """`secret` is its id, `projects/P/secrets/S`; `accessors` as for a secret of one's own."""

    secret: Input[str]
    accessors: Mapping[str, Input[str]]


class BorrowedSecret(pulumi.ComponentResource):
    """Grants to read what another stack keeps. Whichever value is the latest there is taken when a pod starts: the owner
    may change it without asking who has borrowed it."""

    version: Output[str]
    """The alias of the latest version: known only once everybody who needs it may read it."""

    def __init__(self, name: str, args: BorrowedSecretArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:BorrowedSecret", name, None, opts)
        secret = Output.from_input(args.secret)
        grants = accessors(name, secret, args.accessors, ResourceOptions(parent=self))
        self.version = usable(secret.apply(lambda id: f"{id}/versions/latest"), grants)
        self.register_outputs({"version": self.version})

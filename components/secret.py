"""A Kubernetes Secret with one entry."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes import core


@dataclass(frozen=True, kw_only=True)
class SecretArgs:
    """`secret` is the physical name, `value` should be a Pulumi secret."""

    namespace: Input[str]
    secret: Input[str]
    key: str
    value: Input[str]


class Secret(pulumi.ComponentResource):
    """A value that pods of the namespace may be given."""

    name: Output[str]

    def __init__(self, name: str, args: SecretArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Secret", name, None, opts)
        secret = core.v1.Secret(
            name,
            metadata={"name": args.secret, "namespace": args.namespace},
            # The API's default, said so that a Secret that exists can be adopted: its type cannot be changed.
            type="Opaque",
            string_data={args.key: args.value},
            opts=ResourceOptions(parent=self),
        )
        self.name = secret.metadata.name
        self.register_outputs({"name": self.name})

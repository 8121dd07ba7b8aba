"""The encryption keys of an environment, in Cloud KMS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import kms

from components.usable import usable

ROTATION = f"{90 * 86400}s"
"""The longest that the CIS benchmarks allow. Older versions stay, so that nothing needs to be encrypted anew."""

ROLE = "roles/cloudkms.cryptoKeyEncrypterDecrypter"


@dataclass(frozen=True, kw_only=True)
class KeysArgs:
    """`users` maps each key to the service agent that encrypts with it. A key is in the region of what it encrypts."""

    location: Input[str]
    users: Mapping[str, Input[str]]
    protect: bool


class Keys(pulumi.ComponentResource):
    """A key ring with one key for each purpose, each open to one service agent and to nobody else.

    A key ring's name is never free again, and a key that is destroyed takes with it what it encrypted, a day to
    thirty later: so both are named by Pulumi and protected where the environment is.
    """

    keys: dict[str, Output[str]]
    """The keys' ids. Usable: each is known only once its agent may use it."""

    def __init__(self, name: str, args: KeysArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:Keys", name, None, opts)
        kept = ResourceOptions(parent=self, protect=args.protect)

        ring = kms.KeyRing(name, location=args.location, opts=kept)
        self.keys = {}
        for key, agent in args.users.items():
            made = kms.CryptoKey(f"{name}-{key}", key_ring=ring.id, rotation_period=ROTATION, opts=kept)
            grant = kms.CryptoKeyIAMMember(
                f"{name}-{key}", crypto_key_id=made.id, role=ROLE, member=agent, opts=ResourceOptions(parent=self)
            )
            self.keys[key] = usable(made.id, [grant])
        self.register_outputs({"keys": self.keys})

"""Which images the clusters of a project run."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import binaryauthorization


@dataclass(frozen=True, kw_only=True)
class ImagePolicyArgs:
    """`attestor` is the full name of who must have signed an image."""

    attestor: Input[str]


class ImagePolicy(pulumi.ComponentResource):
    """The project's Binary Authorization policy: only what the attestor has signed, and what GKE itself needs.

    https://cloud.google.com/binary-authorization/docs/policy-yaml-reference
    """

    id: Output[str]

    def __init__(self, name: str, args: ImagePolicyArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:ImagePolicy", name, None, opts)

        policy = binaryauthorization.Policy(
            name,
            # Google keeps the list of images that GKE's own pods have.
            global_policy_evaluation_mode="ENABLE",
            default_admission_rule={
                "evaluation_mode": "REQUIRE_ATTESTATION",
                "enforcement_mode": "ENFORCED_BLOCK_AND_AUDIT_LOG",
                "require_attestations_bies": [args.attestor],
            },
            opts=ResourceOptions(parent=self),
        )

        self.id = policy.id
        self.register_outputs({"id": self.id})

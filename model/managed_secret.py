"""The secrets of the catalogue."""

from __future__ import annotations

from pydantic import Field

from model.inert import Inert


class ManagedSecret(Inert):
    """Something in Secret Manager that services are given as a file. Its value stands, encrypted, in each environment's
    `slipway:secrets`."""

    purpose: str = Field("", description="a sentence; in the cloud it is the annotation 'purpose'")


class Sealed(Inert):
    """A value that Pulumi has encrypted. What the ciphertext holds, only the engine knows."""

    secure: str = Field(description="the ciphertext that 'pulumi config set --secret' writes")

"""The buckets of the catalogue."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from model.inert import Inert


class Bucket(Inert):
    """A Cloud Storage bucket, and who reads and writes in it.

    Previews use the bucket of their base, each below a prefix of its own; what is there is deleted after 30 days.
    """

    purpose: str = Field("", description="a sentence; in the cloud it is the label 'purpose'")
    writers: tuple[str, ...] = Field((), description="a list of services that make, replace, delete and read objects")
    readers: tuple[str, ...] = Field((), description="a list of services that read objects")
    # What was overwritten or deleted by mistake can be had back; a former version costs as much as the object.
    versioning: bool = Field(True, description="true to keep the former versions of objects")
    former_versions_days: int = Field(
        30, ge=1, le=3650, description="days after which a former version of an object is deleted"
    )
    delete_after_days: int = Field(0, ge=0, le=3650, description="days after which an object is deleted; 0 for never")
    # Also without versions, and after the bucket itself was deleted; 7 days are Google's default.
    soft_delete_days: int = Field(
        7, ge=0, le=90, description="days, 7 to 90, in which whatever was deleted can be restored; 0 for not at all"
    )

    def sizes(self) -> dict[str, Any]:
        """What it keeps, and for how long."""
        return self.model_dump(include={"versioning", "former_versions_days", "delete_after_days", "soft_delete_days"})

    @model_validator(mode="after")
    def _consistent(self) -> Bucket:
        """https://cloud.google.com/storage/docs/soft-delete#considerations"""
        if 0 < self.soft_delete_days < 7:
            raise ValueError(f"softDeleteDays is {self.soft_delete_days}|Write 0, or 7 to 90")
        both = sorted(set(self.writers) & set(self.readers))
        if both:
            raise ValueError(f"'{both[0]}' is a writer and a reader|Take it out of the readers; writers read too")
        if not self.writers and not self.readers:
            raise ValueError("nobody reads or writes in it|Name its writers or readers")
        return self

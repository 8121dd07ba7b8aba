"""Smoke tests: what says of a service that it works, once a new version of it is rolled out."""

from __future__ import annotations

from pydantic import Field

from model.inert import Inert

URL = "SMOKE_URL"
"""Where the service answers."""
DIGEST = "SMOKE_DIGEST"
"""The digest that it runs. It also makes the test another one, which has to run, where the test's own image stays."""
CALLER = "SMOKE_CALLER"
"""The account that a service on Cloud Run is called as, which takes nobody without an identity token."""


class SmokeTest(Inert):
    """A program that calls the service and ends with 0 where it does its work: a Job, run after each rollout of a digest.

    Probes say that a process takes requests; whether its answers are right, only a call can tell.
    """

    image: str | None = Field(
        None, description="the name of an image from 'images' that has the test; without it the service's own"
    )
    args: tuple[str, ...] = Field(
        (),
        description="a list of arguments for the image's entry point; $(NAME) in one stands for SMOKE_URL (where the "
        "service answers), SMOKE_DIGEST (what it runs), SLIPWAY_STACK, or SMOKE_CALLER (whom Cloud Run lets in, where not "
        "everybody may call)",
    )
    timeout_seconds: int = Field(
        120,
        ge=10,
        # Pulumi waits ten minutes for a Job.
        le=540,
        description="the seconds, 10 to 540, after which it has failed: all attempts, and the waits for a node and for the "
        "image",
    )

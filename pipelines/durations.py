"""How long a step takes, and on how many processors, by estimate: for plans of builds and for the bench."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Duration:
    """`seconds` is what a step takes with as many processors as it can use (`cpus`) to itself."""

    seconds: float
    cpus: float
    source: str


PREPARE = Duration(15, 1, "estimate: pulls two small images and starts BuildKit")
# build-worker, the heavier of the two (~5 min), is of a GPU image of 10 GB; build-api is the ordinary one.
IMAGE = Duration(180, 2, "the team's pipeline document: build-api ~2 min and push-api ~1 min")
COPY = Duration(20, 0.5, "estimate: a registry copies blobs by itself, the network is what it waits for")
SCAN = Duration(60, 1, "estimate: a database is loaded once, then each image takes seconds")
CHECK = Duration(120, 2, "the team's pipeline document: test ~2 min, lint ~1 min")
CHECKOUT = Duration(8, 0.5, "estimate")
SLIPWAY = Duration(10, 0.5, "the team's pipeline document: verify-deployment ~10 s")
DEPLOY = Duration(90, 0.5, "the team's pipeline document: deploy-api ~1 min, deploy-k8s-base ~30 s")
SIGN = Duration(15, 0.2, "estimate: one call to Cloud KMS an image")
TAG = Duration(15, 0.2, "estimate: one request to the registry an image and tag")
MOMENT = Duration(2, 0.2, "estimate: nothing but its container")

"""A Cloud Build trigger that builds images, and copies those of third parties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_gcp import cloudbuild

MACHINE_TYPE = "E2_HIGHCPU_8"
TIMEOUT = "3600s"
"""Ten minutes, the default, is too short for seven images on two platforms."""


PREPARE = "prepare"
BUILDER = "slipway"
PREPARATION = (
    "docker run --privileged --rm $_EMULATOR --install all && "
    f"docker buildx create --name {BUILDER} --driver docker-container --bootstrap"
)
"""Cloud Build's workers are amd64 and Docker's own driver builds for one platform only
(https://docs.docker.com/build/building/multi-platform/#prerequisites)."""


@dataclass(frozen=True, kw_only=True)
class ImageBuild:
    """One image: where its Dockerfile is, what the build sees, and for which platforms it is built."""

    dockerfile: str
    context: str
    platforms: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class ImageCopy:
    """A third party's image: its reference, with the registry that it comes from."""

    source: str


@dataclass(frozen=True, kw_only=True)
class BuildTriggerArgs:
    """`source` is a 2nd-generation Cloud Build repository, `service_account` the id of an identity, `builder` an image
    with docker buildx, `emulator` one that installs emulation of other processors. With `event` push, images go to
    `registry`; for a pull request they are built and thrown away."""

    location: Input[str]
    source: Input[str]
    event: Literal["push", "pull_request"]
    branch: str
    builder: Input[str]
    emulator: Input[str]
    service_account: Input[str]
    registry: Input[str]
    images: Mapping[str, ImageBuild | ImageCopy]


class BuildTrigger(pulumi.ComponentResource):
    """Builds or copies every image of the catalogue at once: no image waits for another."""

    trigger_id: Output[str]

    def __init__(self, name: str, args: BuildTriggerArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:BuildTrigger", name, None, opts)
        push = args.event == "push"
        trigger = cloudbuild.Trigger(
            name,
            location=args.location,
            description=f"Builds all images at a {args.event.replace('_', ' ')} on {args.branch}",
            repository_event_config=_event(args),
            service_account=args.service_account,
            build=cloudbuild.TriggerBuildArgs(
                timeout=TIMEOUT,
                options=cloudbuild.TriggerBuildOptionsArgs(machine_type=MACHINE_TYPE, logging="CLOUD_LOGGING_ONLY"),
                substitutions={"_REGISTRY": args.registry, "_EMULATOR": args.emulator},
                steps=[
                    cloudbuild.TriggerBuildStepArgs(
                        id=PREPARE, name=args.builder, entrypoint="bash", args=["-euc", PREPARATION], wait_fors=["-"]
                    ),
                    *(
                        cloudbuild.TriggerBuildStepArgs(
                            id=key,
                            name=args.builder,
                            args=command(key, image, push),
                            wait_fors=[PREPARE] if isinstance(image, ImageBuild) else ["-"],
                        )
                        for key, image in args.images.items()
                    ),
                ],
            ),
            opts=ResourceOptions(parent=self),
        )
        self.trigger_id = trigger.trigger_id
        self.register_outputs({"triggerId": self.trigger_id})


def _event(args: BuildTriggerArgs) -> cloudbuild.TriggerRepositoryEventConfigArgs:
    if args.event == "push":
        return cloudbuild.TriggerRepositoryEventConfigArgs(
            repository=args.source, push=cloudbuild.TriggerRepositoryEventConfigPushArgs(branch=args.branch)
        )
    return cloudbuild.TriggerRepositoryEventConfigArgs(
        repository=args.source,
        pull_request=cloudbuild.TriggerRepositoryEventConfigPullRequestArgs(
            branch=args.branch,
            # A stranger's pull request is built only once somebody of the team has commented /gcbrun.
            comment_control="COMMENTS_ENABLED_FOR_EXTERNAL_CONTRIBUTORS_ONLY",
        ),
    )


def command(name: str, image: ImageBuild | ImageCopy, push: bool) -> list[str]:
    """The arguments of docker for one image. The tag is the 40-character commit: it never moves."""
    return build_command(name, image, push) if isinstance(image, ImageBuild) else copy_command(name, image, push)


def copy_command(name: str, image: ImageCopy, push: bool) -> list[str]:
    """Copies an image with all its platforms, byte for byte, so that it keeps the digest that its publisher gave it.

    Without --prefer-index=false, docker would wrap an image of one platform in an index with a digest of its own:
    https://docs.docker.com/reference/cli/docker/buildx/imagetools/create/
    """
    return [
        "buildx",
        "imagetools",
        "create",
        "--prefer-index=false",
        *([] if push else ["--dry-run"]),
        f"--tag=${{_REGISTRY}}/{name}:$COMMIT_SHA",
        image.source,
    ]


def build_command(name: str, image: ImageBuild, push: bool) -> list[str]:
    """Builds an image for all its platforms."""
    return [
        "buildx",
        "build",
        f"--builder={BUILDER}",
        f"--file={image.dockerfile}",
        f"--platform={','.join(image.platforms)}",
        f"--tag=${{_REGISTRY}}/{name}:$COMMIT_SHA",
        "--push" if push else "--output=type=cacheonly",
        image.context,
    ]

"""The repositories of images, who fills and reads them, and who signs what is in them."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import Output

from components.attestor import AttestorArgs
from components.build_identity import BuildIdentity, BuildIdentityArgs
from components.build_trigger import BuildTrigger, BuildTriggerArgs, ImageBuild, ImageCopy
from components.keys import Keys, KeysArgs
from components.registry import Registry, RegistryArgs
from components.service_agent import ServiceAgent, ServiceAgentArgs
from model import names
from model.catalogue import Catalogue
from model.environment import Shared

ACCOUNTS = {"main": names.BUILD_ACCOUNT, "pull-request": names.CHECK_ACCOUNT}
"""Trigger -> the account that its builds run as."""


def builders(stack: Shared) -> dict[str, BuildIdentity]:
    """Who builds, for each trigger."""
    return {
        key: BuildIdentity(key, BuildIdentityArgs(project=stack.project, account=account))
        for key, account in ACCOUNTS.items()
    }


def registries(stack: Shared, builders: Mapping[str, BuildIdentity]) -> dict[str, Registry]:
    """Releases, which every environment pulls; the builds' cache; images of previews, which go by themselves."""
    repositories, key = stack.repositories, _key(stack)
    main, checks = builders["main"].member, builders["pull-request"].member
    readers = {name: names.project_service_accounts(number) for name, number in stack.readers.items()}
    # Cloud Run pulls as its own agent.
    agents = {f"{name}-agents": names.project_service_agents(number) for name, number in stack.readers.items()}
    args = {
        "registry": RegistryArgs(
            location=stack.region,
            key=key,
            repository_id=repositories.releases,
            protect=stack.deletion_protection,
            immutable_tags=True,
            readers={**readers, **agents},
            writers={"main": main},
        ),
        "registry-cache": RegistryArgs(
            location=stack.region,
            key=key,
            repository_id=repositories.cache,
            keep_days=repositories.cache_days,
            readers={"pull-request": checks},
            writers={"main": main},
        ),
        "registry-previews": RegistryArgs(
            location=stack.region,
            key=key,
            repository_id=repositories.previews,
            keep_days=repositories.preview_days,
            readers={name: readers[name] for name in stack.preview_readers},
            writers={},
        ),
    }
    return {name: Registry(name, each) for name, each in args.items()}


def _key(stack: Shared) -> Output[str] | None:
    """What the repositories are encrypted with; none where Google's own key has to do."""
    agent = ServiceAgent("registry", ServiceAgentArgs(project=stack.project, service="artifactregistry.googleapis.com"))
    users = {"registry": agent.member} if stack.customer_keys else {}
    return Keys("keys", KeysArgs(location=stack.region, users=users, protect=stack.deletion_protection)).keys.get(
        "registry"
    )


def attestor_args(stack: Shared, builders: Mapping[str, BuildIdentity]) -> AttestorArgs:
    """Only builds of main sign, and only environments that ask for signatures may ask for them."""
    return AttestorArgs(
        project=stack.project,
        location=stack.region,
        attestor=names.ATTESTOR,
        protect=stack.deletion_protection,
        signers={"main": builders["main"].member},
        verifiers={name: names.project_service_agents(stack.readers[name]) for name in stack.signed},
    )


def build_triggers(
    stack: Shared, catalogue: Catalogue, builders: Mapping[str, BuildIdentity], releases: Registry
) -> dict[str, BuildTrigger]:
    """A build for each push to main, and for each pull request."""
    images = {
        name: ImageCopy(source=image.mirror)
        if image.mirror
        else ImageBuild(dockerfile=image.dockerfile_of(name), context=image.context, platforms=image.platforms)
        for name, image in catalogue.images.items()
    }
    return {
        key: BuildTrigger(
            key,
            BuildTriggerArgs(
                location=stack.region,
                source=stack.source_repository,
                event="push" if key == "main" else "pull_request",
                branch="^main$",
                builder=stack.builder,
                emulator=stack.emulator,
                service_account=identity.id,
                registry=releases.uri,
                images=images,
            ),
        )
        for key, identity in builders.items()
    }

"""The repositories of images, who fills and reads them, and who signs what is in them."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi import Output

from components.attestor import AttestorArgs
from components.keys import Keys, KeysArgs
from components.registry import Registry, RegistryArgs
from components.service_agent import ServiceAgent, ServiceAgentArgs
from model import names
from model.shared import Shared
from model.step_image import SLIPWAY
from pipelines.grants import Reads, Repository, Signs, Writes
from pipelines.trigger import Trigger
from wiring.pipelines import Identities, holders


def registries(stack: Shared, planned: Mapping[str, Trigger], identities: Identities) -> dict[str, Registry]:
    """Releases, which every environment pulls; the builds' cache; images of previews, which go by themselves."""
    repositories, key = stack.repositories, _key(stack)

    def writers(repository: Repository) -> dict[str, Output[str]]:
        return holders(planned, identities, Writes(repository))

    def reading(repository: Repository) -> dict[str, Output[str]]:
        """Those that only read. An environment may be called like a trigger."""
        writing = writers(repository)
        return {
            f"build-{name}": member
            for name, member in holders(planned, identities, Reads(repository)).items()
            if name not in writing
        }

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
            readers={**readers, **agents, **reading("releases")},
            writers=writers("releases"),
        ),
        "registry-cache": RegistryArgs(
            location=stack.region,
            key=key,
            repository_id=repositories.cache,
            keep_days=repositories.cache_days,
            # What every build runs in is named by digest, however long ago it was made.
            kept=[SLIPWAY],
            readers=reading("cache"),
            writers=writers("cache"),
        ),
        "registry-previews": RegistryArgs(
            location=stack.region,
            key=key,
            repository_id=repositories.previews,
            keep_days=repositories.preview_days,
            readers={name: readers[name] for name in stack.preview_readers},
            writers=writers("previews"),
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


def attestor_args(stack: Shared, planned: Mapping[str, Trigger], identities: Identities) -> AttestorArgs:
    """Only builds that have a step for it sign, and only environments that ask for signatures may ask for them."""
    return AttestorArgs(
        project=stack.project,
        location=stack.region,
        attestor=names.ATTESTOR,
        protect=stack.deletion_protection,
        signers=holders(planned, identities, Signs()),
        verifiers={name: names.project_service_agents(stack.readers[name]) for name in stack.signed},
    )

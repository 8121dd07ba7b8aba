"""What a change of pins comes to: each service, and each job beside them, with the digest that it runs and will run.

Pins are of images. Several services may run one of them, and one service may run several, so that a list of images alone does not
say what changes for whom.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from delivery.facts import short
from delivery.pins import Pins
from model import names
from model.catalogue import Catalogue, load_catalogue
from model.environment import Environment
from model.stacks import load_environment


@dataclass(frozen=True)
class ServiceChange:
    """One image of one service or job. `service` is empty where nothing in the environment runs the image; a digest is None where
    there is no pin. What migrates is named where it will run, with or without a new digest."""

    service: str
    image: str
    before: str | None
    after: str | None

    @property
    def what(self) -> str:
        """Such as `scribe`, or `read (api)` where the image has a name of its own."""
        if self.service == self.image:
            return self.service
        return f"{self.service or 'no service'} ({self.image})"

    @property
    def digests(self) -> str:
        """From one to the other, as people compare them."""
        return f"{short(self.before)} -> {short(self.after)}"

    def as_json(self) -> dict[str, str | None]:
        """As `--json` shows it."""
        return {"service": self.service, "image": self.image, "before": self.before, "after": self.after}


def service_changes(config: Path, stack: str, before: Pins, after: Pins) -> tuple[ServiceChange, ...]:
    """What a move of an environment's pins changes, in the order of the catalogue. Raises ConfigError for a wrong file."""
    loaded = load_environment(stack, config)
    assert isinstance(loaded, Environment)
    return changes(load_catalogue(config), loaded, before, after)


def changes(catalogue: Catalogue, stack: Environment, before: Pins, after: Pins) -> tuple[ServiceChange, ...]:
    """The same of what is read already; pure."""
    pinned = [*before.images, *after.images]
    digests = {image: (before.images.get(image), after.images.get(image)) for image in pinned}
    migrates = after.migrated is not None and after.migrated != before.migrated
    runs = dict.fromkeys(_runs(catalogue, stack, migrates))
    nobodys = sorted(digests.keys() - {image for _, image in runs})
    return tuple(
        ServiceChange(service, image, *digests[image])
        for service, image in [*runs, *(("", image) for image in nobodys)]
        if image in digests and (service == names.MIGRATE or digests[image][0] != digests[image][1])
    )


def described(changed: Sequence[ServiceChange]) -> list[str]:
    """Lines such as `read (api)  1a2b3c4d5e6f -> 9f8e7d6c5b4a`, below each other."""
    width = max((len(each.what) for each in changed), default=0)
    return [f"{each.what:<{width}}  {each.digests}" for each in changed]


def _runs(catalogue: Catalogue, stack: Environment, migrates: bool) -> Iterator[tuple[str, str]]:
    """Who runs which image in an environment: services, then what stands around them."""
    tools, gateway = catalogue.database_tools, catalogue.gateway
    for name, service in catalogue.services.items():
        yield name, service.image
        if tools and service.database_proxy:
            yield name, tools.proxy
        if stack.smoke_tests and service.smoke and service.smoke.image:
            yield names.smoke_test(name), service.smoke.image
    if tools:
        yield names.GRANTS, tools.psql
        yield names.GRANTS, tools.proxy
        if stack.people.database_groups:
            yield names.DATABASE_PROXY, tools.proxy
    if gateway and stack.gateway:
        for kong in names.KONG.values():
            yield kong, gateway.proxy
            yield kong, gateway.controller
    if catalogue.migrations and migrates:
        yield names.MIGRATE, catalogue.migrations.image

"""An environment as it is: what its file pins, what its cluster runs, what its ledger says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from delivery import history
from delivery.desk import Desk
from delivery.guards import short
from delivery.ledger import Entry, Ledger
from delivery.pins import MIGRATED, RELEASE, Pins
from delivery.progress import one_line
from delivery.releases import Releases
from delivery.workloads import Workload, by_image
from model.catalogue import load_catalogue
from model.environment import Environment
from model.errors import ConfigError, Problem
from model.preview import Preview
from model.shared import Shared
from model.stacks import load_environment, stack_file
from model.together import check_together


@dataclass(frozen=True)
class Observed:
    """`running` holds a digest for each image whose Deployments agree on one; `release` is the one with just those."""

    stack: str
    pins: Pins
    services: Mapping[str, str]
    images: Mapping[str, str]
    workloads: Mapping[str, Workload]
    running: Mapping[str, str]
    release: str | None
    unfinished: Entry | None
    by_hand: tuple[str, ...]
    """Images pinned past every guard, since no entry of the ledger tells of them so, and the keys beside them of which that is true."""
    held: Entry | None
    """The hold that nobody has lifted."""
    idle: frozenset[str]
    """Images of the catalogue that no Deployment uses, such as one that only migrates: none of them ever runs."""
    entries: Sequence[Entry]
    """The ledger, read before all else."""
    failure: str
    """Why the deployment that brought what is pinned failed; empty where it did not."""

    @property
    def seen(self) -> str:
        """The hash of the ledger's last entry."""
        return self.entries[-1].hash if self.entries else ""

    @property
    def healthy(self) -> bool | None:
        """Whether every pinned Deployment is there and well; None where nothing was ever released."""
        if not self.pins.images and not self.workloads:
            return None
        expected = {name for name, image in self.images.items() if image in self.pins.images}
        return expected <= set(self.workloads) and all(workload.healthy for workload in self.workloads.values())

    @property
    def remarks_on_pods(self) -> list[str]:
        """Where the cluster differs from the pins, in words."""
        said = [
            f"{name}: {one_line(load.reason) or 'not ready'}"
            for name, load in self.workloads.items()
            if not load.healthy
        ]
        said += [
            f"{image} runs {short(self.running.get(image))}, pinned is {short(digest)}"
            for image, digest in self.pins.images.items()
            if self.running.get(image) != digest and image not in self.idle
        ]
        return said

    @property
    def remarks(self) -> list[str]:
        """Everything that is not as it should be, in words."""
        found = {image: short(digest) for image, digest in self.pins.images.items()} | _beside(self.pins)
        said = [f"{it} is pinned by hand: no entry of the ledger tells of {found[it] or 'none'}" for it in self.by_hand]
        if self.held:
            said.append(f"on hold since {self.held.who} said: {one_line(str(self.held.facts['why']))}")
        if self.unfinished is None:
            if self.failure and not self.held:
                said.append(f"the last deployment failed: {one_line(self.failure)}")
            return self.remarks_on_pods + said
        begun = f"{history.what(self.unfinished)}, begun by {self.unfinished.who}, has not ended"
        return [*self.remarks_on_pods, *said, f"{begun}; if it is not running, repeat it or 'slipway up {self.stack}'"]


def observe(desk: Desk, stack: str, changing: bool = True) -> Observed:
    """Read an environment (or preview) now, `changing` where it is the one that shall change. Raises ConfigError where the
    stack is none."""
    config_dir = desk.place.config
    entries = Ledger(config_dir, stack).entries()
    loaded = workloads_stack(desk, stack)
    catalogue = load_catalogue(config_dir)
    check_together(stack, loaded, catalogue)
    deployments = catalogue.deployments(loaded.collapse)
    image_of = {name: deployment.image for name, deployment in deployments.items()}
    pins = Pins({image: loaded.digest(image) for image in sorted(loaded.pinned)}, loaded.release, loaded.migrated)
    workloads = dict(desk.workloads.running(stack, changing))
    failed = history.last_failure(entries, pins.images)
    running = by_image(workloads.values(), image_of)
    idle = frozenset(catalogue.images) - frozenset(image_of.values())
    return Observed(
        stack=stack,
        pins=pins,
        services={service: name for name, deployment in deployments.items() for service in deployment.ports},
        images=image_of,
        workloads=workloads,
        running=running,
        release=_release(desk, pins, running, idle),
        unfinished=history.last_unfinished(entries),
        by_hand=tuple(_by_hand(entries, pins)) if isinstance(loaded, Environment) else (),
        held=history.hold(entries),
        idle=idle,
        entries=entries,
        failure=str(failed.facts["reason"]) if failed else "",
    )


def workloads_stack(desk: Desk, stack: str) -> Environment | Preview:
    """The config of a stack that runs services. Raises ConfigError for one that does not."""
    return workloads_of(desk.place.config, stack)


def workloads_of(config: Path, stack: str) -> Environment | Preview:
    """The same of a config folder."""
    loaded = load_environment(stack, config)
    if isinstance(loaded, Shared):
        raise ConfigError(
            Problem(stack_file(stack), "slipway:kind", f"'{stack}' runs no services", "Name an environment.")
        )
    return loaded


def _release(desk: Desk, pins: Pins, running: Mapping[str, str], idle: frozenset[str]) -> str | None:
    """The recorded release with just the digests that run: the one that is pinned if it has them, else the newest."""
    same = [release.id for release in Releases(desk.place.config).holding(running, idle)] if running else []
    return pins.release if pins.release in same else same[-1] if same else None


def _by_hand(entries: Sequence[Entry], pins: Pins) -> list[str]:
    """Pinned images, and what is pinned beside them, that no entry of the ledger explains."""
    explained = history.explained(entries)
    images = [
        image for image, digest in pins.images.items() if not any(digest == those.get(image) for those in explained)
    ]
    told = {RELEASE: history.named(entries, "release"), MIGRATED: history.named(entries, "migrated")}
    return images + [key for key, value in _beside(pins).items() if value not in told[key]]


def _beside(pins: Pins) -> dict[str, str | None]:
    return {RELEASE: pins.release, MIGRATED: pins.migrated}

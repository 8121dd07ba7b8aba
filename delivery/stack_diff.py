"""`slipway diff A B`: how two stacks that run the catalogue differ, by what their files say. Pure but for reading them.

Settings are compared as they count, with what a file leaves to its default, so that two files that mean the same do not differ.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from delivery.facts import short
from delivery.observed import workloads_of
from delivery.release_entries import Release
from delivery.releases import Releases
from model.environment import Environment
from model.preview import Preview

PINS = ("images", "release", "migrated")
SEALED = "[secret]"
_ABSENT = object()


@dataclass(frozen=True)
class Difference:
    """`releases` are the recorded ones that are pinned; `images` holds the digests that differ, None for no pin; `settings`
    the values of each differing key, by its path below `slipway:`, without the keys that one side lacks."""

    names: tuple[str, str]
    pinned: tuple[str | None, str | None]
    migrated: tuple[str | None, str | None]
    commits: tuple[str | None, str | None]
    images: Mapping[str, tuple[str | None, str | None]]
    settings: Mapping[str, Mapping[str, Any]]

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints, each pair by the stacks' names; a key that a side lacks is not there."""

        def pair(values: tuple[Any, Any]) -> dict[str, Any]:
            return dict(zip(self.names, values, strict=True))

        return {
            "stacks": list(self.names),
            "release": pair(self.pinned),
            "migrated": pair(self.migrated),
            "commit": pair(self.commits),
            "images": {image: pair(digests) for image, digests in self.images.items()},
            "settings": {key: dict(values) for key, values in self.settings.items()},
        }


def difference(config: Path, before: str, after: str) -> Difference:
    """From one stack to another. Raises ConfigError for one that there is not, or that runs no services."""
    one, other = workloads_of(config, before), workloads_of(config, after)
    recorded = {release.id: release for release in Releases(config).all()}
    pins = [{image: stack.digest(image) for image in stack.pinned} for stack in (one, other)]
    images = {image: (pins[0].get(image), pins[1].get(image)) for image in sorted({*pins[0], *pins[1]})}
    left, right = dict(_settings(one)), dict(_settings(other))
    differing = [key for key in {**left, **right} if left.get(key, _ABSENT) != right.get(key, _ABSENT)]
    return Difference(
        names=(before, after),
        pinned=(one.release, other.release),
        migrated=(one.migrated, other.migrated),
        commits=(_commit(recorded, one.release), _commit(recorded, other.release)),
        images={image: digests for image, digests in images.items() if digests[0] != digests[1]},
        settings={
            key: {name: side[key] for name, side in ((before, left), (after, right)) if key in side}
            for key in sorted(differing)
        },
    )


def table(found: Difference) -> Table:
    """For people: what runs first, then sizes and decisions."""
    grid = Table(title=f"{found.names[0]} and {found.names[1]}", title_justify="left")
    for column in ("what", *found.names):
        grid.add_column(column, overflow="fold")
    for what, values in (("release", found.pinned), ("commit", found.commits), ("migrated", found.migrated)):
        if values[0] != values[1]:
            grid.add_row(what, *(value[:12] if value and what == "commit" else value or "-" for value in values))
    for image, digests in found.images.items():
        grid.add_row(f"image {image}", *(short(digest) if digest else "-" for digest in digests))
    grid.add_section()
    for key, pair in found.settings.items():
        grid.add_row(key, *(_shown(pair[name]) if name in pair else "-" for name in found.names))
    if not grid.row_count:
        grid.add_row("nothing differs", "", "")
    return grid


def _commit(recorded: Mapping[str, Release], release: str | None) -> str | None:
    return recorded[release].commit if release in recorded else None


def _settings(stack: Environment | Preview) -> Iterator[tuple[str, Any]]:
    whole = stack.model_dump(mode="json", by_alias=True, exclude=set(PINS))
    yield from _leaves("", whole)


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Maps are gone through; a list is a value as a whole, since its order may matter."""
    if isinstance(value, dict) and set(value) == {"secure"}:
        yield path, SEALED
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(f"{path}.{key}" if path else key, item)
    elif value is not None:
        yield path, value


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

"""What lies between two releases: commits, digests and migrations."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from delivery import release_migrations
from delivery.guards import short
from delivery.release_entries import Release
from delivery.releases import Releases


@dataclass(frozen=True)
class Difference:
    """`images` are those whose digests differ, None where a release has no such image.

    `gained` are the migrations that a database of `before` lacks for `after`, `lost` those that it has beyond it; `files` the
    files of the gained ones, as far as their releases name them.
    """

    before: Release
    after: Release
    images: Mapping[str, tuple[str | None, str | None]]
    gained: Sequence[tuple[str, str]]
    lost: Sequence[tuple[str, str]]
    files: Sequence[str]

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "before": self.before.id,
            "after": self.after.id,
            "commits": {"before": self.before.commit, "after": self.after.commit},
            "images": {image: {"before": old, "after": new} for image, (old, new) in self.images.items()},
            "migrations": {
                "gained": [{"release": release, "direction": direction} for release, direction in self.gained],
                "lost": [{"release": release, "direction": direction} for release, direction in self.lost],
                "files": list(self.files),
            },
        }

    def lines(self) -> Iterator[str]:
        """The same for people."""
        yield f"{self.before.id} -> {self.after.id}"
        same = self.before.commit == self.after.commit
        yield f"commit  {self.before.commit}" + (" in both" if same else f" -> {self.after.commit}")
        width = max((len(image) for image in self.images), default=0)
        for image, (old, new) in self.images.items():
            yield f"image  {image:<{width}}  {short(old)} -> {short(new)}"
        if not self.images:
            yield "image  no digest differs"
        for release, direction in self.gained:
            yield f"migration  {direction} of {release} is to be run"
        for name in self.files:
            yield f"migration  file {name}"
        for release, direction in self.lost:
            yield f"migration  {direction} of {release} stays: none is taken back"


def difference(releases: Releases, before_id: str, after_id: str) -> Difference:
    """From one release to another, in either direction of time. Raises ConfigError for an unknown one."""
    before, after = releases.find(before_id), releases.find(after_id)
    images = sorted({*before.images, *after.images})
    had, has = (release_migrations.at(releases.all(), release.id) for release in (before, after))
    pairs = {image: (before.images.get(image), after.images.get(image)) for image in images}
    return Difference(
        before,
        after,
        {image: pair for image, pair in pairs.items() if pair[0] != pair[1]},
        releases.pending(before.id, after.id),
        releases.pending(after.id, before.id),
        [name for name in has if name not in had],
    )

"""A config folder with a sandbox of its own, and `slipway` commands on it, forked from this process.

As the command's own warm path: the parent has imported everything once, and pays for no import again.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import pkgutil
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

import delivery
from bench.children import Cost, in_child
from delivery import cli, engine_sandbox, pins, place
from delivery.pins import Pins
from model.catalogue import load_catalogue

for _each in pkgutil.walk_packages(delivery.__path__, "delivery."):
    # Commands import what they need when they do; here all is there before any fork.
    importlib.import_module(_each.name)

PROGRAM = Path(__file__).parent.parent
IMAGES = tuple(load_catalogue(PROGRAM).images)
DIGEST = "sha256:" + "1" * 64
COMMIT = "c0ffee" + "0" * 34
RELEASE = "2026.01.05.0001"
CODE = "ampersand/server"
"""The repository whose checks are asked for."""
ENVIRONMENTS = ("dev", "staging", "prod")
OTHERS = ("kong", "kong-ingress-controller", "postgres", "cloud-sql-proxy")
"""Images that others build, and that stay the same for years."""
CHANGED = "messenger"
"""The image whose digest differs in a next release: one Deployment of its own runs it."""


@dataclass(frozen=True)
class Site:
    """`folder` holds `config` and `sandbox`."""

    folder: Path

    @property
    def config(self) -> Path:
        """Stack files, catalogue and ledger."""
        return self.folder / "config"

    @property
    def sandbox(self) -> Path:
        """World and states."""
        return self.folder / "sandbox"

    def __call__(self, *arguments: str) -> float:
        """Run `slipway ...` in a forked child; the seconds that it took. Raises RuntimeError if it fails."""
        return in_child(_slipway, self, arguments).seconds

    def timed(self, *arguments: str) -> Cost[str]:
        """What the command prints, and the seconds that it took."""
        return in_child(_slipway, self, arguments)

    def said(self, *arguments: str) -> str:
        """What the command prints."""
        return in_child(_slipway, self, arguments).result


@contextmanager
def fresh() -> Iterator[Site]:
    """A copy of the project's own config, with an empty sandbox."""
    stack_files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in PROGRAM.glob("Pulumi.*.yaml")]
    engine_sandbox.warm_up(PROGRAM, *(file["encryptionsalt"] for file in stack_files))
    with TemporaryDirectory(prefix="slipway-bench-") as folder:
        site = Site(Path(folder))
        site.config.mkdir()
        for pattern in ("Pulumi.*.yaml", "services.yaml"):
            for path in PROGRAM.glob(pattern):
                shutil.copy(path, site.config)
        yield site


def pinned(site: Site) -> None:
    """Bring up what belongs to no environment, push all images, and pin them in environments of which nothing is there."""
    site("up", "shared")
    for image in IMAGES:
        site("sandbox", "push", f"{image}@{DIGEST}")
    for stack in ENVIRONMENTS:
        pins.write(stack, site.config, Pins(dict.fromkeys(IMAGES, DIGEST), RELEASE, RELEASE))


def digest(image: str) -> str:
    """The one that a release has at first."""
    return "sha256:" + "9" * 64 if image in OTHERS else DIGEST


def release(site: Site) -> None:
    """Bring up what belongs to no environment and dev, and deploy a release of all images there."""
    site("up", "shared")
    site("up", "dev")
    for image in IMAGES:
        site("sandbox", "push", f"{image}@{digest(image)}")
    site("sandbox", "check", COMMIT, "build", "passed", "--repository", CODE)
    pairs = [f"{image}={digest(image)}" for image in IMAGES]
    site("deploy", "dev", site.said("release", "record", "--commit", COMMIT, "--migration", "none", *pairs).strip())


def next_release(site: Site, number: int) -> None:
    """Deploy a release to dev in which the digest of CHANGED alone differs."""
    digests = {image: digest(image) for image in IMAGES} | {CHANGED: f"sha256:{number:064x}"}
    site("sandbox", "push", f"{CHANGED}@{digests[CHANGED]}")
    pairs = [f"{image}={found}" for image, found in digests.items()]
    commit = f"{number:0{len(COMMIT)}x}"
    site("sandbox", "check", commit, "build", "passed", "--repository", CODE)
    site("deploy", "dev", site.said("release", "record", "--commit", commit, "--migration", "none", *pairs).strip())


def _slipway(site: Site, arguments: tuple[str, ...]) -> str:
    os.chdir(site.folder)
    os.environ |= {place.CONFIG_DIR: str(site.config), place.SANDBOX: str(site.sandbox)}
    os.environ["SLIPWAY_ACTOR"] = "bench@example.com"
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            cli.main(list(arguments))
        except SystemExit as end:
            if end.code:
                raise RuntimeError(f"slipway {' '.join(arguments)}: {end.code}\n{err.getvalue()}") from None
    return out.getvalue()

"""`slipway pipeline run --local`: a build of a trigger on this machine, as far as this machine has what its steps need."""

import functools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from delivery import build_run, git
from delivery.build_run import Ground, Ran, Tell
from model.catalogue import Catalogue
from model.check import BUILD
from model.errors import ConfigError, Problem
from model.names import MAIN
from pipelines import grants, migrating
from pipelines.build import WORKSPACE, Step
from pipelines.steps import CHECKOUT, FILES, FINDINGS, HOME, SCANNED
from pipelines.trigger import Trigger

ANSWER_SECONDS = 10
HARMLESS = frozenset({grants.Reads("cache")})
"""What may be left away: a build without its cache is only slower."""


@dataclass(frozen=True)
class Local:
    """A build of a trigger on `folder`, which is taken for the application repository. Without Docker no image is built."""

    trigger: Trigger
    catalogue: Catalogue
    folder: Path

    def run(self, tell: Tell) -> list[Ran]:
        """Its steps. What they leave for each other is in a folder that is gone afterwards, and so are the logs of those that
        passed. Raises ConfigError where there is no such folder."""
        if not self.folder.is_dir():
            what, remedy = f"there is no folder {self.folder}", "Name that of the application repository."
            raise ConfigError(Problem("command line", "--folder", what, remedy))
        left_out: set[str] = set()
        with self._places() as (files, volumes, logs):
            # What builds make beside the code, and take away before, is not to be found in the folder that is built.
            clone, findings = files / "platform", Path(FINDINGS).relative_to(SCANNED.path)
            folders = {
                WORKSPACE: self.folder,
                FILES: files / "build",
                f"{WORKSPACE}/{CHECKOUT}": clone,
                HOME: files / "home",
                migrating.CLONE: self.folder,
            }
            ground = Ground(
                folders=folders,
                volumes=volumes,
                logs=logs,
                values={**dict.fromkeys(self.trigger.build.substitutions, ""), **self._values()},
                simulated=lambda step: self._left_out(step, volumes / SCANNED.name / findings, left_out),
                env={"PATH": _path()},
                outputs=files / "outputs",
            )
            ran = [_without_log(each) for each in build_run.run(self.trigger.build, ground, tell)]
            with suppress(OSError):
                logs.rmdir()
            return ran

    @contextmanager
    def _places(self) -> Iterator[tuple[Path, Path, Path]]:
        """For files of steps, for volumes, of which a step knows only those that it mounts, and for logs."""
        logs = Path(tempfile.mkdtemp(prefix=f"slipway-{self.trigger.name}-"))
        with (
            tempfile.TemporaryDirectory(prefix="slipway-build-") as files,
            tempfile.TemporaryDirectory(prefix="slipway-volumes-") as volumes,
        ):
            yield Path(files), Path(volumes), logs

    def _values(self) -> dict[str, str]:
        """What is known of a build that nothing has started."""
        here = git.Git(self.folder)
        commit, branch = (here.ask("rev-parse", *which, "HEAD").text for which in ((), ("--abbrev-ref",)))
        known = {"BUILD_ID": "local", "PROJECT_ID": "local", "_BASE_BRANCH": MAIN}
        return {**known, "COMMIT_SHA": commit, "SHORT_SHA": commit[:7], "BRANCH_NAME": branch}

    def _left_out(self, step: Step, findings: Path, left_out: set[str]) -> str:
        """Why a step is not run here. A scanner that is not here leaves word of it, so that the gate tells."""
        why = self._missing(step)
        if step.id == BUILD and step.after and left_out.issuperset(step.after):
            why = "no image is built here"
        if why:
            left_out.add(step.id)
        if why and step.id in self.catalogue.scanners:
            findings.mkdir(parents=True, exist_ok=True)
            (findings / f"{step.id}.skipped").write_text(f"{why}\n", encoding="utf-8")
        return why

    def _missing(self, step: Step) -> str:
        if step.grants - HARMLESS:
            return f"it acts in the cloud, as {self.trigger.account}"
        if step.program and not shutil.which(step.program, path=_path()):
            return f"{step.program} is not installed here"
        if step.program == "docker" and not _docker_answers():
            return "Docker is installed here and does not answer"
        image = self.catalogue.images.get(step.makes)
        if image and not image.mirror and not (self.folder / image.dockerfile_of(step.makes)).exists():
            return f"{image.dockerfile_of(step.makes)} is not here"
        return ""


def _without_log(ran: Ran) -> Ran:
    if ran.state != "passed" or ran.log is None:
        return ran
    ran.log.unlink(missing_ok=True)
    return replace(ran, log=None)


@functools.cache
def _docker_answers() -> bool:
    """Whether there is a daemon behind the program."""
    try:
        asked = subprocess.run(["docker", "info"], capture_output=True, timeout=ANSWER_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    return asked.returncode == 0


def _path() -> str:
    """Slipway's own programs first, as in the image that has them in builds."""
    return os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))

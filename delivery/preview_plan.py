"""`slipway pr plan`: what a preview would be, planned in a sandbox that is thrown away, so that it takes no credentials.

That makes it safe for a stranger's pull request: nothing of a real project is asked, and nothing is made anywhere.
"""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from delivery import pins, plans, preview_file, sandbox_commands
from delivery.desk import Desk
from delivery.engine_sandbox import SandboxEngine
from delivery.engines import Report, Update
from delivery.errors import Failed
from delivery.markdown import code, fenced
from delivery.opening import sandbox_desk
from delivery.place import Place
from delivery.preview import Request, file_of
from delivery.urns import component
from model.shared_rules import shared_stacks

MARKER = "preview-plan"
"""What `GitHub.comment` knows it by."""


def plan(desk: Desk, asked: Request, hear: Report) -> Update:
    """Plan the preview of a pull request. Raises Failed where what it would stand on does not even come up here."""
    with _throwaway(desk) as there:
        base = preview_file.base_of(there)
        images = pins.read(base, there.place.config).images
        for stack in (*sorted(shared_stacks(there.place.config)), base):
            if stack == base and images:
                sandbox_commands.push(there, [f"{image}@{digest}" for image, digest in images.items()], False, False)
            _up(there, stack, hear)
        file_of(there, asked, hub=desk).written()
        return there.engine.run(preview_file.stack_of(asked.number), "plan", hear)


def tell(desk: Desk, number: int, update: Update) -> str:
    """Say it on the pull request, in one comment that is edited in place; its URL. Raises Failed where nobody can be told."""
    github = desk.application_github()
    if github is None:
        raise Failed(
            "it is not known which repository on GitHub has the pull request",
            "Write slipway:applicationRepository into the shared stack's file.",
        )
    return github.comment(number, MARKER, body(update))


def body(update: Update) -> str:
    """Markdown: how much of what, and what is wrong."""
    counts = sorted(Counter(component(step.urn) for step in plans.listed(update)).items())
    parts = [f"### What the preview {code(update.stack)} would be", "Planned in a sandbox, without any credentials."]
    if errors := plans.errors(update):
        parts.append(f"**It cannot be planned.**\n\n{fenced(errors)}")
    else:
        parts.append(fenced([f"{count:>4}  {name}" for name, count in counts] or ["nothing"]))
    return "\n\n".join(parts)


def _up(there: Desk, stack: str, hear: Report) -> None:
    update = there.engine.run(stack, "up", hear)
    if not update.ok:
        what = "\n".join(f"  {line}" for line in plans.errors(update))
        raise Failed(f"{stack}, which the preview would stand on, does not come up\n{what}", "Repair it first.")


@contextmanager
def _throwaway(desk: Desk) -> Iterator[Desk]:
    """A sandbox with a copy of the config, gone afterwards."""
    with TemporaryDirectory(prefix="slipway-plan-") as folder:
        config = Path(folder) / "config"
        # Files of SQL may be in folders; the ledgers say nothing here.
        ignored = shutil.ignore_patterns(".*", "releases", "Pulumi.pr-*.yaml", "*.py", "node_modules", "tests", "docs")
        shutil.copytree(desk.place.config, config, ignore=ignored)
        place = Place(desk.place.program, config, Path(folder) / "sandbox")
        there = sandbox_desk(place, desk.who)
        engine = SandboxEngine(place)
        # Whatever seals them: what they say changes nothing of what there would be.
        for name in config.glob("Pulumi.*.yaml"):
            engine.blind(name.name.removeprefix("Pulumi.").removesuffix(".yaml"))
        yield there

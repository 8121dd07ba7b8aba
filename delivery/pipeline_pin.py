"""`slipway pipeline pin`: the images that steps of builds run in get the digests that their tags mean now.

A tag can be moved by whoever may push to its registry, so a step that only has one runs whatever stands there that day. The
tag stays before the digest, for people and for the next time it is looked up.
"""

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rich.markup import escape
from rich.table import Table

from delivery import pins, stack_yaml
from delivery.atomic import replace_text
from delivery.errors import Failed
from delivery.registry_answers import AT_ONCE
from delivery.registry_tags import Tags
from model.errors import ConfigError, Problem, closest
from model.shared import Shared
from model.shared_rules import shared_stacks
from model.stacks import load_environment, stack_file
from model.step_image import REFERENCE, STEPS

Resolve = Callable[[str, str], str]
"""Repository and tag -> digest. Raises Failed."""


@dataclass(frozen=True)
class Pinned:
    """One step's image: what the file said of it, and what it says now."""

    stack: str
    name: str
    before: str
    after: str

    @property
    def what(self) -> Literal["pinned", "moved", "same"]:
        """Whether it had no digest, another one, or this one."""
        if self.before == self.after:
            return "same"
        return "moved" if "@" in self.before else "pinned"

    def as_json(self) -> dict[str, str]:
        """For `--json`."""
        return {"stack": self.stack, "name": self.name, "what": self.what, "before": self.before, "after": self.after}


def run(
    config_dir: Path,
    names: Collection[str] = (),
    update: bool = False,
    tell: Callable[[str], None] = lambda line: None,
    resolve: Resolve | None = None,
) -> list[Pinned]:
    """Pin the steps of the config's shared stack; `tell` hears what is being asked, for this takes seconds.

    Raises ConfigError where there is no shared stack or not one alone, and what `pin` raises.
    """
    stacks = list(shared_stacks(config_dir))
    if len(stacks) != 1:
        what = (
            f"there are the shared stacks {', '.join(stacks)}"
            if stacks
            else "no stack that can be read is of kind shared"
        )
        remedy = "Keep one in a config folder." if stacks else "Correct the shared stack's file, or add it."
        raise ConfigError(Problem(str(config_dir), "", what, remedy))
    ask = resolve or Tags().digest

    def told(repository: str, tag: str) -> str:
        tell(f"asking for {repository}:{tag}")
        return ask(repository, tag)

    return pin(config_dir, stacks[0], names, told, again=update)


def pin(config_dir: Path, stack: str, names: Collection[str], resolve: Resolve, again: bool) -> list[Pinned]:
    """Write the digests of tags into the stack's file: of those that have none, and with `again` of all that have a tag.

    `names` are the steps that are meant, all where there are none. What has a digest only is left as it is. Either all are
    written, or none: Failed names every one that could not be resolved.
    """
    path = config_dir / stack_file(stack)
    text = pins.read_text(path)
    loaded = load_environment(stack, config_dir)
    if not isinstance(loaded, Shared):
        what = f"'{stack}' is no shared stack and has no steps"
        raise ConfigError(Problem(path.name, "slipway:kind", what, "Name the shared stack."))
    chosen = _chosen(loaded.steps, names, again)
    digests = _resolved(chosen, resolve)
    found = [Pinned(stack, name, loaded.steps[name], f"{chosen[name]}@{digests[chosen[name]]}") for name in chosen]
    if any(each.what != "same" for each in found):
        _write(path, text, {**loaded.steps, **{each.name: each.after for each in found}})
    return found


def _chosen(steps: Mapping[str, str], names: Collection[str], again: bool) -> dict[str, str]:
    """Step -> REPOSITORY:TAG of those that are to be looked up, in the file's order."""
    for name in names:
        if name not in steps:
            raise ConfigError(Problem("command line", "NAME", f"there is no step image '{name}'", closest(name, steps)))
    chosen = {}
    for name, reference in steps.items():
        match = REFERENCE.fullmatch(reference)
        if match and match["tag"] and (again or not match["digest"]) and (not names or name in names):
            chosen[name] = f"{match['repository']}:{match['tag']}"
    return chosen


def _resolved(chosen: Mapping[str, str], resolve: Resolve) -> dict[str, str]:
    """REPOSITORY:TAG -> digest, each asked for once. Raises Failed with all that failed."""

    def ask(tagged: str) -> str | Failed:
        repository, _, tag = tagged.rpartition(":")
        try:
            return resolve(repository, tag)
        except Failed as failed:
            return failed

    asked = list(dict.fromkeys(chosen.values()))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = dict(zip(asked, pool.map(ask, asked), strict=True))
    failures = {name: answer for name, tagged in chosen.items() if isinstance(answer := answers[tagged], Failed)}
    if failures:
        raise _failure(chosen, failures)
    return {tagged: answer for tagged, answer in answers.items() if isinstance(answer, str)}


def _failure(chosen: Mapping[str, str], failures: Mapping[str, Failed]) -> Failed:
    lines = [f"  {name}: {failed.what}\n    {failed.remedy}" for name, failed in failures.items()]
    listed = [
        {"name": name, "image": chosen[name], "problem": failed.what, "remedy": failed.remedy}
        for name, failed in failures.items()
    ]
    what = f"{len(failures)} of {len(chosen)} images cannot be pinned, and nothing was written"
    return Failed("\n".join([what, *lines]), details={"failures": listed})


def _write(path: Path, text: str, steps: Mapping[str, str]) -> None:
    if pins.read_text(path) != text:
        raise Failed(f"{path.name} was changed meanwhile, and nothing was written", "Run it again.")
    try:
        changed = stack_yaml.edit(text, {STEPS: steps})
    except stack_yaml.StackYamlError as error:
        where = f"line {error.line}" if error.line else STEPS
        raise ConfigError(Problem(path.name, where, error.problem, "Write the steps as plain nested keys.")) from None
    replace_text(path, changed)


def as_json(found: Collection[Pinned]) -> dict[str, Any]:
    """What `--json` prints."""
    return {"steps": [each.as_json() for each in found]}


def table(found: Collection[Pinned]) -> Table | str:
    """A row for each image that was looked up, in the file's order."""
    if not found:
        return "every step's image has its digest already; --update looks their tags up again"
    grid = Table()
    for column in ("step", "image", "", "digest"):
        grid.add_column(column, no_wrap=True)
    for each in found:
        image, _, digest = each.after.partition("@")
        grid.add_row(*map(escape, (each.name, image, each.what, digest)))
    return grid

"""Drift: in what the cloud differs from a stack's state, though nobody has brought the stack up since.

Compared is what the program manages, which is its inputs. Whether one of them differs is for the provider to say, as in a
refresh: it knows which spellings are equal and which values only the cloud chooses, and what of its answers is no input at
all (a status, a fingerprint, a resource version). Beside that counts what providers overlook: elements that somebody has
added to a list of the program's, a container of a pod among them, what stands in an object that it gives empty, such as a
selector of all pods, and keys of a ConfigMap. What the program ignores, or says nothing of, is the cloud's own. Of what the
stack only reads counts that it is there; a Job whose time to live is over goes by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.markup import escape

from delivery import planning, progress, screen
from delivery.desk import Desk
from delivery.engines import HIDDEN, Diagnostic, Kept, Look, Seen
from delivery.errors import ExitCode, Failed
from model.errors import ConfigError, Problem
from model.stacks import load_environment
from sandbox.engine import paths

CONFIG_MAP, JOB = "kubernetes:core/v1:ConfigMap", "kubernetes:batch/v1:Job"
_TIME_TO_LIVE = ("spec", "ttlSecondsAfterFinished")
_KEYS = ("data", "binaryData")
"""Of a ConfigMap: maps that are the program's alone. Others, such as labels, have entries of controllers too."""


@dataclass(frozen=True)
class Property:
    """One that differs: its value as the state has it, and in the cloud; None where there is none."""

    path: str
    state: Any
    cloud: Any


@dataclass(frozen=True)
class Drift:
    """A resource that is gone, or in which these properties differ; none where its provider does not say which."""

    resource: Kept
    gone: bool = False
    properties: tuple[Property, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "urn": self.resource.urn,
            "type": self.resource.type,
            "name": self.resource.name,
            "gone": self.gone,
            "properties": [{"path": each.path, "state": each.state, "cloud": each.cloud} for each in self.properties],
        }


@dataclass(frozen=True)
class Found:
    """What was found of a stack: how many resources were looked at, those that drifted by URN, and why others were not seen."""

    stack: str
    looked_at: int
    drifts: tuple[Drift, ...] = ()
    unseen: tuple[Diagnostic, ...] = ()

    @property
    def failures(self) -> list[Diagnostic]:
        """Why not everything that should have been was seen."""
        return [each for each in self.unseen if each.severity == "error"]

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "looked_at": self.looked_at,
            "drift": [each.as_json() for each in self.drifts],
            "unseen": [{"urn": each.urn, "reason": each.message, "failed": each.severity == "error"}
                       for each in self.unseen],
        }  # fmt: skip


def gather_all(desk: Desk, stacks: Sequence[str], every: bool) -> list[Found]:
    """Look at stacks, or with `every` at shared stacks and environments, as far as they are up.

    Raises ConfigError where it is not said which, or one has no file; Failed where one that is named was never brought up.
    """
    if bool(stacks) == every:
        what = "no stack is named" if not stacks else "stacks are named beside --all"
        raise ConfigError(Problem("command line", "STACK", what, "Name stacks, such as dev, or write --all."))
    for stack in stacks:
        load_environment(stack, desk.place.config)
    found: list[Found] = []
    for stack in dict.fromkeys(stacks) or planning.in_order(desk):
        if (here := gather(desk, stack)) is not None:
            found.append(here)
        elif every:
            screen.err().print(escape(f"{stack} was never brought up"), style="dim")
        else:
            raise Failed(f"'{stack}' was never brought up", f"Bring it up with 'slipway up {stack}'.")
    return found


def gather(desk: Desk, stack: str) -> Found | None:
    """Look at a stack; None where it was never brought up."""
    with progress.shown(f"Looking at {stack}", every_step=False) as report:
        look = desk.engine.look(stack, report)
    return found(stack, look) if look.kept else None


def ending(found: Iterable[Found]) -> ExitCode:
    """FOUND where anything drifted, though not all was seen; FAILED where nothing has of what was, and not all was."""
    every = list(found)
    if any(each.drifts for each in every):
        return ExitCode.FOUND
    return ExitCode.FAILED if any(each.failures for each in every) else ExitCode.DONE


def found(stack: str, look: Look) -> Found:
    """What has drifted of what was seen."""
    custom = {each.urn: each for each in look.kept if each.custom and not each.type.startswith("pulumi:")}
    seen = [each for each in look.seen if each.urn in custom]
    drifts = filter(None, (drift(custom[each.urn], each) for each in seen))
    return Found(stack, len(seen), tuple(sorted(drifts, key=lambda each: each.resource.urn)), tuple(look.unseen))


def drift(kept: Kept, seen: Seen) -> Drift | None:
    """In what a resource differs, if in anything."""
    if seen.gone:
        return None if kept.type == JOB and _at(kept.inputs, _TIME_TO_LIVE) is not None else Drift(kept, gone=True)
    if kept.external:
        return None
    ignored = [paths.parse(path) for path in kept.ignored]
    told = {path: paths.parse(path) for path in seen.detail}
    where = {text: path for text, path in told.items() if not _covered(path, ignored)}
    for path in _added(kept, seen):
        # A provider may tell of the same as a whole.
        if not _covered(path, ignored) and not any(
            _covered(path, [one]) or _covered(one, [path]) for one in told.values()
        ):
            where[_written(path)] = path
    if not where and (told or not seen.different):
        return None
    return Drift(
        kept,
        properties=tuple(
            Property(
                text, _either(kept.inputs, kept.outputs, path), _either(seen.inputs, seen.outputs, path)
            )
            for text, path in sorted(where.items())
        ),
    )  # fmt: skip


def _covered(path: paths.Path, outer: Iterable[paths.Path]) -> bool:
    return any(paths.contains(one, path) for one in outer)


def _added(kept: Kept, seen: Seen) -> Iterator[paths.Path]:
    """Where the cloud has by now more elements or keys than the program gives and the state knows."""
    yield from _longer(kept.inputs, kept.outputs, seen.outputs, ())
    for key in _KEYS if kept.type == CONFIG_MAP else ():
        before, now = kept.outputs.get(key) or {}, seen.outputs.get(key) or {}
        if isinstance(before, Mapping) and isinstance(now, Mapping):
            yield from ((key, each) for each in sorted({*now} - {*before}))


def _longer(given: Any, before: Any, now: Any, path: paths.Path) -> Iterator[paths.Path]:
    if isinstance(given, Mapping) and isinstance(before, Mapping) and isinstance(now, Mapping):
        if not given and not before:
            yield from ((*path, key) for key in sorted(now))
        for key in sorted(given.keys() & before.keys() & now.keys()):
            yield from _longer(given[key], before[key], now[key], (*path, key))
    elif isinstance(given, list) and isinstance(before, list) and isinstance(now, list):
        yield from ((*path, index) for index in range(max(len(given), len(before)), len(now)))
        for index, each in enumerate(zip(given, before, now, strict=False)):
            yield from _longer(*each, (*path, index))


def _either(first: Mapping[str, Any], second: Mapping[str, Any], path: paths.Path) -> Any:
    """The value in the one, else in the other; None where it is in neither, HIDDEN inside what is hidden."""
    return next((value for value in (_at(first, path), _at(second, path)) if value is not None), None)


def _at(value: Any, path: Iterable[str | int]) -> Any:
    for step in path:
        if isinstance(value, str):
            return HIDDEN if value == HIDDEN else None
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _written(path: paths.Path) -> str:
    """As Pulumi writes paths."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.replace("_", "a").replace("-", "a").isalnum():
            text += f".{step}" if text else step
        else:
            text += f'["{step}"]'
    return text

"""`slipway bootstrap`: what must be there before the first `up` in a real cloud, as a list, as a script, or done."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from delivery import gcloud
from delivery.bootstrap_by_hand import by_hand
from delivery.bootstrap_step import Check, Step
from delivery.bootstrap_steps import CREDENTIALS, SIGNED_IN, steps
from delivery.bootstrap_subject import Builders, Subject
from delivery.errors import Failed
from model.catalogue import load_catalogue
from model.environment import Environment
from model.errors import ConfigError, Problem
from model.order import order
from model.shared import Shared
from model.stack import Stack
from model.stacks import NAMESPACE, AnyStack, load_environment, stack_file, stacks
from pipelines.triggers import all_of

LATER = (
    "Google takes up to some minutes to know everywhere what is new. The same command goes on where this one stopped."
)


@dataclass(frozen=True)
class Outcome:
    """What came of a step: there already, made now, left to a person, or waiting for another command."""

    step: Step
    what: Literal["there", "made", "by hand", "later"]

    @property
    def left(self) -> str:
        """What somebody has to do about it; empty where nothing is left."""
        return {"by hand": self.step.by_hand, "later": self.step.later}.get(self.what, "")


def gather(config_dir: Path, chosen: Sequence[str]) -> list[Step]:
    """The steps for these stacks, or all, in order; what two stacks have in common stands once."""
    catalogue = load_catalogue(config_dir)
    found: list[Step] = [SIGNED_IN, CREDENTIALS]
    for subject in subjects(config_dir, chosen):
        found += steps(subject, catalogue) + by_hand(subject, catalogue)
    return _once(found)


def subjects(config_dir: Path, chosen: Sequence[str]) -> list[Subject]:
    """The stacks to prepare: those named, else the shared one and every environment, first to last."""
    loaded = {name: load_environment(name, config_dir) for name in stacks(config_dir)}
    common = {name: stack for name, stack in loaded.items() if isinstance(stack, Shared)}
    builders = next(
        (Builders(stack=name, project=stack.project, triggers=all_of(config_dir)) for name, stack in common.items()),
        None,
    )
    repository = next((stack.platform_repository for stack in loaded.values() if isinstance(stack, Shared)), None)
    found = []
    for name in chosen or [*common, *order(config_dir)]:
        stack = loaded.get(name) or load_environment(name, config_dir)
        if not isinstance(stack, (Shared, Environment)):
            what = "a preview has no project of its own"
            raise ConfigError(Problem("command line", "STACK", what, f"Name {stack.base}, which it stands on."))
        number = stack.project_number or _number(name, stack, loaded.values())
        found.append(Subject(stack=name, config=stack, number=number, repository=repository, builders=builders))
    return found


def _number(name: str, stack: Stack, others: Iterable[AnyStack]) -> str:
    for other in others:
        if isinstance(other, Environment) and other.project == stack.project:
            return other.project_number
    what = f"this key is missing, and no environment has the project {stack.project}"
    remedy = f"Add it: 'gcloud projects describe {stack.project}' prints it as projectNumber."
    raise ConfigError(Problem(stack_file(name), f"{NAMESPACE}:projectNumber", what, remedy))


def _once(found: Sequence[Step]) -> list[Step]:
    """Without steps that do what an earlier one does; what came after them comes after that one."""
    first: dict[tuple[object, ...], Step] = {}
    same: dict[str, str] = {}
    for step in found:
        if step.fix or step.check:
            kept = first.setdefault((step.check.ask if step.check else (), step.fix, step.settles), step)
            same[step.key] = kept.key
    return [
        replace(step, after=tuple(dict.fromkeys(same.get(key, key) for key in step.after)))
        for step in found
        if same.get(step.key, step.key) == step.key
    ]


def lines(found: Sequence[Step]) -> Iterator[str]:
    """The list for people: what gcloud does first, then what only they can."""
    for step in found:
        if step.fix:
            yield from ("", f"# {step.key}: {step.what}", f"#   {step.why}")
            yield from (*([f"#   {step.later}"] if step.later else ()), step.shown)
    yield from _left(found)


def script(found: Sequence[Step]) -> Iterator[str]:
    """The same as a script for sh that may run again: what is there already is left alone."""
    yield from ("#!/bin/sh", "# Written by `slipway bootstrap --script`; it may run again.", "set -eu")
    for step in found:
        if not step.fix:
            continue
        yield from ("", f"# {step.key}: {step.what}")
        if step.when:
            yield f"if {shlex.join(step.when.ask)} >/dev/null 2>&1; then"
            yield f"  {step.shown} --quiet"
            yield f"else echo {shlex.quote(f'{step.key}: {step.later}')} >&2; fi"
        elif step.settles or step.check is None:
            yield f"{step.shown} --quiet"
        else:
            yield f"{shlex.join(step.check.ask)} >/dev/null 2>&1 ||"
            yield f"  {step.shown} --quiet"
    yield from _left(found)


def _left(found: Sequence[Step]) -> Iterator[str]:
    """What is left to a person, as comments, so that the list stays one that a shell could read."""
    remaining = [step for step in found if step.by_hand]
    if remaining:
        yield from ("", "# What only a person can do:")
    for step in remaining:
        yield from ("#", f"# {step.key}: {step.what}", f"#   {step.why}", f"#   {step.by_hand}")


def run(found: Sequence[Step], tell: Callable[[Outcome], None]) -> list[Outcome]:
    """Make what is missing, one by one. Stops at the first that fails, or that others stand on and only a person can make."""
    needed = {key for step in found for key in step.after}
    done: list[Outcome] = []
    asked: dict[tuple[str, ...], gcloud.Answer] = {}

    def so(step: Step, check: Check) -> bool:
        answer = asked.get(check.ask) or gcloud.ask(check.ask)
        asked[check.ask] = answer
        if answer.problem:
            raise _stopped(step, f"cannot be looked at: {answer.problem}", step.by_hand or LATER, done)
        return check.holds(answer.found)

    for step in found:
        waits = step.when is not None and not so(step, step.when)
        holds = not waits and step.check is not None and so(step, step.check)
        if waits:
            pass
        elif not holds and step.fix:
            if problem := gcloud.tell(step.fix):
                raise _stopped(step, problem, f"{step.remedy} {LATER}".strip(), done, step.shown)
            asked.clear()
        elif not holds and step.key in needed:
            raise _stopped(step, "it is not so, and only a person can change that", step.by_hand, done)
        outcome = Outcome(step, "later" if waits else "there" if holds else "made" if step.fix else "by hand")
        done.append(outcome)
        tell(outcome)
    return done


def _stopped(step: Step, problem: str, remedy: str, done: Sequence[Outcome], command: str = "") -> Failed:
    details = {"stopped": step.as_json(), "done": as_json(done)}
    tried = f"\n  {command}" if command else ""
    return Failed(f"{step.key}: {step.what}: {problem}{tried}", remedy, details)


def as_json(done: Sequence[Outcome]) -> list[dict[str, str]]:
    """What came of each step."""
    return [
        {"key": it.step.key, "outcome": it.what, **({it.what.replace(" ", "_"): it.left} if it.left else {})}
        for it in done
    ]

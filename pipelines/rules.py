"""Which definitions of builds are refused, before anything is made of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from model.errors import ConfigError, Problem, closest
from pipelines import limits
from pipelines.build import WORKSPACE, Build, Step
from pipelines.trigger import Manual, Message, PullRequest, Push, Schedule, Trigger, Webhook

SUBSTITUTION = re.compile(r"\$(?:\$|(?P<bare>[A-Z_][A-Z0-9_]*)|\{(?P<braced>[A-Z_][A-Z0-9_]*)\})")
"""`$NAME` or `${NAME}`; `$$` stands for a dollar."""
_OWN = re.compile(r"_[A-Z0-9_]+")
_ID = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def checked(triggers: Mapping[str, Trigger]) -> Mapping[str, Trigger]:
    """The triggers, if nothing is wrong with any. Raises ConfigError with everything that is."""
    problems = [problem for trigger in triggers.values() for problem in found(trigger)]
    if len(triggers) > limits.TRIGGERS:
        what = f"there are {len(triggers)} triggers, and a project may have {limits.TRIGGERS}"
        problems.append(Problem("pipelines", "", what, "Have fewer environments."))
    if problems:
        raise ConfigError(*problems)
    return triggers


def found(trigger: Trigger) -> list[Problem]:
    """Everything that is wrong with one."""
    where = f"pipeline {trigger.name}"
    return [
        Problem(where, key, what, remedy)
        for key, what, remedy in (*_whole(trigger), *_order(trigger.build), *_each(trigger))
    ]


def known_substitutions(trigger: Trigger) -> frozenset[str]:
    """What its steps' variables may name."""
    own = frozenset(trigger.build.substitutions)
    match trigger.event:
        case Push() | Manual() | Schedule():
            return limits.BUILTIN | limits.OF_SOURCE | own
        case PullRequest():
            return limits.BUILTIN | limits.OF_SOURCE | limits.OF_PULL_REQUEST | own
        case Webhook(reads=reads) | Message(reads=reads):
            return limits.BUILTIN | frozenset(reads) | own


def substitutions(text: str) -> set[str]:
    """The names of those that a text has."""
    return {name for match in SUBSTITUTION.finditer(text) if (name := match["bare"] or match["braced"])}


_Finding = tuple[str, str, str]


def _whole(trigger: Trigger) -> Iterator[_Finding]:
    build = trigger.build
    if not build.steps:
        yield "steps", "it has no step", "Add one."
    if len(build.steps) > limits.STEPS:
        remedy = "Build fewer images or run fewer scanners in one build."
        yield "steps", f"it has {len(build.steps)} steps, and Cloud Build takes {limits.STEPS}", remedy
    if len(trigger.name) > limits.TRIGGER_NAME:
        yield "", f"its name has more than {limits.TRIGGER_NAME} characters", "Write a shorter name."
    if not 0 < build.timeout <= limits.TIMEOUT:
        yield "timeout", f"{build.timeout} s is not between 1 s and 24 hours", "Write another one."
    if (limit := sum(step.timeout or 0 for step in build.steps)) > build.timeout:
        what = f"the limits of its steps make {limit} s together, and its own is {build.timeout} s"
        yield "timeout", what, f"Write {limit} or more: Cloud Build adds up even what runs at once."
    if len(build.substitutions) > limits.SUBSTITUTIONS:
        what = f"it has {len(build.substitutions)} substitutions, and Cloud Build takes {limits.SUBSTITUTIONS}"
        yield "substitutions", what, "Write fewer."
    for name, value in build.substitutions.items():
        if not _OWN.fullmatch(name) or len(name) > limits.SUBSTITUTION_NAME:
            yield f"substitutions.{name}", "it is no name of a substitution", "Write _ and up to 99 of A-Z, 0-9 and _."
        if len(value) > limits.SUBSTITUTION_VALUE:
            yield f"substitutions.{name}", f"it has more than {limits.SUBSTITUTION_VALUE} characters", "Write less."
    mounted = Counter(volume.name for step in build.steps for volume in step.volumes)
    for name in sorted(name for name, count in mounted.items() if count < 2):
        yield f"volumes.{name}", "one step alone mounts it, which Cloud Build refuses", "Take it out."
    unused = sorted(set(build.secrets) - {name for step in build.steps for name in step.secrets})
    for name in unused:
        yield f"secrets.{name}", "no step has it", "Take it out."


def _order(build: Build) -> Iterator[_Finding]:
    ids = [step.id for step in build.steps]
    for id_, count in Counter(ids).items():
        if count > 1:
            yield f"steps.{id_}", "two steps have this id", "Rename one."
    earlier: set[str] = set()
    for step in build.steps:
        for other in step.after:
            if other not in ids:
                yield f"steps.{step.id}.after", f"there is no step '{other}'", closest(other, ids)
            elif other not in earlier:
                circle = _circle(build, step.id)
                if circle:
                    yield f"steps.{step.id}.after", f"{' waits for '.join(circle)}", "Break the circle."
                else:
                    yield f"steps.{step.id}.after", f"'{other}' comes later", "Write what is waited for first."
        earlier.add(step.id)


def _circle(build: Build, start: str) -> list[str]:
    """A way along `after` from a step back to itself, or nothing."""
    after = {step.id: step.after for step in build.steps}
    paths, seen = [[start]], {start}
    while paths:
        path = paths.pop()
        for other in after.get(path[-1], ()):
            if other == start:
                return [*path, start]
            if other not in seen:
                seen.add(other)
                paths.append([*path, other])
    return []


def _each(trigger: Trigger) -> Iterator[_Finding]:
    known = known_substitutions(trigger)
    for step in trigger.build.steps:
        key = f"steps.{step.id}"
        yield from ((f"{key}.{part}" if part else key, what, remedy) for part, what, remedy in _step(step))
        for name, value in step.env.items():
            for used in sorted(substitutions(value) - known):
                yield f"{key}.env.{name}", f"there is no substitution '{used}' here", closest(used, sorted(known))
        for name in step.secrets:
            if name not in trigger.build.secrets:
                yield f"{key}.secrets", f"the build has no secret '{name}'", closest(name, trigger.build.secrets)


def _step(step: Step) -> Iterator[_Finding]:
    if not _ID.fullmatch(step.id):
        yield "", "it is no id of a step", "Write letters, digits and hyphens."
    if bool(step.run) == bool(step.script):
        yield "", "it has both a command and a script" if step.run else "it does nothing", "Write one of the two."
    if len(step.run) - 1 > limits.ARGUMENTS:
        yield "run", f"it has more than {limits.ARGUMENTS} arguments", "Write a script."
    if any(len(argument) > limits.ARGUMENT_LENGTH for argument in (*step.run, step.script)):
        yield "run", f"an argument has more than {limits.ARGUMENT_LENGTH} characters", "Write a file."
    if len(step.env) > limits.VARIABLES:
        yield "env", f"it has more than {limits.VARIABLES} variables", "Write fewer."
    if any(len(value) > limits.VARIABLE_LENGTH for value in step.env.values()):
        yield "env", f"a variable has more than {limits.VARIABLE_LENGTH} characters", "Write less."
    if step.timeout is not None and step.timeout <= 0:
        yield "timeout", f"{step.timeout} s is no time", "Write seconds."
    for volume in step.volumes:
        if not volume.path.startswith("/") or volume.path == WORKSPACE or volume.path.startswith(f"{WORKSPACE}/"):
            yield (
                "volumes",
                f"'{volume.path}' is no place for a volume",
                "Write an absolute path outside of the workspace.",
            )
    for name in step.secrets:
        if name in step.env:
            yield f"env.{name}", "a secret has this name", "Rename it."
        # Arguments of commands can be read by every process of the machine, and land in logs.
        if any(re.search(rf"\$\{{?{name}\b", text) for text in (*step.run, step.script, *step.env.values())):
            yield "run", f"the secret {name} is in an argument", "Let the program read the variable by itself."

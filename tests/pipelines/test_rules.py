"""Which definitions are refused: each rule by a build that breaks it and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from model.errors import ConfigError
from pipelines import limits, rules
from pipelines.build import Build, Step, Volume
from pipelines.trigger import Event, Manual, Message, PullRequest, Push, Schedule, Trigger, Webhook

IMAGE = f"docker.io/library/alpine:3@sha256:{'a' * 64}"
PUSH = Push(source="application", branch="^main$")


def step(id_: str = "one", *after: str, **other: object) -> Step:
    return replace(Step(id=id_, image=IMAGE, run=("true",), after=after), **other)  # type: ignore[arg-type]


def trigger(*steps: Step, event: Event = PUSH, **other: object) -> Trigger:
    build = replace(Build(steps=steps or (step(),)), **other)  # type: ignore[arg-type]
    return Trigger(name="main", what="", event=event, build=build, account="build-main")


def told(found: Trigger) -> list[str]:
    return [str(problem) for problem in rules.found(found)]


def test_a_good_build_is_not_refused() -> None:
    assert told(trigger(step(), step("two", "one"), step("three", "one", "two"))) == []


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        (
            trigger(step("one", "two"), step("two", "three"), step("three", "one")),
            "pipeline main: steps.one.after: one waits for two waits for three waits for one. Break the circle.",
        ),
        (trigger(step("one", "one")), "pipeline main: steps.one.after: one waits for one. Break the circle."),
        (
            trigger(step("one", "two"), step("two")),
            "pipeline main: steps.one.after: 'two' comes later. Write what is waited for first.",
        ),
        (
            trigger(step("build"), step("two", "biuld")),
            "pipeline main: steps.two.after: there is no step 'biuld'. Did you mean 'build'?",
        ),
        (trigger(step(), step()), "pipeline main: steps.one: two steps have this id. Rename one."),
        (
            trigger(step("one_two")),
            "pipeline main: steps.one_two: it is no id of a step. Write letters, digits and hyphens.",
        ),
        (
            trigger(step(env={"A": "$_WHERE"}), substitutions={"_WHEER": ""}),
            "pipeline main: steps.one.env.A: there is no substitution '_WHERE' here. Did you mean '_WHEER'?",
        ),
        (
            trigger(step(env={"A": "${COMMIT_SHA}"}), event=Webhook(when="", reads={"_COMMIT": "body.sha"})),
            "pipeline main: steps.one.env.A: there is no substitution 'COMMIT_SHA' here. Did you mean '_COMMIT'?",
        ),
        (
            trigger(step(run=(), script="curl $TOKEN", secrets=("TOKEN",)), secrets={"TOKEN": "token"}),
            "pipeline main: steps.one.run: the secret TOKEN is in an argument. Let the program read the variable by itself.",
        ),
        (
            trigger(step(run=("curl", "${TOKEN}"), secrets=("TOKEN",)), secrets={"TOKEN": "token"}),
            "pipeline main: steps.one.run: the secret TOKEN is in an argument. Let the program read the variable by itself.",
        ),
        (
            trigger(step(secrets=("TOKEM",)), step("two", secrets=("TOKEN",)), secrets={"TOKEN": "token"}),
            "pipeline main: steps.one.secrets: the build has no secret 'TOKEM'. Did you mean 'TOKEN'?",
        ),
        (trigger(secrets={"TOKEN": "token"}), "pipeline main: secrets.TOKEN: no step has it. Take it out."),
        (
            trigger(step(secrets=("A",), env={"A": ""}), secrets={"A": "a"}),
            "pipeline main: steps.one.env.A: a secret has this name. Rename it.",
        ),
        (trigger(step(run=())), "pipeline main: steps.one: it does nothing. Write one of the two."),
        (
            trigger(step(script="true")),
            "pipeline main: steps.one: it has both a command and a script. Write one of the two.",
        ),
        (
            trigger(*(step(f"s{n}") for n in range(101))),
            ("pipeline main: steps: it has 101 steps, and Cloud Build takes 100. Build fewer images or run fewer scanners in "
            "one build."),
        ),
        (
            trigger(step(run=("true", *["x"] * 101))),
            "pipeline main: steps.one.run: it has more than 100 arguments. Write a script.",
        ),
        (
            trigger(step(run=("true", "x" * 10_001))),
            "pipeline main: steps.one.run: an argument has more than 10000 characters. Write a file.",
        ),
        (
            trigger(step(env={f"A{n}": "" for n in range(101)})),
            "pipeline main: steps.one.env: it has more than 100 variables. Write fewer.",
        ),
        (
            trigger(step(env={"A": "x" * 65_537})),
            "pipeline main: steps.one.env: a variable has more than 65536 characters. Write less.",
        ),
        (
            trigger(substitutions={f"_A{n}": "" for n in range(201)}),
            "pipeline main: substitutions: it has 201 substitutions, and Cloud Build takes 200. Write fewer.",
        ),
        (
            trigger(substitutions={"NAME": ""}),
            "pipeline main: substitutions.NAME: it is no name of a substitution. Write _ and up to 99 of A-Z, 0-9 and _.",
        ),
        (
            trigger(substitutions={"_A": "x" * 4_001}),
            "pipeline main: substitutions._A: it has more than 4000 characters. Write less.",
        ),
        (trigger(timeout=86_401), "pipeline main: timeout: 86401 s is not between 1 s and 24 hours. Write another one."),
        (trigger(step(timeout=0)), "pipeline main: steps.one.timeout: 0 s is no time. Write seconds."),
        (
            trigger(step(timeout=40), step("two", timeout=30), timeout=60),
            ("pipeline main: timeout: the limits of its steps make 70 s together, and its own is 60 s. Write 70 or more: Cloud "
            "Build adds up even what runs at once."),
        ),
        (replace(trigger(), name="m" * 65), f"pipeline {'m' * 65}: its name has more than 64 characters. Write a shorter name."),
        (
            trigger(step(volumes=(Volume("disk", "/disk"),)), step("two")),
            "pipeline main: volumes.disk: one step alone mounts it, which Cloud Build refuses. Take it out.",
        ),
        (
            trigger(*(step(name, volumes=(Volume("disk", "/workspace/disk"),)) for name in ("one", "two"))),
            ("pipeline main: steps.one.volumes: '/workspace/disk' is no place for a volume. Write an absolute path outside of "
            "the workspace."),
        ),
        (replace(trigger(), build=Build(steps=())), "pipeline main: steps: it has no step. Add one."),
    ],
)  # fmt: skip
def test_a_bad_build_is_refused(found: Trigger, problem: str) -> None:
    assert problem in told(found)
    with pytest.raises(ConfigError) as refusal:
        rules.checked({found.name: found})
    assert problem in [str(each) for each in refusal.value.problems]


@pytest.mark.parametrize(
    ("event", "more"),
    [
        (PUSH, limits.OF_SOURCE),
        (Manual(source="platform"), limits.OF_SOURCE),
        (Schedule(cron="0 3 * * 1", source="platform"), limits.OF_SOURCE),
        (PullRequest(source="application", branch="^main$"), limits.OF_SOURCE | limits.OF_PULL_REQUEST),
        (Webhook(when="", reads={"_N": "body.number"}), {"_N"}),
        (Message(of=("preview",), reads={"_N": "body.message.data.n"}), {"_N"}),
    ],
)
def test_what_is_known_depends_on_the_event(event: Event, more: set[str]) -> None:
    assert rules.known_substitutions(trigger(event=event, substitutions={"_OWN": ""})) == limits.BUILTIN | more | {
        "_OWN"
    }


def test_a_doubled_dollar_is_no_substitution() -> None:
    assert rules.substitutions("$$HOME ${A_B} $_C $d") == {"A_B", "_C"}


def test_no_project_has_more_triggers_than_google_allows() -> None:
    many = {f"t{n}": replace(trigger(), name=f"t{n}") for n in range(301)}
    with pytest.raises(ConfigError, match="there are 301 triggers, and a project may have 300"):
        rules.checked(many)

"""What the engine pulumi needs of the cloud: the steps of `slipway bootstrap`, looked at and left as they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from delivery import bootstrap, gcloud
from delivery.bootstrap_step import Step
from delivery.finding import Finding
from delivery.screen import err
from model import foundation
from model.errors import ConfigError
from model.source import read_mapping
from model.stacks import stack_file

ASKING = "asking Google Cloud, {} checks ..."


def sealed(config_dir: Path, chosen: Sequence[str]) -> list[Finding]:
    """Whether the secrets in the stack files are sealed with the key of each, not with the sandbox's passphrase."""
    findings: list[Finding] = []
    try:
        subjects = bootstrap.subjects(config_dir, chosen)
    except ConfigError:
        return []  # Whatever is wrong with the config is found by the look at the config.
    for subject in subjects:
        file = stack_file(subject.stack)
        expected = foundation.secrets_provider(subject.project, subject.config.region, subject.stack)
        found = read_mapping(config_dir / file).get("secretsprovider")
        if found != expected:
            problem = f"{file}: its secrets are sealed with {found or 'a passphrase'}, not with the key of the cloud"
            remedy = f"'slipway bootstrap {subject.stack}' says what has to be taken out of the file before."
            command = ("pulumi", "stack", "init", subject.stack, f"--secrets-provider={expected}")
            findings.append(Finding(check="sealed", problem=problem, remedy=remedy, command=command))
    return findings


def cloud(steps: Sequence[Step]) -> tuple[tuple[str, ...], list[Finding], tuple[str, ...]]:
    """The keys of the steps that were looked at, what is missing, and the keys of those that stand on what is missing."""
    checked = [step for step in steps if step.check]
    err().print(ASKING.format(len(checked)), style="dim")
    asked: dict[tuple[str, ...], gcloud.Answer] = {}

    def answered(ask: tuple[str, ...]) -> gcloud.Answer:
        return asked.get(ask) or asked.setdefault(ask, gcloud.ask(ask))

    keys: list[str] = []
    findings: list[Finding] = []
    unasked: list[str] = []
    missing: set[str] = set()
    for step in checked:
        assert step.check is not None
        if missing & set(step.after):
            unasked.append(step.key)
            missing.add(step.key)
            continue
        waiting = answered(step.when.ask) if step.when else None
        if step.when and waiting and not waiting.problem and not step.when.holds(waiting.found):
            unasked.append(step.key)
            continue
        answer = waiting if waiting and waiting.problem else answered(step.check.ask)
        keys.append(step.key)
        if answer.problem:
            problem = f"cannot be looked at: {answer.problem}"
            findings.append(
                Finding(check=step.key, problem=problem, remedy=step.by_hand or bootstrap.LATER, command=step.check.ask)
            )
        elif not step.check.holds(answer.found):
            findings.append(
                Finding(check=step.key, problem=f"not so: {step.what}", remedy=step.by_hand, command=step.fix)
            )
        else:
            continue
        missing.add(step.key)
    return tuple(keys), findings, tuple(unasked)

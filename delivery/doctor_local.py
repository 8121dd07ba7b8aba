"""What any engine needs of this machine and of the config."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from delivery.actor import VARIABLE as ACTOR
from delivery.errors import Failed
from delivery.finding import Finding
from delivery.github_credentials import credentials
from model.catalogue import load_catalogue
from model.environment import Environment
from model.errors import ConfigError
from model.order import order
from model.shared_rules import shared_stacks, unmet, unpinned_steps
from model.stacks import load_environment, stack_file, stacks
from model.step_image import STEPS
from model.together import check_together

PYTHON = (3, 11)
SECONDS = 20
TOOLS = {
    "pulumi": "deploys (https://www.pulumi.com/docs/install/)",
    "gcloud": "asks and tells Google Cloud (https://cloud.google.com/sdk/docs/install)",
    "gke-gcloud-auth-plugin": "lets Pulumi and kubectl into a cluster (gcloud components install gke-gcloud-auth-plugin)",
}


def python(version: tuple[int, ...]) -> list[Finding]:
    """Whether this interpreter is new enough."""
    if version >= PYTHON:
        return []
    found, least = ".".join(map(str, version)), ".".join(map(str, PYTHON))
    remedy = f"Set up the environment again with Python {least} or newer."
    return [
        Finding(check="python", problem=f"this is Python {found}", remedy=remedy, command=("make", "clean", "setup"))
    ]


def tools(names: Iterable[str] = TOOLS) -> list[Finding]:
    """Programs that the engine pulumi calls."""
    return [
        Finding(check="tools", problem=f"{name} is not on the PATH", remedy=f"Install it; it {TOOLS[name]}.")
        for name in names
        if shutil.which(name) is None
    ]


def config(folder: Path, chosen: Sequence[str]) -> list[Finding]:
    """Whether catalogue and stacks load and fit together, the catalogue's secrets with their values among it."""
    findings: list[Finding] = []
    try:
        catalogue = load_catalogue(folder)
        order(folder)
    except ConfigError as error:
        return _refused(error)
    common = shared_stacks(folder)
    for stack in chosen or stacks(folder):
        try:
            loaded = load_environment(stack, folder)
            check_together(stack, loaded, catalogue)
        except ConfigError as error:
            findings += _refused(error)
            continue
        if isinstance(loaded, Environment):
            found = [problem for name, shared in common.items() for problem in unmet(stack, loaded, name, shared)]
            findings += _refused(ConfigError(*found)) if found else []
    return findings


def tokens(folder: Path, chosen: Sequence[str], environment: Mapping[str, str]) -> list[Finding]:
    """Whether GitHub and Slack would know who speaks, where the config names a repository or channels."""
    from delivery.notices_slack import TOKEN as SLACK  # Its library takes a second to import.

    findings: list[Finding] = []
    try:
        common = shared_stacks(folder)
        loaded = {stack: load_environment(stack, folder) for stack in chosen or stacks(folder)}
    except ConfigError:
        return []  # What is wrong with the config is found by its own check.
    if any(shared.platform_repository or shared.application_repository for shared in common.values()):
        try:
            credentials(environment)
        except Failed as error:
            findings.append(Finding(check="tokens", problem=error.what, remedy=error.remedy))
    told = [stack for stack, each in loaded.items() if isinstance(each, Environment) and each.notices.slack]
    if told and not environment.get(SLACK, "").strip():
        problem = f"{SLACK} is not set, and releases of {', '.join(told)} are told in Slack"
        remedy = "Set it to the token of a Slack app that may write to the channels (chat:write)."
        findings.append(Finding(check="tokens", problem=problem, remedy=remedy))
    return findings


def steps(folder: Path, chosen: Sequence[str]) -> list[Finding]:
    """Whether each image that builds run in is named by its digest: the engine pulumi refuses the shared stack otherwise. Those of
    the team's own come with its first update, so that they are asked for last."""
    findings: list[Finding] = []
    for stack, shared in shared_stacks(folder).items():
        others, own = unpinned_steps(stack, shared)
        if (chosen and stack not in chosen) or not (others or own):
            continue
        names = [problem.key.rpartition(".")[2] for problem in others or own]
        remedy = "" if others else f"Once 'slipway up {stack}' has made its repository, and the image is in it."
        findings.append(
            Finding(
                check="steps",
                problem=f"{stack_file(stack)}: {STEPS}: without a digest: {', '.join(names)}",
                remedy=remedy,
                command=("slipway", "pipeline", "pin", *names),
            )
        )
    return findings


def _refused(error: ConfigError) -> list[Finding]:
    return [
        Finding(
            check="config",
            problem=f"{found.file}: {found.key}: {found.problem}" if found.key else f"{found.file}: {found.problem}",
            remedy=found.remedy,
        )
        for found in error.problems
    ]


def git(folder: Path) -> list[Finding]:
    """Whether what is pinned and recorded can be committed, and under whose name."""
    at = ("git", "-C", str(folder))
    if shutil.which("git") is None:
        return [Finding(check="git", problem="git is not on the PATH", remedy="Install it; the ledger lives in it.")]
    if _git(folder, "rev-parse", "--is-inside-work-tree").strip() != "true":
        problem = f"{folder} is in no git repository, so that pins and ledger have no history"
        return [Finding(check="git", problem=problem, command=(*at, "init"))]
    findings: list[Finding] = []
    unmerged = sorted({line.partition("\t")[2] for line in _git(folder, "ls-files", "--unmerged").splitlines()})
    if unmerged:
        problem = f"a merge is not finished: {', '.join(unmerged)}"
        remedy = "Resolve the conflicts and add the files, or go back to before the merge."
        findings.append(Finding(check="git", problem=problem, remedy=remedy, command=(*at, "merge", "--abort")))
    if not os.environ.get(ACTOR) and not _git(folder, "config", "user.email").strip():
        problem = "nobody is named whom the ledger could record"
        remedy = f"Or set {ACTOR}, as builds do."
        command = ("git", "config", "--global", "user.email", "YOU@EXAMPLE.COM")
        findings.append(Finding(check="git", problem=problem, remedy=remedy, command=command))
    return findings


def _git(folder: Path, *words: str) -> str:
    """What git prints; nothing where it fails, which the caller takes for no."""
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *words], capture_output=True, text=True, timeout=SECONDS, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""

"""The image that `slipway` runs in, and the template for services: what can be said of them without building them."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from model.service import Probes
from sandbox.engine.checkpoint import ENGINE_VERSION
from tests.dockerfiles import problems, stages

PROGRAM = Path(__file__).resolve().parents[1]
OURS = (PROGRAM / "Dockerfile").read_text()
GUIDE = (PROGRAM / "docs" / "how-to" / "dockerfile.md").read_text()
INSTALLED = PROGRAM / ".hadolint" / "bin" / "hadolint"
HADOLINT = str(INSTALLED) if INSTALLED.exists() else shutil.which("hadolint")


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    return str(found)


BOTH = pytest.mark.parametrize("text", [OURS, block("dockerfile")], ids=["slipway", "template"])
GOOD = """\
ARG BASE=docker.io/library/python:3.13.5
FROM ${BASE} AS builder
FROM ${BASE}
USER 10001:10001
HEALTHCHECK CMD ["true"]
ENTRYPOINT ["true"]
"""


@BOTH
def test_it_is_as_every_dockerfile_should_be(text: str) -> None:
    assert problems(text) == []


@BOTH
@pytest.mark.skipif(not HADOLINT, reason="hadolint is not here; `make hadolint` installs it")
def test_hadolint_finds_nothing_and_nothing_is_kept_from_it(text: str) -> None:
    assert "hadolint ignore" not in text
    command = [str(HADOLINT), "--no-fail", "--format", "json", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("FROM ${BASE} AS builder\n", ""), ["it has one stage"]),
        ((":3.13.5", ""), ["FROM ${BASE} is no argument that has a reference with a version"] * 2),
        ((":3.13.5", ":latest"), ["FROM ${BASE} is no argument that has a reference with a version"] * 2),
        ((" AS builder", " AS builder\nADD https://example.com/x /x"), ["ADD https://example.com/x /x"]),
        (("FROM ${BASE}\n", "FROM python:3\n"), ["FROM python:3 is no argument that has a reference with a version"]),
        (("USER 10001:10001\n", ""), ["USER '' is no number other than root's"]),
        (("10001:10001", "0:0"), ["USER '0:0' is no number other than root's"]),
        (("10001:10001", "app"), ["USER 'app' is no number other than root's"]),
        (("10001:10001", "10001\nUSER root"), ["USER 'root' is no number other than root's"]),
        (('HEALTHCHECK CMD ["true"]', "HEALTHCHECK NONE"), ["it has no HEALTHCHECK"]),
        (('ENTRYPOINT ["true"]', "ENTRYPOINT true"), ["it has no ENTRYPOINT without a shell"]),
    ],
)
def test_what_is_not_as_it_should_be_is_found(change: tuple[str, str], said: list[str]) -> None:
    assert problems(GOOD) == []
    assert problems(GOOD.replace(*change)) == said


def test_the_cli_is_the_one_that_the_sandbox_is_held_against() -> None:
    arguments, _ = stages(OURS)
    assert arguments["PULUMI_IMAGE"].rpartition(":")[2] == ENGINE_VERSION.removeprefix("v")


def pins(lock: str) -> dict[str, str]:
    """Package -> version and condition, as a lock file has them."""
    found = re.findall(r"^([a-z0-9.-]+)(?:\[[a-z,]+\])?==(.*?) ?\\$", (PROGRAM / lock).read_text(), re.MULTILINE)
    return dict(found)


def test_what_is_installed_is_what_is_tested_without_what_only_tests_need() -> None:
    project = tomllib.loads((PROGRAM / "pyproject.toml").read_text())
    image, tested = pins("requirements.image.lock"), pins("requirements.lock")
    assert {name: version.partition(" ")[0] for name, version in image.items()} == {
        name: tested[name].partition(" ")[0] for name in image
    }
    needed = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    assert {re.split(r"[>=<\[,]", name.lower())[0].replace(".", "-") for name in needed} <= set(image)
    assert not {"pytest", "ruff", "pyrefly", "hypothesis"} & set(image)


def test_the_build_sees_what_the_wheel_is_made_of_and_no_more() -> None:
    project = tomllib.loads((PROGRAM / "pyproject.toml").read_text())
    lines = (PROGRAM / ".dockerignore").read_text().splitlines()
    assert next(line for line in lines if not line.startswith("#")) == "*"
    seen = {line[1:] for line in lines if line.startswith("!")}
    assert set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) <= seen
    assert [name for name in seen if not (PROGRAM / name).exists()] == []
    assert [name for name in seen if re.search(r"Pulumi|services|releases|\.git|\.sandbox|secret", name)] == []


def test_its_health_check_is_a_command_that_there_is() -> None:
    _, made = stages(OURS)
    check = json.loads(made[-1].last("HEALTHCHECK").partition(" CMD ")[2])
    assert check == [*json.loads(made[-1].last("ENTRYPOINT")), "--version"]
    command = [str(Path(sys.executable).with_name(check[0])), *check[1:]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    version = tomllib.loads((PROGRAM / "pyproject.toml").read_text())["project"]["version"]
    assert (done.stdout, done.stderr) == (f"slipway {version}\n", "")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template's program, compiled as its Dockerfile does."""
    go = shutil.which("go") or shutil.which("go", path="/usr/local/go/bin")
    if not go:
        pytest.skip("Go is not here")
    folder = tmp_path_factory.mktemp("go")
    (folder / "main.go").write_text(block("go").replace("10 * time.Second", "1 * time.Second"))
    (folder / "go.mod").write_text("module example.com/server\n\ngo 1.21\n")
    environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local"}
    subprocess.run([go, "vet", "."], cwd=folder, env=environment, timeout=300, check=True)
    build = [go, "build", "-trimpath", "-ldflags=-s -w", "-o", "server", "."]
    subprocess.run(build, cwd=folder, env=environment, timeout=300, check=True)
    return folder / "server"


def test_the_templates_program_answers_the_probes(server: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    environment = {**os.environ, "PORT": port}

    def asked(path: str) -> int:
        time.sleep(0.01)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def healthy() -> int:
        time.sleep(0.05)
        return subprocess.run([server, "health"], env=environment, timeout=10, check=False).returncode

    assert healthy() == 1
    running = subprocess.Popen([server], env=environment)
    try:
        assert any(healthy() == 0 for _ in range(200))
        probes = Probes.model_validate({})
        assert (probes.live, probes.ready) == ("/health/live", "/health/ready")
        assert (asked(probes.live), asked(probes.ready)) == (200, 200)
        running.send_signal(signal.SIGTERM)
        assert any(asked(probes.ready) == 503 for _ in range(200)), "nothing is sent to it any more"
        assert asked(probes.live) == 200, "but what comes is still answered"
        assert running.wait(10) == 0
    finally:
        running.kill()

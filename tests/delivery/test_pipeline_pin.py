"""`slipway pipeline pin`: from the tags in the shared stack's file to digests, over a registry on this machine."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from delivery import pipeline_pin
from delivery.errors import Failed
from delivery.pipeline_pin import Pinned
from delivery.registry_tags import Tags
from model.errors import ConfigError, Problem
from model.stacks import load_environment
from tests.registry.public import PublicRegistry

PROGRAM = Path(__file__).resolve().parents[2]
NEVER = "sha256:" + "0" * 64
STEPS = """\
  slipway:steps:
    # What every pipeline has.
    docker: {host}/library/docker:28.5.1-cli   # with buildx
    emulator: "{host}/tonistiigi/binfmt:qemu-v10.0.4"
    sbom: '{host}/docker/buildkit-syft-scanner:1.9.0'

    slipway: {host}/team/slipway@{never}
    gcloud: {host}/team/gcloud:545.0.0@{never}
    # What checks and scanners run in.
    go: {host}/library/golang:1.25.3
"""
TAGGED = ("library/docker:28.5.1-cli", "tonistiigi/binfmt:qemu-v10.0.4", "docker/buildkit-syft-scanner:1.9.0")
GO = "library/golang:1.25.3"


@pytest.fixture
def server() -> Iterator[PublicRegistry]:
    with PublicRegistry().running() as started:
        yield started


@pytest.fixture
def host(server: PublicRegistry) -> str:
    return f"localhost:{server.url.rpartition(':')[2]}"


@pytest.fixture
def config(tmp_path: Path, host: str) -> Path:
    """The config of this repository, with steps whose images are on this machine."""
    folder = tmp_path / "config"
    folder.mkdir()
    for path in (*PROGRAM.glob("Pulumi.*yaml"), PROGRAM / "services.yaml"):
        shutil.copy(path, folder)
    file = folder / "Pulumi.shared.yaml"
    text, count = re.subn(
        r"^  slipway:steps:\n(?:    .*\n)+", STEPS.format(host=host, never=NEVER), file.read_text(), flags=re.MULTILINE
    )
    assert count == 1
    file.write_text(text)
    return folder


def shared(config: Path) -> str:
    return (config / "Pulumi.shared.yaml").read_text()


def test_tags_get_their_digests_and_nothing_else_changes(config: Path, server: PublicRegistry, host: str) -> None:
    text = shared(config)
    digests = {image: server.push(image) for image in (*TAGGED, GO)}
    found = pipeline_pin.run(config)
    wanted = text
    for image, digest in digests.items():
        wanted = wanted.replace(image, f"{image}@{digest}")
    assert shared(config) == wanted
    assert f"    docker: {host}/{TAGGED[0]}@{digests[TAGGED[0]]}   # with buildx\n" in wanted
    names = ("docker", "emulator", "sbom", "go")
    assert found == [
        Pinned("shared", name, f"{host}/{image}", f"{host}/{image}@{digest}")
        for name, (image, digest) in zip(names, digests.items(), strict=True)
    ]
    assert {each.what for each in found} == {"pinned"}
    assert load_environment("shared", config).steps["go"] == f"{host}/{GO}@{digests[GO]}"


def test_what_is_pinned_is_not_asked_for_again(config: Path, server: PublicRegistry) -> None:
    for image in (*TAGGED, GO):
        server.push(image)
    pipeline_pin.run(config)
    text, server.calls = shared(config), []
    assert pipeline_pin.run(config) == []
    assert (shared(config), server.calls) == (text, [])


def test_update_asks_again_for_all_that_have_a_tag(config: Path, server: PublicRegistry, host: str) -> None:
    digests = {image: server.push(image) for image in (*TAGGED, GO, "team/gcloud:545.0.0")}
    pipeline_pin.run(config)
    text = shared(config)
    found = {each.name: each for each in pipeline_pin.run(config, update=True)}
    assert {name: each.what for name, each in found.items()} == {
        **dict.fromkeys(("docker", "emulator", "sbom", "go"), "same"),
        "gcloud": "moved",
    }
    gcloud = f"{host}/team/gcloud:545.0.0"
    assert found["gcloud"].as_json() == {
        "stack": "shared",
        "name": "gcloud",
        "what": "moved",
        "before": f"{gcloud}@{NEVER}",
        "after": f"{gcloud}@{digests['team/gcloud:545.0.0']}",
    }
    assert shared(config) == text.replace(found["gcloud"].before, found["gcloud"].after)
    assert f"slipway: {host}/team/slipway@{NEVER}\n" in text, "what has no tag is left as it is"


def test_only_those_that_are_named(config: Path, server: PublicRegistry) -> None:
    text, digest = shared(config), server.push(GO)
    assert [each.name for each in pipeline_pin.run(config, ["go"])] == ["go"]
    assert shared(config) == text.replace(GO, f"{GO}@{digest}")


def test_a_step_that_is_not_there_is_not_named(config: Path) -> None:
    with pytest.raises(ConfigError, match="NAME: there is no step image 'gol'. Did you mean 'go'?"):
        pipeline_pin.run(config, ["gol"])


def test_one_that_cannot_be_resolved_keeps_all_from_being_written(
    config: Path, server: PublicRegistry, host: str
) -> None:
    text = shared(config)
    server.push(TAGGED[0])
    server.push(GO)
    with pytest.raises(Failed) as failed:
        pipeline_pin.run(config)
    assert shared(config) == text
    assert [path.name for path in config.glob("*.new")] == []
    said = f"{host} answers with HTTP 404 (manifest unknown): there is no {host}/"
    assert failed.value.what.splitlines() == [
        "2 of 4 images cannot be pinned, and nothing was written",
        f"  emulator: {said}{TAGGED[1]}",
        "    Write a tag that is there.",
        f"  sbom: {said}{TAGGED[2]}",
        "    Write a tag that is there.",
    ]
    assert failed.value.code == 1
    assert failed.value.details["failures"][1] == {
        "name": "sbom",
        "image": f"{host}/{TAGGED[2]}",
        "problem": f"{said}{TAGGED[2]}",
        "remedy": "Write a tag that is there.",
    }


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"status": 429}, "HTTP 429"),
        ({"hangs": True}, "Read timed out"),
        ({"heads": False, "lie": NEVER}, f"is {NEVER}, and sends "),
        ({"closed": True}, "to no stranger"),
    ],
)
def test_whatever_keeps_a_registry_from_telling_leaves_the_file_alone(
    config: Path, server: PublicRegistry, fault: dict[str, object], said: str
) -> None:
    text = shared(config)
    for image in (*TAGGED, GO):
        server.push(image)
    for name, value in fault.items():
        setattr(server, name, value)
    with pytest.raises(Failed, match=said) as failed:
        pipeline_pin.run(config, resolve=Tags(seconds=(0.3, 0.3)).digest)
    assert failed.value.what.startswith("4 of 4 images cannot be pinned")
    assert shared(config) == text


def test_two_steps_of_one_image_ask_once(config: Path, server: PublicRegistry, host: str) -> None:
    file = config / "Pulumi.shared.yaml"
    file.write_text(shared(config).replace(f"{host}/{GO}", f"{host}/{TAGGED[0]}"))
    for image in TAGGED:
        server.push(image)
    told: list[str] = []
    assert len(pipeline_pin.run(config, tell=told.append)) == 4
    assert sorted(told) == [f"asking for {host}/{image}" for image in sorted(TAGGED)]


def test_a_file_that_changes_meanwhile_is_not_overwritten(config: Path) -> None:
    file = config / "Pulumi.shared.yaml"

    def resolve(repository: str, tag: str) -> str:
        file.write_text("config: {}\n")
        return NEVER

    with pytest.raises(Failed, match="Pulumi.shared.yaml was changed meanwhile, and nothing was written"):
        pipeline_pin.run(config, resolve=resolve)
    assert shared(config) == "config: {}\n"


def test_a_config_without_a_shared_stack(config: Path) -> None:
    (config / "Pulumi.shared.yaml").unlink()
    with pytest.raises(ConfigError, match="no stack that can be read is of kind shared"):
        pipeline_pin.run(config)
    with pytest.raises(ConfigError) as refused:
        pipeline_pin.pin(config, "dev", [], lambda repository, tag: NEVER, again=False)
    problem = Problem(
        "Pulumi.dev.yaml", "slipway:kind", "'dev' is no shared stack and has no steps", "Name the shared stack."
    )
    assert refused.value.problems == (problem,)


def test_what_is_shown() -> None:
    found = [Pinned("shared", "go", f"docker.io/{GO}", f"docker.io/{GO}@{NEVER}")]
    assert pipeline_pin.as_json(found) == {"steps": [found[0].as_json()]}
    console = Console(width=200)
    with console.capture() as captured:
        console.print(pipeline_pin.table(found))
    row = [cell.strip() for cell in captured.get().splitlines()[3].split("│")[1:-1]]
    assert row == ["go", f"docker.io/{GO}", "pinned", NEVER]
    assert pipeline_pin.table([]) == "every step's image has its digest already; --update looks their tags up again"

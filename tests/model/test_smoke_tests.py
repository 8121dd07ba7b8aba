"""Smoke tests in the catalogue: which there are, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from model import names
from model.catalogue import load_catalogue
from model.environment import Environment
from model.errors import ConfigError
from model.preview import Preview
from model.smoke_test import SmokeTest
from model.stacks import load_environment
from tests.model.conftest import Edit

METRICS = "  metrics: {image: metrics, port: 8080, callers: [api]}\n"
PRIVATE = "kind: cloud-run, callers: [api]"


def entry(text: str, name: str = "metrics") -> str:
    return f"  {name}: {{image: metrics, port: 8080, {text}}}\n"


def refusal(config: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load_catalogue(config)
    return str(caught.value)


def test_the_default_catalogue_tests_what_others_call(config: Path) -> None:
    tested = {name: service.smoke for name, service in load_catalogue(config).services.items() if service.smoke}
    assert list(tested) == ["api", "read", "write", "proxy", "messenger", "provider-webhooks"]
    assert tested["read"] == SmokeTest(args=("--smoke=read", "$(SMOKE_URL)"))
    assert {(test.image, test.timeout_seconds) for test in tested.values()} == {(None, 120)}


def test_a_collapsed_pod_keeps_the_tests_of_all_its_services(config: Path) -> None:
    api = load_catalogue(config).deployments({"api": ("api", "read", "write", "proxy", "metrics")})["api"]
    assert {service: test.args[0] for service, test in api.smoke.items()} == {
        "api": "--smoke=api",
        "read": "--smoke=read",
        "write": "--smoke=write",
        "proxy": "--smoke=proxy",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("smoke: {}", "services.metrics: its smoke test would be the service itself, which never ends. Give it args"),
        ("smoke: {image: metrics}", "services.metrics: its smoke test would be the service itself"),
        ("smoke: {image: metric}", "services.metrics.smoke.image: there is no image 'metric'. Did you mean 'metrics'?"),
        ("smoke: {args: [x], command: [y]}", "services.metrics.smoke.command: this key is unknown"),
        ("smoke: {args: [x], timeoutSeconds: 541}", "services.metrics.smoke.timeoutSeconds: 541 is refused"),
        ("smoke: {args: [x], timeoutSeconds: 9}", "services.metrics.smoke.timeoutSeconds: 9 is refused"),
        (
            "smoke: {args: [a, '--at=$(SMOKE_URI)/x']}",
            "services.metrics.smoke.args: it has no variable SMOKE_URI. Did you mean 'SMOKE_URL'?",
        ),
        ("smoke: {args: [$(DATABASE_HOST)]}", "services.metrics.smoke.args: it has no variable DATABASE_HOST."),
        ("smoke: {args: [$(SMOKE_CALLER)]}", "services.metrics.smoke.args: it has no variable SMOKE_CALLER."),
    ],
)
def test_what_a_smoke_test_may_not_be(edit: Edit, text: str, expected: str) -> None:
    assert expected in refusal(edit("services.yaml", METRICS, entry(text)))


@pytest.mark.parametrize(
    "text",
    [
        "smoke: {image: api}",
        "smoke: {args: [$(SMOKE_URL), $(SMOKE_DIGEST), $(SLIPWAY_STACK)]}",
        f"{PRIVATE}, smoke: {{args: [$(SMOKE_CALLER)]}}",
    ],
)
def test_what_it_may_be(edit: Edit, text: str) -> None:
    config = edit("services.yaml", METRICS, entry(text))
    assert load_catalogue(config).deployments({})["metrics"].smoke.keys() == {"metrics"}


def test_nobody_is_named_who_may_call_what_everybody_may(edit: Edit) -> None:
    config = edit("services.yaml", METRICS, entry(f"{PRIVATE}, public: true, smoke: {{args: [$(SMOKE_CALLER)]}}"))
    assert "it has no variable SMOKE_CALLER" in refusal(config)


def test_its_name_is_that_of_its_service_and_fits_a_job() -> None:
    assert names.smoke_test("read") == "read-smoke-test"
    assert names.smoke_test("a" * 52) == "a" * 52 + "-smoke-test"
    with pytest.raises(ValueError, match="has 64 characters, the Job of a smoke test may have 63"):
        names.smoke_test("a" * 53)
    assert names.service_url("read", "pr-search", 80) == "http://read.pr-search.svc:80"


def test_a_service_whose_name_leaves_no_room_is_refused(edit: Edit) -> None:
    long = "m" * 53
    config = edit("services.yaml", METRICS, entry("smoke: {args: [x]}", long))
    assert f"services.{long}.smoke: '{long}-smoke-test' has 64 characters" in refusal(config)
    (config / "services.yaml").write_text(
        (config / "services.yaml").read_text().replace(entry("smoke: {args: [x]}", long), entry("callers: [api]", long))
    )
    assert long in load_catalogue(config).services


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("services.yaml", METRICS, entry("callers: [api]", "api-smoke-test")),
        ("Pulumi.dev.yaml", "    api: [api, read, write, proxy]\n", "    api-smoke-test: [api, read, write, proxy]\n"),
    ],
)
def test_nothing_else_is_called_like_a_smoke_test(edit: Edit, file: str, old: str, new: str) -> None:
    config = edit(file, old, new)
    with pytest.raises(ConfigError, match="'api-smoke-test' is what a smoke test would be called. Write another name"):
        load_environment("dev", config) if file == "Pulumi.dev.yaml" else load_catalogue(config)


def test_every_stack_runs_them_unless_it_says_otherwise(edit: Edit, config: Path) -> None:
    (config / "Pulumi.pr-42.yaml").write_text(
        (config / "Pulumi.pr.yaml").read_text() + "  slipway:pullRequest: {number: 42, branch: b}\n"
    )
    for stack in ("dev", "staging", "prod", "pr-42"):
        loaded = load_environment(stack, config)
        assert isinstance(loaded, (Environment, Preview))
        assert loaded.smoke_tests is True
    edit(
        "Pulumi.dev.yaml",
        "  slipway:autoscaling: false\n",
        "  slipway:autoscaling: false\n  slipway:smokeTests: false\n",
    )
    dev = load_environment("dev", config)
    assert isinstance(dev, Environment)
    assert dev.smoke_tests is False

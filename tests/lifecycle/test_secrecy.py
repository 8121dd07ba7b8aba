"""No secret in clear: not in config, state, ledgers, plans, logs, reports, notices or outputs. Only what has to use it has it, here as in
the cloud."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.lifecycle import canaries
from tests.lifecycle.commands import Result, Site

SECRETS = ("clerk", "svix", "temporal", "outpost")
PLAIN = [f"sandbox-{name}-key" for name in SECRETS]
VERSION = "gcp:secretmanager/secretVersion:SecretVersion"
CHANNEL = "gcp:monitoring/notificationChannel:NotificationChannel"
PLACES = {
    *{("entity", VERSION, name) for name in (*SECRETS, "github-app", "slack", "webhook")},
    ("entity", CHANNEL, "slackToken"),
    ("entity", CHANNEL, "pagerdutyKey"),
}
"""What the world keeps in clear, as the cloud itself has to: what Secret Manager holds, and how Monitoring reaches Slack and
PagerDuty."""
PREVIEWS = {
    ("entity", place, "databasePassword") for place in (VERSION, "gcp:sql/user:User", "kubernetes:core/v1:Secret")
}
"""A preview's own password, beside them: its user in the instance, and what its pods sign in with."""
MACHINE = {
    name: f"machine-{name.lower().replace('_', '-')}-0123456789abcdef"
    for name in ("GITHUB_TOKEN", "GITHUB_APP_PRIVATE_KEY", "SLACK_BOT_TOKEN", "PGPASSWORD", "PULUMI_CONFIG_PASSPHRASE")
}
"""What whoever types a command may have in the environment."""
READ = (
    ("plan", "prod", "--json"),
    ("refresh", "prod", "--events"),
    ("outputs", "pr-42", "--json"),
    ("report", "-o", "report.html"),
    ("report", "--json"),
    ("graph", "prod", "--json"),
    ("history", "prod"),
    ("drift", "prod", "--json"),
    ("audit", "export"),
    ("sandbox", "notices", "--json"),
)
"""Whatever shows something, by a walk that has reached production."""


@pytest.mark.journey
def test_no_secret_stands_anywhere_in_clear(released: Site) -> None:
    file = released.config / "Pulumi.dev.yaml"
    file.write_text(file.read_text().replace("slipway:disruptionBudgets: false", "slipway:disruptionBudgets: true"))
    said = [
        released(*command)
        for command in (
            ("plan", "dev"),
            ("plan", "dev", "--json"),
            ("up", "dev"),
            ("refresh", "dev", "--json"),
            ("outputs", "dev", "--json", "--show-secrets"),
            ("status", "--json"),
            ("sandbox", "inspect", "--json"),
            ("pr", "open", "42", "--branch", "search", "--json"),
            ("outputs", "pr-42", "--show-secrets"),
        )
    ]
    assert [word for word in PLAIN for each in said if word in each.out + each.err] == []
    files = [path for path in released.folder.rglob("*") if path.is_file() and "world.sqlite" not in path.name]
    assert len(files) > 10
    assert [(path.name, word) for path in files for word in PLAIN if word.encode() in path.read_bytes()] == []

    holding = {(kind, name) for (kind, name), inputs in released.inventory().items() if holds(inputs)}
    assert {kind for kind, _ in holding} == {VERSION}
    assert {name.split("/")[3] for _, name in holding} == set(SECRETS)


@pytest.mark.journey
def test_no_secret_is_told_of_a_walk_from_dev_to_prod(everywhere_site: Site, tmp_path: Path) -> None:
    site = replace(everywhere_site.copy(tmp_path / "site"), environment=MACHINE)
    said = [site(*command) for command in READ]
    made_up = canaries.made_up(site.folder / ".sandbox" / "world.sqlite")
    assert len(made_up["authString"]) >= 3, "a cache in each environment"
    nowhere_in(site.folder, site.config, said, made_up | {name: {value} for name, value in MACHINE.items()})
    assert in_the_world(site.folder / ".sandbox", site.config) == PLACES | PREVIEWS


@pytest.mark.prove
def test_no_secret_is_told_by_the_whole_demo(empty: Site) -> None:
    canaries.sow(empty.config)
    assert canaries.configured(empty.config)["clerk"].isdisjoint(PLAIN)
    said = [empty("demo")]
    demo = empty.folder / ".sandbox" / "demo"
    nowhere_in(demo, demo / "config", said)
    assert in_the_world(demo, demo / "config") == PLACES


def nowhere_in(
    folder: Path, config: Path, said: Iterable[Result], besides: Mapping[str, set[str]] | None = None
) -> None:
    """Neither in what was said nor in any file but the world: secrets of the stack files, and those besides."""
    names = {**canaries.configured(config), **(besides or {})}
    assert {name for _, _, name in PLACES} <= names.keys()
    told = [canaries.standing((each.out + each.err).encode(), names) for each in said]
    assert told == [set()] * len(told)
    files = [path for path in folder.rglob("*") if path.is_file() and "world.sqlite" not in path.name]
    kinds = {path.name for path in files}
    assert {"prod.json", "prod.jsonl", "report.html", "notices.jsonl", "Pulumi.prod.yaml"} <= kinds
    assert [(path.name, found) for path in files if (found := canaries.standing(path.read_bytes(), names))] == []


def in_the_world(sandbox: Path, config: Path) -> set[tuple[str, str, str]]:
    """Table, type and secret of all that the world keeps in clear."""
    names, rows = canaries.configured(config), canaries.rows(sandbox / "world.sqlite")
    return {(table, kind, name) for table, kind, text in rows for name in canaries.standing(text, names)}


@pytest.mark.parametrize("around", ["{}", "{}&more", "user:{}@host"])
def test_a_secret_is_found_in_any_writing(around: str) -> None:
    value = '/aB3-x_+?&=%"ü'
    text = around.format(value)
    for written in (
        text,
        json.dumps(text),
        quote(text, safe=""),
        base64.b64encode(text.encode()).decode(),
        base64.urlsafe_b64encode(text.encode()).decode(),
    ):
        assert canaries.standing(f"<{written}>".encode(), {"it": {value}}) == {"it"}
    assert canaries.standing(b"<nothing>", {"it": {value}}) == set()


def holds(inputs: object) -> bool:
    return any(word in json.dumps(inputs) for word in PLAIN)


@pytest.mark.journey
def test_another_value_is_another_version_to_which_the_pods_roll_over(released: Site) -> None:
    before = released.inventory()
    file = released.config / "Pulumi.dev.yaml"
    lines = file.read_text().splitlines()
    at = lines.index("    clerk:")
    # The value of another secret, as somebody would seal a new one.
    lines[at + 1] = lines[lines.index("    svix:") + 1]
    file.write_text("\n".join(lines) + "\n")
    steps = released("up", "dev", "--json").json["steps"]
    changed = [(step["op"], step["type"].rpartition(":")[2], step["urn"].rpartition("::")[2]) for step in steps]
    assert [each for each in changed if each[0] not in ("same", "read")] == [
        ("replace", "SecretVersion", "clerk"),
        ("replace", "SecretProviderClass", "api"),
        ("update", "Deployment", "api"),
    ]
    after = released.inventory()
    versions = {name for kind, name in after if kind == VERSION and "ampersand-dev/secrets/clerk/" in name}
    assert {name.rpartition("/")[2] for name in versions} == {"2"}
    pods = [sum(kind.endswith(":SecretProviderClass") for kind, _ in found) for found in (before, after)]
    assert pods == [4, 4], "api, messenger, temporal and outpost; the former one of api's is gone"

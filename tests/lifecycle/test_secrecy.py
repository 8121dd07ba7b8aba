"""No secret in clear: not in config, state, plans, logs or outputs. Only Secret Manager has it, here as in the cloud."""

from __future__ import annotations

import json

from tests.lifecycle.commands import Site

SECRETS = ("clerk", "svix", "temporal", "outpost")
PLAIN = [f"sandbox-{name}-key" for name in SECRETS]
VERSION = "gcp:secretmanager/secretVersion:SecretVersion"


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


def holds(inputs: object) -> bool:
    return any(word in json.dumps(inputs) for word in PLAIN)


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

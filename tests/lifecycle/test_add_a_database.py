"""The guide to databases and caches, typed in its order."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.lifecycle.commands import PROGRAM, Site
from tests.lifecycle.dumps import sealed
from tests.lifecycle.test_capacity import write
from tests.lifecycle.test_readme import FENCE

GUIDE = PROGRAM / "docs" / "how-to" / "add-a-database.md"
YAML = re.compile(r"```yaml\n(.*?)```", re.DOTALL)
MESSENGER = "  messenger: {image: messenger, port: 8080, database: main, "


def resources(site: Site, stack: str) -> dict[str, dict[str, Any]]:
    """`Type name` -> the resource, secrets left sealed."""
    file = site.folder / ".sandbox" / ".pulumi" / "stacks" / "slipway" / f"{stack}.json"
    found = json.loads(file.read_text())["checkpoint"]["latest"]["resources"]
    return {f"{each['type'].rpartition(':')[2]} {each['urn'].rpartition('::')[2]}": each for each in found}


def variables(found: dict[str, dict[str, Any]], name: str) -> dict[str, Any]:
    containers = found[f"Deployment {name}"]["inputs"]["spec"]["template"]["spec"]["containers"]
    [container] = [each for each in containers if each["name"] == name]
    return {each["name"]: each.get("value", each.get("valueFrom")) for each in container["env"]}


@pytest.mark.journey
def test_the_guide_to_databases(released: Site) -> None:
    entries, named, size = YAML.findall(GUIDE.read_text())
    database, cache = (block.strip("\n") for block in entries.split("\n\n"))
    commands = [
        line.removeprefix("slipway ") for block in FENCE.findall(GUIDE.read_text()) for line in block.splitlines()
    ]
    assert commands == ["plan dev", "up dev", "outputs dev"]
    before = resources(released, "dev")

    write(released, "services.yaml", "  main: {owner: api}\n", "".join(database.splitlines(keepends=True)[1:]) + "\n")
    write(released, "services.yaml", "caches:\n", f"{cache}\n")
    names = ", ".join(line.strip() for line in named.splitlines())
    write(released, "services.yaml", MESSENGER, MESSENGER.replace("database: main", names))
    write(released, "Pulumi.dev.yaml", "  slipway:caches:\n", f"  slipway:caches:\n{size}")
    planned, _, outputs = (released(*command.split()) for command in commands)

    after = resources(released, "dev")
    new = sorted(set(after) - set(before))
    assert [name for name in new if name.split()[0] not in ("IAMMember", "Cache")] == [
        "Account orders",
        "Database orders",
        "DatabaseLogin orders",
        "Instance sessions",
        "Secret cache-sessions",
        "User orders",
    ]
    # It can no longer be whom it was before.
    assert sorted(set(before) - set(after)) == ["IAMMember main-messenger"]
    assert "orders" in outputs.out
    assert "sessions" in planned.out + outputs.out

    env = variables(after, "messenger")
    assert env["DATABASE_NAME"] == "orders"
    assert env["DATABASE_IMPERSONATE"] == "login-orders@ampersand-dev.iam.gserviceaccount.com"
    assert (env["REDIS_PORT"], env["REDIS_PREFIX"]) == ("6378", "")
    assert env["REDIS_AUTH"] == {"secretKeyRef": {"name": "cache-sessions", "key": "auth"}}
    told = set(re.findall(r"`((?:DATABASE|REDIS)_[A-Z]+)`", GUIDE.read_text())) - {"DATABASE_PASSWORD"}
    assert told == {name for name in env if name.startswith(("DATABASE_", "REDIS_"))}

    # The Job has run again, since its SQL is another one, and no longer than that.
    [old], [job] = (
        found["Job grants"]["inputs"]["spec"]["template"]["spec"]["containers"] for found in (before, after)
    )
    assert 'ALTER DATABASE "orders" OWNER TO "login-orders@ampersand-dev.iam";' in job["args"][-1]
    assert '"orders"' not in old["args"][-1]
    assert before["Job grants"]["id"] != after["Job grants"]["id"]
    released("up", "dev")
    assert resources(released, "dev")["Job grants"]["id"] == after["Job grants"]["id"]

    # Google's password is nowhere in clear.
    auth = after["Instance sessions"]["outputs"]["authString"]
    assert set(auth) >= {"ciphertext"}
    assert sealed(auth) != auth


@pytest.mark.journey
def test_a_preview_borrows_the_cache_and_keeps_to_keys_of_its_own(released: Site) -> None:
    released("pr", "open", "42", "--branch", "faster")
    own, lent = (variables(resources(released, stack), "outpost") for stack in ("pr-42", "dev"))
    assert own["REDIS_HOST"] == lent["REDIS_HOST"]
    assert (lent["REDIS_PREFIX"], own["REDIS_PREFIX"]) == ("", "pr-42:")

"""Many previews opened, updated and closed by several processes at once, with faults, and branches of any name.

At the end the world is as it was. The whole crowd is in `make prove`; the tests have a small one.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from sandbox.clouds.faults import Effect, Fault
from tests.lifecycle.commands import Running, Site, commit, digest
from tests.lifecycle.dumps import differences, world

KINDS = (
    ("gcp:pubsub/topic:Topic", "create"),
    ("gcp:pubsub/subscription:Subscription", "create"),
    ("gcp:sql/database:Database", "create"),
    ("gcp:secretmanager/secretVersion:SecretVersion", "create"),
    ("kubernetes:apps/v1:Deployment", "create"),
    ("kubernetes:core/v1:Namespace", "create"),
    ("gcp:pubsub/topic:Topic", "delete"),
    ("kubernetes:core/v1:Namespace", "delete"),
    ("gcp:sql/user:User", "delete"),
)
EFFECTS = (Effect.FAIL, Effect.CRASH, Effect.TIMEOUT, Effect.QUOTA)
WORDS = ("feature/", "../", "..", "'; DROP TABLE users; --"[:4], "$(rm)", "`id`", "Ünïcode", "日本", "🚀", "-", "/", "9", "x" * 60, "Login", "pr-1", ".lock", "%00", "&&", "|", '"')  # fmt: skip


def branches(seed: int, count: int) -> Iterator[str]:
    """Names that git might take and no API would."""
    drawn = random.Random(seed)
    seen: set[str] = set()
    while len(seen) < count:
        name = "".join(drawn.choice(WORDS) for _ in range(drawn.randint(1, 5))).replace(" ", "")[:255]
        if name and name not in seen and not name.startswith("-"):
            seen.add(name)
            yield name


def crowd(site: Site, count: int, processes: int, faults: int) -> tuple[Counter[str], set[str]]:
    """How often each verb had to be repeated, and the namespaces that there were. What fails is asked for once more."""
    drawn = random.Random(count)
    for _ in range(faults):
        kind, operation = drawn.choice(KINDS)
        site.plan_fault(Fault(kind, operation, drawn.choice(EFFECTS), drawn.randint(1, max(2, count // 2))))
    names = dict(enumerate(branches(count, count), 1))
    repeated: Counter[str] = Counter()
    namespaces: set[str] = set()
    commands = {
        "open": [("pr", "open", str(number), "--branch", name, "--json") for number, name in names.items()],
        "update": [("pr", "open", str(number), "--image", f"api={digest(7)}", "--json") for number in names],
        "close": [("pr", "close", str(number), "--json") for number in names],
    }
    for verb, waiting in commands.items():
        rest = dict.fromkeys(waiting, 0)
        running: dict[tuple[str, ...], tuple[Running, int]] = {}
        while rest or running:
            while rest and len(running) < processes:
                command = next(iter(rest))
                running[command] = (site.start(*command), rest.pop(command))
            command, (runs, tries) = next(iter(running.items()))
            ended = runs.wait()
            del running[command]
            if ended.code:
                assert tries < 5, f"{command}: {ended.err}"
                repeated[verb] += 1
                rest[command] = tries + 1
            elif verb == "open":
                namespaces.add(ended.json["namespace"])
    return repeated, namespaces


def prepared(site: Site, count: int) -> None:
    """Room for so many: nodes that hold their pods."""
    template = site.config / "Pulumi.pr.yaml"
    text = template.read_text()
    template.write_text(text.replace("slipway:mostPreviews: 20", f"slipway:mostPreviews: {count}"))
    dev = site.config / "Pulumi.dev.yaml"
    text = dev.read_text()
    larger = re.sub(r"maxNodes: \d+", "maxNodes: 100", text.replace("e2-standard-4", "e2-standard-16"), count=1)
    assert larger != text
    dev.write_text(larger)
    site("up", "dev")
    site("sandbox", "push", f"api@{digest(7)}", "--commit", commit(7))


def verified(site: Site, count: int, processes: int, faults: int) -> Counter[str]:
    prepared(site, count)
    before = world(site)
    repeated, namespaces = crowd(site, count, processes, faults)
    assert len(namespaces) == count
    assert all(re.fullmatch(r"pr(-[a-z0-9]+)+", each) and len(each) <= 63 for each in namespaces)
    assert differences(world(site), before) == []
    assert site("pr", "list", "--json").json == {"previews": []}
    assert site("pr", "sweep", "--json").json["found"] == []
    assert not list(site.config.glob("Pulumi.pr-*.yaml"))
    return repeated


@pytest.mark.journey
def test_a_few_at_once_leave_nothing(released: Site) -> None:
    assert set(verified(released, 4, 2, 2)) <= {"open", "update", "close"}


@pytest.mark.prove
def test_two_hundred_by_eight_processes_leave_nothing(released: Site) -> None:
    repeated = verified(released, 200, 8, 60)
    assert sum(repeated.values()) > 0
    print(f"\n200 previews opened, updated and closed by 8 processes; after a fault repeated: {dict(repeated)}")


@pytest.mark.journey
def test_two_branches_whose_names_shorten_to_the_same(released: Site) -> None:
    before = world(released)
    made = {
        number: released("pr", "open", str(number), "--branch", branch, "--json").json["namespace"]
        for number, branch in (
            (1, "a" * 100 + "b"),
            (2, "a" * 100 + "c"),
            (3, "Fix_Login"),
            (4, "fix/login"),
            (5, "fix-login"),
        )
    }
    assert len(set(made.values())) == 5
    assert made[5] == "pr-fix-login"
    for number in made:
        released("pr", "close", str(number))
    assert differences(world(released), before) == []

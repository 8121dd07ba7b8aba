"""A new version replaces and deletes nothing that the change log does not announce.

Today's program is planned over each version's states, with the config of that day.
"""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.lifecycle.commands import PROGRAM, Commands, Result
from tests.states.announced import Loss, announced, losses, unannounced, versions
from tests.states.recorded import STACKS, file, unpacked

CHANGELOG = (PROGRAM / "CHANGELOG.md").read_text()
RECORDED = [version for version in versions(CHANGELOG) if file(version).exists()]
"""The newest first."""
Planned = tuple[str, dict[str, Result]]
LOG = """# Change log

## [Unreleased]

```yaml upgrade
- {change: replace, resource: NodePool *, stack: prod}
```

## [0.2.0]

```yaml upgrade
- {change: delete, resource: Topic old}
```

## [0.1.0]
"""


@pytest.fixture(scope="module", params=RECORDED)
def planned(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, commands: Commands) -> Planned:
    """A version, and today's plan over each stack that it has left."""
    site = unpacked(file(request.param), tmp_path_factory.mktemp("recorded"), commands)
    started = {stack: site.start("plan", stack, "--json") for stack in STACKS}
    return request.param, {stack: running.wait() for stack, running in started.items()}


@pytest.mark.parametrize("stack", STACKS)
def test_nothing_goes_that_is_not_announced(planned: Planned, stack: str) -> None:
    version, plan = planned[0], planned[1][stack]
    steps = plan.json.get("steps", [])
    assert unannounced(losses(stack, steps), announced(CHANGELOG, since=version)) == []
    assert plan.code == 0, plan.err
    assert {step["op"] for step in steps} <= {"same", "read", "create", "update", "replace", "delete"}
    assert sum(step["op"] in ("same", "update") for step in steps) > 150


def test_what_is_announced_goes(planned: Planned) -> None:
    """Of the newest version: an older one may never have had what a later one takes away."""
    version, plans = planned
    found = [loss for stack, plan in plans.items() for loss in losses(stack, plan.json.get("steps", []))]
    said = announced(CHANGELOG, since=version) if version == RECORDED[0] else []
    assert [each for each in said if not any(each.covers(loss) for loss in found)] == []


def test_sections_after_a_version_count_and_older_ones_do_not() -> None:
    pool = Loss(change="replace", resource="NodePool *", stack="prod")
    topic = Loss(change="delete", resource="Topic old")
    assert announced(LOG, since="0.1.0") == [pool, topic]
    assert announced(LOG, since="0.2.0") == [pool]


def test_an_announcement_is_of_one_change_of_a_resource_in_a_stack() -> None:
    pool = Loss(change="replace", resource="NodePool default", stack="prod")
    others = [
        pool.model_copy(update=each)
        for each in ({"change": "delete"}, {"resource": "Cluster default"}, {"stack": "dev"})
    ]
    assert unannounced([pool, *others], announced(LOG, since="0.2.0")) == others
    with pytest.raises(ValidationError):
        Loss.model_validate({"change": "update", "resource": "NodePool default"})

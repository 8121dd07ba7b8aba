"""What a version says that it replaces or deletes: the lists fenced as `yaml upgrade` in CHANGELOG.md.

```yaml upgrade
- {change: replace, resource: NodePool default, stack: prod}
```
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Any, Literal

import yaml
from pydantic import Field

from model.inert import Inert

_SECTION = re.compile(r"^## \[(.+?)\]", re.MULTILINE)
_FENCED = re.compile(r"^```yaml upgrade\n(.*?)^```", re.MULTILINE | re.DOTALL)
LOSING = ("replace", "delete")
"""What an `up` does that takes something away."""


class Loss(Inert):
    """A resource of a stack that goes, for good or for another one."""

    change: Literal["replace", "delete"]
    resource: str = Field(pattern=r"\S \S", description="its kind and name, with * for any text in an announcement")
    stack: str = Field("*", pattern=r"\S", description="with * for any text in an announcement")

    def covers(self, found: Loss) -> bool:
        """Whether this announces that."""
        patterns = ((found.resource, self.resource), (found.stack, self.stack))
        return self.change == found.change and all(fnmatchcase(name, pattern) for name, pattern in patterns)


def versions(text: str) -> list[str]:
    """The sections of a change log, newest first; the first may be `Unreleased`."""
    return _SECTION.findall(text)


def announced(text: str, since: str) -> list[Loss]:
    """What all sections after a version say."""
    newer, found, _ = text.partition(f"\n## [{since}]")
    assert found, f"CHANGELOG.md has no section {since}"
    entries: list[Any] = [entry for block in _FENCED.findall(newer) for entry in yaml.safe_load(block)]
    return [Loss.model_validate(entry) for entry in entries]


def losses(stack: str, steps: list[dict[str, Any]]) -> list[Loss]:
    """What the steps of a plan take away."""
    return [
        Loss(
            change=step["op"],
            resource=f"{step['type'].rpartition(':')[2]} {step['urn'].rpartition('::')[2]}",
            stack=stack,
        )
        for step in steps
        if step["op"] in LOSING
    ]


def unannounced(found: list[Loss], said: list[Loss]) -> list[Loss]:
    """What goes without a word."""
    return [loss for loss in found if not any(each.covers(loss) for each in said)]

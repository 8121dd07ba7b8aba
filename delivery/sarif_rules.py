"""Which rule a result of a SARIF file is of: by place, by id, in the tool itself or in one of its extensions. Pure.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html#_Toc34317873
"""

from __future__ import annotations

from delivery.sarif_document import Component, ComponentReference, Result, Rule, Tool

DEEPEST = 10
"""Parts of an id that are taken off on the way to the rule of which it is a case."""


class Rules:
    """All rules of a tool, read once: a file may have thousands of them and of results."""

    def __init__(self, tool: Tool) -> None:
        self._driver, self._extensions = tool.driver, tool.extensions
        # Of two rules with one id, the first.
        self._known = [
            (component, {rule.id: rule for rule in reversed(component.rules)})
            for component in (tool.driver, *tool.extensions)
        ]

    def of(self, result: Result) -> Rule | None:
        """By its place where its id agrees, else by the id; `CA1000/1` is a case of the rule `CA1000`."""
        reference = result.rule
        wanted = result.rule_id or (reference.id if reference else None) or ""
        component = self._component(reference.tool_component if reference else None)
        for index in (result.rule_index, reference.index if reference else -1):
            if 0 <= index < len(component.rules):
                found = component.rules[index]
                if not wanted or wanted == found.id or wanted.startswith(f"{found.id}/"):
                    return found
        return self._by_id(wanted, component)

    def _by_id(self, wanted: str, preferred: Component) -> Rule | None:
        first = sorted(self._known, key=lambda known: known[0] is not preferred)
        for _ in range(DEEPEST):
            for _, rules in first:
                if wanted in rules:
                    return rules[wanted]
            wanted = wanted.rpartition("/")[0]
        return None

    def _component(self, named: ComponentReference | None) -> Component:
        """The extension that the result names, else the tool itself. CodeQL's rules are in extensions."""
        if named is None:
            return self._driver
        if 0 <= named.index < len(self._extensions):
            return self._extensions[named.index]
        for each in self._extensions:
            if (named.guid and each.guid == named.guid) or each.name == named.name:
                return each
        return self._driver

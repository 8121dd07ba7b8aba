"""Which checks a branch may ask for: those that every pull request gets."""

from __future__ import annotations

from dataclasses import replace

from pipelines.setting import Setting
from pipelines.trigger import PullRequest, Trigger, reported
from wiring.repository_rules import always_reported


def test_only_a_build_that_comes_by_itself_of_any_file_is_required(ours: Setting, found: dict[str, Trigger]) -> None:
    assert always_reported(ours.shared, found) == ["pull-request (ampersand-prod)", "migrations (ampersand-prod)"]
    assert reported("preview", "acme") == "preview (acme)"
    event = found["pull-request"].event
    assert isinstance(event, PullRequest)
    for other in (replace(event, comment=True), replace(event, ignored=("*.md",)), replace(event, source="platform")):
        assert always_reported(ours.shared, {"pull-request": replace(found["pull-request"], event=other)}) == []


def test_the_one_check_waits_for_all_that_the_catalogue_names(ours: Setting, found: dict[str, Trigger]) -> None:
    steps = {step.id: step for step in found["pull-request"].build.steps}
    *_, gate = steps
    waiting, needed = [gate], set[str]()
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += steps[name].after
    catalogue = ours.catalogue
    assert {"lint", "typecheck", "test-unit", "test-integration"} <= set(catalogue.checks)
    of_source = {name for name, scanner in catalogue.scanners.items() if scanner.looks_at == "source"}
    assert of_source
    assert {*catalogue.checks, *of_source} <= needed
    assert needed >= {name for name in steps if name.startswith("build")}

"""The demo tells the truth, and leaves the clone as it was."""

import hashlib

import pytest

from delivery import demo
from tests.lifecycle.commands import PROGRAM, Site


@pytest.mark.prove
def test_the_demo_shows_all_of_it_and_touches_nothing(empty: Site) -> None:
    files = [*PROGRAM.glob("*.yaml"), *empty.config.glob("*")]
    before = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    out = empty("demo").out
    assert [line for line in out.splitlines() if line[:1].isdigit()] == [
        "1. Shared, prod, staging and dev come up; nothing is released yet",
        "2. Images are pushed, a release is recorded and deployed to dev",
        "3. From dev straight to prod is refused",
        "4. The release is promoted to staging, then to prod",
        "5. A preview for pull request 42 opens and closes",
        "6. A release whose image crashes goes back by itself, and dev is on hold",
        "7. A release with one new image reaches prod, and prod goes back in one step",
        "8. What runs where",
    ]
    assert "All of it happened as told" in out
    assert {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files} == before
    assert sorted(path.name for path in (empty.folder / ".sandbox").iterdir()) == ["demo"]


@pytest.mark.journey
def test_the_demo_fails_where_something_is_not_as_told(empty: Site) -> None:
    path = empty.config / "Pulumi.dev.yaml"
    path.write_text(path.read_text().replace("maxNodes: 12,", "maxNodes: 1,").replace("cpu: 250m", "cpu: '32'"))
    failed = empty("demo", code=1)
    assert "does not run in dev" in failed.err
    assert "All of it happened as told" not in failed.out


@pytest.mark.parametrize(
    ("environments", "told"),
    [
        (["dev"], ["Shared and dev come up; nothing is released yet"]),
        (
            ["dev", "prod"],
            ["Shared, prod and dev come up; nothing is released yet", "The release is promoted to prod"],
        ),
        (
            ["TEST", "SANDBOX", "PROD"],
            [
                "Shared, PROD, SANDBOX and TEST come up; nothing is released yet",
                "From TEST straight to PROD is refused",
                "The release is promoted to SANDBOX, then to PROD",
            ],
        ),
    ],
)
def test_a_team_with_other_environments_is_shown_what_there_is_to_see(environments: list[str], told: list[str]) -> None:
    acts = [title for title, _ in demo.own_acts(environments)]
    assert [title for title in acts if "come up" in title or "straight" in title or "promoted" in title] == told
    assert (
        acts[-2]
        == f"A release with one new image reaches {environments[-1]}, and {environments[-1]} goes back in one step"
    )

"""A pull request's own environment: made, changed, removed without a trace."""

from pathlib import Path

import pytest

from sandbox.clouds.faults import Effect, Fault
from tests.lifecycle.commands import Site, commit, digest
from tests.moves.small import IMAGES

ONE = {image: digest(1) for image in IMAGES}


@pytest.mark.journey
def test_a_preview_has_its_own_and_leaves_nothing(released: Site) -> None:
    before, files = released.inventory(), sorted(released.config.iterdir())
    base = released.yaml("dev")
    released("sandbox", "push", f"api@{digest(7)}", "--commit", commit(7))
    opened = released("pr", "open", "42", "--branch", "search", "--image", f"api={digest(7)}", "--json").json
    assert opened["namespace"] == "pr-search"
    assert opened["changes"]["update"] == opened["changes"]["delete"] == 0

    made = released.inventory().keys() - before.keys()
    ids = {kind: sorted(name for each, name in made if each == kind) for kind, _ in made}
    assert len(ids["kubernetes:core/v1:Namespace"]) == 1
    assert ids["kubernetes:core/v1:Namespace"][0].endswith("/pr-search")
    assert all("pr-42-" in name for name in ids["gcp:pubsub/topic:Topic"] + ids["gcp:pubsub/subscription:Subscription"])
    assert all("pr_42_" in name for name in ids["gcp:sql/database:Database"] + ids["gcp:sql/user:User"])
    assert all("/pr-search/" in name for name in ids["kubernetes:apps/v1:Deployment"])
    outputs = released("outputs", "pr-42", "--json").json
    assert outputs["namespace"] == "pr-search"
    assert outputs["services"]["api"]["image"].endswith(f"/api@{digest(7)}")
    assert outputs["services"]["scribe"]["image"].endswith(f"/scribe@{digest(1)}")

    text = released.yaml("pr-42")
    assert "  slipway:databasePassword:\n    secure: v1:" in text
    assert "encryptionsalt: v1:" in text
    released("pr", "close", "42")
    assert released.inventory() == before
    assert sorted(released.config.iterdir()) == files
    assert released.yaml("dev") == base
    assert not (released.folder / ".sandbox" / ".pulumi" / "stacks" / "slipway" / "pr-42.json").exists()
    assert released("pr", "close", "42").out == "there was no preview pr-42\n"


@pytest.mark.journey
def test_opening_again_changes_only_what_is_new(released: Site) -> None:
    released("pr", "open", "42", "--branch", "search")
    secret = next(line for line in released.yaml("pr-42").splitlines() if "secure:" in line)
    same = released("pr", "open", "42", "--branch", "search", "--json").json["changes"]
    assert {op for op, count in same.items() if count} == {"same"}
    released("sandbox", "push", f"scribe@{digest(8)}", "--commit", commit(8))
    again = released("pr", "open", "42", "--branch", "search", "--image", f"scribe={digest(8)}", "--json").json
    changed = [(step["op"], step["type"]) for step in again["steps"] if step["op"] not in ("same", "read")]
    assert changed == [("update", "kubernetes:apps/v1:Deployment")]
    assert secret in released.yaml("pr-42").splitlines()


@pytest.mark.journey
def test_what_is_not_its_own_follows_the_base(released: Site) -> None:
    released("sandbox", "push", f"api@{digest(7)}", "--commit", commit(7))
    released("pr", "open", "42", "--branch", "search", "--image", f"api={digest(7)}")
    released("deploy", "dev", released.release(dict.fromkeys(IMAGES, 2)))
    released("pr", "open", "42", "--branch", "search")
    services = released("outputs", "pr-42", "--json").json["services"]
    assert services["api"]["image"].endswith(digest(7))
    assert services["scribe"]["image"].endswith(digest(2))


@pytest.mark.journey
def test_two_previews_do_not_touch_each_other(released: Site) -> None:
    released("pr", "open", "1", "--branch", "one")
    one = released.inventory()
    released("pr", "open", "2", "--branch", "two")
    released("pr", "close", "2")
    assert released.inventory() == one
    assert released("plan", "pr-1", "--json").json["changes"]["same"] > 40
    assert released("plan", "pr-1", "--json").json["changes"]["update"] == 0


@pytest.mark.journey
@pytest.mark.parametrize("made", [3, 30])
def test_what_was_killed_is_finished_or_removed(released: Site, made: int) -> None:
    before = released.inventory()
    kill_at(released, len(before) + made, "pr", "open", "42", "--branch", "search")
    released("pr", "open", "42", "--branch", "search")
    whole = released.inventory()
    assert len(whole) > len(before) + made
    assert released("plan", "pr-42", "--json").json["changes"]["create"] == 0

    kill_at(released, len(whole) - made, "pr", "close", "42", falling=True)
    (released.config / "Pulumi.pr-42.yaml").unlink()
    released("pr", "close", "42")
    assert released.inventory() == before


def kill_at(site: Site, count: int, *arguments: str, falling: bool = False) -> None:
    """SIGKILL as soon as so many things exist: more than before while they are made, fewer while they go.

    On a busy machine the command may end first; what is asked of the next command then holds as well.
    """
    world = site.world
    running = site.start(*arguments)
    while True:
        with world.read() as tx:
            ((found,),) = tx.rows("SELECT count(*) FROM entity")
        if running.ended or (found <= count if falling else found >= count):
            break
    running.kill()
    running.wait()
    world.close()


@pytest.mark.journey
def test_a_close_that_fails_can_be_repeated(released: Site) -> None:
    before = released.inventory()
    released("pr", "open", "42", "--branch", "search")
    released.plan_fault(Fault("gcp:pubsub/topic:Topic", "delete", Effect.FAIL, 3))
    failed = released("pr", "close", "42", code=1)
    assert "run 'slipway pr close 42' again" in failed.err
    released("pr", "close", "42")
    assert released.inventory() == before


@pytest.mark.parametrize(
    "branch",
    [
        "feature/Ünïcode",
        *(pytest.param(each, marks=pytest.mark.prove) for each in ("../../etc", "a" * 250, "1.0", "yes")),
        "';drop-table-users;--",
    ],
)
def test_any_branch_makes_a_preview_that_leaves_no_trace(released: Site, branch: str) -> None:
    before = released.inventory()
    opened = released("pr", "open", "7", "--branch", branch, "--json").json
    assert sorted(path.name for path in released.config.glob("*pr-*")) == ["Pulumi.pr-7.yaml"]
    assert opened["namespace"].startswith("pr-")
    changes = released("plan", "pr-7", "--json").json["changes"]
    assert {op for op, count in changes.items() if count} == {"same"}
    released("pr", "close", "7")
    assert released.inventory() == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("0", "--branch", "x"), "greater than or equal to 1"),
        (("42", "--branch", "x", "--image", "apo=" + digest(1)), "Did you mean 'api'?"),
        (("42", "--branch", "x", "--image", "api=latest"), "'latest' is no digest"),
        (("42", "--branch", "x" * 300), "slipway:pullRequest.branch"),
    ],
)
def test_bad_input_leaves_no_file(empty: Site, arguments: tuple[str, ...], said: str) -> None:
    refused = empty("pr", "open", *arguments, code=2)
    assert said in " ".join(refused.err.replace("│", " ").split())
    assert not list(Path(empty.config).glob("Pulumi.pr-[0-9]*"))


def test_two_pull_requests_of_one_branch_do_not_share_a_namespace(released: Site) -> None:
    released("pr", "open", "7", "--branch", "search")
    before = released.inventory()
    refused = released("pr", "open", "8", "--branch", "search", "--json", code=3)
    assert [refusal["guard"] for refusal in refused.json["refusals"]] == ["own-namespace"]
    assert released.inventory() == before
    assert not (released.config / "Pulumi.pr-8.yaml").exists()


@pytest.mark.journey
def test_an_environment_stays_while_a_preview_stands_on_it(released: Site) -> None:
    released("pr", "open", "7", "--branch", "search")
    before = released.inventory()
    refused = released("destroy", "dev", "--json", code=3).json["refusals"]
    assert [(refusal["guard"], refusal["remedy"]) for refusal in refused] == [
        ("nobody-borrows", "Close it first with 'slipway pr close 7'.")
    ]
    assert released.inventory() == before
    released("pr", "close", "7")
    released("destroy", "dev")


@pytest.mark.parametrize("branch", [" ", "two words", "line\nfeed", "a~b", "x" * 256])
def test_what_git_would_not_call_a_branch_is_refused(released: Site, branch: str) -> None:
    told = released("pr", "open", "9", "--branch", branch, code=2).err
    assert "Pulumi.pr-9.yaml: slipway:pullRequest.branch" in told
    assert "the branch of the pull request, as git names it" in told


def test_a_preview_of_nothing_is_not_begun(empty: Site) -> None:
    told = empty("pr", "open", "7", "--branch", "search", code=1).err
    assert "dev, which the preview would stand on, was never brought up" in told
    assert "Run 'slipway up dev' first." in told
    assert not (empty.config / "Pulumi.pr-7.yaml").exists()

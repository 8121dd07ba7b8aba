"""Commits that hold what they should and nothing else, and pushes that lose nothing when others come first."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from delivery import git as git_module
from delivery import work_tree
from delivery.errors import Failed, Locked, Refused
from delivery.repository import find
from tests.delivery.clones import AT, PROGRAM, STACK, Clone, Hosted, git

DEV, PROD = "Pulumi.dev.yaml", "Pulumi.prod.yaml"


# Where the config folder lies


def test_a_config_folder_in_no_clone_has_no_repository(tmp_path: Path, hosted: Hosted) -> None:
    assert find(tmp_path) is None
    assert find(hosted.bare) is None


def test_a_config_folder_that_its_clone_ignores_has_no_repository(ann: Clone) -> None:
    demo = ann.folder / ".sandbox" / "demo" / "config"
    demo.mkdir(parents=True)
    assert find(demo) is None


def test_a_config_folder_may_be_a_part_of_the_clone(ann: Clone) -> None:
    config = ann.folder / "platform"
    config.mkdir()
    found = find(config)
    assert found
    assert (found.top, found.config, found.git_dir) == (ann.folder, config, ann.folder / ".git")
    assert found.name_of(Path("releases/dev.jsonl")) == "platform/releases/dev.jsonl"
    assert found.name_of(ann.folder / DEV) == DEV


def test_a_hook_that_calls_the_command_does_not_lead_it_elsewhere(
    ann: Clone, bob: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(bob.folder / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(bob.folder / ".git" / "index"))
    found = find(ann.folder)
    assert found
    assert found.git_dir == ann.folder / ".git"


def test_a_repository_that_git_will_not_open_is_said_to_be_so(tmp_path: Path, ann: Clone) -> None:
    (ann.folder / ".git" / "config").write_text("[core\n")
    with pytest.raises(Failed, match="git cannot open the repository of .*bad config line 1"):
        find(ann.folder)


# Commits


def test_a_commit_holds_its_paths_and_nothing_else(ann: Clone) -> None:
    ann.write(DEV, "dev: 1\n")
    new = ann.write("releases/dev.jsonl", "")
    ann.ledger("dev").append("ann", AT, "begun", {})
    ann.write(PROD, "staged\n")
    ann.git("add", PROD)
    ann.write(PROD, "staged and changed again\n")
    ann.write("services.yaml", "changed\n")
    ann.write("notes.txt", "untracked\n")
    before = ann.git("rev-parse", "HEAD")
    made = ann.repository.commit([ann.folder / DEV, new], "Deploy", trailers={"Slipway-Release": "2026.01.31.0001"})
    assert made == ann.git("rev-parse", "HEAD")
    assert ann.git("rev-parse", "HEAD^") == before
    assert ann.git("show", "--name-status", "--format=", "HEAD") == f"M\t{DEV}\nA\treleases/dev.jsonl"
    assert ann.git("status", "--porcelain") == f"MM {PROD}\n M services.yaml\n?? notes.txt"
    assert ann.git("show", f":{PROD}") == "staged"
    assert ann.git("log", "-1", "--format=%an <%ae> %cn %s %G?") == "Ann <ann@example.com> Ann Deploy N"
    assert ann.repository.trailers("HEAD")["Slipway-Release"] == "2026.01.31.0001"


def test_a_path_that_is_staged_in_parts_is_committed_as_it_lies_in_the_work_tree(ann: Clone) -> None:
    ann.write(DEV, "one\n")
    ann.git("add", DEV)
    ann.write(DEV, "one\ntwo\n")
    assert ann.repository.commit([ann.folder / DEV], "Deploy")
    assert ann.git("show", f"HEAD:{DEV}") == "one\ntwo"
    assert ann.git("status", "--porcelain") == ""


def test_where_nothing_changed_nothing_is_committed(ann: Clone) -> None:
    before = ann.state()
    assert ann.repository.commit([ann.folder / DEV, ann.folder / "nowhere"], "Deploy") is None
    assert ann.state() == before


def test_a_removed_file_is_committed_as_removed(ann: Clone) -> None:
    (ann.folder / PROD).unlink()
    assert ann.repository.commit([Path(PROD)], "Remove")
    assert ann.git("show", "--name-status", "--format=", "HEAD") == f"D\t{PROD}"
    assert ann.git("status", "--porcelain") == ""


def test_a_detached_head_moves_on_and_its_branch_stays(ann: Clone) -> None:
    main = ann.git("rev-parse", "main")
    ann.git("checkout", "--quiet", "--detach")
    ann.write(DEV, "dev: 1\n")
    made = ann.repository.commit([Path(DEV)], "Deploy")
    assert (ann.git("rev-parse", "HEAD"), ann.git("rev-parse", "main")) == (made, main)
    with pytest.raises(Failed, match="no branch is checked out"):
        ann.repository.push()


def test_the_first_commit_of_all(tmp_path: Path, hosted: Hosted) -> None:
    git(tmp_path, "init", "--quiet", "--template=", "--initial-branch=main", "new")
    clone = Clone(tmp_path / "new")
    clone.git("config", "user.name", "Ann")
    clone.git("config", "user.email", "ann@example.com")
    clone.write(DEV, STACK)
    clone.write("other", "")
    assert clone.repository.head() is None
    made = clone.repository.commit([Path(DEV)], "Deploy")
    assert (clone.repository.head(), clone.git("log", "--format=%s %P")) == (made, "Deploy ")
    assert clone.git("status", "--porcelain") == "?? other"
    with pytest.raises(Failed, match="the branch main has no upstream") as refused:
        clone.repository.push()
    assert refused.value.remedy == "Give it one with 'git push -u origin main'."


@pytest.mark.parametrize(
    ("begin", "what"),
    [
        (("merge", "other"), "a merge"),
        (("cherry-pick", "other"), "a cherry-pick"),
        (("rebase", "other"), "a rebase"),
        (("revert", "HEAD~1"), "a revert"),
    ],
)
def test_nothing_is_committed_while_something_is_half_done(ann: Clone, begin: tuple[str, ...], what: str) -> None:
    ann.git("switch", "--quiet", "--create", "other")
    ann.write(DEV, "theirs\n")
    ann.git("commit", "--quiet", "--all", "--message", "theirs")
    ann.git("switch", "--quiet", "main")
    for text in ("ours\n", "ours again\n"):
        ann.write(DEV, text)
        ann.git("commit", "--quiet", "--all", "--message", "ours")
    ann.git(*begin, code=1)
    ann.write(PROD, "prod: 1\n")
    before = ann.state()
    with pytest.raises(Refused) as refused:
        ann.repository.commit([Path(PROD)], "Deploy")
    ((name, problem, remedy),) = refused.value.refusals
    assert (name, problem) == ("nothing-under-way", f"{what} is under way in {ann.folder}")
    assert remedy == f"Finish it, or take it back with 'git {begin[0]} --abort'."
    assert ann.state() == before


def test_a_file_with_conflicts_is_not_committed(ann: Clone) -> None:
    ann.write(DEV, "stashed\n")
    ann.git("stash", "--quiet")
    ann.write(DEV, "committed\n")
    ann.git("commit", "--quiet", "--all", "--message", "committed")
    ann.git("stash", "pop", "--quiet", code=1)
    with pytest.raises(Refused) as refused:
        ann.repository.commit([Path(DEV)], "Deploy")
    assert refused.value.refusals[0][1] == f"{DEV} has conflicts"


def test_a_missing_identity_is_the_machines_with_the_actor_s_address_or_refused(
    ann: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann.git("config", "--unset", "user.name")
    ann.git("config", "--unset", "user.email")
    ann.write(DEV, "dev: 1\n")
    with pytest.raises(Refused) as refused:
        ann.repository.commit([Path(DEV)], "Deploy")
    assert refused.value.refusals[0][:2] == ("known-committer", "git does not know who you are")
    monkeypatch.setenv("SLIPWAY_ACTOR", "builder@example.com")
    assert ann.repository.commit([Path(DEV)], "Deploy")
    both = ann.git("log", "-1", "--format=%an <%ae>, %cn <%ce>")
    assert both == "Slipway <builder@example.com>, Slipway <builder@example.com>"


def test_settings_and_hooks_of_a_person_do_not_touch_a_commit(ann: Clone, hosted: Hosted) -> None:
    hooks = ann.folder / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("pre-commit", "commit-msg", "pre-push", "reference-transaction", "post-index-change"):
        (hooks / name).write_text("#!/bin/sh\nexit 1\n")
        (hooks / name).chmod(0o755)
    for key, value in {
        "commit.gpgSign": "true",
        "gpg.program": "/nowhere",
        "core.editor": "false",
        "commit.template": "/nowhere",
        "core.quotePath": "true",
        "color.ui": "always",
        "log.showSignature": "true",
        "diff.external": "false",
        "diff.noprefix": "true",
        "push.default": "nothing",
        "push.followTags": "true",
        "fetch.recurseSubmodules": "true",
        "status.short": "false",
        "status.branch": "true",
        "remote.pushDefault": "nowhere",
        "pull.rebase": "true",
        "core.pager": "false",
        "i18n.commitEncoding": "latin1",
        "core.splitIndex": "true",
        "core.untrackedCache": "true",
    }.items():
        ann.git("config", key, value)
    path = ann.write("Überblick ü*.yaml", "x: 1\n")
    assert ann.repository.commit([path], "Deploy für alle", trailers={"Why": "Größe\nund mehr"})
    assert ann.repository.show("HEAD", path) == b"x: 1\n"
    assert ann.repository.trailers("HEAD")["Why"] == "Größe und mehr"
    assert not ann.git("status", "--porcelain")
    ann.git("-c", "core.hooksPath=/dev/null", "-c", "commit.gpgSign=false", "tag", "-a", "-m", "t", "v1")
    assert ann.repository.push().commit == git(hosted.bare, "rev-parse", "main")
    assert git(hosted.bare, "tag") == ""


def test_another_git_at_work_is_waited_for_by_the_person(ann: Clone) -> None:
    (ann.folder / ".git" / "index.lock").write_text("")
    ann.write(DEV, "dev: 1\n")
    with pytest.raises(Locked, match="another git command is at work here"):
        ann.repository.commit([Path(DEV)], "Deploy")


def test_two_commands_in_one_clone_take_turns(ann: Clone) -> None:
    git_dir = ann.repository.git_dir
    with (
        work_tree.alone(git_dir),
        pytest.raises(Locked, match="another slipway command is at work in this clone"),
        work_tree.alone(git_dir, seconds=0),
    ):
        pass
    with work_tree.alone(git_dir, seconds=0):
        pass


def test_git_that_does_not_answer_is_given_up(ann: Clone) -> None:
    (ann.folder / ".git" / "fifo").write_text("")
    os.remove(ann.folder / ".git" / "fifo")
    os.mkfifo(ann.folder / ".git" / "fifo")
    with pytest.raises(Failed, match="git hash-object has not answered in 0 seconds"):
        git_module.Git(ann.folder)("hash-object", ".git/fifo", seconds=0.05)


def test_a_ledger_that_lost_entries_is_not_committed(ann: Clone) -> None:
    ann.entry("dev", "ann")
    ledger = ann.ledger("dev")
    ledger.path.unlink()
    ledger.append("ann", AT, "begun", {"release": "other"})
    with pytest.raises(Failed, match="releases/dev.jsonl lacks entries that are committed"):
        ann.repository.commit([ledger.path], "Deploy")
    ann.git("restore", "releases/dev.jsonl")
    with ledger.path.open("ab") as file:
        file.write(b'{"number":2,"at":"20')
    with pytest.raises(Failed, match="the last entry of releases/dev.jsonl is torn"):
        ann.repository.commit([ledger.path], "Deploy")
    ledger.append("ann", AT, "begun", {})
    assert ann.repository.commit([ledger.path], "Deploy")


# Pushes


def test_no_machine_changes_the_line_ends_of_a_ledger(ann: Clone, bob: Clone) -> None:
    shutil.copy(PROGRAM / ".gitattributes", ann.folder)
    ann.repository.commit([Path(".gitattributes")], "Attributes")
    ann.repository.push()
    bob.git("config", "core.autocrlf", "true")
    bob.repository.push()
    ann.entry("dev", "ann")
    ann.write(DEV, "changed\n")
    ann.repository.commit([Path(DEV)], "Change")
    ann.repository.push()
    bob.repository.push()
    assert bob.ledger("dev").path.read_bytes() == ann.ledger("dev").path.read_bytes()
    assert (bob.folder / DEV).read_bytes() == b"changed\r\n"


def test_a_push_publishes_what_is_committed(hosted: Hosted, ann: Clone, bob: Clone) -> None:
    made = ann.entry("dev", "ann")
    published = ann.repository.push()
    assert (published.commit, published.moved) == (made, {})
    assert hosted.log() == ["The platform", "held by ann"]
    again = ann.state()
    assert ann.repository.push().commit == made
    assert ann.state() == again
    assert bob.repository.push().commit == made
    assert bob.git("status", "--porcelain") == ""
    assert [entry.who for entry in bob.ledger("dev").entries()] == ["ann"]


def test_two_that_added_to_one_ledger_stand_behind_each_other(hosted: Hosted, ann: Clone, bob: Clone) -> None:
    ann.entry("dev", "ann", release="1")
    ann.repository.push()
    first, second = bob.entry("dev", "bob", release="2"), bob.entry("dev", "bob", "unheld", release="3")
    bob.entry("prod", "bob")
    bob.write(DEV, "changed, not committed\n")
    bob.write(PROD, "staged\n")
    bob.git("add", PROD)
    before = bob.git("log", "-1", "--format=%an %ae %at", first)
    published = bob.repository.push()
    assert hosted.chain("dev") == [(1, "ann", "held"), (2, "bob", "held"), (3, "bob", "unheld")]
    assert hosted.chain("prod") == [(1, "bob", "held")]
    assert hosted.log() == ["The platform", "held by ann", "held by bob", "unheld by bob", "held by bob"]
    assert bob.git("rev-parse", "HEAD", "@{upstream}").split() == [published.commit] * 2
    assert bob.git("status", "--porcelain") == f" M {DEV}\nM  {PROD}"
    assert bob.ledger("dev").verify() == []
    moved = str(published.moved[first])
    assert bob.git("log", "-1", "--format=%an %ae %at", moved) == before
    assert bob.repository.trailers(moved) == bob.repository.trailers(first)
    assert bob.git("rev-parse", f"{published.moved[second]}^") == moved
    assert [entry.facts for entry in bob.ledger("dev").entries()] == [{"release": number} for number in "123"]


def test_pins_that_both_changed_are_a_conflict_with_the_other_s_name(hosted: Hosted, ann: Clone, bob: Clone) -> None:
    ann.write(DEV, "ann's\n")
    made = ann.repository.commit([Path(DEV)], "Deploy")
    ann.entry("dev", "ann")
    ann.repository.push()
    bob.write(DEV, "bob's\n")
    bob.repository.commit([Path(DEV)], "Deploy")
    bob.write(PROD, "staged\n")
    bob.git("add", PROD)
    before, published = bob.state(), hosted.log()
    with pytest.raises(Failed) as failed:
        bob.repository.push()
    assert failed.value.what == (
        f"{DEV} was changed by Ann <ann@example.com> meanwhile (commit {str(made)[:12]}), and here too"
    )
    assert "git reset --keep @{upstream}" in failed.value.remedy
    assert bob.state() == before
    assert hosted.log() == published
    bob.git("reset", "--quiet", "--keep", "@{upstream}")
    assert bob.repository.push().commit == ann.git("rev-parse", "HEAD")


def test_the_same_change_on_both_sides_is_no_conflict(hosted: Hosted, ann: Clone, bob: Clone) -> None:
    for clone in (ann, bob):
        clone.write(DEV, "same\n")
        clone.git("commit", "--quiet", "--all", "--message", f"by {clone.folder.name}")
    ann.repository.push()
    own = bob.git("rev-parse", "HEAD")
    published = bob.repository.push()
    assert published.moved == {own: None}
    assert hosted.log() == ["The platform", "by ann"]


def test_a_rewritten_ledger_is_no_addition(ann: Clone, bob: Clone) -> None:
    bob.entry("dev", "bob")
    bob.repository.push()
    ann.repository.push()
    ann.entry("dev", "ann")
    ann.repository.push()
    bob.ledger("dev").path.unlink()
    bob.ledger("dev").append("bob", AT, "other", {})
    bob.git("commit", "--quiet", "--all", "--message", "by hand")
    with pytest.raises(Failed, match=r"Ann .* and here too: entries that were there before are changed"):
        bob.repository.push()


def test_a_change_that_is_not_committed_and_in_the_way_stops_the_push_before_it(
    hosted: Hosted, ann: Clone, bob: Clone
) -> None:
    ann.write(DEV, "ann's\n")
    ann.repository.commit([Path(DEV)], "Deploy")
    ann.repository.push()
    bob.entry("prod", "bob")
    bob.write(DEV, "not committed\n")
    before, published = bob.state(), hosted.log()
    with pytest.raises(Failed, match=f"changes that are not committed stand in the way: .*{DEV}"):
        bob.repository.push()
    assert bob.state() == before
    assert hosted.log() == published


def test_a_remote_that_refuses_is_quoted(hosted: Hosted, ann: Clone) -> None:
    hook = hosted.bare / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'only the machine may' >&2\nexit 1\n")
    hook.chmod(0o755)
    ann.entry("dev", "ann")
    before = ann.state()
    with pytest.raises(Failed, match=r"pre-receive hook declined.*only the machine may"):
        ann.repository.push()
    assert ann.state() == before


def test_a_remote_that_is_not_there_is_quoted(ann: Clone) -> None:
    ann.git("config", "remote.origin.url", "../gone.git")
    ann.entry("dev", "ann")
    with pytest.raises(Failed, match=r"origin cannot be read: .*gone.git"):
        ann.repository.push()


def test_a_branch_that_is_not_published_yet_is(hosted: Hosted, ann: Clone) -> None:
    ann.git("switch", "--quiet", "--create", "next")
    ann.git("config", "branch.next.remote", "origin")
    ann.git("config", "branch.next.merge", "refs/heads/next")
    made = ann.entry("dev", "ann")
    ann.repository.push()
    assert git(hosted.bare, "rev-parse", "next") == made


def test_a_race_is_lost_only_so_often(hosted: Hosted, ann: Clone) -> None:
    """The branch's lock file makes every push lose, as another push at the same moment would."""
    ann.entry("dev", "ann")
    before = ann.state()
    (hosted.bare / "refs" / "heads" / "main.lock").write_text("")
    with pytest.raises(Failed, match="others were faster 2 times in a row"):
        ann.repository.push(attempts=2)
    assert ann.state() == before
    (hosted.bare / "refs" / "heads" / "main.lock").unlink()
    ann.repository.push(attempts=1)


def test_an_upstream_that_was_rewritten_is_not_built_upon(hosted: Hosted, ann: Clone, bob: Clone) -> None:
    ann.entry("dev", "ann")
    ann.repository.push()
    bob.repository.push()
    gone = bob.git("rev-parse", "HEAD")[:12]
    ann.git("reset", "--quiet", "--hard", "HEAD~1")
    ann.entry("dev", "ann", "unheld")
    ann.git("push", "--quiet", "--force")
    before = bob.state()
    for _ in range(2):
        with pytest.raises(Failed, match="origin/main was rewritten: commits that were published are gone") as failed:
            bob.repository.push()
    assert failed.value.remedy.endswith(f"What was there before is commit {gone}.")
    assert bob.state() == before


def test_a_merge_of_one_s_own_is_not_made_anew(ann: Clone, bob: Clone) -> None:
    bob.git("switch", "--quiet", "--create", "other")
    bob.write("other", "")
    bob.git("add", ".")
    bob.git("commit", "--quiet", "--message", "other")
    bob.git("switch", "--quiet", "main")
    bob.git("merge", "--quiet", "--no-ff", "--message", "merged", "other")
    ann.entry("dev", "ann")
    ann.repository.push()
    with pytest.raises(Failed, match=r"Ann .* has published meanwhile, and your commit .* \(merged\) is a merge"):
        bob.repository.push()


def test_killed_between_the_push_and_the_clone_nothing_is_published_twice(
    hosted: Hosted, ann: Clone, bob: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann.entry("dev", "ann")
    ann.repository.push()
    bob.entry("dev", "bob")
    with monkeypatch.context() as patch:
        patch.setattr(work_tree, "move", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            bob.repository.push()
    assert hosted.chain("dev") == [(1, "ann", "held"), (2, "bob", "held")]
    assert [entry.who for entry in bob.ledger("dev").entries()] == ["bob"]
    bob.entry("dev", "bob", "unheld")
    bob.repository.push()
    assert hosted.chain("dev") == [(1, "ann", "held"), (2, "bob", "held"), (3, "bob", "unheld")]
    assert bob.git("status", "--porcelain") == ""


def test_killed_before_the_branch_follows_its_files_the_next_push_sets_it_right(
    hosted: Hosted, ann: Clone, bob: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann.entry("dev", "ann")
    ann.repository.push()
    bob.entry("dev", "bob")
    with monkeypatch.context() as patch:
        patch.setattr(work_tree, "point", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            bob.repository.push()
    assert bob.git("status", "--porcelain") == "M  releases/dev.jsonl"
    bob.ledger("dev").append("bob", AT, "unheld", {})
    with pytest.raises(Failed, match="lacks entries that are committed"):
        bob.repository.commit([bob.ledger("dev").path], "unheld by bob")
    bob.git("restore", "releases/dev.jsonl")
    bob.repository.push()
    assert bob.git("status", "--porcelain") == ""
    assert hosted.chain("dev") == [(1, "ann", "held"), (2, "bob", "held")]


# Branches of pull requests


def test_a_branch_is_made_beside_the_work_tree(hosted: Hosted, ann: Clone) -> None:
    ann.write(DEV, "not committed\n")
    ann.write(PROD, "staged\n")
    ann.git("add", PROD)
    head, status = ann.git("rev-parse", "HEAD"), ann.git("status", "--porcelain")
    contents = {Path(PROD): b"pinned\n", ann.folder / "releases" / "prod.jsonl": b""}
    made = ann.repository.branch("promote-prod", contents, "Promote", trailers={"Slipway-Plan": "sha256:1"})
    assert ann.git("status", "--porcelain") == status
    assert ann.git("branch", "--show-current") == "main"
    assert ann.git("rev-parse", "promote-prod", "promote-prod^").split() == [made, head]
    assert git(hosted.bare, "rev-parse", "promote-prod") == made
    assert git(hosted.bare, "diff", "--name-status", "main", made) == f"M\t{PROD}\nA\treleases/prod.jsonl"
    assert ann.repository.show(made, Path(PROD)) == b"pinned\n"
    assert ann.repository.show(made, Path("nowhere")) is None
    assert ann.repository.trailers(made)["Slipway-Plan"] == "sha256:1"
    assert ann.repository.branch("promote-prod", contents, "Promote") == made


def test_a_branch_that_is_something_else_is_not_overwritten(hosted: Hosted, ann: Clone, bob: Clone) -> None:
    ann.repository.branch("promote-prod", {Path(PROD): b"ann's\n"}, "Promote")
    with pytest.raises(Refused) as refused:
        ann.repository.branch("promote-prod", {Path(PROD): b"other\n"}, "Promote")
    assert refused.value.refusals[0][1] == "there is a branch promote-prod already"
    with pytest.raises(Refused) as refused:
        bob.repository.branch("promote-prod", {Path(PROD): b"bob's\n"}, "Promote")
    assert refused.value.refusals[0][1] == "promote-prod is there already"
    assert git(hosted.bare, "show", f"promote-prod:{PROD}") == "ann's"

"""An approval on record counts only as the signed commit of the person whom it names."""

from __future__ import annotations

import json
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from delivery import ledger, signatures
from delivery.approvals import Approval, Approvals
from delivery.approvals_on_record import ApprovalsOnRecord, Rejected
from delivery.errors import Failed, Refused
from delivery.git import Git
from delivery.ledger_merge import rechained
from model.errors import ConfigError
from tests.delivery.clones import AT, Clone, Hosted

LACKING = signatures.missing(Git(Path.cwd()))
pytestmark = pytest.mark.skipif(bool(LACKING), reason=f"approvals on record need it: {LACKING}")

SUBJECT, OTHER = "sha256:" + "1" * 64, "sha256:" + "2" * 64
PROD = "releases/prod.jsonl"


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a private key for each of ann, bob and eve, and their public ones."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("ann", "bob", "eve"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(folder / name)]
        subprocess.run(command, check=True)
    return folder


@pytest.fixture
def signers(keys: Path, ann: Clone, bob: Clone) -> Path:
    """Both clones list ann and bob, and sign with their keys."""
    listed = "".join(f"{name}@example.com {(keys / f'{name}.pub').read_text()}" for name in ("ann", "bob"))
    allow(ann, listed)
    ann.repository.push()
    for clone in (ann, bob):
        clone.repository.push()
        clone.git("config", "user.signingkey", str(keys / clone.folder.name))
    return keys


def allow(clone: Clone, text: str) -> None:
    """The list of allowed signers, committed."""
    clone.repository.commit([clone.write("allowed_signers", text)], "Signers")


def approvals(clone: Clone) -> ApprovalsOnRecord:
    return ApprovalsOnRecord(clone.repository)


def approve(clone: Clone, subject: str = SUBJECT, who: str = "", key: str = "", push: bool = False) -> Approval:
    who = who or f"{clone.folder.name}@example.com"
    return approvals(clone).approve("prod", subject, who, AT, {"release": "2026.01.31.0001"}, key=key, push=push)


def why(clone: Clone) -> list[str]:
    """Why the one entry there is does not count; no entry may."""
    assert approvals(clone).given("prod", SUBJECT) == []
    return [each.why for each in approvals(clone).rejected("prod", SUBJECT)]


def fingerprint(key: Path) -> str:
    shown = subprocess.run(["ssh-keygen", "-lf", f"{key}.pub"], capture_output=True, text=True, check=True)
    return shown.stdout.split()[1]


def unsigned(clone: Clone, who: str = "ann@example.com") -> None:
    """The entry of an approval, in a commit that says what one of an approval says."""
    entry = clone.ledger("prod").append(who, AT, "approved", {"subject": SUBJECT})
    clone.repository.commit([Path(PROD)], "Approve", trailers={"Slipway-Entry": entry.hash})


def test_an_approval_is_a_signed_commit_of_one_entry(ann: Clone, signers: Path) -> None:
    ann.write("services.yaml", "staged\n")
    ann.git("add", "services.yaml")
    approval = approve(ann)
    head = ann.git("rev-parse", "HEAD")
    how = f"commit {head[:12]}, signed with ED25519 {fingerprint(signers / 'ann')}"
    assert approval == Approval("ann@example.com", AT, SUBJECT, how)
    judge: Approvals = approvals(ann)
    assert judge.given("prod", SUBJECT) == [approval]
    assert judge.given("prod", OTHER) == judge.given("dev", SUBJECT) == []
    assert approvals(ann).rejected("prod", SUBJECT) == []
    (entry,) = ann.ledger("prod").entries()
    assert (entry.event, entry.facts) == ("approved", {"release": "2026.01.31.0001", "subject": SUBJECT})
    assert ann.git("show", "--name-status", "--format=", "HEAD") == f"A\t{PROD}"
    assert ann.git("status", "--porcelain") == "M  services.yaml"
    assert ann.repository.trailers(head)["Slipway-Entry"] == entry.hash


def test_it_still_counts_when_other_things_have_happened(ann: Clone, bob: Clone, signers: Path) -> None:
    first = approve(ann)
    ann.entry("prod", "ann@example.com", "held")
    ann.repository.push()
    second = approve(bob, push=True)
    for clone in (ann, bob):
        clone.repository.push()
        assert approvals(clone).given("prod", SUBJECT) == [first, second]


def test_an_unsigned_commit_does_not_count(ann: Clone, signers: Path) -> None:
    unsigned(ann)
    head = ann.git("rev-parse", "HEAD")[:12]
    assert approvals(ann).rejected("prod", SUBJECT) == [
        Rejected(
            "ann@example.com", AT, f"commit {head} does not count: it is not signed; a rebase takes a signature away"
        )
    ]
    assert approvals(ann).given("prod", SUBJECT) == []


def test_a_key_that_nobody_lists_does_not_count(ann: Clone, signers: Path) -> None:
    before = ann.state()
    with pytest.raises(Refused) as refused:
        approve(ann, key=str(signers / "eve"))
    ((name, problem, remedy),) = refused.value.refusals
    assert name == "signed-by-the-approver"
    assert problem.endswith(f"its key {fingerprint(signers / 'eve')} is not among the allowed signers")
    assert remedy == (
        "Use a key that allowed_signers lists for ann@example.com, by --key or git's user.signingkey; it lists one by a line "
        "'ann@example.com namespaces=\"git\" ssh-ed25519 AAAA...', and counts as it is committed."
    )
    assert ann.state() == before
    listed = (ann.folder / "allowed_signers").read_text()
    approve(ann)
    allow(ann, "".join(listed.splitlines(keepends=True)[1:]))
    (reason,) = why(ann)
    assert reason.endswith(f"its key {fingerprint(signers / 'ann')} is not among the allowed signers")


def test_nobody_signs_for_somebody_else(ann: Clone, signers: Path) -> None:
    with pytest.raises(Refused) as refused:
        approve(ann, who="bob@example.com")
    assert refused.value.refusals[0][1].endswith("is signed by ann@example.com, and the entry names bob@example.com")
    assert not ann.ledger("prod").path.exists()


def test_a_pattern_of_names_is_nobody(ann: Clone, signers: Path) -> None:
    allow(ann, f"*@example.com {(signers / 'ann.pub').read_text()}")
    with pytest.raises(Refused) as refused:
        approve(ann)
    assert refused.value.refusals[0][1].endswith("is signed by *@example.com, and the entry names ann@example.com")


def test_a_key_with_two_names_counts_for_either_and_once(ann: Clone, signers: Path) -> None:
    allow(ann, f"ann@example.com,ann {(signers / 'ann.pub').read_text()}")
    first = approve(ann, who="ann")
    approve(ann)
    approve(ann, who="ann")
    assert approvals(ann).given("prod", SUBJECT) == [first]
    assert [each.why for each in approvals(ann).rejected("prod", SUBJECT)] == [
        "ann has approved already with the same key",
        "ann has approved already",
    ]


def test_a_key_that_expired_counts_no_more_whatever_date_its_commit_bears(
    ann: Clone, signers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve(ann)
    allow(ann, f'ann@example.com valid-before="20200101" {(signers / "ann.pub").read_text()}')
    (reason,) = why(ann)
    assert reason.endswith("is not valid any more")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2019-06-01T12:00:00Z")
    with pytest.raises(Refused) as refused:
        approve(ann, OTHER)
    assert refused.value.refusals[0][1].endswith("is not valid any more")


def test_a_list_that_is_not_committed_lists_nobody(ann: Clone, signers: Path) -> None:
    ann.git("rm", "--quiet", "allowed_signers")
    ann.git("commit", "--quiet", "--message", "no signers")
    ann.write("allowed_signers", f"ann@example.com {(signers / 'ann.pub').read_text()}")
    with pytest.raises(Refused) as refused:
        approve(ann)
    assert refused.value.refusals[0][1] == "no allowed_signers is committed in the config folder"


def test_an_entry_that_came_with_another_commit_does_not_count(ann: Clone, signers: Path) -> None:
    ann.ledger("prod").append("ann@example.com", AT, "approved", {"subject": SUBJECT})
    assert why(ann) == ["no commit adds it"]
    ann.repository.commit([Path(PROD)], "Something else", sign=str(signers / "ann"))
    assert why(ann) == [f"it came with commit {ann.git('rev-parse', 'HEAD')[:12]}, which is no approval of its own"]


def test_a_signed_commit_of_more_than_the_entry_does_not_count(ann: Clone, signers: Path) -> None:
    entry = ann.ledger("prod").append("ann@example.com", AT, "approved", {"subject": SUBJECT})
    pins = ann.write("Pulumi.prod.yaml", "pinned\n")
    ann.repository.commit(
        [Path(PROD), pins], "Approve", trailers={"Slipway-Entry": entry.hash}, sign=str(signers / "ann")
    )
    assert why(ann) == [f"commit {ann.git('rev-parse', 'HEAD')[:12]} does more than to add this entry"]


def test_an_entry_that_was_edited_later_does_not_count(ann: Clone, signers: Path) -> None:
    approve(ann, OTHER)
    path = ann.folder / PROD
    (entry,) = ann.ledger("prod").entries()
    edited = ledger.following("prod", b"", entry.who, entry.at, entry.event, {**entry.facts, "subject": SUBJECT})
    path.write_bytes(ledger.written(edited))
    ann.git("commit", "--quiet", "--all", "--message", f"Edit\n\nSlipway-Entry: {entry.hash}")
    assert ann.ledger("prod").verify() == []
    assert approvals(ann).given("prod", OTHER) == []
    assert why(ann) == [
        f"commit {ann.git('rev-parse', 'HEAD')[:12]} was made anew by a rebase, which no signature outlives: approve again"
    ]
    ann.git("commit", "--quiet", "--amend", "--message", f"Edit\n\nSlipway-Entry: {edited.hash}")
    assert why(ann) == [f"commit {ann.git('rev-parse', 'HEAD')[:12]} does more than to add this entry"]


def test_a_false_trail_does_not_hide_the_true_commit(ann: Clone, signers: Path) -> None:
    approval = approve(ann)
    trail = f"Noise\n\nSlipway-Entry: {ann.ledger('prod').entries()[0].hash}"
    ann.git("commit", "--quiet", "--allow-empty", "--message", trail)
    assert approvals(ann).given("prod", SUBJECT) == [approval]


def test_a_rebased_approval_does_not_count_and_the_reason_says_so(ann: Clone, bob: Clone, signers: Path) -> None:
    approve(bob)
    ann.entry("dev", "ann@example.com")
    ann.repository.push()
    bob.git("pull", "--quiet", "--rebase")
    (reason,) = why(bob)
    assert reason.endswith("it is not signed; a rebase takes a signature away")
    content = rechained("prod", b"", [*ann_held(bob), *bob.ledger("prod").entries()])
    (bob.folder / PROD).write_bytes(content)
    bob.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    (reason,) = why(bob)
    assert reason.endswith("was made anew by a rebase, which no signature outlives: approve again")


def ann_held(clone: Clone) -> list[ledger.Entry]:
    """An entry that somebody else published first."""
    return [ledger.following("prod", b"", "ann@example.com", AT - timedelta(hours=1), "held", {})]


def test_a_push_does_not_rebase_an_approval(hosted: Hosted, ann: Clone, bob: Clone, signers: Path) -> None:
    approve(bob)
    ann.entry("dev", "ann@example.com")
    ann.repository.push()
    before, log = bob.state(), hosted.log()
    with pytest.raises(
        Failed, match=r"Ann .* your commit .* is signed: made anew it would lose its signature"
    ) as failed:
        bob.repository.push()
    assert failed.value.remedy == "Drop it with 'git reset --keep HEAD~1', 'git pull', and give the approval again."
    assert (bob.state(), hosted.log()) == (before, log)
    bob.git("reset", "--quiet", "--keep", "HEAD~1")
    bob.git("pull", "--quiet")
    approval = approve(bob, push=True)
    assert hosted.log()[-1] == "Approve sha256:111111111111 for prod"
    ann.repository.push()
    assert approvals(ann).given("prod", SUBJECT) == [approval]


def test_an_approval_that_loses_a_race_is_signed_anew(
    hosted: Hosted, ann: Clone, bob: Clone, signers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from delivery import upstream

    push = upstream.push

    def beaten(*arguments: object) -> bool:
        monkeypatch.setattr(upstream, "push", push)
        approve(ann, push=True)
        return push(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(upstream, "push", beaten)
    approve(bob, push=True)
    assert [each.who for each in approvals(bob).given("prod", SUBJECT)] == ["ann@example.com", "bob@example.com"]
    assert [who for _, who, _ in hosted.chain("prod")] == ["ann@example.com", "bob@example.com"]


def test_the_key_is_named_or_set(ann: Clone, signers: Path) -> None:
    ann.git("config", "--unset", "user.signingkey")
    with pytest.raises(ConfigError, match="--key: there is no key to sign with. Name one with --key"):
        approve(ann)
    ann.git("config", "gpg.format", "openpgp")
    assert approve(ann, key=str(signers / "ann")).who == "ann@example.com"
    with pytest.raises(
        ConfigError, match="command line: --key: there is no file /nowhere/key. Name the file of an SSH key"
    ):
        approve(ann, key="/nowhere/key")
    ann.git("config", "user.signingkey", "0123456789ABCDEF")
    with pytest.raises(ConfigError, match="git: user.signingkey: there is no file 0123456789ABCDEF"):
        approve(ann)


def test_changes_of_the_ledger_that_are_not_committed_stop_an_approval(ann: Clone, signers: Path) -> None:
    ann.ledger("prod").append("ann@example.com", AT, "begun", {})
    before = ann.state()
    with pytest.raises(Failed, match="changes that are not committed stand in the way: .*prod.jsonl"):
        approve(ann)
    assert ann.state() == before
    assert json.loads((ann.folder / PROD).read_text())["event"] == "begun"

"""Approvals on record: entries of the environment's ledger, each added by a signed commit of its own.

An entry counts where one commit of the history adds it, adds nothing else, and is signed with a key by which
`allowed_signers` (in the config folder, as it is committed) knows the very person that the entry names. So neither a
copied, an edited, nor a borrowed entry counts, and the proof lies in git for everybody to repeat.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from delivery import git_objects, ledger, signatures
from delivery.approvals import Approval
from delivery.chain import Entry, mentioning_any
from delivery.errors import Failed, Refused
from delivery.git_objects import Commit
from delivery.ledger import Ledger
from delivery.publishing import ATTEMPTS
from delivery.repository import Addition, Repository
from delivery.signatures import NotSigned, Signature
from model.errors import ConfigError, Problem

EVENT = "approved"
SIGNERS = "allowed_signers"
TRAILER = "Slipway-Entry"
"""The trailer that leads from a commit to the hash of the entry which it adds. It proves nothing by itself."""


@dataclass(frozen=True)
class Rejected:
    """An entry that says it is an approval and does not count as one, and why."""

    who: str
    at: datetime
    why: str


class _NotCounted(Exception):
    """Why an entry is no approval."""


@dataclass(frozen=True)
class ApprovalsOnRecord:
    """The approvals in the ledgers of a repository's config folder."""

    repository: Repository

    def given(self, environment: str, subject: str) -> list[Approval]:
        """The approvals of this subject that count, oldest first: one for each person, and for each key."""
        return self._judged(environment, subject)[0]

    def rejected(self, environment: str, subject: str) -> list[Rejected]:
        """The entries about this subject that do not count, each with the reason."""
        return self._judged(environment, subject)[1]

    def approve(
        self,
        environment: str,
        subject: str,
        who: str,
        at: datetime,
        facts: Mapping[str, Any],
        *,
        key: str = "",
        push: bool = False,
        attempts: int = ATTEMPTS,
    ) -> Approval:
        """Put an approval on record, signed with `key` or else git's `user.signingkey`, and verified before it stands.

        With `push` it is published at once, and signed anew for each attempt that others win. `who` must be a name by
        which `allowed_signers` knows the key. Raises Refused where the approval would not count, ConfigError without
        a key.
        """
        if lacking := signatures.missing(self.repository.git):
            raise Failed(lacking, "Approvals on record are signed commits: install it first.")
        signing = self._key(key)
        path = self._ledger(environment).path
        made: list[Entry] = []
        found: list[Approval] = []

        def make(content: bytes) -> Addition:
            entry = ledger.following(environment, content, who, at, EVENT, {**facts, "subject": subject})
            made[:] = [entry]
            message = f"Approve {subject[:19]} for {environment}"
            return Addition(content + ledger.written(entry), message, {TRAILER: entry.hash})

        def check(commit: str) -> None:
            try:
                found[:] = [self._counted(environment, made[0], commit, commit)[0]]
            except _NotCounted as error:
                remedy = (
                    f"Use a key that {SIGNERS} lists for {who}, by --key or git's user.signingkey; it lists one by a line "
                    f"'{who} namespaces=\"git\" ssh-ed25519 AAAA...', and counts as it is committed."
                )
                raise Refused("the approval is not given", [("signed-by-the-approver", str(error), remedy)]) from None

        self.repository.extend(path, make, sign=signing, check=check, push=push, attempts=attempts)
        return found[0]

    def _judged(self, environment: str, subject: str) -> tuple[list[Approval], list[Rejected]]:
        entries = [
            entry
            for entry in reversed([*mentioning_any(self._ledger(environment).entries(), subject)])
            if entry.event == EVENT and entry.facts.get("subject") == subject
        ]
        commits = self._commits(entries)
        approvals: list[Approval] = []
        rejected: list[Rejected] = []
        keys: dict[str, str] = {}
        for entry in entries:
            try:
                approval, signature = self._counted_by_any(environment, entry, commits.get(entry.hash, []))
                if any(entry.who == each.who for each in approvals):
                    raise _NotCounted(f"{entry.who} has approved already")
                if signature.key in keys:
                    raise _NotCounted(f"{keys[signature.key]} has approved already with the same key")
            except _NotCounted as error:
                rejected.append(Rejected(entry.who, datetime.fromisoformat(entry.at), str(error)))
            else:
                keys[signature.key] = entry.who
                approvals.append(approval)
        return approvals, rejected

    def _commits(self, entries: Sequence[Entry]) -> dict[str, list[str]]:
        """The commits that say they add these entries, by the entries' hashes; anybody can say so."""
        if not entries or self.repository.head() is None:
            return {}
        patterns = [f"--grep={TRAILER}: {entry.hash}" for entry in entries]
        shown = f"--format=%H %(trailers:key={TRAILER},valueonly,separator=%x20)"
        found: dict[str, list[str]] = {}
        for line in self.repository.git("log", "--fixed-strings", *patterns, shown).splitlines():
            commit, *hashes = line.split()
            for each in hashes:
                found.setdefault(each, []).append(commit)
        return found

    def _counted_by_any(self, environment: str, entry: Entry, commits: Sequence[str]) -> tuple[Approval, Signature]:
        problem = None if commits else _NotCounted(self._without_commit(environment, entry))
        for commit in commits:
            try:
                return self._counted(environment, entry, commit, "HEAD")
            except _NotCounted as error:
                problem = error
        assert problem
        raise problem

    def _counted(self, environment: str, entry: Entry, sha: str, at: str) -> tuple[Approval, Signature]:
        """The approval that a commit gives by adding an entry, judged by the signers listed in the commit `at`."""
        git = self.repository.git
        commit = git_objects.read_commit(git, sha)
        name = f"commit {sha[:12]}"
        if not self._adds_only(environment, entry, commit):
            raise _NotCounted(f"{name} does more than to add this entry")
        allowed = self.repository.show(at, self.repository.config / SIGNERS)
        if allowed is None:
            raise _NotCounted(f"no {SIGNERS} is committed in the config folder")
        try:
            signature = signatures.verify(git, commit, allowed)
        except NotSigned as error:
            raise _NotCounted(f"{name} does not count: {error}") from None
        if entry.who not in signature.principals:
            signers = ", ".join(sorted(signature.principals))
            raise _NotCounted(f"{name} is signed by {signers}, and the entry names {entry.who}")
        how = f"{name}, signed with {signature.key}"
        return Approval(entry.who, datetime.fromisoformat(entry.at), entry.facts["subject"], how), signature

    def _adds_only(self, environment: str, entry: Entry, commit: Commit) -> bool:
        if len(commit.parents) != 1:
            return False
        git = self.repository.git
        changes = git_objects.changes(git, commit.parents[0], commit.sha)
        if [change.path for change in changes] != [self.repository.name_of(self._ledger(environment).path)]:
            return False
        before, after = git_objects.content(git, changes[0].before), git_objects.content(git, changes[0].after)
        return after == before + ledger.written(entry)

    def _without_commit(self, environment: str, entry: Entry) -> str:
        """Why no commit says that it adds an entry."""
        git = self.repository.git
        path = self.repository.name_of(self._ledger(environment).path)
        commit = git("log", "-1", "--format=%H", f"-S{entry.hash}", "--", path) if self.repository.head() else ""
        if not commit:
            shallow = git("rev-parse", "--is-shallow-repository") == "true"
            return "no commit adds it" + (
                "; the clone is shallow, 'git fetch --unshallow' may find it" if shallow else ""
            )
        if TRAILER in self.repository.trailers(commit):
            return f"commit {commit[:12]} was made anew by a rebase, which no signature outlives: approve again"
        return f"it came with commit {commit[:12]}, which is no approval of its own"

    def _ledger(self, environment: str) -> Ledger:
        return Ledger(self.repository.config, environment)

    def _key(self, given: str) -> str:
        configured = given or self.repository.git.ask("config", "--type=path", "user.signingkey").text
        if not configured:
            remedy = "Name one with --key ~/.ssh/id_ed25519, or set git's user.signingkey."
            raise ConfigError(Problem("command line", "--key", "there is no key to sign with", remedy))
        path = Path(configured).expanduser()
        if path.is_file():
            return str(path.absolute())
        if not configured.startswith(("key::", "ssh-")):
            where = ("command line", "--key") if given else ("git", "user.signingkey")
            remedy = "Name the file of an SSH key, such as ~/.ssh/id_ed25519."
            raise ConfigError(Problem(*where, f"there is no file {configured}", remedy))
        return configured

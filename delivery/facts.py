"""What the guards look at: plain data, gathered at the moment of asking."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from delivery.approvals import Approval
from delivery.github import Checks
from delivery.pins import Pins
from delivery.workloads import Workload
from model.promotion import ApprovalRule

Verb = Literal["deploy", "promote", "rollback", "apply"]
"""`apply` changes an environment and moves no release."""


@dataclass(frozen=True)
class Facts:
    """`order` are the environments that lead to `target`, which is the last of them. `source` is None where a release comes
    from the record: to the first environment, or back to one that had it. `wanted` are the digests that would be pinned in
    `target`; `running` ones are read from the cluster now, by image, never from the last update.
    """

    order: Sequence[str]
    source: str | None
    target: str
    wanted: Mapping[str, str]
    target_pins: Pins
    verb: Verb = "promote"
    source_pins: Pins = field(default_factory=Pins)
    source_workloads: Mapping[str, Workload] = field(default_factory=dict)
    source_failure: str = ""
    """Why the deployment that brought the source's digests there failed, where it did."""
    source_running: Mapping[str, str] = field(default_factory=dict)
    target_running: Mapping[str, str] = field(default_factory=dict)
    target_healthy: bool = False
    by_hand: Collection[str] = ()
    """Images that no ledger entry of the source explains."""
    kept_by_hand: Collection[str] = ()
    """Images that stay as they are in the target, where no ledger entry explains them."""
    unreleased: Collection[str] = ()
    """Images whose wanted digest no recorded release has."""
    idle: Collection[str] = ()
    """Images that no Deployment uses, so that no cluster can tell their digest."""
    ran_before: bool | None = None
    """Whether the named release ran well in the source once; None where what runs there now is taken."""
    pending: Sequence[tuple[str, str]] = ()
    """Releases whose migrations the target's database lacks, oldest first, each with their direction."""
    uncarried: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Those of them, each with its files, that the image which would migrate may not have."""
    coordination: str = ""
    """Where the plan of a coordinated migration can be read."""
    pauses: Sequence[str] = ()
    """What such a plan has to speak of."""
    undone: Sequence[tuple[str, str]] = ()
    """Releases after the wanted one whose migrations the target's database has, with their direction."""
    release: str | None = None
    """The release that the wanted digests come from."""
    origins: Sequence[str] = ()
    """That one, or the releases of the digests that are new in the target where they are of no single one."""
    built_of: str = ""
    """The branch that this release is built of."""
    takes: str = ""
    """The branch whose releases come to the target."""
    newest_only: bool = False
    """Whether a newer release in the target is in the way, as for automation."""
    bad: Mapping[str, str] = field(default_factory=dict)
    """Release -> why it was marked bad."""
    mispinned: str = ""
    """What does not go together in pins that a merge brought."""
    missing: Sequence[str] = ()
    """Images whose wanted digest the registry does not hold."""
    checks_needed: str | Sequence[str] = "none"
    checks: Checks | None = None
    """What GitHub says of the release's commit; None where nobody could be asked."""
    now: datetime | None = None
    bake_seconds: float = 0.0
    baked: Mapping[str, float] = field(default_factory=dict)
    """Image -> for how many seconds its wanted digest has run well in the source."""
    frozen: Sequence[tuple[str, datetime | None]] = ()
    """Why nothing comes now, and until when; None where no end is in sight."""
    held: tuple[str, str] | None = None
    """Who holds the target, and why."""
    approval: ApprovalRule | None = None
    approvals: Sequence[Approval] = ()
    """Of this very plan, by anybody."""
    uncounted: Mapping[str, str] = field(default_factory=dict)
    """Who may not approve, in lower case, and why: the release's author, and whoever asks."""
    members: Collection[str] | None = None
    """Whose approvals count; None for everybody's."""
    void: Sequence[tuple[str, str]] = ()
    """What looks like an approval and is none: whose, and why."""
    plan: str = ""
    """The hash of what would change."""
    plan_errors: Sequence[str] = ()
    beyond: Sequence[str] = ()
    """What would change though it is not the release's."""
    with_infra: bool = False
    failed_before: bool = False
    """Whether the target has these digests from a deployment that failed."""
    cut_short: bool = False
    """Whether something was begun in the target and never ended."""
    unfinished: str = ""
    """What was begun in the target by somebody and never ended, where it is not this very move."""

    @property
    def nothing_moves(self) -> bool:
        """Whether the target runs what is wanted already, from a deployment that ended well."""
        wanted = dict(self.wanted)
        if self.cut_short or self.failed_before or not wanted or wanted != dict(self.target_pins.images):
            return False
        runs = all(self.target_running.get(image) == digest or image in self.idle for image, digest in wanted.items())
        return self.target_healthy and runs


@dataclass(frozen=True)
class Refusal:
    """Why not, and what to do instead."""

    guard: str
    problem: str
    remedy: str


def short(digest: str | None) -> str:
    """A digest as people compare it: the first 12 hexadecimal digits."""
    return digest.removeprefix("sha256:")[:12] if digest else "nothing"

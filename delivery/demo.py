"""`slipway demo`: the whole life of a release in a sandbox of its own, told and verified step by step."""

import itertools
import time
from collections.abc import Callable, Sequence

from rich.markup import escape

from delivery import deploy, history, preview, progress, promote, screen, status
from delivery.demo_stage import FILES, Stage, expect
from delivery.durations import spoken
from delivery.engines import Update
from delivery.errors import Failed, Refused
from delivery.guards import short
from delivery.ledger import Ledger
from delivery.observed import observe
from delivery.rollout import roll_out
from delivery.side_by_side import run_all
from model.stacks import order, stack_file

BRANCH = "faster-search"
PULL_REQUEST = 42


def play() -> None:
    """Every act, in order. Raises Failed at the first one that does not end as told."""
    began = time.monotonic()
    stage = Stage.set_up()
    say(f"A sandbox of its own in {stage.desk.place.sandbox}, with a copy of {', '.join(FILES)}")
    acts: list[tuple[str, Callable[[Stage], None]]] = [
        ("Shared, prod, staging and dev come up; nothing is released yet", infrastructure),
        ("Images are pushed, a release is recorded and deployed to dev", first_release),
        ("From dev straight to prod is refused", skipping),
        ("The release is promoted to staging, then to prod", promotion),
        (f"A preview for pull request {PULL_REQUEST} opens and closes", pull_request),
        ("A release whose image crashes leaves the previous one running", crash),
        ("What runs where", table),
    ]
    for number, (title, act) in enumerate(acts, 1):
        screen.out().print(f"\n[bold]{number}. {escape(title)}[/]")
        act(stage)
    expect(stage.untouched(), "no file of the clone was touched")
    screen.out().print(f"\n[green]All of it happened as told[/], in {time.monotonic() - began:.1f} s.")


def infrastructure(stage: Stage) -> None:
    """The shared stack first, whose attestor some environments ask for signatures; then all of these at once."""
    environments = order(stage.desk.place.config)
    with progress.shown("Bringing up shared", every_step=False) as report:
        updates = run_all(stage.desk.engine, {"shared": "up"}, report)
    following = [*reversed(environments)]
    with progress.shown(f"Bringing up {', '.join(following)} side by side", every_step=False) as report:
        updates |= run_all(stage.desk.engine, dict.fromkeys(following, "up"), report)
    for stack in ("shared", *following):
        update = updates[stack]
        expect(update.ok and update.changes["create"] > 0, f"{stack} is up", *(d.message for d in update.diagnostics))
        say(f"{stack}: {update.changes['create']} resources{in_cloud([update])}")
    for environment in environments:
        found = observe(stage.desk, environment)
        expect(found.healthy is None and not found.workloads, f"nothing is released to {environment} yet")


def first_release(stage: Stage) -> None:
    """Digests are made up, as a build's would come out."""
    release = stage.build("first", "expand")
    first = order(stage.desk.place.config)[0]
    say(f"release {release.id}: {len(release.images)} images, such as api {short(release.images['api'])}")
    with progress.shown(f"Deploying to {first}", every_step=False) as report:
        updates = roll_out(stage.desk, promote.checked(deploy.decide(stage.desk, first, release.id)), report)
    found = observe(stage.desk, first)
    expect(found.release == release.id and bool(found.healthy), f"{first} runs {release.id}", *found.remarks)
    say(f"{release.id} runs in {first}: {len(found.workloads)} workloads, all ready{in_cloud(updates)}")


def skipping(stage: Stage) -> None:
    """Asked before staging has it, so only the order stands in the way."""
    first, *_, last = order(stage.desk.place.config)
    decision = promote.decide(stage.desk, last, first)
    names = [refusal.guard for refusal in decision.refusals]
    expect(names == ["next-in-line"], f"{first} to {last} is refused as not next in line", *names)
    try:
        promote.checked(decision)
    except Refused:
        say(f"refused by next-in-line: {decision.refusals[0].problem}")
        return
    raise Failed(f"{first} to {last} was not refused")


def promotion(stage: Stage) -> None:
    """The very digests that ran before, in every environment after the first."""
    environments = order(stage.desk.place.config)
    for source, target in itertools.pairwise(environments):
        before = stage.without_pins(target)
        with progress.shown(f"Promoting to {target}", every_step=False) as report:
            updates = roll_out(stage.desk, promote.checked(promote.decide(stage.desk, target)), report)
        found, origin = observe(stage.desk, target), observe(stage.desk, source)
        expect(bool(found.healthy) and found.running == origin.running, f"{target} runs what {source} runs")
        expect(stage.without_pins(target) == before, f"only pins of {stack_file(target)} changed")
        say(f"{found.release} runs in {target}: {len(found.workloads)} workloads, all ready{in_cloud(updates)}")
    for environment in environments:
        expect(not Ledger(stage.desk.place.config, environment).verify(), f"the ledger of {environment} is whole")


def pull_request(stage: Stage) -> None:
    """One image of its own, everything else as in the base; nothing may be left of it."""
    stack = f"pr-{PULL_REQUEST}"
    digest = stage.push("api", f"pull request {PULL_REQUEST}")
    # The image and the signature on it are the pipeline's, and stay.
    before = stage.inventory()
    with progress.shown(f"Opening {stack}", every_step=False) as report:
        update = preview.open_preview(stage.desk, PULL_REQUEST, BRANCH, {"api": digest}, report)
    found = observe(stage.desk, stack)
    expect(bool(found.healthy) and found.running["api"] == digest, f"{stack} runs its own api", *found.remarks)
    made = stage.inventory() - before
    for what in ("Namespace", "Database", "Topic", "Subscription"):
        expect(any(kind.endswith(f":{what}") for kind, _ in made), f"{stack} has a {what.lower()} of its own")
    namespace = preview.namespace(stage.desk, PULL_REQUEST)
    say(f"open: namespace {namespace}, {update.changes['create']} resources{in_cloud([update])}")
    with progress.shown(f"Closing {stack}", every_step=False) as report:
        preview.close_preview(stage.desk, PULL_REQUEST, report)
    left = stage.inventory() ^ before
    expect(not left, f"nothing is left of {stack}", *(f"{kind} {name}" for kind, name in sorted(left)))
    expect(stack not in stage.desk.engine.stacks(), f"the state of {stack} is gone")
    expect(not (stage.desk.place.config / stack_file(stack)).exists(), f"the file of {stack} is gone")
    say("closed: nothing is left of it")


def crash(stage: Stage) -> None:
    """The rollout must fail, and the pods of the release before must still be there."""
    first = order(stage.desk.place.config)[0]
    before = observe(stage.desk, first)
    release = stage.build("second", "none", crashing="api", same_as=before.running)
    decision = deploy.decide(stage.desk, first, release.id)
    try:
        with progress.shown(f"Deploying {release.id} to {first}", every_step=False) as report:
            roll_out(stage.desk, promote.checked(decision), report)
    except Failed as failed:
        say(failed.what.splitlines()[0])
    else:
        raise Failed(f"{release.id} crashes, but its rollout did not fail")
    after = observe(stage.desk, first)
    expect(after.healthy is False, f"{first} is not called healthy")
    expect(after.running == before.running and after.release == before.release, f"{before.release} keeps running")
    expect(all(load.ready == load.desired for load in after.workloads.values()), "with all its pods")
    last = Ledger(stage.desk.place.config, first).entries()[-1]
    expect(last.event == history.FAILED and last.facts["release"] == release.id, "the ledger says that it failed")
    refused = [refusal.guard for refusal in promote.decide(stage.desk, order(stage.desk.place.config)[1]).refusals]
    expect("source-healthy" in refused, f"{first} as it is now may not be promoted from")


def table(stage: Stage) -> None:
    """As `slipway status` prints it."""
    found = status.gather(stage.desk)
    grid = status.table(stage.desk, found)
    grid.title = None
    screen.out().print(grid)
    for remark in status.remarks(found):
        screen.out().print(escape(remark), style="yellow")


def in_cloud(updates: Sequence[Update]) -> str:
    """How long it would have taken, by the latency table."""
    return f", on Google Cloud about {spoken(sum(each.duration.seconds for each in updates if each.duration))}"


def say(text: str) -> None:
    """One thing that is so."""
    screen.out().print(f"   [green]ok[/] {escape(text)}")

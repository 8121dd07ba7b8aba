"""`slipway demo`: the whole life of a release in a sandbox of its own, told and verified step by step."""

import itertools
import time
from collections.abc import Callable, Sequence

from rich.markup import escape

from delivery import (
    auditing,
    deploy,
    history,
    preview,
    preview_sweep,
    progress,
    promote,
    proposing,
    rollback,
    screen,
    status,
    status_table,
)
from delivery.demo_stage import AUTHOR, FILES, Stage, expect
from delivery.durations import spoken
from delivery.engines import Update
from delivery.errors import Failed
from delivery.guards import short
from delivery.ledger import Ledger
from delivery.observed import observe
from delivery.preview_list import known_preview
from delivery.record import Record
from delivery.report_page import document, gathering, writing
from delivery.rollout import roll_out
from delivery.sandbox_github import Change
from delivery.side_by_side import run_all
from model.catalogue import load_catalogue
from model.environment import Environment
from model.order import branches, line, order
from model.stacks import load_environment, stack_file

BRANCH = "faster-search"
PULL_REQUEST = 42
COMMIT = "5ea2c4" + "0" * 34
"""What is built for the pull request."""


Act = tuple[str, Callable[[Stage], None]]
"""What is told of it, and what happens."""


def play(example: str = "") -> None:
    """Every act, in order, of the clone's own system or of an example's. Raises Failed at the first that does not end as told."""
    from delivery import demo_example

    began = time.monotonic()
    stage = Stage.set_up(example)
    say(f"A sandbox of its own in {stage.desk.place.sandbox}, with a copy of {', '.join(FILES)}")
    acts = demo_example.acts(stage) if example else own_acts(order(stage.desk.place.config))
    for number, (title, act) in enumerate(acts, 1):
        screen.out().print(f"\n[bold]{number}. {escape(title)}[/]")
        act(stage)
    expect(stage.untouched(), "no file of the clone was touched")
    screen.out().print(f"\n[green]All of it happened as told[/], in {time.monotonic() - began:.1f} s.")


def own_acts(environments: Sequence[str]) -> list[Act]:
    """The clone's own: the default system's, or those of a team's with fewer environments. First to last."""
    first, *others = environments
    last = environments[-1]
    found: list[Act] = [
        (f"{', '.join(['Shared', *reversed(others)])} and {first} come up; nothing is released yet", infrastructure),
        (f"Images are pushed, a release is recorded and deployed to {first}", first_release),
    ]
    if len(environments) > 2:
        found.append((f"From {first} straight to {last} is refused", skipping))
    if others:
        found.append((f"The release is promoted to {', then to '.join(others)}", promotion))
    return [
        *found,
        (f"A preview for pull request {PULL_REQUEST} opens and closes", pull_request),
        (f"A release whose image crashes goes back by itself, and {first} is on hold", crash),
        (f"A release with one new image reaches {last}, and {last} goes back in one step", back),
        ("What runs where", table),
    ]


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
    image = next(iter(release.images))
    say(f"release {release.id}: {len(release.images)} images, such as {image} {short(release.images[image])}")
    with progress.shown(f"Deploying to {first}", every_step=False) as report:
        updates = roll_out(stage.desk, promote.checked(deploy.decide(stage.desk, first, release.id)), report)
    found = observe(stage.desk, first)
    expect(found.release == release.id and bool(found.healthy), f"{first} runs {release.id}", *found.remarks)
    say(f"{release.id} runs in {first}: {len(found.workloads)} workloads, all ready{in_cloud(updates)}")


def skipping(stage: Stage) -> None:
    """Asked before staging has it, so the order stands in the way, beside what prod asks for of any release."""
    first, *_, last = order(stage.desk.place.config)
    decision = promote.decide(stage.desk, last, first)
    refusal = next((each for each in decision.refusals if each.guard == "next-in-line"), None)
    if refusal is None:
        raise Failed(f"the demo failed: it is not so that {first} to {last} is refused as not next in line")
    expect(decision.refusals[0] == refusal, "the order is what is told first")
    say(f"refused by next-in-line: {refusal.problem}")


def promotion(stage: Stage) -> None:
    """The very digests that ran before, in every environment after the first."""
    for source, target in steps(stage):
        before = stage.without_pins(target)
        updates = _promoted(stage, target)
        found, origin = observe(stage.desk, target), observe(stage.desk, source)
        expect(bool(found.healthy) and found.running == origin.running, f"{target} runs what {source} runs")
        expect(stage.without_pins(target) == before, f"only pins of {stack_file(target)} changed")
        say(f"{found.release} runs in {target}: {len(found.workloads)} workloads, all ready{in_cloud(updates)}")
    expect(not auditing.verify(stage.desk), "every ledger is whole, and as it was committed")


def steps(stage: Stage, line_of: str = "") -> list[tuple[str, str]]:
    """Every step from an environment to the next, or those of one line, in their order."""
    config = stage.desk.place.config
    if line_of:
        return list(itertools.pairwise(line(line_of, config)))
    return [step for target in order(config) for step in itertools.pairwise(line(target, config)[-2:])]


def serving(stage: Stage) -> str:
    """The image of the first service."""
    return next(iter(load_catalogue(stage.desk.place.config).services.values())).image


def _promoted(stage: Stage, target: str) -> list[Update]:
    """Promote as the target's own rules have it: wait as long as they ask, and have the plan approved where they ask."""
    rules = load_environment(target, stage.desk.place.config)
    assert isinstance(rules, Environment)
    decision = promote.decide(stage.desk, target)
    named = [refusal.guard for refusal in decision.refusals]
    if "baked" in named:
        say(f"refused by baked: {next(it.problem for it in decision.refusals if it.guard == 'baked')}")
        stage.wait(rules.promotion.bake_minutes)
    if "approved" in named and rules.promotion.approvals:
        opened = proposing.open_pull_request(stage.desk, decision)
        people = " and ".join(stage.review(opened.number, rules.promotion.approvals))
        say(f"pull request {opened.number} shows the plan, {len(decision.plan)} changes; approved by {people}")
    with progress.shown(f"Promoting to {target}", every_step=False) as report:
        return roll_out(stage.desk, promote.checked(promote.decide(stage.desk, target)), report)


def pull_request(stage: Stage) -> None:
    """One image of its own, everything else as in the base; nothing may be left of it."""
    stack = f"pr-{PULL_REQUEST}"
    stage.pull_request(PULL_REQUEST, Change(author=AUTHOR, branch=BRANCH, commit=COMMIT))
    image = serving(stage)
    digest = stage.push(f"pull request {PULL_REQUEST}", image, commit=COMMIT)[image]
    # The image and the signature on it are the pipeline's, and stay.
    before = stage.inventory()
    with progress.shown(f"Opening {stack}", every_step=False) as report:
        asked = preview.Request(PULL_REQUEST, images={image: None}, anew=True)
        update = preview.open_preview(stage.desk, asked, report, say)
    found = observe(stage.desk, stack)
    expect(bool(found.healthy) and found.running[image] == digest, f"{stack} runs its own {image}", *found.remarks)
    made = stage.inventory() - before
    catalogue = load_catalogue(stage.desk.place.config)
    messaging = ["Topic", "Subscription"] if catalogue.topics else []
    for what in ("Namespace", *(["Database"] if catalogue.databases else []), *messaging):
        expect(any(kind.endswith(f":{what}") for kind, _ in made), f"{stack} has a {what.lower()} of its own")
    namespace = known_preview(stage.desk, stack).namespace
    say(f"open: namespace {namespace}, {update.changes['create']} resources{in_cloud([update])}")
    comment = stage.pull_request(PULL_REQUEST, Change(merge=True))
    expect(comment is None or namespace in comment, f"pull request {PULL_REQUEST} is told of {stack}")
    due = preview_sweep.due(stage.desk)
    expect(
        [(each.deed, each.subject) for each in due] == [("close", stack)], f"with its pull request {stack} has to go"
    )
    with progress.shown(f"Closing {stack}", every_step=False) as report:
        preview.close_preview(stage.desk, PULL_REQUEST, report)
    expect(not preview_sweep.due(stage.desk), "there is nothing to sweep")
    left = stage.inventory() ^ before
    expect(not left, f"nothing is left of {stack}", *(f"{kind} {name}" for kind, name in sorted(left)))
    expect(stack not in stage.desk.engine.stacks(), f"the state of {stack} is gone")
    expect(not (stage.desk.place.config / stack_file(stack)).exists(), f"the file of {stack} is gone")
    say("closed: nothing is left of it")


def crash(stage: Stage) -> None:
    """The rollout must fail, the release before must be back, and nothing may come until a person says so."""
    first = order(stage.desk.place.config)[0]
    before, branch = observe(stage.desk, first), branches(stage.desk.place.config)[first]
    same = {**before.pins.images, **before.running}
    release = stage.build("second", "none", crashing=serving(stage), same_as=same, branch=branch)
    decision = deploy.decide(stage.desk, first, release.id)
    try:
        with progress.shown(f"Deploying {release.id} to {first}", every_step=False) as report:
            roll_out(stage.desk, promote.checked(decision), report)
    except Failed as failed:
        say(failed.what.splitlines()[0])
    else:
        raise Failed(f"{release.id} crashes, but its rollout did not fail")
    after = observe(stage.desk, first)
    expect(
        after.running == before.running and after.release == before.release, f"{before.release} is back", *after.remarks
    )
    expect(after.healthy is True, f"{first} is healthy again", *after.remarks)
    events = [entry.event for entry in Ledger(stage.desk.place.config, first).entries()[-5:]]
    told = [history.BEGUN, history.FAILED, history.HELD, history.BEGUN, history.DONE]
    expect(events == told, "the ledger tells all of it", *events)
    expect(after.held is not None, f"{first} is on hold: nothing comes by itself any more")
    Record(stage.desk, first).lift("the demo goes on")


def back(stage: Stage) -> None:
    """From the first environment to the last, and back there alone."""
    last = order(stage.desk.place.config)[-1]
    first, before = line(last, stage.desk.place.config)[0], observe(stage.desk, last)
    image, there = next(iter(before.running)), observe(stage.desk, first)
    same, branch = {**there.pins.images, **there.running}, branches(stage.desk.place.config)[last]
    release = stage.build("third", "none", same_as=same, changed=image, branch=branch)
    with progress.shown(f"Deploying {release.id} to {first}", every_step=False) as report:
        roll_out(stage.desk, promote.checked(deploy.decide(stage.desk, first, release.id)), report)
    for _, target in steps(stage, last):
        _promoted(stage, target)
    found = observe(stage.desk, last)
    expect(bool(found.healthy) and found.release == release.id, f"{last} runs {release.id}", *found.remarks)
    say(f"{release.id} runs in {last}: {image} is {short(found.running[image])} there")
    with progress.shown(f"Rolling back {last}", every_step=False) as report:
        updates = roll_out(stage.desk, promote.checked(rollback.decide(stage.desk, last)), report)
    found = observe(stage.desk, last)
    expect(bool(found.healthy) and found.running == before.running, f"{last} runs what it ran before", *found.remarks)
    kept = f"; {first} keeps {release.id}" if first != last else ""
    say(f"{found.release} is back in {last}{in_cloud(updates)}{kept}")
    expect(not auditing.verify(stage.desk), "every ledger is whole, and as it was committed")


def table(stage: Stage) -> None:
    """As `slipway status` prints it, and as `slipway report` writes it."""
    found = status.gather(stage.desk)
    grid = status_table.fitting(screen.out(), load_catalogue(stage.desk.place.config).services, found)
    grid.title = None
    screen.out().print(grid)
    for remark in status.remarks(found):
        screen.out().print(escape(remark), style="yellow")
    path = stage.desk.place.sandbox / "report.html"
    writing.write(path, document.page(gathering.gather(stage.desk), load_catalogue(stage.desk.place.config)))
    say(f"all of it as a page, to open in a browser: {path}")


def in_cloud(updates: Sequence[Update]) -> str:
    """How long it would have taken, by the latency table."""
    return f", on Google Cloud about {spoken(sum(each.duration.seconds for each in updates if each.duration))}"


def say(text: str) -> None:
    """One thing that is so."""
    screen.out().print(f"   [green]ok[/] {escape(text)}")

"""The promotion line: a card for each environment, and on it what may come there next and who says no."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from delivery.facts import Refusal, short
from delivery.outlook import Outlook
from delivery.report_page.content import Content
from delivery.report_page.markup import Markup, clipped, element, words
from delivery.report_page.tables import badge, caption, moment, spoken
from delivery.status import Overview


def section(content: Content) -> list[Markup]:
    """Cards, then which service runs where."""
    if content.unreadable:
        return [element("p", "What runs where cannot be told: ", words(content.unreadable), class_="trouble")]
    cards = [element("li", _card(content, each)) for each in content.environments]
    return [element("ol", cards, class_="line"), _matrix(content)]


def state(each: Overview) -> tuple[str, str]:
    """In words, and the tone of it."""
    seen = each.observed
    if seen.unfinished:
        return "unfinished", "wait"
    if seen.healthy is None:
        return "never released", "idle"
    return ("healthy", "good") if seen.healthy else ("not healthy", "bad")


def _card(content: Content, each: Overview) -> Markup:
    seen = each.observed
    said, tone = state(each)
    ready, desired = (sum(getattr(load, key) for load in seen.workloads.values()) for key in ("ready", "desired"))
    begun = max(each.since.values(), default=None)
    age = (each.now - begun).total_seconds() if begun else 0.0
    release = seen.release or ("no single release" if seen.running else "nothing yet")
    facts = [
        ("pods", f"{ready} of {desired} ready in {len(seen.workloads)} workloads"),
        ("project", content.configs[each.stack].project),
    ]
    return element(
        "article",
        element("header", element("h3", each.stack), badge("on hold", "bad") if seen.held else None, badge(said, tone)),
        element("p", release, class_="release"),
        element("p", "since ", _time(moment(begun)), f", {spoken(age)}" if age else None, class_="since")
        if begun
        else element("p", "—", class_="since"),
        element("dl", [element("div", element("dt", name), element("dd", value)) for name, value in facts]),
        element("ul", list(_remarks(each)), class_="remarks") if list(_remarks(each)) else None,
        _next(each),
        class_=f"card {'bad' if seen.held else tone}",
        aria_label=f"{each.stack}: {said}{', on hold' if seen.held else ''}",
    )


def _remarks(each: Overview) -> Iterator[Markup]:
    """What is not as it should be; the hold first."""
    seen = each.observed
    if seen.held:
        why = words(str(seen.held.facts.get("why", "")))
        yield element(
            "li", element("strong", "Hold"), " by ", words(seen.held.who), ", ", _time(seen.held.at), ": ", why
        )
    for why, until in each.frozen:
        end = [", until ", _time(moment(until))] if until else ", with no end in sight"
        yield element("li", element("strong", "Freeze"), ": ", words(why), end)
    for remark in seen.remarks:
        if not (seen.held and remark.startswith("on hold since")):
            yield element("li", words(remark))


def _next(each: Overview) -> Markup:
    ahead = each.next
    title = element("h4", "Next")
    if ahead is None:
        return element("section", title, element("p", "Nothing newer to come here.", class_="quiet"), class_="next")
    verdict, tone = _verdict(ahead)
    many = len(ahead.images)
    what = f"{many} image{'s' * (many != 1)} from {ahead.source or 'the builds of main'}"
    return element(
        "section",
        title,
        element("p", element("b", ahead.release or "pinned by hand"), " ", badge(verdict, tone)),
        element("p", what, class_="quiet"),
        _bake(each, ahead),
        element("ul", [_refusal(each) for each in ahead.refusals], class_="refusals") if ahead.refusals else None,
        element("p", "The guards could not be asked: ", words(ahead.unknown), class_="trouble")
        if ahead.unknown
        else None,
        element(
            "p",
            f"Then {'one person' if ahead.approvals == 1 else f'{ahead.approvals} people'} must approve the plan.",
            class_="quiet",
        )
        if ahead.approvals
        else None,
        class_="next",
    )


def _verdict(ahead: Outlook) -> tuple[str, str]:
    if ahead.unknown:
        return "nobody can tell", "wait"
    if ahead.refusals:
        return "may not come yet", "wait"
    return ("waits for approval", "wait") if ahead.approvals else ("may come", "good")


def _bake(each: Overview, ahead: Outlook) -> Markup | None:
    """A timer: the page's script lets it go on from the moment of the report."""
    if not ahead.bake:
        return None
    had = min(ahead.baked, ahead.bake)
    done = each.now + timedelta(seconds=ahead.bake - had)
    text = f"{spoken(had)} of {spoken(ahead.bake)}"
    name = f"Bake time of {ahead.release or 'what is pinned'} in {ahead.source}"
    label = [
        element("span", f"baked in {ahead.source}"),
        element("span", text, class_="left"),
    ]
    bar = element("progress", text, value=round(had), max=round(ahead.bake), aria_label=name)
    return element("div", label, bar, class_="bake", data_bake=round(ahead.bake), data_done=moment(done))


def _refusal(refusal: Refusal) -> Markup:
    return element(
        "li",
        element("code", refusal.guard),
        " ",
        words(refusal.problem),
        element("span", words(refusal.remedy), class_="remedy"),
    )


def _matrix(content: Content) -> Markup:
    """Services as rows, environments as columns. What differs from the environment before is marked."""
    head = element(
        "tr",
        element("th", "service", scope="col"),
        [element("th", each.stack, scope="col") for each in content.environments],
    )
    rows = [
        element("tr", element("th", service, scope="row"), _cells(content.environments, service))
        for service in content.services
    ]
    title = caption(
        "Which digest each service runs, and how many of its pods are ready",
        element("span", " · ≠ another digest than in the environment before", class_="quiet"),
    )
    grid = element("table", title, element("thead", head), element("tbody", rows), class_="matrix")
    return element("div", grid, class_="scroll", tabindex="0", role="region", aria_label="What runs where")


def _cells(found: Sequence[Overview], service: str) -> Iterator[Markup]:
    before: str | None = None
    for each in found:
        seen = each.observed
        deployment = seen.services[service]
        image = seen.images[deployment]
        load = seen.workloads.get(deployment)
        if load is None:
            pinned = image in seen.pins.images
            yield element(
                "td", badge("not there", "bad") if pinned else element("span", "never released", class_="quiet")
            )
            before = None
            continue
        differs = before is not None and load.digest != before
        before = load.digest
        pods = f"{load.ready}/{load.desired}"
        where = element("span", f"in {deployment}", class_="quiet") if deployment != service else None
        yield element(
            "td",
            element("span", "●", class_="dot good" if load.healthy else "dot bad", aria_hidden="true"),
            element("code", short(load.digest), title=each.releases.get(image, "no recorded release")),
            element("abbr", "≠", title="another digest than in the environment before", class_="differs")
            if differs
            else None,
            element("span", pods if load.healthy else f"{pods} not ready", class_="pods"),
            where,
            element("span", clipped(load.reason, 160), class_="remedy") if load.reason and not load.healthy else None,
        )


def _time(at: str) -> Markup:
    return element("time", at[:16].replace("T", " "), datetime=at, class_="ago")

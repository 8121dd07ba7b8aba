"""The report as people see and use it, in Chromium."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from delivery.report_page import document
from delivery.report_page.content import Content
from tests.browser.browser import Browser, Page
from tests.report.contents import CATALOGUE, HOSTILE, content, long
from tests.report.test_page import hostile

PHONE: dict[str, Any] = {"width": 390, "height": 844}


def written(folder: Path, given: Content) -> Path:
    path = folder / "report.html"
    path.write_text(document.page(given, CATALOGUE), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("report"), content())


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("many"), long(entries=300, previews=60))


@pytest.mark.parametrize("size", [{}, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_out_and_nothing_goes_wrong(
    browser: Browser, path: Path, many: Path, scheme: str, size: dict[str, Any]
) -> None:
    for each in (path, many):
        page = browser.open(each, color_scheme=scheme, **size)
        page.evaluate("document.querySelectorAll('details').forEach(it => { it.open = true })")
        assert page.barriers() == []
        assert page.heard == []


def test_what_keeps_people_out_is_found(browser: Browser, path: Path) -> None:
    page = browser.open(path)
    page.evaluate("document.querySelector('h2').style.color = '#ddd'")
    page.evaluate("document.querySelector('#releases').insertAdjacentHTML('beforeend', '<select><option>1</select>')")
    assert {each.partition(":")[0] for each in page.barriers()} == {"color-contrast", "select-name"}


def test_what_it_would_ask_for_outside_is_stopped_and_heard(browser: Browser, path: Path) -> None:
    page = browser.open(path)
    page.evaluate("fetch('https://example.com/').catch(() => null)")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=https://example.com/a.png>')")
    page("wait_for_timeout", 100)
    assert sum("violates the following Content Security Policy directive" in each for each in page.heard) >= 2
    assert "request: https://example.com/a.png" in page.heard
    assert "failed: https://example.com/a.png: csp" in page.heard


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_others_write_does_nothing(browser: Browser, tmp_path: Path, text: str) -> None:
    page = browser.open(written(tmp_path, hostile(text)))
    assert page("title").startswith("Slipway report")
    assert page.evaluate("document.querySelectorAll('img, iframe, object').length") == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.heard == []


def test_a_phone_needs_no_scrolling_sideways(browser: Browser, path: Path, many: Path) -> None:
    for each in (path, many):
        page = browser.open(each, **PHONE)
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert page.evaluate("getComputedStyle(document.querySelector('#previews tr td')).display") == "grid"
        wide = (
            "[...document.querySelectorAll('.data .scroll')].filter(it => it.scrollWidth > it.clientWidth + 1).length"
        )
        assert page.evaluate(wide) == 0
    assert len(page.texts("#ledger tbody tr")) == 10
    assert page.texts("#ledger [role=status]") == ["1 to 10 of 300"]


def colour(page: Page, selector: str = "html") -> str:
    found: str = page.evaluate(f"getComputedStyle(document.querySelector('{selector}')).backgroundColor")
    return found


def test_it_is_as_the_system_is_and_otherwise_as_the_reader_says(browser: Browser, path: Path) -> None:
    light, dark = (browser.open(path, color_scheme=scheme) for scheme in ("light", "dark"))
    day, night = colour(light), colour(dark)
    assert day != night
    light("check", "input[value=dark]", force=True)
    assert colour(light) == night
    light("reload")
    assert colour(light) == night, "and it is remembered"
    light("check", "input[value=system]", force=True)
    assert colour(light) == day
    dark("check", "input[value=light]", force=True)
    assert colour(dark) == day


def test_paper_is_light_and_has_everything(browser: Browser, many: Path) -> None:
    page = browser.open(many, color_scheme="dark")
    day = colour(browser.open(many, color_scheme="light"), ".card")
    assert len(page.texts("#previews tbody tr")) == 25
    page("emulate_media", media="print")
    assert colour(page, ".card") == day
    assert page.texts(".controls, .themes, .skip") == []
    assert len(page.texts("#previews tbody tr")) == 60
    assert (
        page.evaluate(
            "dispatchEvent(new Event('beforeprint')) && document.querySelectorAll('details:not([open])').length"
        )
        == 0
    )


def test_without_a_script_it_says_the_same(browser: Browser, many: Path) -> None:
    page = browser.open(many, java_script_enabled=False)
    assert len(page.texts("#previews tbody tr")) == 60
    assert len(page.texts("#ledger tbody tr")) == 50
    assert page.texts("#ledger .rest") == ["The first 50 of 300 rows. 'slipway audit export' has all."]
    assert page.texts(".controls, .themes") == []
    assert page.texts(".bake .left") == ["40 min of 1 h"]


def focused(page: Page) -> str:
    found: str = page.evaluate("document.activeElement.outerHTML.slice(0, 90)")
    return found


def test_the_keyboard_reaches_everything(browser: Browser, many: Path) -> None:
    page = browser.open(many)
    page.press("Tab")
    assert focused(page).startswith('<a href="#main"')
    assert page.evaluate("document.activeElement.getBoundingClientRect().left >= 0"), "a skip link shows itself"
    page.press("Enter")
    assert focused(page).startswith('<main id="main"')
    everything = "a[href], button, input, select, summary, [tabindex='0']"
    wanted = page.evaluate(
        f"[...document.querySelectorAll(\"{everything}\")].filter(it => it.checkVisibility() && (it.type != 'radio' || it.checked)).length"
    )
    page.evaluate("document.activeElement.blur(); getSelection().removeAllRanges(); window.scrollTo(0, 0)")
    page("reload")
    seen = set()
    for _ in range(wanted):
        page.press("Tab")
        seen.add(page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
        outline = page.evaluate(
            "getComputedStyle(document.activeElement.matches('input[type=radio]') ? document.activeElement.nextElementSibling : document.activeElement).outlineStyle"
        )
        assert outline != "none", focused(page)
    assert len(seen) == wanted


def test_the_theme_is_chosen_by_arrow_keys(browser: Browser, path: Path) -> None:
    page = browser.open(path)
    day = colour(page)
    page("focus", "input[value=system]")
    page.press("ArrowRight", "ArrowRight")
    assert focused(page).startswith('<input type="radio" name="theme" value="dark"')
    assert colour(page) != day


def test_rows_are_leafed_through(browser: Browser, many: Path) -> None:
    page = browser.open(many)
    first = page.texts("#ledger tbody th")
    page("focus", "#ledger [data-turn='1']")
    page.press("Enter")
    assert page.texts("#ledger [role=status]") == ["51 to 100 of 300"]
    assert len(page.texts("#ledger tbody tr")) == 50
    assert not set(first) & set(page.texts("#ledger tbody th"))
    page.press("Enter", "Enter", "Enter", "Enter", "Enter", "Enter")
    assert page.texts("#ledger [role=status]") == ["251 to 300 of 300"]
    assert page.evaluate("document.querySelector(\"#ledger [data-turn='1']\").ariaDisabled") == "true"
    assert focused(page).startswith("<button"), "who is at the end keeps the focus"
    page("click", "#previews [data-turn='1']")
    assert page.texts("#previews tbody th")[0] == "pr-35"


def test_what_the_script_shows_is_what_the_page_showed(browser: Browser, many: Path) -> None:
    page = browser.open(many)
    before = page.evaluate("document.querySelector('#ledger tbody').innerHTML")
    page("click", "#ledger [data-turn='1']")
    assert page.evaluate("document.querySelector('#ledger tbody').innerHTML") != before
    page("click", "#ledger [data-turn='-1']")
    assert page.evaluate("document.querySelector('#ledger tbody').innerHTML") == before


def test_rows_are_found_chosen_and_sorted(browser: Browser, many: Path) -> None:
    page = browser.open(many)
    page("fill", "#ledger input", ".0001 done")
    page.becomes("document.querySelector('#ledger [role=status]').textContent", "1 to 5 of 5")
    assert set(page.texts("#ledger tbody td:nth-child(5)")) == {"done"}
    page("select_option", "#ledger select[data-column='4']", "begun")
    assert page.texts("#ledger [role=status]") == ["0 to 0 of 0"]
    page("fill", "#ledger input", "")
    page.becomes("document.querySelector('#ledger [role=status]').textContent", "1 to 50 of 150")
    assert set(page.texts("#ledger tbody td:nth-child(5)")) == {"begun"}
    sort = "#previews thead th:first-child button"
    for order, direction in ((["pr-1", "pr-2", "pr-3"], "ascending"), (["pr-60", "pr-59", "pr-58"], "descending")):
        page("focus", sort)
        page.press("Enter")
        assert page.texts("#previews tbody th")[:3] == order
        assert page.evaluate("document.querySelector('#previews thead th').ariaSort") == direction


def test_timers_go_on_from_the_moment_of_the_report(browser: Browser, path: Path) -> None:
    page = browser.open(path)
    assert page.evaluate("document.querySelector('.bake progress').value") == pytest.approx(2400, abs=300)
    left = page.texts(".bake .left")[0]
    assert left.endswith("left of 1 h")
    later = path.with_name("later.html")
    text = path.read_text()
    moment = text.partition('data-written="')[2].partition('"')[0]
    later.write_text(text.replace(f'data-written="{moment}"', 'data-written="2026-01-01T00:00:00+00:00"'))
    page = browser.open(later)
    assert page.texts(".bake .left") == ["long enough"]
    assert page.evaluate("document.querySelector('.bake progress').value") == 3600
    assert " d " in page.texts(".aged")[0]
    assert page.texts(".aged")[0].endswith("ago")
    assert page.texts("#previews tbody small")[-1].endswith("ago"), "it has been closed since"


def test_pictures_follow_the_theme_and_keep_their_style(browser: Browser, path: Path) -> None:
    page = browser.open(path)
    assert page.evaluate("getComputedStyle(document.querySelector('#graph-dev rect')).fill") == "rgb(1, 2, 3)"
    assert page.evaluate("document.querySelector('.timeline').checkVisibility()")
    assert len(page.evaluate("[...document.querySelectorAll('.timeline .stay title')].map(it => it.textContent)")) == 7

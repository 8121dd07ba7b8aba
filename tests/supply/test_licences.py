"""Nobody has to install anything under a licence that asks for more than a notice, but what is named."""

from __future__ import annotations

import pytest
from packaging.markers import Marker

from tests.supply.licences import EXCEPTIONS, STATED, licence, refused
from tests.supply.locked import LOCK, Locked, locked

HERE = [it for it in locked(LOCK.read_text()) if not it.marker or Marker(it.marker).evaluate()]


def test_all_that_is_locked_is_looked_at() -> None:
    assert len(locked(LOCK.read_text())) == LOCK.read_text().count("==") - LOCK.read_text().count(" == ")
    text = "a==1 \\\n    --hash=sha256:0\nb-c[x]==2.0 ; sys_platform == 'win32' \\\n    --hash=sha256:1\n"
    assert locked(text) == [Locked("a", "1"), Locked("b-c", "2.0", "sys_platform == 'win32'")]


def test_every_licence_is_allowed() -> None:
    found = {it.name: licence(it.name) for it in HERE}
    assert len(found) > 80
    assert {name: said for name, said in found.items() if refused(name, said)} == {}


def test_every_exception_is_needed() -> None:
    names = {it.name for it in locked(LOCK.read_text())}
    assert (EXCEPTIONS.keys() | STATED.keys()) - names == set()
    assert {name: licence(name) for name in EXCEPTIONS} == {name: said for name, (said, _) in EXCEPTIONS.items()}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("MIT", False),
        ("GPL-3.0-only", True),
        ("AGPL-3.0-or-later", True),
        ("GPL-2.0-only OR MIT", False),
        ("MIT AND GPL-2.0-only", True),
        ("(Apache-2.0 AND MIT)", False),
        ("GNU General Public License v3 (GPLv3)", True),
        ("", True),
    ],
)
def test_what_is_refused(expression: str, expected: bool) -> None:
    assert refused("somebody-s", expression) is expected


def test_an_exception_is_of_one_distribution() -> None:
    assert (refused("certifi", "MPL-2.0"), refused("other", "MPL-2.0")) == (False, True)

"""What pip-audit has not looked up is told, which it does not do itself."""

from __future__ import annotations

from tests.supply.audit import read

GOOD = {"name": "requests", "version": "2.34.2", "vulns": []}
SKIPPED = {"name": "urllib3", "skip_reason": "Dependency not found"}
FLAW = {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["4.1"], "description": ""}
BAD = {
    "name": "pyyaml",
    "version": "4.0",
    "vulns": [FLAW, {**FLAW, "id": "PYSEC-2", "aliases": [], "fix_versions": []}],
}


def test_what_is_known_to_be_vulnerable_is_named_with_what_corrects_it() -> None:
    found = read({"dependencies": [GOOD, BAD, SKIPPED]})
    assert found.code == 4
    assert found.lines("requirements.lock") == [
        "requirements.lock: 2 looked up, 2 known vulnerabilities",
        "  pyyaml 4.0: PYSEC-1, CVE-1; correct in 4.1",
        "  pyyaml 4.0: PYSEC-2; no version corrects it yet",
        "  not looked up: urllib3",
    ]


def test_what_was_not_looked_up_is_told() -> None:
    whole, part = read({"dependencies": [GOOD]}), read({"dependencies": [GOOD, SKIPPED]})
    assert (whole.code, whole.lines("a.lock")) == (0, ["a.lock: 1 looked up, 0 known vulnerabilities"])
    assert (part.code, part.lines("a.lock")[-1]) == (1, "  not looked up: urllib3")
    for nothing in ({}, {"dependencies": [SKIPPED]}):
        assert read(nothing).lines("a.lock") == ["a.lock: not audited: the advisories could not be reached"]
        assert read(nothing).code == 0

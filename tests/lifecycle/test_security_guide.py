"""The guide to findings, typed in its order, with the policy changed where it says so."""

from __future__ import annotations

import re
import shlex
import shutil
from datetime import date, timedelta

from model.findings import FindingPolicy
from tests.lifecycle.commands import PROGRAM, Site

GUIDE = (PROGRAM / "docs" / "how-to" / "security-findings.md").read_text()
BLOCK = re.compile(r"```(sh|yaml)\n(.*?)```", re.DOTALL)


def test_the_commands_of_the_guide(empty: Site) -> None:
    shutil.copytree(PROGRAM / "tests" / "delivery" / "sarif", empty.folder / "scans")
    last: list[tuple[str, str]] = []
    for kind, text in BLOCK.findall(GUIDE):
        if kind == "yaml":
            # The guide's day passes; one that is a month away does what the guide says for as long as there are tests.
            month = date.today() + timedelta(days=30)
            (empty.config / "security.yaml").write_text(text.replace("2026-12-31", month.isoformat()))
            continue
        for line in text.splitlines():
            command, _, remark = line.partition("#")
            ran = empty(*shlex.split(command)[1:], code=3 * remark.strip().startswith("refused"))
            last.append((remark.strip(), ran.out))
    said = [out.splitlines()[-1] for _, out in last]
    assert said[0] == f"{last[0][0]}, 4 medium to fix in time, 5 low noted"
    assert said[1] == f"{last[1][0]}, 1 medium to fix in time, 1 low noted"
    assert said[3] == last[3][0] == "passed: 1 excepted"
    assert [line.partition(":")[0] for line in last[5][1].splitlines()[-2:]] == ["expired", "refused"]
    assert "have ann@ampersand.example answer for it" in last[5][1]
    assert said[6] == "scans/trivy-image.sarif is on the Security tab of ampersand/server"
    assert len(last) == 7


def test_the_table_of_the_guide_is_the_policy() -> None:
    rows = re.findall(
        r"^\| (critical|high|medium|low) \| [^|]+ \| (block|warn|note)s \| ([^|]+) \|$", GUIDE, re.MULTILINE
    )
    days = {0: "at once", 1: "within 1 day", 7: "within 7 days", None: "in the backlog"}
    verdicts = vars(FindingPolicy().severities)
    assert rows == [(name, verdict.action, days[verdict.days]) for name, verdict in verdicts.items()]

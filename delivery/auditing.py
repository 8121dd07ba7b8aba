"""`slipway history` and `slipway audit`: what the ledgers say, and whether anybody has touched them."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from delivery.desk import Desk
from delivery.facts import short
from delivery.ledger import FOLDER, Entry, Ledger
from delivery.repository import Repository

COLUMNS = (
    "environment", "number", "at", "who", "event", "verb", "release", "from", "images", "services", "reason", "hash"
)  # fmt: skip
BETWEEN = "; "
"""What stands between two of the `services` of a row."""


@dataclass(frozen=True)
class Finding:
    """Something in a ledger that nobody wrote by `slipway`. `line` counts from 1, 0 for the file as a whole."""

    ledger: str
    line: int
    problem: str

    def as_json(self) -> dict[str, Any]:
        """As `audit verify --json` prints it."""
        return {"ledger": self.ledger, "line": self.line, "problem": self.problem}


def ledgers(desk: Desk) -> list[str]:
    """The names of all ledgers of the config folder."""
    return sorted(path.stem for path in (desk.place.config / FOLDER).glob("*.jsonl"))


def verify(desk: Desk) -> list[Finding]:
    """Every entry that was edited, removed, reordered or torn; and what was cut off at an end that git still knows."""
    found: list[Finding] = []
    committed = _committed(desk.repository) if desk.repository else {}
    for name in sorted({*ledgers(desk), *committed}):
        ledger = Ledger(desk.place.config, name)
        found += [Finding(name, each.line, each.problem) for each in ledger.verify()]
        content = ledger.path.read_bytes() if ledger.path.exists() else b""
        if name in committed and not content.startswith(committed[name]):
            there, here = (text.count(b"\n") for text in (committed[name], content))
            gone = (
                "1 committed entry is missing" if there - here == 1 else f"{there - here} committed entries are missing"
            )
            what = gone if here < there else "committed entries differ"
            found.append(Finding(name, min(there, here) + 1 if here < there else 0, what))
    return found


def rows(environment: str, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Entries as a table has them, oldest first: `images` are those that changed, `api:1a2b3c4d5e6f` each, `services` who runs
    them, from digest to digest. An entry that was written before services were has its images there."""
    return [
        {
            "environment": environment,
            "number": entry.number,
            "at": entry.at,
            "who": entry.who,
            "event": entry.event,
            "verb": entry.facts.get("verb", ""),
            "release": entry.facts.get("release") or entry.facts.get("id") or "",
            "from": entry.facts.get("from") or "",
            "images": " ".join(f"{image}:{new}" for image, (_, new) in _changed(entry.facts).items()),
            "services": BETWEEN.join(_services(entry.facts)),
            "reason": entry.facts.get("reason") or entry.facts.get("why") or "",
            "hash": entry.hash,
        }
        for entry in entries
    ]


def as_csv(table: Sequence[Mapping[str, Any]]) -> str:
    """RFC 4180, with a header. A cell that a spreadsheet would take for a formula gets an apostrophe in front."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows({key: _inert(str(value)) for key, value in row.items()} for row in table)
    return out.getvalue()


def as_lines(entries: Mapping[str, Sequence[Entry]]) -> str:
    """Every entry whole, one JSON object a line, with the ledger it is from."""
    return "".join(
        json.dumps({"ledger": name, **entry.as_json()}, sort_keys=True, ensure_ascii=False) + "\n"
        for name, found in entries.items()
        for entry in found
    )


def _committed(repository: Repository) -> dict[str, bytes]:
    """The ledgers as the commit that is checked out has them."""
    if repository.head() is None:
        return {}
    folder = repository.config / FOLDER
    names = [name.removesuffix(".jsonl") for name in repository.names_in("HEAD", folder) if name.endswith(".jsonl")]
    found = {name: repository.show("HEAD", folder / f"{name}.jsonl") for name in names}
    return {name: content for name, content in found.items() if content is not None}


def _changed(facts: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    before, after = (dict((facts.get(key) or {}).get("images") or {}) for key in ("before", "after"))
    pairs = {image: (before.get(image), digest) for image, digest in sorted(after.items())}
    return {image: (short(old), short(new)) for image, (old, new) in pairs.items() if old != new}


def _services(facts: Mapping[str, Any]) -> list[str]:
    images = [f"{image} {old} -> {new}" for image, (old, new) in _changed(facts).items()]
    return list(facts.get("moved", images))


def _inert(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell

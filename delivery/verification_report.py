"""How a verification reads: what each statement did to whom, and what must not go on like this."""

from collections.abc import Iterator
from typing import Any

from migrations.embedded import PRODUCTION
from migrations.queries import Tried
from migrations.verifying import Ran, Verification
from migrations.watching import Lock, Seen

PLACES = 3


def as_json(found: Verification) -> dict[str, Any]:
    """All of it, seconds to the millisecond."""
    return {
        "postgresql": found.version,
        "production": PRODUCTION,
        "direction": found.task.direction,
        "before": list(found.task.before),
        "seeded": bool(found.task.seed),
        "limit_seconds": found.task.limit,
        "files": [_file(each) for each in found.files],
        "queries": [_query(each) for each in found.queries],
        "findings": list(found.findings),
        "ok": not found.failed and not found.findings,
    }


def lines(found: Verification) -> Iterator[str]:
    """The same for people."""
    yield f"PostgreSQL {found.version}" + remark(found.version)
    if not found.task.pending:
        yield "no migration is pending"
    else:
        yield f"{len(found.task.pending)} pending, {found.task.direction}"
    if found.task.pending and not found.task.seed:
        yield "without --seed all tables are as empty as the migrations leave them: nothing takes long"
    for each in found.files:
        yield from _shown(each)
    for query in found.queries:
        if query.error and not query.breaks:
            yield f"{query.file}, line {query.line}: does not work {query.when} the migrations, and need not"
    worked = sum(not query.error for query in found.queries)
    if found.queries:
        yield f"{worked} of {len(found.queries)} trials of queries worked"
    for finding in found.findings:
        yield f"finding: {finding}"
    if not found.failed and not found.findings:
        yield "verified: nobody waits for long, nothing is left half done" + (", queries work" if found.queries else "")


def remark(version: str) -> str:
    """What to think of another version than production's."""
    if version.partition(".")[0] == PRODUCTION:
        return ""
    return f", where production has {PRODUCTION}: what only one of them knows is not found here"


def _shown(each: Ran) -> Iterator[str]:
    yield each.name
    for seen in each.seen:
        anew = f", writes {', '.join(seen.rewritten)} anew" if seen.rewritten else ""
        yield f"  line {seen.line}  {seen.text}  ({seen.seconds:.2f} s{anew})"
        for lock in seen.locks:
            yield f"    {lock.table}: {lock.mode}, held {lock.held:.2f} s{_waits(lock)}"
    for what in each.kept:
        yield f"  without a transaction, a failure at its end leaves {what}"
    if each.failed:
        yield f"  failed: {each.failed}"


def _waits(lock: Lock) -> str:
    waits = [
        f"{who} wait {seconds:.2f} s" for who, seconds in (("reads", lock.reads), ("writes", lock.writes)) if seconds
    ]
    return "".join(f", {each}" for each in waits)


def _file(each: Ran) -> dict[str, Any]:
    return {
        "file": each.name,
        "statements": [_statement(seen) for seen in each.seen],
        "failed": each.failed or None,
        "half_done": list(each.half),
        "kept_without_transaction": list(each.kept),
    }


def _statement(seen: Seen) -> dict[str, Any]:
    return {
        "line": seen.line,
        "text": seen.text,
        "seconds": round(seen.seconds, PLACES),
        "rewrites": list(seen.rewritten),
        "locks": [
            {
                "table": lock.table,
                "mode": lock.mode,
                "held_seconds": round(lock.held, PLACES),
                "reads_wait_seconds": round(lock.reads, PLACES),
                "writes_wait_seconds": round(lock.writes, PLACES),
            }
            for lock in seen.locks
        ],
    }


def _query(each: Tried) -> dict[str, Any]:
    return {
        "release": each.side,
        "when": each.when,
        "file": each.file,
        "line": each.line,
        "works": not each.error,
        "needed": each.needed,
        "error": each.error or None,
    }

"""What a run has done so far, kept so that a killed run loses nothing.

Rewriting the checkpoint after every step would make a run's cost quadratic. Each step appends a line to a journal
instead, and the checkpoint is written once, at the end. While the journal is open the checkpoint carries a feature
that makes the Pulumi CLI refuse it; the next run of this engine folds the journal in first.

Every resource has a number: those of the checkpoint their place in it, new ones the numbers after. A line is
`{"begin": operation, "type": kind, "resource": ...}` before a provider is called, or
`{"end": operation, "put": [[number, resource]...], "drop": [number...]}` when it answered.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox.engine.checkpoint import (
    JOURNAL_OPEN,
    Checkpoint,
    Operation,
    in_order,
    render,
    to_text,
    without_aliases,
)
from sandbox.engine.errors import Cancelled, EngineError
from sandbox.engine.files import write_atomically
from sandbox.engine.resource import Resource, Sealer, dump, load


class Progress:
    """The state during a run. Safe to use from many threads."""

    def __init__(self, base: Checkpoint, sealer: Sealer, salt: str, state: Path, journal: Path | None) -> None:
        """`journal` is None where nothing is to be kept: while planning."""
        self._base = base
        self._sealer = sealer
        self._salt = salt
        self._state = state
        self._journal = journal
        self._file: int | None = None
        self._lock = threading.Lock()
        self._entries: dict[int, Resource] = dict(enumerate(base.resources))
        self._touched: dict[int, None] = {}
        self._rendered: dict[int, tuple[Resource, Mapping[str, Any]]] = {}
        self._pending: dict[int, Operation] = {}
        self._next_key = len(base.resources)
        self._next_operation = 0
        self._saved = False

    def begin(self, resource: Resource, kind: str) -> int:
        """Note that an operation starts; returns its number."""
        with self._open_to_change():
            number = self._next_operation
            self._next_operation += 1
            self._pending[number] = Operation(resource, kind)
            if self._journal is not None:
                self._append({"begin": number, "type": kind, "resource": dump(resource, self._sealer)})
            return number

    def abandon(self, operation: int) -> None:
        """Note that an operation failed without any effect."""
        self.commit(operation)

    def commit(
        self, operation: int | None, put: Mapping[int, Resource] | None = None, drop: Iterable[int] = ()
    ) -> None:
        """Note that an operation ended: these resources are now so, and those are gone."""
        with self._open_to_change():
            if operation is not None:
                self._pending.pop(operation, None)
            lines = []
            for key, resource in (put or {}).items():
                self._place(key, resource)
                if self._journal is not None:
                    rendered = dump(resource, self._sealer)
                    self._rendered[key] = (resource, rendered)
                    lines.append([key, rendered])
            dropped = list(drop)
            for key in dropped:
                self._entries.pop(key, None)
            if self._journal is not None:
                self._append({"end": operation, "put": lines, "drop": dropped})

    def same(self, key: int, resource: Resource) -> None:
        """Note that a resource was seen unchanged; nothing is written before the run's end."""
        with self._open_to_change():
            self._place(key, resource)

    def new_key(self) -> int:
        """A number for a resource that the checkpoint does not have."""
        with self._lock:
            self._next_key += 1
            return self._next_key - 1

    def get(self, key: int) -> Resource | None:
        """The resource of that number as it is now."""
        return self._entries.get(key)

    def entries(self) -> list[tuple[int, Resource]]:
        """All resources as they are now: those of this run first, as they ended, then what it did not touch or replaced.

        So what is to go stands where it stood: behind what it needed, and before what needed it.
        """
        with self._lock:
            keys = [key for key in self._touched if key in self._entries]
            keys += [key for key in self._entries if key not in self._touched]
            return [(key, self._entries[key]) for key in keys]

    def save(self, pending: Iterable[Operation] = ()) -> None:
        """Write the checkpoint and close the journal. `pending` are operations to keep on record beside those open.

        What a thread left behind by an interrupt has to say afterwards is too late: its operation is among those open.
        """
        with self._lock:
            self._saved = True
        pending = (*self._pending.values(), *pending)
        if self._file is not None or not self._unchanged(pending):
            self._write(pending)
        if self._file is not None:
            os.close(self._file)
            self._file = None
        if self._journal is not None:
            self._journal.unlink(missing_ok=True)

    def _unchanged(self, pending: tuple[Operation, ...]) -> bool:
        """Whether the file says all this already. In which order does not matter: the one that it has still serves."""
        base = self._base
        latest = base.raw.get("checkpoint", {}).get("latest") or {}
        return (
            bool(base.raw)
            and not (base.folded or pending or latest.get("pending_operations"))
            and base.salt == self._salt
            and self._entries.keys() == set(range(len(base.resources)))
            and all(resource.same(self._entries[key]) for key, resource in enumerate(base.resources))
        )

    def _write(self, pending: tuple[Operation, ...]) -> None:
        resources = in_order(without_aliases([resource for _, resource in self.entries()]))
        ready = {id(resource): rendered for resource, rendered in self._rendered.values()}
        document = render(
            self._base.stack,
            ((resource, ready.get(id(resource))) for resource in resources),
            pending,
            self._sealer,
            self._salt,
        )
        write_atomically(self._state, to_text(document))

    @contextmanager
    def _open_to_change(self) -> Iterator[None]:
        with self._lock:
            if self._saved:
                raise Cancelled
            yield

    def _place(self, key: int, resource: Resource) -> None:
        self._entries[key] = resource
        self._touched.pop(key, None)
        if not _replaced(resource):
            self._touched[key] = None

    def _append(self, line: Mapping[str, Any]) -> None:
        if self._file is None:
            self._open()
        assert self._file is not None
        data = json.dumps(line, separators=(",", ":")).encode() + b"\n"
        while data:
            data = data[os.write(self._file, data) :]

    def _open(self) -> None:
        assert self._journal is not None
        self._journal.parent.mkdir(parents=True, exist_ok=True)
        self._journal.unlink(missing_ok=True)
        document = dict(self._base.raw) or render(self._base.stack, (), (), self._sealer, self._salt)
        document["version"] = 4
        document["features"] = sorted({*document.get("features", ()), JOURNAL_OPEN})
        write_atomically(self._state, to_text(document))
        self._file = os.open(self._journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def _replaced(resource: Resource) -> bool:
    return resource.delete or resource.pending_replacement


def fold(base: Checkpoint, journal: Path, sealer: Sealer) -> Checkpoint:
    """The checkpoint with what the journal of a killed run adds to it. A last line cut short counts as not written."""
    entries = dict(enumerate(base.resources))
    touched: dict[int, None] = {}
    pending: dict[int, Operation] = {}
    lines = journal.read_bytes().split(b"\n")[:-1] if journal.exists() else []
    for number, raw in enumerate(lines, start=1):
        try:
            line = json.loads(raw)
        except ValueError:
            remedy = "delete the file to go on from the state without it"
            raise EngineError("", f"{journal}: line {number} is damaged; {remedy}") from None
        if "begin" in line:
            pending[line["begin"]] = Operation(load(line["resource"], sealer), line["type"])
            continue
        pending.pop(line["end"], None)
        for key, rendered in line["put"]:
            entries[key] = load(rendered, sealer)
            if not _replaced(entries[key]):
                touched[key] = None
        for key in line["drop"]:
            entries.pop(key, None)
    keys = [key for key in touched if key in entries] + [key for key in entries if key not in touched]
    return Checkpoint(
        stack=base.stack,
        resources=tuple(in_order(without_aliases([entries[key] for key in keys]))),
        pending=(*base.pending, *pending.values()),
        salt=base.salt,
        folded=True,
        raw=base.raw,
    )

"""The secrets of stack files, and where their values stand, as they are or in another writing."""

from __future__ import annotations

import base64
import json
import re
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import yaml

from delivery.engine_sandbox import PASSPHRASE
from sandbox.engine.secrets import Crypter

_SEALED = re.compile(r"(\bsecure: )(\S+)")
_PASSWORD = re.compile(rb'"authString": ?"([^"]+)"')
_VALUE = re.compile(r"(?<=\w): .+")


def configured(config: Path) -> dict[str, set[str]]:
    """name -> the values that the stack files have for it; of one that is YAML, each of its values."""
    found: dict[str, set[str]] = {}
    for path in _files(config):
        data = yaml.safe_load(path.read_text())
        for name, value in _opened(data["config"], Crypter(PASSPHRASE, data["encryptionsalt"])):
            found.setdefault(name, set()).update(line.rpartition(": ")[2] for line in value.splitlines())
    return found


def sow(config: Path) -> None:
    """Give each secret another value, with signs that other writings have to escape, as long as the one before."""
    for path in _files(config):
        text = path.read_text()
        crypter = Crypter(PASSPHRASE, yaml.safe_load(text)["encryptionsalt"])
        path.write_text(_SEALED.sub(lambda found: found[1] + crypter.encrypt(_sown(crypter.decrypt(found[2]))), text))  # noqa: B023


def _files(config: Path) -> list[Path]:
    """Those with secrets of their own; of the template of previews nothing is made."""
    found = sorted(config.glob("Pulumi.*.yaml"))
    return [path for path in found if "encryptionsalt:" in path.read_text() and path.name != "Pulumi.pr.yaml"]


def _sown(value: str) -> str:
    drawn = secrets.token_urlsafe(32)
    if ": " in value:
        return _VALUE.sub(lambda found: f": {drawn[: len(found[0]) - 2]}", value)
    return f"/{drawn}+?&=%"[: max(len(value), 16)]


def _opened(value: object, crypter: Crypter, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if value.keys() == {"secure"}:
            yield name, crypter.decrypt(value["secure"])
        for key, each in value.items():
            yield from _opened(each, crypter, key.rpartition(":")[2])


def forms(value: str) -> set[bytes]:
    """A value as it is, in JSON, in a URL, and in base64, wherever in a longer text it begins there."""
    plain = value.encode()
    texts = {value, json.dumps(value)[1:-1], quote(value), quote(value, safe=""), quote_plus(value)}
    coded = set()
    for before in range(3):
        for encode in (base64.standard_b64encode, base64.urlsafe_b64encode):
            whole = encode(bytes(before) + plain).rstrip(b"=")
            # Its first and last signs are made of what stands around it, too.
            coded.add(whole[(before * 8 + 5) // 6 : (before + len(plain)) * 8 // 6])
    return {text.encode() for text in texts} | coded


def standing(text: bytes, names: dict[str, set[str]]) -> set[str]:
    """The names of the secrets that stand in a text."""
    return {name for name, values in names.items() if any(form in text for value in values for form in forms(value))}


def made_up(world: Path) -> dict[str, set[str]]:
    """What the clouds have thought of themselves: the passwords of caches."""
    found = {it.decode() for _, _, text in rows(world) for it in _PASSWORD.findall(text)}
    return {"authString": found}


def rows(world: Path) -> Iterable[tuple[str, str, bytes]]:
    """All that the world keeps: table, what kind of a thing in it, and everything that is said of that."""
    connection = sqlite3.connect(world)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        cursor = connection.execute(f"SELECT * FROM {table}")
        columns = [each[0] for each in cursor.description]
        for row in cursor:
            kind = dict(zip(columns, row, strict=True)).get("type", "")
            yield table, str(kind), "\n".join(map(str, row)).encode()
    connection.close()

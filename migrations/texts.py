"""From a file's bytes to its text: by its byte order mark, by what it says of itself, by what it can be."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_TOLD = re.compile(
    rb"""(?ix) ^[ \t]*(?:
        --.*?\bcoding[:=][ \t]*([a-z0-9_-]+)
        |\\encoding[ \t]+['"]?([a-z0-9_-]+)
        |SET[ \t]+(?:SESSION[ \t]+|LOCAL[ \t]+)?client_encoding[ \t]*(?:=|TO)[ \t]*['"]?([a-z0-9_-]+)
    )""",
    re.MULTILINE,
)
_POSTGRES = {
    "unicode": "utf-8", "sql_ascii": "latin-1", "win1250": "cp1250", "win1251": "cp1251", "win1252": "cp1252",
    "win1253": "cp1253", "win1254": "cp1254", "win1257": "cp1257", "win866": "cp866", "latin9": "iso8859-15",
    "sjis": "shift_jis", "euc_jis_2004": "euc_jis_2004", "uhc": "cp949", "koi8r": "koi8-r", "koi8u": "koi8-u",
}  # fmt: skip
"""Where PostgreSQL's name of an encoding is none that Python knows."""
_HEAD = 4096
"""Bytes in which a file says how it is written."""


@dataclass(frozen=True)
class Text:
    """`remark` is what had to be guessed; `wrong` where and why it cannot be read, `at` counted in bytes."""

    text: str
    remark: str = ""
    wrong: str = ""
    at: int = 0


def decode(raw: bytes, told: str = "") -> Text:
    """The text. What says nothing and is no UTF-8 is read as Latin-1, in which each byte is some character."""
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return _as(raw[len(mark) :], name, len(mark))
    if told:
        return _as(raw, told)
    if wide := _wide(raw):
        return _as(raw, wide)
    if match := _TOLD.search(raw[:_HEAD]):
        said = next(group for group in match.groups() if group).decode("ascii").lower()
        return _as(raw, _POSTGRES.get(said, said))
    try:
        return Text(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        remark = f"it is no UTF-8 at byte {error.start + 1} and does not say what it is, so it was read as Latin-1"
        return Text(raw.decode("latin-1"), remark)


def _as(raw: bytes, name: str, skipped: int = 0) -> Text:
    try:
        return Text(raw.decode(name))
    except LookupError:
        return Text("", wrong=f"there is no encoding '{name}'")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode(name, "replace")
        return Text(before, wrong=f"it is no {name} at byte {error.start + skipped + 1}", at=error.start)
    except ValueError:
        return Text("", wrong=f"'{name}' is no encoding of text")


def _wide(raw: bytes) -> str:
    """UTF-16 without a mark: SQL is mostly ASCII, so nearly each second byte is 0."""
    head = raw[:_HEAD]
    if len(head) < 4 or len(raw) % 2:
        return ""
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > half * 0.7 and even < half * 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.7 and odd < half * 0.1 else ""

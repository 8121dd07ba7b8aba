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
        \\encoding[ \t]+['"]?([a-z0-9_-]+)
        |SET[ \t]+(?:SESSION[ \t]+|LOCAL[ \t]+)?client_encoding[ \t]*(?:=|TO)[ \t]*['"]?([a-z0-9_-]+)
    )""",
    re.MULTILINE,
)
_POSTGRES = {
    "utf8": "utf-8", "unicode": "utf-8", "sqlascii": "latin-1", "big5": "big5", "euccn": "gb2312", "eucjp": "euc_jp",
    "eucjis2004": "euc_jis_2004", "euckr": "euc_kr", "gb18030": "gb18030", "gbk": "gbk", "sjis": "shift_jis",
    "shiftjis": "shift_jis", "uhc": "cp949", "koi8": "koi8-r", "koi8r": "koi8-r",
    "koi8u": "koi8-u", "alt": "cp866", "win866": "cp866", "win874": "cp874", "win": "cp1251", "latin1": "iso8859-1",
    "latin2": "iso8859-2", "latin3": "iso8859-3", "latin4": "iso8859-4", "latin5": "iso8859-9", "latin6": "iso8859-10",
    "latin7": "iso8859-13", "latin8": "iso8859-14", "latin9": "iso8859-15", "latin10": "iso8859-16",
    **{f"iso8859{part}": f"iso8859-{part}" for part in range(1, 17) if part != 12},
    **{f"win{page}": f"cp{page}" for page in range(1250, 1259)}, **{f"windows{page}": f"cp{page}" for page in range(1250, 1259)},
}  # fmt: skip
"""PostgreSQL's names of encodings, without signs between, and Python's. Each has ASCII at its place, so that no sign is another one in it; that leaves out JOHAB and
SHIFT_JIS_2004. Whatever else a file calls itself PostgreSQL would read otherwise.

https://www.postgresql.org/docs/15/multibyte.html
"""
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
        known = _POSTGRES.get(said.replace("_", "").replace("-", ""))
        return _as(raw, known) if known else Text("", wrong=f"it says that it is '{said}', which cannot be read here")
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

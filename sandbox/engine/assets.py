"""Assets and archives: their hashes, by which Pulumi sees that a file changed, and their form in a state."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from sandbox.engine.errors import Unsupported
from sandbox.values import ARCHIVE, ASSET, RESOURCE, SIGNATURE, Properties, Value

_PACKED = (".tar", ".tgz", ".tar.gz", ".zip", ".jar")
_BLOCK = 512


def hashed(value: Value, root: Path) -> Value:
    """The value with the hash of every asset and archive in it filled in; relative paths are below `root`.

    A reference to a resource says that it knows no version of its package, as Pulumi writes it.
    """
    if isinstance(value, dict):
        signature = value.get(SIGNATURE)
        if signature == RESOURCE:
            return {"packageVersion": "", **value}
        if signature in (ASSET, ARCHIVE):
            if value.get("hash"):
                return value
            digest = _asset_hash(value, root) if signature == ASSET else _archive_hash(value, root)
            inner = {key: hashed(item, root) for key, item in value.items()}
            return {**inner, "hash": digest}
        return {key: hashed(item, root) for key, item in value.items()}
    if isinstance(value, list):
        return [hashed(item, root) for item in value]
    return value


def serialized(value: Properties) -> Properties:
    """An asset, archive or resource reference as a state holds it: empty parts are left out."""
    if value.get(SIGNATURE) not in (ASSET, ARCHIVE):
        return value
    out: Properties = {SIGNATURE: value[SIGNATURE]}
    for key in ("hash", "text", "path", "uri"):
        if value.get(key):
            out[key] = value[key]
    if value.get("assets"):
        out["assets"] = {key: serialized(item) for key, item in value["assets"].items()}
    return out


def _content(asset: Properties, root: Path) -> bytes:
    if asset.get("path"):
        return Path(root, asset["path"]).read_bytes()
    if asset.get("uri"):
        raise Unsupported("remote assets")
    return str(asset.get("text") or "").encode()


def _asset_hash(asset: Properties, root: Path) -> str:
    return hashlib.sha256(_content(asset, root)).hexdigest()


def _archive_hash(archive: Properties, root: Path) -> str:
    path = archive.get("path")
    if path and (root / path).is_file():
        if not path.endswith(_PACKED):
            raise Unsupported(f"an archive of the kind of {path!r}")
        return hashlib.sha256((root / path).read_bytes()).hexdigest()
    digest = hashlib.sha256()
    for name, content in _members(archive, root, ""):
        digest.update(_header(name, len(content)))
        digest.update(content + b"\0" * (-len(content) % _BLOCK))
    digest.update(b"\0" * (2 * _BLOCK))
    return digest.hexdigest()


def _members(archive: Properties, root: Path, prefix: str) -> Iterator[tuple[str, bytes]]:
    """Names and contents in the order in which Pulumi packs them: names sorted, directories walked in order."""
    if archive.get("uri"):
        raise Unsupported("remote archives")
    if archive.get("path"):
        top = root / archive["path"]
        for folder, folders, files in os.walk(top):
            folders.sort()
            for file in sorted(files):
                whole = Path(folder) / file
                yield prefix + whole.relative_to(top).as_posix(), whole.read_bytes()
        return
    assets: Properties = archive.get("assets") or {}
    for name in sorted(assets):
        item = assets[name]
        if item.get(SIGNATURE) == ASSET:
            yield prefix + name, _content(item, root)
        else:
            yield from _members(item, root, f"{prefix}{name}/")


def _header(name: str, size: int) -> bytes:
    """A USTAR header as Go writes it for a regular file of mode 0600 without owner or time."""
    raw = name.encode()
    before = b""
    if len(raw) > 100:
        cut = raw[:156].rfind(b"/")
        before, raw = raw[:cut], raw[cut + 1 :]
    if len(raw) > 100 or len(before) > 155 or not name.isascii():
        raise Unsupported(f"the file name {name!r} in an archive")
    block = bytearray(_BLOCK)
    block[0 : len(raw)] = raw
    for at, digits, value in ((100, 7, 0o600), (108, 7, 0), (116, 7, 0), (124, 11, size), (136, 11, 0)):
        block[at : at + digits] = f"{value:0{digits}o}".encode()
    block[148:156] = b" " * 8
    block[156:157] = b"0"
    block[257:265] = b"ustar\x0000"
    for at in (329, 337):
        block[at : at + 7] = b"0000000"
    block[345 : 345 + len(before)] = before
    block[148:156] = f"{sum(block):06o}\0 ".encode()
    return bytes(block)

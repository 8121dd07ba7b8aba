"""Assets and archives: their hashes, by which Pulumi sees that a file changed, and their form in a state."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator
from pathlib import Path

from sandbox.engine.errors import EngineError, Unsupported
from sandbox.values import ARCHIVE, ASSET, RESOURCE, SIGNATURE, Properties, Value

_PACKED = (".tar", ".tgz", ".tar.gz", ".zip", ".jar")
_BLOCK = 512
_BOOKKEEPING = ".pulumi"


def hashed(value: Value, root: Path, key: str = "") -> Value:
    """The value with the hash of every asset and archive in it filled in; relative paths are below `root`.

    A reference to a resource says that it knows no version of its package, as Pulumi writes it. Raises EngineError, in
    Pulumi's words, for a file that cannot be read; `key` is the property that has it.
    """
    if isinstance(value, dict):
        signature = value.get(SIGNATURE)
        if signature == RESOURCE:
            return {"packageVersion": "", **value}
        if signature in (ASSET, ARCHIVE):
            if value.get("hash"):
                return value
            try:
                digest = _asset_hash(value, root) if signature == ASSET else _archive_hash(value, root)
            except OSError as error:
                kind = "asset" if signature == ASSET else "archive"
                message = f'unmarshal properties: failed to compute {kind} hash for "{key}": {error}'
                raise EngineError("", message) from error
            # Pulumi loses the text of an asset that is empty.
            inner = {name: hashed(item, root, name) for name, item in value.items() if item != ""}
            return {**inner, "hash": digest}
        return {name: hashed(item, root, name) for name, item in value.items()}
    if isinstance(value, list):
        return [hashed(item, root, key) for item in value]
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
        path = root / asset["path"]
        if path.is_dir():
            raise OSError(f"asset path '{path}' is a directory; try using an archive")
        try:
            return path.read_bytes()
        except OSError as error:
            raise OSError(f"failed to open asset file '{path}': open {path}: {_reason(error)}") from error
    if asset.get("uri"):
        raise Unsupported("remote assets")
    return str(asset.get("text") or "").encode()


def _asset_hash(asset: Properties, root: Path) -> str:
    return hashlib.sha256(_content(asset, root)).hexdigest()


def _archive_hash(archive: Properties, root: Path) -> str:
    path = root / archive["path"] if archive.get("path") else None
    if path and path.name.endswith(_PACKED):
        try:
            return hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise OSError(f"open {path}: {_reason(error)}") from error
    digest = hashlib.sha256()
    for name, content in _members(archive, root, ""):
        digest.update(_header(name, len(content)))
        digest.update(content + b"\0" * (-len(content) % _BLOCK))
    digest.update(b"\0" * (2 * _BLOCK))
    return digest.hexdigest()


def _members(archive: Properties, root: Path, prefix: str) -> Iterator[tuple[str, bytes]]:
    """Names and contents in the order in which Pulumi packs them."""
    if archive.get("uri"):
        raise Unsupported("remote archives")
    if archive.get("path"):
        top = root / archive["path"]
        if top.name.endswith(_PACKED):
            raise Unsupported("a packed archive within an archive")
        try:
            folder = stat.S_ISDIR(top.stat().st_mode)
        except OSError as error:
            raise OSError(f"couldn't read archive path '{top}': stat {top}: {_reason(error)}") from error
        if not folder:
            raise OSError(f"'{top}' is neither a recognized archive type nor a directory")
        for path in _files(top):
            yield prefix + path.relative_to(top).as_posix(), path.read_bytes()
        return
    assets: Properties = archive.get("assets") or {}
    for name in sorted(assets):
        item = assets[name]
        if item.get(SIGNATURE) == ASSET:
            yield prefix + name, _content(item, root)
        else:
            yield from _members(item, root, f"{prefix}{name}/")


def _files(folder: Path) -> Iterator[Path]:
    """Its files and those in the folders below, by name, as Go's `filepath.Walk` comes to them.

    Pulumi leaves out its own folder and links to folders.
    """
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if path.name == _BOOKKEEPING:
            continue
        if not path.is_dir():
            yield path
        elif not path.is_symlink():
            yield from _files(path)


def _reason(error: OSError) -> str:
    """Why, as Go says it."""
    return (error.strerror or str(error)).lower()


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

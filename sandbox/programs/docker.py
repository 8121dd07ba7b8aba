"""`docker`, as far as builds call it: images go into the emulated registry, and have no layers.

https://docs.docker.com/reference/cli/docker/buildx/
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence

from sandbox.clouds import registry
from sandbox.programs.caller import Caller, NotSupported
from sandbox.programs.options import Options, parsed

_OURS = re.compile(r"[a-z0-9-]+-docker\.pkg\.dev/.+")
_SPLIT = re.compile(r"(?P<reference>[^@]+?)(:(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]*))?(@(?P<digest>sha256:[0-9a-f]{64}))?")
VALUED = ("--name", "--driver", "--format", "--tag", "-t", "--file", "-f", "--output", "-o")
"""Options whose value may be the next argument."""


def run(caller: Caller, arguments: Sequence[str]) -> int:
    """The exit code."""
    match list(arguments):
        case ["run", *_] | ["buildx", "create", *_]:
            return 0
        case ["buildx", "imagetools", "inspect", *rest]:
            return _inspect(caller, parsed(rest, VALUED))
        case ["buildx", "imagetools", "create", *rest]:
            return _create(caller, parsed(rest, VALUED))
        case ["buildx", "build", *rest] | ["build", *rest]:
            return _build(caller, parsed(rest, VALUED))
        case ["push", reference]:
            return _push(caller, reference)
    raise NotSupported(" ".join(arguments[:3]))


def _inspect(caller: Caller, options: Options) -> int:
    reference, tag, digest = _parts(options.words[0])
    # A third party's registry, which is not emulated: what a tag means there never changes here.
    if not _OURS.fullmatch(reference):
        return caller.say(digest or _digest(options.words[0]))
    caller.may_read(reference)
    found = digest or registry.resolve(caller.world, reference, tag)
    if found is None or not registry.has(caller.world, reference, found):
        return caller.complain(f"ERROR: {options.words[0]}: not found")
    return caller.say(found)


def _create(caller: Caller, options: Options) -> int:
    """Copies an image, byte for byte, and names it."""
    (source,) = options.words
    reference, tag, digest = _parts(source)
    if _OURS.fullmatch(reference):
        caller.may_read(reference)
        found = digest or registry.resolve(caller.world, reference, tag)
        if found is None or not registry.has(caller.world, reference, found):
            return caller.complain(f"ERROR: {source}: not found")
    else:
        found = digest or _digest(source)
    if options.flag("--dry-run"):
        return 0
    for target in options.all("--tag", "-t"):
        to, name, _ = _parts(target)
        caller.may_write(to)
        if not registry.has(caller.world, to, found):
            registry.push(caller.world, to, found)
        registry.tag(caller.world, to, found, name)
    return 0


def _build(caller: Caller, options: Options) -> int:
    """What it makes is decided by its name and by the commit that is built."""
    outputs = [part.partition("=") for output in options.all("--output", "-o") for part in output.split(",")]
    written = {key: value for key, _, value in outputs}
    commit = caller.environment.get("COMMIT", "")
    digest = ""
    if written.get("push") == "true":
        reference = written["name"]
        caller.may_write(reference)
        digest = _digest(f"{reference} of {commit}")
        if not registry.has(caller.world, reference, digest):
            registry.push(caller.world, reference, digest)
    elif options.flag("--push"):
        for target in options.all("--tag", "-t"):
            digest = _push_tagged(caller, target, _digest(f"{target} of {commit}"))
    elif not written and not options.all("--tag", "-t"):
        raise NotSupported("a build that goes nowhere")
    for file in options.all("--metadata-file"):
        (caller.folder / file).write_text(json.dumps({"containerimage.digest": digest}, indent=2), encoding="utf-8")
    return 0


def _push(caller: Caller, target: str) -> int:
    _push_tagged(caller, target, _digest(f"{target} of {caller.environment.get('COMMIT', '')}"))
    return 0


def _push_tagged(caller: Caller, target: str, digest: str) -> str:
    reference, tag, _ = _parts(target)
    caller.may_write(reference)
    if not registry.has(caller.world, reference, digest):
        registry.push(caller.world, reference, digest)
    registry.tag(caller.world, reference, digest, tag)
    return digest


def _parts(text: str) -> tuple[str, str, str]:
    """Reference without tag and digest, tag, digest."""
    match = _SPLIT.fullmatch(text)
    if match is None:
        raise NotSupported(text)
    return match["reference"], match["tag"] or "", match["digest"] or ""


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"

"""`slipway sandbox inspect` on a terminal and as data."""

from __future__ import annotations

from typing import Any

from rich.markup import escape
from rich.table import Table
from rich.tree import Tree

from delivery.desk import Desk
from delivery.sandbox_commands import world_of
from model.errors import ConfigError, Problem, closest
from model.stack_files import stacks
from sandbox.clouds import inventory
from sandbox.clouds.inventory import Inventory, Key
from sandbox.clouds.registry import Image

Path = tuple[Key, ...]


def gather(desk: Desk, stack: str | None) -> Inventory:
    """Everything, or what one stack made. Raises ConfigError for one that made nothing and has no file either."""
    found = inventory.gather(world_of(desk), stack)
    known = stacks(desk.place.config)
    if stack is not None and not found.things and stack not in known:
        raise ConfigError(Problem("command line", "--stack", f"there is no stack '{stack}'", closest(stack, known)))
    return found


def as_json(found: Inventory) -> dict[str, Any]:
    """Times are the virtual clock's. `path` is what a thing is in, from its project down."""
    return {
        "now": found.now.isoformat(timespec="seconds"),
        "things": [
            {**vars(thing), "created": thing.created.isoformat(timespec="seconds"), "path": list(thing.path)}
            for thing in found.things
        ],
        "images": [vars(image) for image in found.images],
    }


def table(found: Inventory) -> Table:
    """A row for each thing, then one for each image."""
    grid = Table(title=f"{len(found.things)} things exist", title_justify="left")
    for column in ("type", "stack", "name", "since", "id"):
        grid.add_column(column, no_wrap=True)
    for thing in sorted(found.things, key=lambda each: (each.type, each.id, each.path)):
        since = thing.created.strftime("%Y-%m-%d %H:%M")
        grid.add_row(thing.type, thing.stack, thing.name, since, escape(thing.id))
    for image in found.images:
        grid.add_row("image", "", escape(_fate(image)), "", f"{image.reference}@{image.digest}")
    return grid


def tree(found: Inventory) -> Tree:
    """Projects, what stands in them, and what hangs from that. A holder that another stack made is there as a branch."""
    root = Tree("sandbox")
    branches: dict[Path, Tree] = {(): root}
    for thing in found.things:
        _branch(branches, thing.path)
        branches[thing.place] = branches[thing.path].add(_label(thing.type, thing.id, thing.name))
    if found.images:
        pushed = root.add("images")
        for image in found.images:
            fate = _fate(image)
            pushed.add(f"{image.reference}@{image.digest}" + escape(f", which {fate}" if fate else ""))
    return root


def _fate(image: Image) -> str:
    """What becomes of its containers, where they do not all run."""
    return "crashes" if image.crash else f"crashes with {image.crash_with}" if image.crash_with else ""


def _branch(branches: dict[Path, Tree], path: Path) -> None:
    """Make the branch and all below it that are missing."""
    if path not in branches:
        _branch(branches, path[:-1])
        branches[path] = branches[path[:-1]].add(_label(*path[-1]))


def _label(type_: str, id_: str, name: str = "") -> str:
    """`Topic read-finished`. Ids that are made of others' ids tell less than the name that the program gave."""
    short = name if name and ("/roles/" in id_ or "%2F" in id_) else id_.rpartition("/")[2]
    return f"[bold]{type_.rpartition(':')[2]}[/] {escape(short)}"

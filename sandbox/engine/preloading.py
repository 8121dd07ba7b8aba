"""What a process can do before it forks its runs, so that it is paid for once.

It must not leave a thread, event loop, channel or open database behind: see `forked.py`.
"""

from __future__ import annotations

import ast
import gc
import importlib
import sys
import threading
import typing
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import pulumi
from pulumi import _types

from sandbox.engine.project import Project
from sandbox.engine.remembered import remember
from sandbox.engine.secrets import derive


def preload(project_dir: Path, passphrase: str = "", salts: Iterable[str] = ()) -> None:
    """Import what the project's program imports, and touch the lazily loaded modules that its code names.

    Only modules are imported, never `__main__.py` itself. What cannot be imported is left for the run to report. The keys
    for these encryption salts are derived meanwhile, on another core: a third of a second each that runs then save.
    The SDK's tables of the properties of the classes that are named are made too, which it keeps, and those of the parts
    of these that are under a name which the code mentions.
    """
    deriving = [threading.Thread(target=derive, args=(passphrase, salt)) for salt in dict.fromkeys(salts) if salt]
    for thread in deriving:
        thread.start()
    remember()
    directory = Project.load(project_dir).main
    if str(directory) not in sys.path:
        sys.path.insert(0, str(directory))
    named: dict[type, None] = {}
    mentioned: set[str] = set()
    ahead, known = [directory / "__main__.py"], set[Path]()
    while ahead:
        file = ahead.pop()
        if file not in known and file.exists():
            known.add(file)
            tree = ast.parse(file.read_text(encoding="utf-8"))
            named |= _touch(tree)
            mentioned |= _mentioned(tree)
            ahead += [each for each in map(_file, _modules(tree)) if each and _of_program(each, directory)]
    described: set[type] = set()
    for cls in named:
        _describe(cls, mentioned, described)
    for thread in deriving:
        thread.join()
    gc.collect()
    gc.freeze()


def _of_program(file: Path, directory: Path) -> bool:
    """Whether it is the program's own: the environment with the libraries may lie in its folder."""
    return file.suffix == ".py" and file.is_relative_to(directory) and "site-packages" not in file.parts


def _file(name: str) -> Path | None:
    file = getattr(sys.modules.get(name), "__file__", None)
    return Path(file) if file else None


def _touch(tree: ast.Module) -> dict[type, None]:
    """Import the modules that the code imports, and resolve its dotted names as far as they are modules' attributes.

    The classes among all these, in the order of the code.
    """
    names = dict(_imports(tree))
    found = [*names.values(), *(_resolve(node, names) for node in ast.walk(tree) if isinstance(node, ast.Attribute))]
    return {each: None for each in found if isinstance(each, type)}


def _modules(tree: ast.Module) -> Iterator[str]:
    """The names of what may be modules in each import, at any depth, and of the packages that they are in."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for item in node.names:
                yield from _with_packages(item.name)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for item in node.names:
                yield from _with_packages(f"{node.module}.{item.name}")


def _imports(tree: ast.Module) -> Iterator[tuple[str, object]]:
    """What each import, at any depth, binds to which name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for item in node.names:
                if module := _imported(item.name):
                    # `import a.b` binds `a`; every other form binds what is named.
                    top = item.name.split(".", 1)[0]
                    yield (item.asname, module) if item.asname else (top, sys.modules[top])
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            module = _imported(node.module)
            for item in node.names:
                bound = _attribute(module, item.name) if module else None
                if bound is None:
                    bound = _imported(f"{node.module}.{item.name}")
                yield item.asname or item.name, bound


def _with_packages(name: str) -> Iterator[str]:
    """`a`, `a.b` and `a.b.c` for `a.b.c`."""
    parts = name.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts) + 1))


def _imported(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except Exception:  # noqa: BLE001 - importing runs the program's code; the run will tell
        return None


def _resolve(node: ast.expr, names: dict[str, object]) -> object:
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        above = _resolve(node.value, names)
        if isinstance(above, ModuleType):
            return _attribute(above, node.attr)
    return None


def _attribute(module: ModuleType, name: str) -> object:
    try:
        return getattr(module, name, None)
    except Exception:  # noqa: BLE001 - lazily loaded modules run code of their own
        return None


def _mentioned(tree: ast.Module) -> set[str]:
    """The names of keyword arguments, and texts that may be keys: properties can be given as either."""
    arguments = (node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword))
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {_letters(name) for name in (*arguments, *texts) if isinstance(name, str) and name.isidentifier()}


def _letters(name: str) -> str:
    """A property's name without what sets its spellings apart: `min_nodes` and `minNodes`."""
    return name.replace("_", "").lower()


def _describe(cls: type, mentioned: set[str], described: set[type]) -> None:
    """Have the SDK make the tables that it will want of a class, of its parts that are mentioned, and of those that come with
    it by its generator's rules: `ThingArgs` and `ThingInitArgs` beside a resource `Thing`, `outputs.Part` for a `PartArgs`.
    """
    if cls in described:
        return
    described.add(cls)
    beside: list[Any] = []
    with suppress(Exception):
        if issubclass(cls, pulumi.Resource):
            types = _types.resource_types(cls)
            _types.resource_pulumi_to_py_names(cls)
            names = (f"{cls.__name__}Args", f"{cls.__name__}InitArgs")
            beside = [getattr(sys.modules[cls.__module__], name, None) for name in names]
        elif _types.is_input_type(cls):
            types = _types.input_type_types(cls)
            _types.input_type_py_to_pulumi_names(cls)
            outputs = sys.modules.get(f"{cls.__module__.rpartition('.')[0]}.outputs")
            beside = [getattr(outputs, cls.__name__.removesuffix("Args"), None)]
        elif _types.is_output_type(cls):
            types = _types.output_type_types(cls)
        else:
            return
        parts = [part for name, each in types.items() if _letters(name) in mentioned for part in _classes(each)]
        for each in (*beside, *parts):
            if isinstance(each, type):
                _describe(each, mentioned, described)


def _classes(annotation: Any) -> Iterator[Any]:
    """What an annotation is made of: `Part` for `list[Part]`."""
    if inner := typing.get_args(annotation):
        for each in inner:
            yield from _classes(each)
    else:
        yield annotation

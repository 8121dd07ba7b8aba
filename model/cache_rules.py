"""What caches need of a stack."""

from __future__ import annotations

from model.catalogue import Catalogue
from model.environment import Environment
from model.errors import Problem, closest


def unsized(file: str, key: str, loaded: Environment, catalogue: Catalogue) -> list[Problem]:
    """Caches of the catalogue without a size, and sizes without a cache."""
    problems = [
        Problem(file, f"{key}.{name}", "this cache of services.yaml has no size", "Add memoryGb, or a size 'default'.")
        for name in catalogue.caches
        if name not in loaded.caches and "default" not in loaded.caches
    ]
    known = ["default", *catalogue.caches]
    return problems + [
        Problem(file, f"{key}.{name}", f"there is no cache '{name}' in services.yaml", closest(name, known))
        for name in loaded.caches
        if name not in known
    ]

"""Default providers: made by the engine, one for each package and version that the program uses without saying whose."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future

from sandbox.engine import urns
from sandbox.engine.errors import EngineError
from sandbox.engine.goal import Goal
from sandbox.engine.registry import with_version
from sandbox.engine.resource import Resource
from sandbox.engine.urns import ProviderRef
from sandbox.values import Properties, secret


class DefaultProviders:
    """Registers each default provider once, however many threads ask for it."""

    def __init__(
        self, register: Callable[[Goal], Resource], config: Mapping[str, str], secret_keys: frozenset[str]
    ) -> None:
        self._register = register
        self._config = config
        self._secret_keys = secret_keys
        self._made: dict[str, Future[str]] = {}
        self._lock = threading.Lock()

    def reference(self, package: str, version: str, url: str = "", user: str = "") -> str:
        """The reference of the package's default provider. Raises EngineError, about `user`, where config disables it."""
        if package != "pulumi":
            self._refuse_disabled(package, user)
        name = _name(version, url)
        with self._lock:
            key = f"{package}::{name}"
            found = self._made.get(key)
            mine = found is None
            if found is None:
                found = self._made[key] = Future()
        if mine:
            try:
                inputs = with_version(self._package_config(package), version, url)
                made = self._register(Goal(urns.PROVIDER_PREFIX + package, name, custom=True, properties=inputs))
                found.set_result(str(ProviderRef(made.urn, made.id)))
            except BaseException as error:  # noqa: BLE001 - all who wait for it get it
                found.set_exception(error)
        return found.result()

    def _package_config(self, package: str) -> Properties:
        inputs: Properties = {}
        for key, value in self._config.items():
            namespace, _, name = key.partition(":")
            if namespace == package:
                inputs[name] = secret(value) if key in self._secret_keys else value
        return inputs

    def _refuse_disabled(self, package: str, user: str) -> None:
        text = self._config.get("pulumi:disable-default-providers")
        if text and any(barred.strip() in ("*", package) for barred in json.loads(text)):
            raise EngineError(
                "",
                f"Default provider for '{package}' disabled. '{user}' must use an explicit provider.",
            )


def _name(version: str, url: str) -> str:
    parts = ["default"]
    if version:
        parts += re.split(r"[.+-]", version)
    if url:
        parts.append(re.sub(r"[^A-Za-z0-9_.]", "_", url))
    return "_".join(parts)

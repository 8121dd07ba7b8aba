"""Provider resources: loading, configuring and finding the plugins that other resources are managed by."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.engine import urns
from sandbox.engine.answers import Checked, Diff, Live
from sandbox.engine.builtin import Builtin
from sandbox.engine.errors import EngineError
from sandbox.engine.plugins import Plugin
from sandbox.engine.resource import Resource
from sandbox.engine.urns import ProviderRef
from sandbox.values import UNKNOWN, Properties, unwrap

_INTERNAL = "__internal"


def with_version(inputs: Properties, version: str, url: str = "") -> Properties:
    """A provider's inputs with the version of its plugin, as Pulumi writes them."""
    out = dict(inputs)
    if version or url:
        out[_INTERNAL] = dict(out.get(_INTERNAL) or {})
    if version:
        out["version"] = version
    if url:
        out[_INTERNAL]["pluginDownloadURL"] = url
    return out


def config_of(inputs: Properties) -> Properties:
    """The part of a provider's inputs that is for the plugin."""
    return {key: value for key, value in inputs.items() if key != _INTERNAL}


class Registry:
    """The run's plugins. Stands in as the provider of provider resources. Safe to use from many threads."""

    def __init__(self, plugins: Callable[[], Mapping[str, Any]], builtin: Builtin) -> None:
        self._open = plugins
        self._builtin = builtin
        self._servicers: Mapping[str, Any] | None = None
        self._configured: dict[ProviderRef, Plugin | Builtin] = {}
        self._unconfigured: dict[str, Plugin | Builtin] = {}
        self._lock = threading.RLock()

    @property
    def at_once(self) -> bool:
        """Whether all providers answer without waiting for anything, as they say of themselves."""
        return all(getattr(each, "at_once", False) for each in self._opened().values())

    def get(self, reference: str) -> Plugin | Builtin:
        """The configured plugin. Raises EngineError for a provider that this run has not registered."""
        with self._lock:
            found = self._configured.get(ProviderRef.parse(reference))
        if found is None:
            raise EngineError("", f"unknown provider {reference!r}: it was not registered by this program")
        return found

    def has(self, reference: str) -> bool:
        """Whether the plugin is configured."""
        with self._lock:
            return ProviderRef.parse(reference) in self._configured

    def check(self, urn: str, olds: Properties, news: Properties, seed: bytes) -> Checked:
        """Check a provider's inputs; the plugin loaded for it is the one configured later."""
        plugin = self._load(urns.package_of(urns.type_of(urn)))
        checked = plugin.check_config(urn, config_of(olds), config_of(news))
        inputs = dict(checked.inputs)
        for key in ("version", _INTERNAL):
            if key in news:
                inputs[key] = news[key]
        if not checked.failures:
            with self._lock:
                self._unconfigured[urn] = plugin
        return Checked(inputs, checked.failures)

    def diff(
        self,
        urn: str,
        id_: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        ignore_changes: tuple[str, ...] = (),
    ) -> Diff:
        """What a change of a provider's inputs does to it."""
        with self._lock:
            plugin = self._unconfigured.get(urn) or self._configured[ProviderRef(urn, id_)]
        diff = plugin.diff_config(urn, config_of(old_inputs), old_outputs, config_of(news))
        if diff.changes is None:
            changed = unwrap(old_outputs) != unwrap(config_of(news))
            return Diff(changed, diff.replace_keys, diff.changed_keys, diff.detailed, diff.delete_before_replace)
        return diff

    def create(self, urn: str, news: Properties, timeout: float, preview: bool) -> Live:
        """Configure a new provider; its ID is known only after planning."""
        id_ = UNKNOWN if preview else str(uuid.uuid4())
        self._configure(urn, id_, news)
        return Live(id_, config_of(news))

    def update(
        self,
        urn: str,
        id_: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        timeout: float,
        ignore_changes: tuple[str, ...],
        preview: bool,
    ) -> Properties:
        """Configure a changed provider under its old ID."""
        self._configure(urn, id_, news)
        return config_of(news)

    def delete(self, urn: str, id_: str, inputs: Properties, outputs: Properties, timeout: float) -> None:
        """Forget a provider."""
        with self._lock:
            self._configured.pop(ProviderRef(urn, id_), None)

    def read(self, urn: str, id_: str, inputs: Properties, state: Properties, timeout: float) -> Live:
        """Providers cannot be read."""
        raise EngineError(urn, "provider resources may not be read")

    def same(self, resource: Resource) -> None:
        """Configure an unchanged provider, once."""
        with self._lock:
            if ProviderRef(resource.urn, resource.id) in self._configured:
                return
        self._configure(resource.urn, resource.id, resource.inputs)

    def _configure(self, urn: str, id_: str, inputs: Properties) -> None:
        with self._lock:
            plugin = self._unconfigured.pop(urn, None)
        if plugin is None:
            plugin = self._load(urns.package_of(urns.type_of(urn)))
        plugin.configure(urn, id_, config_of(inputs))
        with self._lock:
            self._configured[ProviderRef(urn, id_)] = plugin

    def _load(self, package: str) -> Plugin | Builtin:
        if package == "pulumi":
            return self._builtin
        servicers = self._opened()
        if package not in servicers:
            known = ", ".join(sorted(servicers)) or "none"
            raise EngineError("", f"no provider for package {package!r} here; there are: {known}")
        return Plugin(servicers[package], package)

    def _opened(self) -> Mapping[str, Any]:
        with self._lock:
            if self._servicers is None:
                self._servicers = self._open()
            return self._servicers

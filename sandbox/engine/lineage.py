"""What children take over from their parents: provider, protection and the like."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from sandbox.engine import urns
from sandbox.engine.goal import Goal
from sandbox.engine.urns import ProviderRef


class Lineage:
    """Goals of the resources registered so far, and the providers that components hand down. Safe for many threads."""

    def __init__(self) -> None:
        self._goals: dict[str, Goal] = {}
        self._providers: dict[str, dict[str, str]] = {}
        self._lock = threading.Lock()

    def add(self, urn: str, goal: Goal, providers: dict[str, str]) -> None:
        """Remember a registered resource for its children."""
        with self._lock:
            self._goals[urn] = goal
            if not goal.custom:
                self._providers[urn] = providers

    def inherit(self, request: Any) -> None:
        """Fill in what the registration leaves to its parent."""
        with self._lock:
            parent = self._goals.get(request.parent)
        if parent is None:
            return
        if not request.deletedWith:
            request.deletedWith = parent.deleted_with
        if not request.HasField("protect") and parent.protect is not None:
            request.protect = parent.protect
        if not request.HasField("retainOnDelete") and parent.retain_on_delete is not None:
            request.retainOnDelete = parent.retain_on_delete
        if not request.provider and parent.provider:
            package = urns.package_of(urns.type_of(ProviderRef.parse(parent.provider).urn))
            if not request.custom or package == urns.package_of(request.type):
                request.provider = parent.provider

    def provider(self, given: str, providers: Mapping[str, str], parent: str, package: str) -> str:
        """The provider given, or the one for the package among those given or handed down; empty if there is none."""
        if given:
            return given
        if package in providers:
            return providers[package]
        with self._lock:
            return self._providers.get(parent, {}).get(package, "")

    def pass_providers(self, request: Any) -> None:
        """Add the parent's providers to those of a component."""
        with self._lock:
            handed = self._providers.get(request.parent, {})
        for package, reference in handed.items():
            if package not in request.providers:
                request.providers[package] = reference

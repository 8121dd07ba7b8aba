"""Transforms: functions of the program that change registrations, called back in this process."""

from __future__ import annotations

import asyncio
import threading
import traceback
from collections.abc import Iterable
from typing import Any

from pulumi.runtime import _callbacks
from pulumi.runtime.proto import resource_pb2

from sandbox.engine.channel import Failure
from sandbox.engine.goal import dependencies_in
from sandbox.values import OUTPUT, SIGNATURE


class Callbacks(_callbacks._CallbackServicer):
    """The SDK's registry of callbacks without its server: a process that has run one could not be forked any more."""

    def __init__(self, monitor: Any) -> None:
        # The SDK's own constructor starts a gRPC server; these are the fields that the rest of the class uses.
        self._callbacks = {}
        self._transforms = {}
        self._state_migrations = {}
        self._monitor = monitor
        self._loop = asyncio.get_running_loop()
        self._target = "in-process"

    @property
    def known(self) -> bool:
        """Whether there is anything to call back."""
        return bool(self._callbacks)

    def run(self, token: str, request: bytes) -> Any:
        """Call back into the program from another thread and wait. Raises Failure with the program's message."""
        callback = self._callbacks.get(token)
        if callback is None:
            raise Failure(f"no callback {token}")

        async def call() -> Any:
            return await callback(request)

        try:
            return asyncio.run_coroutine_threadsafe(call(), self._loop).result()
        except Exception as error:
            raise Failure(f"invoke transform: {self.pretty_error(error)}") from error

    def pretty_error(self, e: BaseException) -> str:
        """The program's message, and the way to it from where it was called back."""
        frames = traceback.extract_tb(e.__traceback__)
        inside = [number for number, frame in enumerate(frames) if frame.filename in (__file__, _callbacks.__file__)]
        return f"{e}:\n{''.join(traceback.format_list(frames[inside[-1] + 1 :] if inside else frames))}"


class Transforms:
    """Transforms of the stack and of each resource; those of a parent also apply to its children."""

    def __init__(self) -> None:
        self._stack: list[str] = []
        self._invokes: list[str] = []
        self._own: dict[str, list[str]] = {}
        self._parents: dict[str, str] = {}
        self._lock = threading.Lock()

    def add_stack(self, token: str) -> None:
        """A transform for every resource registered from now on."""
        with self._lock:
            self._stack.append(token)

    def add_invoke(self, token: str) -> None:
        """A transform for every invoke from now on."""
        with self._lock:
            self._invokes.append(token)

    def registered(self, urn: str, parent: str, tokens: Iterable[str]) -> None:
        """Remember a resource's own transforms for its children."""
        with self._lock:
            self._parents[urn] = parent
            if found := list(tokens):
                self._own[urn] = found

    def apply(self, request: Any, callbacks: Callbacks | None) -> Any:
        """The registration after all transforms: its own, its parents', then the stack's."""
        own = [callback.token for callback in request.transforms]
        tokens = list(own)
        with self._lock:
            above = request.parent
            while above:
                tokens += self._own.get(above, ())
                above = self._parents.get(above, "")
            tokens += self._stack
        if not tokens or callbacks is None:
            return request
        if own:
            _mark_outputs(request)
        options = _options(request)
        for token in tokens:
            answer = callbacks.run(
                token,
                resource_pb2.TransformRequest(
                    type=request.type,
                    name=request.name,
                    custom=request.custom,
                    parent=request.parent,
                    properties=request.object,
                    options=options,
                ).SerializeToString(),
            )
            request.object.CopyFrom(answer.properties)
            if answer.HasField("options"):
                options = answer.options
        if not own:
            # As in Pulumi, where what only the stack's transforms add to `depends_on` has no effect.
            options.depends_on[:] = request.dependencies
        _apply_options(request, options)
        if own:
            _dependencies_from_outputs(request)
        return request

    def apply_invoke(self, request: Any, callbacks: Callbacks | None) -> Any:
        """The invoke after all transforms."""
        with self._lock:
            tokens = list(self._invokes)
        if not tokens or callbacks is None:
            return request
        for token in tokens:
            answer = callbacks.run(
                token,
                resource_pb2.TransformInvokeRequest(
                    token=request.tok,
                    args=request.args,
                    options=resource_pb2.TransformInvokeOptions(provider=request.provider, version=request.version),
                ).SerializeToString(),
            )
            request.args.CopyFrom(answer.args)
            if answer.HasField("options"):
                request.provider = answer.options.provider or request.provider
                request.version = answer.options.version or request.version
        return request


_REPEATED = (
    ("depends_on", "dependencies"),
    ("ignore_changes", "ignoreChanges"),
    ("replace_on_changes", "replaceOnChanges"),
    ("additional_secret_outputs", "additionalSecretOutputs"),
    ("hide_diff", "hideDiffs"),
    ("replace_with", "replace_with"),
    ("aliases", "aliases"),
)
_SINGLE = (
    ("version", "version"),
    ("provider", "provider"),
    ("plugin_download_url", "pluginDownloadURL"),
    ("deleted_with", "deletedWith"),
    ("import", "importId"),
)


def _options(request: Any) -> Any:
    options = resource_pb2.TransformResourceOptions()
    for there, here in _REPEATED:
        getattr(options, there).extend(getattr(request, here))
    for urn in request.aliasURNs:
        options.aliases.add(urn=urn)
    for there, here in _SINGLE:
        setattr(options, there, getattr(request, here))
    for key, reference in request.providers.items():
        options.providers[key] = reference
    if request.HasField("protect"):
        options.protect = request.protect
    if request.HasField("retainOnDelete"):
        options.retain_on_delete = request.retainOnDelete
    if request.deleteBeforeReplaceDefined or request.deleteBeforeReplace:
        options.delete_before_replace = request.deleteBeforeReplace
    if request.HasField("customTimeouts"):
        options.custom_timeouts.CopyFrom(request.customTimeouts)
    if request.HasField("replacement_trigger"):
        options.replacement_trigger.CopyFrom(request.replacement_trigger)
    return options


def _apply_options(request: Any, options: Any) -> None:
    for there, here in _REPEATED:
        request.ClearField(here)
        getattr(request, here).extend(getattr(options, there))
    request.ClearField("aliasURNs")
    for there, here in _SINGLE:
        setattr(request, here, getattr(options, there))
    request.ClearField("providers")
    for key, reference in options.providers.items():
        request.providers[key] = reference
    for there, here in (("protect", "protect"), ("retain_on_delete", "retainOnDelete")):
        request.ClearField(here)
        if options.HasField(there):
            setattr(request, here, getattr(options, there))
    request.deleteBeforeReplaceDefined = options.HasField("delete_before_replace")
    request.deleteBeforeReplace = options.delete_before_replace
    request.ClearField("customTimeouts")
    if options.HasField("custom_timeouts"):
        request.customTimeouts.CopyFrom(options.custom_timeouts)
    request.ClearField("replacement_trigger")
    if options.HasField("replacement_trigger"):
        request.replacement_trigger.CopyFrom(options.replacement_trigger)


def _mark_outputs(request: Any) -> None:
    """Wrap properties in output values with their dependencies, so that a transform does not lose them."""
    for key, item in request.propertyDependencies.items():
        if not item.urns or key not in request.object.fields:
            continue
        value = request.object.fields[key]
        if value.struct_value.fields.get(SIGNATURE) is not None:
            signature = value.struct_value.fields[SIGNATURE].string_value
            if signature == OUTPUT:
                continue
        plain = type(value)()
        plain.CopyFrom(value)
        value.struct_value.Clear()
        fields = value.struct_value.fields
        fields[SIGNATURE].string_value = OUTPUT
        fields["value"].CopyFrom(plain)
        for urn in item.urns:
            fields["dependencies"].list_value.values.add(string_value=urn)


def _dependencies_from_outputs(request: Any) -> None:
    request.propertyDependencies.clear()
    every = set(request.dependencies)
    for key, value in request.object.fields.items():
        found = sorted(dependencies_in(value))
        request.propertyDependencies[key].urns.extend(found)
        every.update(found)
    request.ClearField("dependencies")
    request.dependencies.extend(sorted(every))

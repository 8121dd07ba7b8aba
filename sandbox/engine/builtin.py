"""Pulumi's own provider, `pulumi`: stack references, and looking up resources of the run."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping

from sandbox.engine.answers import Checked, CheckFailure, Diff, Live
from sandbox.engine.channel import Failure
from sandbox.engine.errors import Unsupported
from sandbox.engine.resource import Resource
from sandbox.values import Properties, has_secrets, unwrap

_REFERENCE = "pulumi:pulumi:StackReference"
_STASH = "pulumi:index:Stash"


class Builtin:
    """The provider for package `pulumi`; it has the methods of a plugin."""

    known = True

    def __init__(self, stack_outputs: Callable[[str], Properties], news: Mapping[str, Resource]) -> None:
        """`stack_outputs` gives a stack's outputs by its name as the program wrote it; `news` the run's resources."""
        self._stack_outputs = stack_outputs
        self._news = news

    def check_config(self, urn: str, olds: Properties, news: Properties) -> Checked:
        """It has no configuration."""
        return Checked({})

    def diff_config(self, urn: str, old_inputs: Properties, old_outputs: Properties, news: Properties) -> Diff:
        """It never changes."""
        return Diff(False)

    def configure(self, urn: str, id_: str, inputs: Properties) -> None:
        """It has no configuration."""

    def check(self, urn: str, olds: Properties, news: Properties, seed: bytes) -> Checked:
        """A stack reference needs a name and nothing else."""
        self._only_references(urn)
        for key in news:
            if key != "name":
                return Checked(news, (CheckFailure(key, f'unknown property "{key}"'),))
        if not isinstance(unwrap(news.get("name")), str):
            return Checked(news, (CheckFailure("name", 'property "name" must be a string'),))
        return Checked(news)

    def diff(
        self,
        urn: str,
        id_: str,
        old_inputs: Properties,
        old_outputs: Properties,
        news: Properties,
        ignore_changes: tuple[str, ...],
    ) -> Diff:
        """Another name is another reference."""
        changed = unwrap(old_inputs.get("name")) != unwrap(news.get("name"))
        return Diff(changed, ("name",) if changed else (), ("name",) if changed else ())

    def create(self, urn: str, news: Properties, timeout: float, preview: bool) -> Live:
        """A stack reference registered rather than read, as very old SDKs do."""
        self._only_references(urn)
        return Live("" if preview else str(uuid.uuid4()), self._reference(news))

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
        """Never needed: a change replaces."""
        raise Unsupported(f"updates of {urn}")

    def read(self, urn: str, id_: str, inputs: Properties, state: Properties, timeout: float) -> Live:
        """The other stack's outputs as they are now."""
        self._only_references(urn)
        return Live(id_, self._reference(state), inputs)

    def delete(self, urn: str, id_: str, inputs: Properties, outputs: Properties, timeout: float) -> None:
        """There is nothing to remove."""

    def invoke(self, token: str, args: Properties, preview: bool) -> tuple[Properties, tuple[CheckFailure, ...]]:
        """Outputs of a stack, or a resource of this run by its URN."""
        if token == "pulumi:pulumi:readStackOutputs":
            return self._reference(args), ()
        if token == "pulumi:pulumi:getResource":
            found = self._news.get(args["urn"])
            if found is None:
                raise Failure(f"unknown resource {args['urn']}")
            return {"urn": found.urn, "id": found.id, "provider": found.provider, "state": found.outputs}, ()
        raise Failure(f"unrecognized function name: '{token}'")

    def _only_references(self, urn: str) -> None:
        if not urn.split("::")[2].endswith(_REFERENCE):
            raise Unsupported(f"the resource type {_STASH}" if _STASH in urn else "this built-in resource", urn)

    def _reference(self, inputs: Properties) -> Properties:
        name = unwrap(inputs["name"])
        outputs = self._stack_outputs(name)
        secrets = sorted(key for key, value in outputs.items() if has_secrets(value))
        return {"name": inputs["name"], "outputs": outputs, "secretOutputNames": secrets}

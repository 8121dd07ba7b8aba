"""Taking over what exists already: resources that are imported where a first `up` would create them.

https://www.pulumi.com/docs/iac/adopting-pulumi/import/
"""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
from pulumi import ResourceOptions, ResourceTransformationArgs, ResourceTransformationResult


class Adoption:
    """Sets `import_` on every resource that `ids` names: logical name -> the id by which its provider imports it.

    Where resources of several types have one logical name, `<type>::<name>` tells them apart. Pulumi refuses to import
    what differs from the program's inputs, and passes over what the stack's state has already under the same id.
    """

    def __init__(self, ids: Mapping[str, str]) -> None:
        self._ids = ids
        self._found: dict[str, list[str]] = {key: [] for key in ids}
        if ids:
            pulumi.runtime.register_stack_transformation(self._import)

    @property
    def unknown(self) -> list[str]:
        """Keys that no resource of the program has had so far."""
        return [key for key, types in self._found.items() if not types]

    @property
    def ambiguous(self) -> dict[str, list[str]]:
        """Keys that resources of several types have had so far, each with `<type>::<name>` of all of them."""
        return {key: types for key, types in self._found.items() if len(types) > 1}

    def _import(self, args: ResourceTransformationArgs) -> ResourceTransformationResult | None:
        if isinstance(args.resource, pulumi.ComponentResource) or args.type_.startswith("pulumi:"):
            return None
        exact = f"{args.type_}::{args.name}"
        key = exact if exact in self._ids else args.name
        if key not in self._ids:
            return None
        self._found[key].append(exact)
        opts = ResourceOptions.merge(args.opts, ResourceOptions(import_=self._ids[key]))
        return ResourceTransformationResult(args.props, opts)

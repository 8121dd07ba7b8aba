"""A KongPlugin, whose fields do not stand in a `spec`, which is all that the SDK's class for custom resources takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi import Input, Output, ResourceOptions
from pulumi_kubernetes import _utilities, meta


class KongPlugin(pulumi.CustomResource):
    """A plugin, `plugin` as Kong names it, and what it takes."""

    metadata: Output[meta.v1.outputs.ObjectMeta]

    def __init__(
        self,
        name: str,
        metadata: meta.v1.ObjectMetaArgs,
        plugin: Input[str],
        config: Mapping[str, Any],
        opts: ResourceOptions | None = None,
    ) -> None:
        properties = {
            "apiVersion": "configuration.konghq.com/v1",
            "kind": "KongPlugin",
            "metadata": metadata,
            "plugin": plugin,
            "config": dict(config) or None,
        }
        version = ResourceOptions(version=str(_utilities.get_version()))
        super().__init__(
            "kubernetes:configuration.konghq.com/v1:KongPlugin",
            name,
            properties,
            ResourceOptions.merge(version, opts),
        )

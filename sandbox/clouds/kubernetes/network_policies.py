"""What the API server refuses in a NetworkPolicy beyond its schema.

From pkg/apis/networking/validation/validation.go of Kubernetes. Values not yet known pass.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.clouds.kubernetes.known import entries, mapping, sequence
from sandbox.clouds.protocol import CheckFailure
from sandbox.values import has_unknowns


def problems(spec: Mapping[str, Any]) -> Iterator[CheckFailure]:
    """an `ipBlock` stands alone, and what it leaves out lies in it; `endPort` is not below `port`"""
    for way, peers in (("ingress", "from"), ("egress", "to")):
        for index, rule in entries(spec.get(way)):
            for place, peer in entries(rule.get(peers)):
                at = f"spec.{way}[{index}].{peers}[{place}]"
                block = mapping(peer.get("ipBlock"))
                if block and (peer.get("podSelector") is not None or peer.get("namespaceSelector") is not None):
                    yield CheckFailure(at, "Forbidden: may not specify both ipBlock and another peer")
                yield from _left_out(block, f"{at}.ipBlock")
            for place, port in entries(rule.get("ports")):
                first, last = port.get("port"), port.get("endPort")
                if last is not None and isinstance(first, str) and not has_unknowns(first):
                    problem = "may not be specified when `port` is non-numeric"
                    yield CheckFailure(
                        f"spec.{way}[{index}].ports[{place}].endPort", f"Invalid value: {last}: {problem}"
                    )
                if isinstance(first, int) and isinstance(last, int) and last < first:
                    problem = "must be greater than or equal to `port`"
                    yield CheckFailure(
                        f"spec.{way}[{index}].ports[{place}].endPort", f"Invalid value: {last}: {problem}"
                    )


def _left_out(block: Mapping[str, Any], at: str) -> Iterator[CheckFailure]:
    if has_unknowns(block.get("cidr")) or not block:
        return
    whole = ipaddress.ip_network(block["cidr"], strict=False)
    for index, text in enumerate(sequence(block.get("except"))):
        if isinstance(text, str) and not has_unknowns(text):
            part = ipaddress.ip_network(text, strict=False)
            if part.version != whole.version or not part.subnet_of(whole) or part == whole:  # type: ignore[arg-type]
                problem = f"must be a strict subset of `cidr` {block['cidr']}"
                yield CheckFailure(f"{at}.except[{index}]", f'Invalid value: "{text}": {problem}')

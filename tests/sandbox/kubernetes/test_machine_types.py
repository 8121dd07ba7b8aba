"""What a node leaves for pods, against the table of Google's documentation."""

from __future__ import annotations

import pytest

from sandbox.clouds.kubernetes import machine_types
from sandbox.clouds.kubernetes.machine_types import GIB


@pytest.mark.parametrize(
    ("name", "cpu", "memory"),
    [
        # https://cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes: 3.92 CPU and 13.3 GiB.
        ("e2-standard-4", 3920, "13.30"),
        ("n2-standard-8", 7910, "28.34"),
        ("n1-standard-1", 940, "2.71"),
        ("e2-medium", 940, "2.90"),
        ("n2-custom-6-24576", 5915, "20.82"),
    ],
)
def test_allocatable(name: str, cpu: int, memory: str) -> None:
    machine = machine_types.of(name)

    assert machine.allocatable_cpu == cpu
    assert f"{machine.allocatable_memory / GIB:.2f}" == memory


def test_gpus_and_architecture_belong_to_the_type() -> None:
    assert (machine_types.of("g2-standard-24").gpus, machine_types.of("g2-standard-24").gpu_type) == (2, "nvidia-l4")
    assert machine_types.of("t2a-standard-4").architecture == "arm64"


@pytest.mark.parametrize("name", ["e2-standard-3", "z9-standard-4", "standard", ""])
def test_unknown_type_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not known"):
        machine_types.of(name)

"""What a Compute Engine machine type has, and how much of it GKE leaves to pods.

Sizes: https://cloud.google.com/compute/docs/machine-resource. Reservations:
https://cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes#memory_and_cpu_reservations. What the kernel
keeps before Kubernetes counts (1 to 2 % of memory) and what GKE's own pods request is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

GIB = 1024**3
MIB = 1024**2

_EVICTION_BYTES = 100 * MIB
"""Memory below which the kubelet evicts pods, kept free on every node."""

_SHARED_CORE_RESERVED_MILLI = 1060
"""Of the two vCPUs that e2-micro, e2-small and e2-medium show, they can use less than one for long."""

_SIZES_2_32 = (2, 4, 8, 16, 32)
_SIZES_TO_128 = (2, 4, 8, 16, 32, 48, 64, 80, 96, 128)

# Family -> (GiB a vCPU, sizes in vCPU).
_FAMILIES: dict[str, tuple[str, tuple[int, ...]]] = {
    "e2-standard": ("4", _SIZES_2_32),
    "e2-highmem": ("8", (2, 4, 8, 16)),
    "e2-highcpu": ("1", _SIZES_2_32),
    "n1-standard": ("3.75", (1, 2, 4, 8, 16, 32, 64, 96)),
    "n1-highmem": ("6.5", (2, 4, 8, 16, 32, 64, 96)),
    "n1-highcpu": ("0.9", (2, 4, 8, 16, 32, 64, 96)),
    "n2-standard": ("4", _SIZES_TO_128),
    "n2-highmem": ("8", _SIZES_TO_128),
    "n2-highcpu": ("1", _SIZES_TO_128[:-1]),
    "n2d-standard": ("4", (*_SIZES_TO_128, 224)),
    "n2d-highmem": ("8", (2, 4, 8, 16, 32, 48, 64, 80, 96)),
    "n2d-highcpu": ("1", (*_SIZES_TO_128, 224)),
    "n4-standard": ("4", (2, 4, 8, 16, 32, 48, 64, 80)),
    "n4-highmem": ("8", (2, 4, 8, 16, 32, 48, 64, 80)),
    "n4-highcpu": ("2", (2, 4, 8, 16, 32, 48, 64, 80)),
    "c2-standard": ("4", (4, 8, 16, 30, 60)),
    "c3-standard": ("4", (4, 8, 22, 44, 88, 176)),
    "c3-highmem": ("8", (4, 8, 22, 44, 88, 176)),
    "c3-highcpu": ("2", (4, 8, 22, 44, 88, 176)),
    "t2d-standard": ("4", (1, 2, 4, 8, 16, 32, 48, 60)),
    "t2a-standard": ("4", (1, 2, 4, 8, 16, 32, 48)),
    "g2-standard": ("4", (4, 8, 12, 16, 24, 32, 48, 96)),
}
_SHARED_CORE = {"e2-micro": 1, "e2-small": 2, "e2-medium": 4}
_GPUS = {"g2-standard": ("nvidia-l4", {24: 2, 48: 4, 96: 8})}
_ACCELERATED = {
    "a2-highgpu-1g": (12, 85, "nvidia-tesla-a100", 1),
    "a2-highgpu-2g": (24, 170, "nvidia-tesla-a100", 2),
    "a2-highgpu-4g": (48, 340, "nvidia-tesla-a100", 4),
    "a2-highgpu-8g": (96, 680, "nvidia-tesla-a100", 8),
    "a3-highgpu-8g": (208, 1872, "nvidia-h100-80gb", 8),
}
_SIZED = re.compile(r"(?P<family>[a-z0-9]+-[a-z]+)-(?P<size>\d+)")
_CUSTOM = re.compile(r"(?:(?:e2|n1|n2|n2d|n4)-)?custom-(?P<size>\d+)-(?P<megabytes>\d+)(?:-ext)?")
_ARM = ("t2a-", "c4a-")


@dataclass(frozen=True)
class MachineType:
    """CPU in thousandths of a vCPU, memory in bytes, GPUs that belong to the type, and the architecture."""

    name: str
    cpu: int
    memory: int
    gpu_type: str = ""
    gpus: int = 0
    architecture: str = "amd64"

    @property
    def allocatable_cpu(self) -> int:
        """Thousandths of a vCPU for pods: less 6 % of the first, 1 % of the second, 0.5 % of two more, 0.25 % above."""
        if self.name in _SHARED_CORE:
            return self.cpu - _SHARED_CORE_RESERVED_MILLI
        reserved = _tiered(self.cpu, ((1000, "0.06"), (1000, "0.01"), (2000, "0.005"), (None, "0.0025")))
        return self.cpu - reserved

    @property
    def allocatable_memory(self) -> int:
        """Bytes for pods: less 25 % of the first 4 GiB, 20 % of 4 more, 10 % of 8, 6 % of 112, 2 % above, and the
        eviction threshold. Below 1 GiB the reservation is 255 MiB."""
        if self.memory < GIB:
            return self.memory - 255 * MIB - _EVICTION_BYTES
        tiers = ((4 * GIB, "0.25"), (4 * GIB, "0.20"), (8 * GIB, "0.10"), (112 * GIB, "0.06"), (None, "0.02"))
        return self.memory - _tiered(self.memory, tiers) - _EVICTION_BYTES


def of(name: str) -> MachineType:
    """The machine type of this name. Raises ValueError for one that is not known."""
    architecture = "arm64" if name.startswith(_ARM) else "amd64"
    if name in _SHARED_CORE:
        return MachineType(name, 2000, _SHARED_CORE[name] * GIB)
    if name in _ACCELERATED:
        cpus, gib, gpu_type, gpus = _ACCELERATED[name]
        return MachineType(name, cpus * 1000, gib * GIB, gpu_type, gpus)
    if match := _CUSTOM.fullmatch(name):
        return MachineType(name, int(match["size"]) * 1000, int(match["megabytes"]) * MIB)
    match = _SIZED.fullmatch(name)
    family, sizes = _FAMILIES.get(match["family"], ("0", ())) if match else ("0", ())
    if match is None or int(match["size"]) not in sizes:
        raise ValueError(f"machine type {name!r} is not known; known families are {', '.join(sorted(_FAMILIES))}")
    size = int(match["size"])
    gpu_type, several = _GPUS.get(match["family"], ("", {}))
    gpus = several.get(size, 1) if gpu_type else 0
    return MachineType(name, size * 1000, int(Fraction(family) * size * GIB), gpu_type, gpus, architecture)


def _tiered(amount: int, tiers: tuple[tuple[int | None, str], ...]) -> int:
    reserved, rest = Fraction(0), amount
    for width, share in tiers:
        part = rest if width is None else min(rest, width)
        reserved += part * Fraction(share)
        rest -= part
    return -(-reserved.numerator // reserved.denominator)

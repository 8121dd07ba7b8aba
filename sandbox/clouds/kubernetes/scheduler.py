"""Which pod runs on which node: a pure function over nodes, what runs already, and what shall run.

The filters of kube-scheduler that Slipway's programs meet: taints, node selector and required node affinity, resources
(also extended ones such as GPUs), pods per node, and hard topology spread. Scoring prefers nodes that exist over those
that an autoscaler would have to add, then the emptiest. Preemption and affinity between pods are left out.
Wording: https://github.com/kubernetes/kubernetes/tree/v1.35.0/pkg/scheduler/framework (types.go, FitError).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

CPU, MEMORY = "cpu", "memory"


@dataclass(frozen=True)
class Taint:
    """What keeps pods off a node. `effect` as Kubernetes writes it; PreferNoSchedule keeps nobody off."""

    key: str
    value: str = ""
    effect: str = "NoSchedule"


@dataclass(frozen=True)
class Node:
    """A node and what it can give to pods: CPU in thousandths, memory in bytes, other resources in pieces.

    `standby`: the autoscaler would add it when nothing else fits.
    """

    name: str
    allocatable: Mapping[str, int]
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[Taint, ...] = ()
    pods: int = 110
    standby: bool = False


@dataclass(frozen=True)
class Toleration:
    """Which taints a pod bears. Empty key with Exists bears all, empty effect every effect."""

    key: str = ""
    operator: str = "Equal"
    value: str = ""
    effect: str = ""

    def bears(self, taint: Taint) -> bool:
        """Whether this taint is borne."""
        if self.effect and self.effect != taint.effect:
            return False
        if not self.key:
            return self.operator == "Exists"
        return self.key == taint.key and (self.operator == "Exists" or self.value == taint.value)


@dataclass(frozen=True)
class Requirement:
    """One expression of a node affinity: In, NotIn, Exists, DoesNotExist, Gt or Lt. `field`: it is about a field of the
    node, of which there is `metadata.name`, and not about a label."""

    key: str
    operator: str
    values: tuple[str, ...] = ()
    field: bool = False

    def met_by(self, labels: Mapping[str, str]) -> bool:
        """Whether labels satisfy it."""
        value = labels.get(self.key)
        match self.operator:
            case "In":
                return value in self.values
            case "NotIn":
                return value not in self.values
            case "Exists":
                return value is not None
            case "DoesNotExist":
                return value is None
            case "Gt" | "Lt" if value is not None and value.isdecimal() and self.values[0].isdecimal():
                return int(value) > int(self.values[0]) if self.operator == "Gt" else int(value) < int(self.values[0])
        return False


@dataclass(frozen=True)
class Spread:
    """A hard topology spread over a node label: no value may have `skew` pods more than another."""

    key: str
    skew: int


@dataclass(frozen=True)
class PodSpec:
    """What the pods of one workload ask for. `affinity` is a choice: one of the groups must be met whole. An
    empty group is met by no node."""

    requests: Mapping[str, int]
    node_selector: Mapping[str, str] = field(default_factory=dict)
    tolerations: tuple[Toleration, ...] = ()
    affinity: tuple[tuple[Requirement, ...], ...] = ()
    spread: tuple[Spread, ...] = ()


@dataclass(frozen=True)
class Pod:
    """One pod of a group (its ReplicaSet or Job), over which spread is counted."""

    name: str
    group: str
    spec: PodSpec


@dataclass(frozen=True)
class Unschedulable:
    """Why a pod runs nowhere: kube-scheduler's message, and how much the roomiest fitting node lacks of each."""

    pod: str
    message: str
    short: Mapping[str, int]

    @property
    def explained(self) -> str:
        """The message with the shortage: `0/3 nodes are available: 3 Insufficient cpu. Short by 1.5 vCPU.`"""
        lacking = ", ".join(_amount(resource, amount) for resource, amount in sorted(self.short.items()))
        return f"{self.message} Short by {lacking}." if lacking else self.message


@dataclass(frozen=True)
class Schedule:
    """The outcome: pod name to node name, and the pods that found none."""

    placements: Mapping[str, str]
    unschedulable: tuple[Unschedulable, ...]


def schedule(nodes: Sequence[Node], running: Iterable[tuple[Pod, str]], pods: Sequence[Pod]) -> Schedule:
    """Place the pods one after the other beside what runs (pod and node name). The order of nodes plays no part."""
    board = Board(nodes)
    for pod, node in running:
        board.occupy(node, pod.spec.requests, 1)
        board.belong(pod.group, node)
    placements: dict[str, str] = {}
    left: list[Unschedulable] = []
    for pod in pods:
        outcome = board.place(pod)
        if isinstance(outcome, Unschedulable):
            left.append(outcome)
        else:
            placements[pod.name] = outcome
    return Schedule(placements, tuple(left))


class Board:
    """Free room by node while pods are placed and removed one after the other."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = sorted(nodes, key=lambda node: node.name)
        self._free: dict[str, dict[str, int]] = {node.name: dict(node.allocatable) for node in nodes}
        self._pods: Counter[str] = Counter()
        self._groups: dict[str, Counter[str]] = defaultdict(Counter)

    def occupy(self, node: str, requests: Mapping[str, int], pods: int) -> None:
        """Take the room of so many pods, which ask for so much together. A node that no longer exists has none to take."""
        if node in self._free:
            self._change(node, requests, pods, 1)

    def belong(self, group: str, node: str) -> None:
        """Count one of the pods that occupy a node as one of the group."""
        self._groups[group][node] += 1

    def place(self, pod: Pod) -> str | Unschedulable:
        """The node that takes the pod, whose room is then less, or why none does."""
        refusals: Counter[str] = Counter()
        short: dict[str, int] | None = None
        fitting = []
        for node in self._nodes:
            reasons, lacking = self._refusals(pod, node)
            refusals.update(reasons)
            if not reasons:
                fitting.append(node)
            elif lacking and (short is None or sum(lacking.values()) < sum(short.values())):
                short = lacking
        if not fitting:
            reasons = [f"{count} {reason}" for reason, count in refusals.items()]
            detail = ", ".join(sorted(reasons)) if reasons else "no nodes"
            message = f"0/{len(self._nodes)} nodes are available: {detail}."
            return Unschedulable(pod.name, message, short or {})
        best = min(fitting, key=lambda node: (node.standby and not self._pods[node.name], self._load(node), node.name))
        self._take(pod, best.name)
        return best.name

    def remove(self, pod: Pod, node: str) -> None:
        """Give back what the pod took. A node that no longer exists has nothing to give back."""
        if node in self._free:
            self._take(pod, node, -1)

    def has(self, node: str) -> bool:
        """Whether the node exists."""
        return node in self._free

    def _refusals(self, pod: Pod, node: Node) -> tuple[list[str], dict[str, int]]:
        """Reasons of the first filter that refuses, and, where that is room alone, what is lacking."""
        for taint in node.taints:
            if taint.effect != "PreferNoSchedule" and not any(t.bears(taint) for t in pod.spec.tolerations):
                return [f"node(s) had untolerated taint {{{taint.key}: {taint.value}}}"], {}
        if not _chosen(pod.spec, node):
            return ["node(s) didn't match Pod's node affinity/selector"], {}
        free = self._free[node.name]
        lacking = {r: n - free.get(r, 0) for r, n in pod.spec.requests.items() if n > 0 and n > free.get(r, 0)}
        reasons = ["Too many pods"] if self._pods[node.name] >= node.pods else []
        reasons += [f"Insufficient {resource}" for resource in sorted(lacking)]
        if not reasons and not self._spreads(pod, node):
            reasons = ["node(s) didn't match pod topology spread constraints"]
        return reasons, lacking

    def _spreads(self, pod: Pod, node: Node) -> bool:
        """Only over nodes that the pod chooses from, tainted or not, as where a constraint says nothing else."""
        for spread in pod.spec.spread:
            if spread.key not in node.labels:
                return False
            counts: Counter[str] = Counter()
            for other in self._nodes:
                if spread.key in other.labels and _chosen(pod.spec, other):
                    counts[other.labels[spread.key]] += self._groups[pod.group][other.name]
            if counts[node.labels[spread.key]] + 1 - min(counts.values()) > spread.skew:
                return False
        return True

    def _load(self, node: Node) -> float:
        shares = [1 - self._free[node.name][r] / node.allocatable[r] for r in (CPU, MEMORY) if node.allocatable.get(r)]
        return sum(shares)

    def _take(self, pod: Pod, node: str, sign: int = 1) -> None:
        self._change(node, pod.spec.requests, 1, sign)
        self._groups[pod.group][node] += sign

    def _change(self, node: str, requests: Mapping[str, int], pods: int, sign: int) -> None:
        free = self._free[node]
        for resource, amount in requests.items():
            free[resource] = free.get(resource, 0) - sign * amount
        self._pods[node] += sign * pods


def _chosen(spec: PodSpec, node: Node) -> bool:
    """Whether the node has the labels that the pod wants."""
    selected = all(node.labels.get(key) == value for key, value in spec.node_selector.items())
    fields = {"metadata.name": node.name}
    met = (group and all(one.met_by(fields if one.field else node.labels) for one in group) for group in spec.affinity)
    return selected and (not spec.affinity or any(met))


def _amount(resource: str, amount: int) -> str:
    if resource == CPU:
        return f"{amount / 1000:g} vCPU"
    if resource == MEMORY:
        return f"{amount / 1024**3:.3g} GiB of memory"
    return f"{amount} {resource}"

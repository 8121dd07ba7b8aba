"""In which column and in which order things stand, so that arrows run from left to right and rarely cross.

The method of Sugiyama, Tagawa and Toda ("Methods for Visual Understanding of Hierarchical System Structures", 1981): break
circles, layer by longest path, order by barycentres. All functions are pure, and decide ties by the order that they are given.
"""

from bisect import bisect_right, insort
from collections.abc import Collection, Iterable, Mapping, Sequence


def forward(nodes: Sequence[str], weights: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """A place for each node, so that little weight of edges goes from a later place to an earlier one.

    The greedy heuristic of Eades, Lin and Smyth ("A fast and effective heuristic for the feedback arc set problem", 1993);
    without circles no edge goes back.
    """
    left = list(dict.fromkeys(nodes))
    edges = {pair: weight for pair, weight in weights.items() if pair[0] != pair[1]}
    first: list[str] = []
    last: list[str] = []
    while left:
        outward = dict.fromkeys(left, 0)
        inward = dict.fromkeys(left, 0)
        for (source, target), weight in edges.items():
            outward[source] += weight
            inward[target] += weight
        sinks = [node for node in left if not outward[node]]
        sources = [node for node in left if not inward[node]]
        if sinks:
            gone = sinks[-1:]
            last.insert(0, gone[0])
        elif sources:
            gone = sources[:1]
            first.append(gone[0])
        else:
            gone = [max(left, key=lambda node: outward[node] - inward[node])]
            first.append(gone[0])
        left.remove(gone[0])
        edges = {pair: weight for pair, weight in edges.items() if gone[0] not in pair}
    return {node: place for place, node in enumerate((*first, *last))}


def layers(nodes: Sequence[str], edges: Collection[tuple[str, str]]) -> dict[str, int]:
    """The longest way from a beginning to each node; edges must not go in circles.

    A node that nothing leads to stands directly before the first that it leads to, so that its arrows are short.
    """
    places = forward(nodes, dict.fromkeys(edges, 1))
    order = sorted(places, key=lambda node: places[node])
    before: dict[str, list[str]] = {node: [] for node in order}
    after: dict[str, list[str]] = {node: [] for node in order}
    for source, target in edges:
        before[target].append(source)
        after[source].append(target)
    found: dict[str, int] = {}
    for node in order:
        found[node] = 1 + max((found[other] for other in before[node]), default=-1)
    for node in order:
        if not before[node] and after[node]:
            found[node] = min(found[other] for other in after[node]) - 1
    return found


def crossings(lines: Iterable[tuple[float, float]]) -> int:
    """How many pairs of lines cross, each of which goes from a height on the left to one on the right."""
    found = 0
    ends: list[float] = []
    group: list[float] = []
    start: float | None = None
    for left, right in sorted(lines):
        if left != start:
            for end in group:
                insort(ends, end)
            start = left
            group.clear()
        found += len(ends) - bisect_right(ends, right)
        group.append(right)
    return found


def spread(wanted: Sequence[float], weights: Sequence[float], sizes: Sequence[float], gap: float) -> list[float]:
    """Centres in the given order, so close to those wanted as the sizes and the gap between them allow, by least squares.

    Pool adjacent violators: https://en.wikipedia.org/wiki/Isotonic_regression
    """
    offsets: list[float] = []
    for place, size in enumerate(sizes):
        offsets.append(offsets[-1] + (sizes[place - 1] + size) / 2 + gap if place else 0.0)
    blocks: list[tuple[float, float, int]] = []
    for target, weight, offset in zip(wanted, weights, offsets, strict=True):
        block = (target - offset, weight, 1)
        while blocks and blocks[-1][0] > block[0]:
            mean, mass, count = blocks.pop()
            total = mass + block[1]
            block = ((mean * mass + block[0] * block[1]) / total, total, count + block[2])
        blocks.append(block)
    means = [mean for mean, _, count in blocks for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]

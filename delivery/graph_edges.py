"""The arrows of a picture: who uses what, so few of them that they can be followed.

An arrow that another way through the picture implies is left out, and one that all boxes of a frame have in common
begins at the frame.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from delivery.engines import Kept
from delivery.graph_kinds import BOTH, BY_ORDER, PUBLISHES, RECEIVES, is_grant, meaning


@dataclass(frozen=True, order=True)
class Edge:
    """`source` uses `target`; both are keys of boxes or frames. `meaning` is a verb between them, or empty."""

    source: str
    target: str
    meaning: str = ""

    @property
    def forward(self) -> bool:
        """Whether something goes from source to target: all but what is only received."""
        return self.meaning != RECEIVES

    @property
    def backward(self) -> bool:
        """Whether something comes from target to source."""
        return self.meaning in (RECEIVES, BOTH)


def uses(resources: Sequence[Kept], tops: Mapping[str, str], folded: Mapping[str, str]) -> list[Edge]:
    """Every use between the boxes that components are folded into; of a component that `folded` leaves out none is told.

    What a property is made of is used; what only has to be there first is not, but for BY_ORDER. Who is granted something
    is not used by the grant, unless the component consists of grants.
    """
    known = {each.urn: each for each in resources}
    grants_only = _grants_only(resources, tops)
    found: dict[tuple[str, str], set[str]] = {}
    for each in resources:
        top = tops.get(each.urn)
        if top not in folded or (is_grant(each.type) and top not in grants_only):
            continue
        for other in each.needs:
            target = tops.get(other)
            if target is None or (other not in each.uses and (known[top].type, known[target].type) not in BY_ORDER):
                continue
            key = folded.get(target)
            if key is not None and key != folded[top]:
                found.setdefault((folded[top], key), set()).add(meaning(known[target].type, known[other].type))
    return [Edge(source, target, _one(meanings)) for (source, target), meanings in sorted(found.items())]


def drawn(edges: Iterable[Edge], inside: Mapping[str, str]) -> list[Edge]:
    """The edges worth drawing; `inside` is box -> frame."""
    outside = [
        edge for edge in edges if inside.get(edge.source) != edge.target and edge.source != inside.get(edge.target)
    ]
    return reduced(gathered(outside, inside), inside)


def gathered(edges: Collection[Edge], inside: Mapping[str, str]) -> list[Edge]:
    """What all boxes of a frame reach, be it through each other, is used by the frame, if it means the same to all of them."""
    found = sorted(set(edges))
    for frame in sorted(set(inside.values())):
        members = [box for box, around in inside.items() if around == frame]
        if len(members) < 2:
            continue
        within = [edge for edge in found if inside.get(edge.source) == frame]
        reached = [_reached(member, within) for member in members]
        common = {key for key in set.intersection(*reached) if inside.get(key) != frame}
        for target in sorted(common):
            direct = [edge for edge in within if edge.target == target]
            if not direct or len({edge.meaning for edge in direct}) > 1:
                continue
            found = [edge for edge in found if edge not in direct]
            found.append(replace(direct[0], source=frame))
    return sorted(_merged(found))


def reduced(edges: Sequence[Edge], inside: Mapping[str, str]) -> list[Edge]:
    """Without edges that a longer way implies, where to be in a frame is to use what the frame uses.

    Edges in a circle imply each other; they all stay.
    """
    steps: dict[str, set[str]] = {}
    for edge in edges:
        steps.setdefault(edge.source, set()).add(edge.target)
    for box, frame in inside.items():
        steps.setdefault(box, set()).add(frame)
    ways = {start: _closure(start, steps) for start in steps}
    return [
        edge
        for edge in edges
        if not any(
            edge.target in ways.get(step, ()) and edge.source not in ways.get(step, ())
            for step in steps[edge.source] - {edge.target}
        )
    ]


def _grants_only(resources: Iterable[Kept], tops: Mapping[str, str]) -> set[str]:
    consists: dict[str, set[bool]] = {}
    for each in resources:
        if each.custom and each.urn in tops:
            consists.setdefault(tops[each.urn], set()).add(is_grant(each.type))
    return {top for top, kinds in consists.items() if kinds == {True}}


def _one(meanings: Collection[str]) -> str:
    """One verb for several uses: none where they differ and do not go together."""
    named = set(meanings) - {""}
    if named and named <= {PUBLISHES, RECEIVES, BOTH}:
        return BOTH if len(named) > 1 else next(iter(named))
    return next(iter(named)) if len(named) == 1 else ""


def _merged(edges: Iterable[Edge]) -> Iterator[Edge]:
    """Each pair once."""
    pairs: dict[tuple[str, str], list[Edge]] = {}
    for edge in edges:
        pairs.setdefault((edge.source, edge.target), []).append(edge)
    for alike in pairs.values():
        yield replace(alike[0], meaning=_one({edge.meaning for edge in alike}))


def _reached(start: str, edges: Iterable[Edge]) -> set[str]:
    steps: dict[str, set[str]] = {}
    for edge in edges:
        steps.setdefault(edge.source, set()).add(edge.target)
    return _closure(start, steps)


def _closure(start: str, steps: Mapping[str, Collection[str]]) -> set[str]:
    """What can be reached from here; here itself only around a circle."""
    found: set[str] = set()
    ahead = list(steps.get(start, ()))
    while ahead:
        key = ahead.pop()
        if key not in found:
            found.add(key)
            ahead.extend(steps.get(key, ()))
    return found

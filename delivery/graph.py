"""A stack as people draw it: a box for each component, what is in it folded, in frames, with arrows for who uses what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from delivery import graph_notes
from delivery.engines import Kept
from delivery.graph_edges import Edge, drawn, uses
from delivery.graph_kinds import FRAMES, KUBERNETES, PREFIX, REFERENCE, STACK, Look, hosts, look


@dataclass(frozen=True, kw_only=True)
class Box:
    """What is drawn as one thing. `resources` are (type, logical name) of all that is folded into it, `parts` the names of the
    components that it took in. `frame` is the key of the frame that it stands in, if any; `borrowed` what another stack has.
    """

    key: str
    title: str
    label: str
    frame: str = ""
    note: str = ""
    borrowed: bool = False
    parts: tuple[str, ...] = ()
    resources: tuple[tuple[str, str], ...] = ()

    @property
    def kinds(self) -> dict[str, int]:
        """How many resources of each kind, most first: `{"CryptoKey": 7, "KeyRing": 1}`."""
        counts = Counter(type.rpartition(":")[2] for type, _ in self.resources)
        return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))

    def as_json(self) -> dict[str, Any]:
        """What `--format json` prints."""
        return {
            "key": self.key,
            "title": self.title,
            "label": self.label,
            "frame": self.frame or None,
            "note": self.note or None,
            "borrowed": self.borrowed,
            "parts": list(self.parts),
            "kinds": self.kinds,
            "resources": [{"type": type, "name": name} for type, name in self.resources],
        }


@dataclass(frozen=True, kw_only=True)
class Graph:
    """`frames` are boxes around others; what belongs to a frame as such, like the cluster itself, is folded into it."""

    stack: str
    frames: tuple[Box, ...]
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    at: Mapping[str, str] = field(default_factory=dict, repr=False)
    """URN of a resource -> key of the box or frame that it is folded into."""

    @property
    def named(self) -> dict[str, Box]:
        """Frames and boxes by key."""
        return {each.key: each for each in (*self.frames, *self.boxes)}

    def inside(self, frame: str) -> list[Box]:
        """The boxes of a frame."""
        return [box for box in self.boxes if box.frame == frame]

    def as_json(self) -> dict[str, Any]:
        """What `--format json` prints."""
        return {
            "stack": self.stack,
            "frames": [frame.as_json() for frame in self.frames],
            "boxes": [box.as_json() for box in self.boxes],
            "edges": [{"from": edge.source, "to": edge.target, "means": edge.meaning or None} for edge in self.edges],
        }


def graph(stack: str, resources: Sequence[Kept]) -> Graph:
    """The picture of a stack. It depends on what the resources are, not on the order that they happen to stand in."""
    known = {each.urn: each for each in resources}
    tops = {each.urn: _top(each, known) for each in resources if not _left_out(each)}
    components = {urn: known[urn] for urn in sorted(set(tops.values()), key=lambda urn: (known[urn].type, urn))}
    folded = _fold(components, _neighbours(resources, tops))
    carried = [urn for urn, each in components.items() if _speaks(each, folded[urn])]
    edges = uses(resources, tops, {urn: folded[urn] for urn in carried})
    boxes = _boxes(components, folded, tops, known)
    frames = _frames(boxes, components, edges)
    standing = {each.key for each in (*boxes, *frames)}
    kept_boxes = tuple(box for box in boxes if box.key not in FRAMES)
    inside = {box.key: box.frame for box in kept_boxes if box.frame}
    return Graph(
        stack=stack,
        frames=frames,
        boxes=kept_boxes,
        edges=tuple(drawn([edge for edge in edges if {edge.source, edge.target} <= standing], inside)),
        at={urn: folded[top] for urn, top in tops.items()},
    )


def _left_out(each: Kept) -> bool:
    """The stack itself and providers; one of Kubernetes tells where the cluster is."""
    return each.type == STACK or (each.type.startswith("pulumi:providers:") and each.type != KUBERNETES)


def _top(each: Kept, known: Mapping[str, Kept]) -> str:
    """The outermost component that a resource is in, or the resource itself where it is in none."""
    while each.parent in known and known[each.parent].type != STACK:
        each = known[each.parent]
    return each.urn


def _neighbours(resources: Sequence[Kept], tops: Mapping[str, str]) -> dict[str, set[str]]:
    """What a component has to do with, whichever of the two waits for the other."""
    found: dict[str, set[str]] = {top: set() for top in tops.values()}
    for each in resources:
        for other in each.needs:
            if each.urn in tops and other in tops and tops[each.urn] != tops[other]:
                found[tops[each.urn]].add(tops[other])
                found[tops[other]].add(tops[each.urn])
    return found


def _fold(components: Mapping[str, Kept], neighbours: Mapping[str, set[str]]) -> dict[str, str]:
    """Component -> key of its box: its own, that of whoever takes it in, or of its frame."""
    return {urn: _folded(each, components, neighbours[urn]) for urn, each in components.items()}


def _folded(each: Kept, components: Mapping[str, Kept], neighbours: set[str]) -> str:
    style = look(each.type)
    wanted = [other for other in components.values() if other.type in hosts(style)]
    near = [other for other in wanted if other.urn in neighbours] or (wanted if len(wanted) == 1 else [])
    named = [other for other in near if other.name == each.name]
    for chosen in (near if len(near) == 1 else (), named):
        if chosen:
            return _key(chosen[0])
    if style.owns or style.loose:
        return style.frame
    return _together(style) if style.together else _key(each)


def _key(each: Kept) -> str:
    return f"{each.type.removeprefix(PREFIX)}/{each.name}"


def _together(style: Look) -> str:
    return f"together/{style.together}"


def _speaks(each: Kept, key: str) -> bool:
    """Whether what it uses is used by its box."""
    style = look(each.type)
    return style.carried or style.owns or key == _key(each)


def _boxes(
    components: Mapping[str, Kept], folded: Mapping[str, str], tops: Mapping[str, str], known: Mapping[str, Kept]
) -> list[Box]:
    """The boxes, and for each frame that something is folded into a box with the frame's key."""
    within: dict[str, list[Kept]] = {}
    for urn, top in sorted(tops.items()):
        within.setdefault(folded[top], []).append(known[urn])
    return [_box(key, members, components, folded) for key, members in sorted(within.items())]


def _box(key: str, members: Sequence[Kept], components: Mapping[str, Kept], folded: Mapping[str, str]) -> Box:
    here = [components[each.urn] for each in members if each.urn in components]
    owner = next((each for each in here if _key(each) == key or look(each.type).owns), None)
    style = look((owner or here[0]).type)
    title = _short(owner) if owner else FRAMES.get(key, style.together)
    return Box(
        key=key,
        title=title,
        label=style.label if owner or key not in FRAMES else "",
        frame="" if key in FRAMES else style.frame,
        note=graph_notes.note(owner, members) if owner else "",
        borrowed=style.borrowed or bool(owner and owner.external),
        parts=tuple(sorted(f"{look(each.type).label} {each.name}" for each in here if each is not owner)),
        resources=tuple(
            sorted((each.type, each.name) for each in members if each.custom and not each.type.startswith("pulumi:"))
        ),
    )


def _short(each: Kept) -> str:
    """A StackReference is called organization/project/stack."""
    return each.name.rpartition("/")[2] if each.type == REFERENCE else each.name


def _frames(boxes: Iterable[Box], components: Mapping[str, Kept], edges: Sequence[Edge]) -> tuple[Box, ...]:
    """The frames that have something in them, in the order of FRAMES. One that nothing here owns but that is made of
    another stack's things is borrowed."""
    own = {box.key: box for box in boxes if box.key in FRAMES}
    filled = {box.frame for box in boxes} & set(FRAMES)
    references = {_key(each): _short(each) for each in components.values() if each.type == REFERENCE}
    lenders = {
        edge.source: references[edge.target] for edge in edges if edge.source in own and edge.target in references
    }
    found = []
    for key, title in FRAMES.items():
        if key not in filled and not (own.get(key) and own[key].label):
            continue
        box = own.get(key) or Box(key=key, title=title, label="")
        lender = lenders.get(key, "") if not box.label else ""
        found.append(
            Box(
                key=key,
                title=f"{title} of {lender}" if lender else title,
                label=box.label,
                note=box.note,
                borrowed=bool(lender),
                parts=box.parts,
                resources=box.resources,
            )
        )
    return tuple(found)

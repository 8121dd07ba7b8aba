"""The picture of a stack as a Mermaid flowchart, which GitHub draws where it stands in a block of the kind `mermaid`.

Its grammar: https://mermaid.js.org/syntax/flowchart.html
"""

from collections.abc import Iterator

from delivery.graph import Box, Graph
from delivery.graph_edges import Edge

_SHAPES = {
    "database": ("[(", ")]"),
    "database instance": ("[(", ")]"),
    "cache": ("[(", ")]"),
    "topic": ("([", "])"),
    "gateway": ("{{", "}}"),
    "routes": ("{{", "}}"),
}
"""Around the text of a box; all others are plain."""


def mermaid(graph: Graph) -> str:
    """The whole document. Boxes are called n0, n1 and so on, since names may be words of the grammar."""
    ids = {key: f"n{place}" for place, key in enumerate(graph.named)}
    return "\n".join(_lines(graph, ids)) + "\n"


def _lines(graph: Graph, ids: dict[str, str]) -> Iterator[str]:
    yield "flowchart LR"
    yield f"  accTitle: Stack {graph.stack}"
    for frame in graph.frames:
        yield f'  subgraph {ids[frame.key]}["{_text(frame)}"]'
        yield "    direction TB"
        yield from (f"    {_node(box, ids)}" for box in graph.inside(frame.key))
        yield "  end"
    yield from (f"  {_node(box, ids)}" for box in graph.boxes if not box.frame)
    yield from (f"  {_edge(edge, ids)}" for edge in graph.edges)
    borrowed = [ids[box.key] for box in graph.named.values() if box.borrowed]
    if borrowed:
        yield "  classDef borrowed stroke-dasharray: 5 4"
        yield f"  class {','.join(borrowed)} borrowed"


def _node(box: Box, ids: dict[str, str]) -> str:
    left, right = _SHAPES.get(box.label, ("[", "]"))
    return f'{ids[box.key]}{left}"{_text(box)}"{right}'


def _text(box: Box) -> str:
    return "<br/>".join(
        quoted(part) for part in (box.title, box.note or ("" if box.label in box.title else box.label)) if part
    )


def _edge(edge: Edge, ids: dict[str, str]) -> str:
    """Messages go from a topic to who receives them."""
    source, target = ids[edge.source], ids[edge.target]
    if edge.forward and edge.backward:
        arrow = "<-->"
    elif edge.backward:
        source, target, arrow = target, source, "-->"
    else:
        arrow = "-->"
    said = edge.meaning if edge.forward else ""
    return f'{source} {arrow}|"{quoted(said)}"| {target}' if said else f"{source} {arrow} {target}"


def quoted(text: str) -> str:
    """Text for between quotes: what the grammar or HTML takes for its own is written as an entity."""
    return "".join(f"#{ord(it)};" if it in '"#<>&`\\' or not it.isprintable() else it for it in text)

"""The SVG of a stack: well-formed, alone in the world, readable with eyes and without, and one of several in a page."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from hypothesis import given

from delivery import graph_mermaid
from delivery.graph import Box, Graph, graph
from delivery.graph_edges import Edge
from delivery.graph_svg import svg, told
from delivery.svg_sheet import measured, number, shortened
from tests.graphs.stacks import graphs
from tests.graphs.test_graph import small

NS = "{http://www.w3.org/2000/svg}"
IDS = re.compile(r' id="([^"]+)"')


def parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)


def test_the_picture_says_what_it_shows() -> None:
    text = svg(graph("dev", small()))
    root = parsed(text)
    assert root.get("role") == "img"
    labelled = str(root.get("aria-labelledby")).split()
    assert [child.get("id") for child in root][:2] == labelled
    assert [child.text for child in root][:2] == ["Stack dev", told(graph("dev", small()))]
    assert "Cluster (us-west1): api, worker." in told(graph("dev", small()))
    assert "worker receives from events." in told(graph("dev", small()))
    shown = [each.text for each in root.iter(f"{NS}text")]
    assert {"dev", "10 resources", "api", "2 pods", "events", "main", "keys", "Cluster", "Topics"} <= set(shown)


def test_every_box_hints_at_what_is_folded_into_it() -> None:
    hints = {
        str(each.text).splitlines()[0]: str(each.text) for each in parsed(svg(graph("dev", small()))).iter(f"{NS}title")
    }
    assert hints["workload api"] == "workload api\n2 pods\nDeployment, Job\nwith smoke test api-smoke"
    assert "api publishes to events" in hints


def test_messages_point_to_who_receives_them() -> None:
    paths = {
        str(each.find(f"{NS}title").text): each  # type: ignore[union-attr]
        for each in parsed(svg(graph("dev", small()))).iter(f"{NS}path")
        if each.find(f"{NS}title") is not None
    }
    tips = {said: (path.get("marker-start"), path.get("marker-end")) for said, path in paths.items()}
    assert tips["api publishes to events"] == (None, "url(#graph-dev-violet)")
    assert tips["worker receives from events"] == ("url(#graph-dev-violet)", None)


@given(graphs())
def test_any_picture_is_well_formed_and_refers_to_nothing_but_itself(given_graph: Graph) -> None:
    text = svg(given_graph)
    parsed(text)
    ids = IDS.findall(text)
    assert len(ids) == len(set(ids))
    assert {*re.findall(r"url\(#([^)]+)\)", text)} <= set(ids)
    assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)|<script|@import|<image|href", text) == []
    assert svg(given_graph) == text


def test_several_pictures_share_no_id_and_no_style() -> None:
    one, other = svg(graph("dev", small())), svg(graph("prod", small()))
    again = svg(graph("dev", small()), prefix="second")
    for left, right in ((one, other), (one, again)):
        assert set(IDS.findall(left)) & set(IDS.findall(right)) == set()
    style = one[one.index("<style>") + 7 : one.index("</style>")]
    selectors = [rule.partition("{")[0] for rule in re.sub(r"@media[^{]*\{", "", style).strip().splitlines()]
    assert [each for each in selectors if "#graph-dev" not in each] == []


def test_names_are_never_taken_for_markup() -> None:
    evil = Box(key="x", title='a<b>&"c', label="<thing>", note="]]>", resources=(("t:x:<T>", "n"),))
    shown = Graph(stack="d<v", frames=(), boxes=(evil,), edges=())
    assert 'a<b>&"c' in {each.text for each in parsed(svg(shown)).iter(f"{NS}text")}
    assert parsed(svg(shown)).get("id") == "graph-d-v"
    assert 'n0["a#60;b#62;#38;#34;c<br/>]]#62;"]' in graph_mermaid.mermaid(shown)


def test_light_and_dark_have_the_same_colours_by_name() -> None:
    text = svg(graph("dev", small()))
    blocks = re.findall(r"(?:^|\{)(?::root\[[^\]]+\] )?#graph-dev\{(--[^}]*)\}", text, re.MULTILINE)
    names = [re.findall(r"--(\w+):#", block) for block in blocks]
    assert len(names) == 4
    assert all(each == names[0] for each in names)
    used = set(re.findall(r"var\(--(\w+)\)", text)) - {"accent"}
    assert used <= set(names[0])


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_stands_out_by_day_and_by_night() -> None:
    text = svg(graph("dev", small()))
    for theme in ("light", "dark"):
        block = re.search(rf'data-theme="{theme}"\] #graph-dev\{{([^}}]*)\}}', text)
        assert block
        colours = dict(re.findall(r"--(\w+):(#\w+)", block[1]))
        for ground in ("paper", "box"):
            for name in ("ink", "muted", "blue", "violet", "green", "amber", "teal", "grey", "red"):
                pair = sorted((luminance(colours[ground]), luminance(colours[name])))
                assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5, (theme, ground, name)


def test_a_long_name_is_cut_to_fit() -> None:
    assert shortened("short", 13, 100) == "short"
    cut = shortened("a-name-that-is-much-too-long", 13, 80, bold=True)
    assert cut.endswith("…")
    assert measured(cut, 13, bold=True) <= 80 < measured(cut[:-1] + "xx…", 13, bold=True)


def test_coordinates_are_short() -> None:
    assert [number(each) for each in (12.0, -0.01, 12.34, 1234.56, 100.0)] == ["12", "0", "12.3", "1234.6", "100"]


def test_a_flowchart_has_the_same_boxes_frames_and_arrows() -> None:
    lines = graph_mermaid.mermaid(graph("dev", small())).splitlines()
    assert lines[:6] == [
        "flowchart LR",
        "  accTitle: Stack dev",
        '  subgraph n0["Cluster<br/>us-west1"]',
        "    direction TB",
        '    n7["api<br/>2 pods"]',
        '    n8["worker<br/>1 pod"]',
    ]
    assert lines[-6:] == [
        '  n4 -->|"is encrypted with"| n5',
        '  n6 -->|"is encrypted with"| n5',
        '  n7 -->|"keeps data in"| n4',
        '  n7 -->|"publishes to"| n6',
        "  n6 --> n8",
        '  n0 -->|"is encrypted with"| n5',
    ]


EDGE = re.compile(r'  n\d+ (?:-->|<-->)(?:\|"[^"|]*"\|)? n\d+')
NODE = re.compile(r'  (?:  )?n\d+(?:\["[^"]*"\]|\[\("[^"]*"\)\]|\(\["[^"]*"\]\)|\{\{"[^"]*"\}\})')
REST = re.compile(
    r'flowchart LR|  accTitle: [^\n]+|  subgraph n\d+\["[^"]*"\]|    direction TB|  end'
    r"|  classDef borrowed stroke-dasharray: 5 4|  class n\d+(?:,n\d+)* borrowed"
)


@given(graphs())
def test_any_flowchart_keeps_to_the_grammar(given_graph: Graph) -> None:
    lines = graph_mermaid.mermaid(given_graph).splitlines()
    assert [line for line in lines if not any(rule.fullmatch(line) for rule in (EDGE, NODE, REST))] == []
    assert sum(bool(EDGE.fullmatch(line)) for line in lines) == len(given_graph.edges)
    assert sum(bool(NODE.fullmatch(line)) for line in lines) == len(given_graph.boxes)


def test_what_goes_both_ways_is_one_arrow() -> None:
    boxes = tuple(Box(key=key, title=key, label="") for key in "ab")
    both = Edge("a", "b", "publishes to and receives from")
    shown = Graph(stack="x", frames=(), boxes=boxes, edges=(both,))
    assert '  n0 <-->|"publishes to and receives from"| n1' in graph_mermaid.mermaid(shown)

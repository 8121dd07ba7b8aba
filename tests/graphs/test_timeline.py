"""When each box of a picture is made, and what the end waits for."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from delivery import timeline_mermaid, timeline_svg
from delivery.durations import spoken
from delivery.engines import Step
from delivery.timeline import Timeline, creation, planned
from tests.graphs.stacks import component
from tests.graphs.test_graph import DEPLOYMENT, JOB, small
from tests.graphs.test_graph_svg import IDS, NS

SECONDS = {
    ("gcp:kms/cryptoKey:CryptoKey", "create"): 5.0,
    ("gcp:container/cluster:Cluster", "create"): 400.0,
    ("gcp:sql/database:Database", "create"): 10.0,
    ("gcp:pubsub/topicIAMMember:TopicIAMMember", "create"): 7.0,
    (DEPLOYMENT, "create"): 40.0,
    (DEPLOYMENT, "update"): 30.0,
    (JOB, "create"): 20.0,
    (JOB, "delete"): 2.0,
}


def seconds(type: str, operation: str) -> float:
    return SECONDS.get((type, operation), 0.0)


def made() -> Timeline:
    return creation("dev", small(), seconds)


def step(op: str, suffix: str) -> Step:
    [found] = [each for each in small() if each.custom and each.urn.endswith(suffix)]
    return Step(op, found.urn, found.type)


def test_rows_are_the_boxes_with_what_is_at_work_in_them() -> None:
    found = made()
    assert found.seconds == 472.0
    assert [(row.key, row.begin, row.end, row.stretches) for row in found.rows] == [
        ("Keys/keys", 0.0, 5.0, ((0.0, 5.0),)),
        ("Database/main", 5.0, 15.0, ((5.0, 15.0),)),
        ("cluster", 5.0, 405.0, ((5.0, 405.0),)),
        ("Workload/worker", 15.0, 55.0, ((15.0, 55.0),)),
        ("Topic/events", 405.0, 412.0, ((405.0, 412.0),)),
        ("Workload/api", 412.0, 472.0, ((412.0, 472.0),)),
    ]


def test_the_critical_path_goes_through_the_rows() -> None:
    found = made()
    names = [each.step.name for each in found.path]
    assert names == ["keys-data", "cluster", "events-api-publisher", "api", "api-smoke"]
    assert [each.begin for each in found.path[1:]] == [each.end for each in found.path[:-1]]
    assert sum(each.seconds for each in found.path) == found.seconds
    marked = {row.key: len(row.critical) for row in found.rows if row.critical}
    assert marked == {"Keys/keys": 1, "cluster": 1, "Topic/events": 1, "Workload/api": 2}


def test_a_row_waits_between_stretches() -> None:
    worker = step("update", "Deployment::worker")
    gone, changed = step("delete", "Job::api-smoke"), step("update", "Deployment::api")
    found = planned("dev", small(), [changed, worker, gone], seconds)
    assert [(row.key, row.stretches) for row in found.rows] == [
        ("Workload/worker", ((0.0, 30.0),)),
        ("Workload/api", ((0.0, 32.0),)),
    ]
    later = planned("dev", small(), [worker, gone, step("create", "Cluster::cluster")], seconds)
    assert [(row.key, row.begin, row.end) for row in later.rows] == [
        ("Workload/worker", 0.0, 30.0),
        ("cluster", 0.0, 400.0),
        ("Workload/api", 400.0, 402.0),
    ]


def test_what_is_new_begins_at_once_and_is_counted() -> None:
    new = component("Workload", "search").urn.replace("::search", f"${DEPLOYMENT}::search")
    found = planned("dev", small(), [Step("create", new, DEPLOYMENT)], seconds)
    assert [(row.title, row.begin, row.end) for row in found.rows] == [("workload", 0.0, 40.0)]
    assert found.new == 1
    assert made().new == 0


def test_nothing_to_do_is_an_empty_timeline() -> None:
    found = planned("dev", small(), [step("same", "Deployment::api")], seconds)
    assert found.as_json() == {"stack": "dev", "of": "plan", "seconds": 0.0, "new": 0, "rows": [], "path": []}
    assert "Nothing takes any time." in timeline_svg.svg(found)
    assert timeline_mermaid.mermaid(found).splitlines()[0] == "gantt"


def test_json_tells_it_all() -> None:
    told = made().as_json()
    assert told["rows"][0] == {
        "key": "Keys/keys", "title": "keys", "begin": 0.0, "end": 5.0, "critical": True, "stretches": [[0.0, 5.0]],
    }  # fmt: skip
    assert told["path"][1]["type"] == "gcp:container/cluster:Cluster"
    assert (told["path"][1]["op"], told["path"][1]["begin"], told["path"][1]["end"]) == ("create", 5.0, 405.0)


def test_the_chart_marks_the_critical_path() -> None:
    text = timeline_svg.svg(made())
    root = ElementTree.fromstring(text)
    assert root.get("role") == "img"
    bars = [each for each in root.iter(f"{NS}rect") if each.get("class") == "critical"]
    assert len(bars) == len(made().path) + 1  # and one in the legend
    ends = [float(str(bar.get("x"))) + float(str(bar.get("width"))) for bar in bars[:-1]]
    assert max(ends) == timeline_svg.MARGIN + timeline_svg.NAMES + timeline_svg.CHART
    said = str(root[1].text)
    assert said.startswith(
        "About 7 min 52 s. The critical path: create CryptoKey keys-data 5 s, then create Cluster cluster"
    )
    assert len(IDS.findall(text)) == len(set(IDS.findall(text)))
    assert set(IDS.findall(text)) & set(IDS.findall(timeline_svg.svg(made(), prefix="other"))) == set()


def test_times_stand_above_the_chart() -> None:
    texts = [each.text for each in ElementTree.fromstring(timeline_svg.svg(made())).iter(f"{NS}text")]
    assert [each for each in texts if each in {spoken(tick) for tick in range(0, 480, 60)}] == [
        "0 s", "1 min", "2 min", "3 min", "4 min", "5 min", "6 min", "7 min", "1 min",
    ]  # fmt: skip


LINE = re.compile(r"  [^:;#,\n]+ :(?:crit, )?2000-01-01 \d\d:\d\d:\d\d, 2000-01-01 \d\d:\d\d:\d\d")
HEAD = re.compile(r"gantt|  title [^:;#]+|  dateFormat YYYY-MM-DD HH:mm:ss|  axisFormat %H:%M|  section [A-Za-z ]+")


def test_a_gantt_keeps_to_the_grammar() -> None:
    lines = timeline_mermaid.mermaid(made()).splitlines()
    assert [line for line in lines if not LINE.fullmatch(line) and not HEAD.fullmatch(line)] == []
    assert "  create Cluster cluster :crit, 2000-01-01 00:00:05, 2000-01-01 00:06:45" in lines
    assert "  main database :2000-01-01 00:00:05, 2000-01-01 00:00:15" in lines

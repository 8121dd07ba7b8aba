"""What people read: folded by component, the changes that matter spelled out, never folded in a pipe."""

import io

import pytest

from delivery import progress, report, screen
from delivery.engines import Diagnostic, Duration, Event, Mode, Step, Update
from delivery.progress import one_line

TOPIC = "urn:pulumi:dev::slipway::slipway:index:Topic$gcp:pubsub/topic:Topic::usage"
PLAIN = "urn:pulumi:dev::slipway::pulumi:providers:kubernetes::cluster"


def update(*steps: Step, mode: Mode = "up", ok: bool = True, problems: tuple[Diagnostic, ...] = ()) -> Update:
    counts = {op: sum(step.op == op for step in steps) for op in ("create", "update", "replace", "delete", "same")}
    return Update("dev", mode, ok, steps, counts, diagnostics=problems, duration=Duration(75.0, ((steps[0], 75.0),)))


def test_creations_are_counted_and_changes_listed() -> None:
    made = [Step("create", f"{TOPIC}-{number}", "gcp:pubsub/topic:Topic") for number in range(3)]
    changed = Step("update", TOPIC, "gcp:pubsub/topic:Topic", ("labels.a", "labels.b", "c", "d", "e"))
    outside = Step("delete", PLAIN, "pulumi:providers:kubernetes")
    assert list(report.lines(update(*made, changed, outside, Step("same", TOPIC, "t")))) == [
        "  Topic               [green]+ 3 create[/], [yellow]~ 1 update[/]",
        "  outside components  [red]- 1 delete[/]",
        "    [yellow]~ [/] gcp:pubsub/topic:Topic usage  [dim]labels.a, labels.b, c, d ...[/]",
        "    [red]- [/] pulumi:providers:kubernetes cluster",
        "dev up: [green]ok[/], 3 created, 1 updated, 1 deleted, 1 unchanged",
        "On Google Cloud this would have taken about 1 min 15 s (longest chain: usage-0 1 min 15 s).",
    ]


def test_a_plan_without_changes_says_so() -> None:
    same = update(Step("same", TOPIC, "t"), mode="plan")
    assert list(report.lines(same)) == ["dev plan: [green]ok[/], nothing changes (1 unchanged)"]


def test_errors_name_their_resource_on_one_line() -> None:
    found = Diagnostic(TOPIC, "error", "2 errors occurred:\n\t* no [quota]\n\t* no rights\n")
    *_, last = report.lines(update(Step("same", TOPIC, "t"), ok=False, problems=(found,)))
    assert last == "[red]error[/]: gcp:pubsub/topic:Topic usage: no \\[quota]; no rights"


def test_a_pipe_gets_a_line_for_each_real_step(capsys: pytest.CaptureFixture[str]) -> None:
    component = "urn:pulumi:dev::slipway::slipway:index:Topic::usage"
    with progress.shown("Bringing up dev") as told:
        told(Event("begun", "create", TOPIC))
        told(Event("done", "create", component))
        told(Event("done", "create", TOPIC))
        told(Event("done", "same", TOPIC))
        told(Event("failed", "update", TOPIC))
        told(Event("note", "", TOPIC, "one\ntwo"))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        "Bringing up dev",
        "  +  gcp:pubsub/topic:Topic usage",
        "  ~  gcp:pubsub/topic:Topic usage failed",
        "  gcp:pubsub/topic:Topic usage: one; two",
    ]


class Terminal(io.StringIO):
    """A stream that somebody looks at."""

    def isatty(self) -> bool:
        return True


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured, plain = Terminal(), Terminal()
    screen.console(coloured).print("[red]error[/]")
    assert "\x1b[31m" in coloured.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    screen.console(plain).print("[red]error[/]")
    assert plain.getvalue() == "error\n"


def test_a_pipe_never_folds_a_line() -> None:
    pipe = io.StringIO()
    screen.console(pipe).print("word " * 300)
    assert pipe.getvalue().count("\n") == 1


def test_what_kubernetes_says_begins_with_what_went_wrong() -> None:
    message = (
        '2 errors occurred:\n\t* the Kubernetes API server reported that "services/api" failed to fully initialize or become '
        "live: 'api' timed out waiting to be Ready\n\t* [Pod services/api-1]: [api][CrashLoopBackOff] back-off\n"
    )
    assert one_line(message) == (
        "'api' timed out waiting to be Ready; [Pod services/api-1]: [api][CrashLoopBackOff] back-off"
    )

"""What is read from a registration."""

from pathlib import Path

from pulumi.runtime.proto import source_pb2

import sandbox.engine
from sandbox.engine import goal


def test_a_stack_trace_ends_where_the_engine_called_the_program() -> None:
    """Also where the engine's own folder lies in the project's, as do those that call the engine."""
    engine = Path(sandbox.engine.__file__).parent
    root = engine.parent.parent
    files = [
        root / "components" / "topic.py",
        root / "__main__.py",
        engine / "program.py",
        root / "delivery" / "cli.py",
    ]
    frames = [
        source_pb2.StackFrame(pc=source_pb2.SourcePosition(uri=file.as_uri(), line=line))
        for line, file in enumerate(files, start=1)
    ]
    assert goal.trace(source_pb2.StackTrace(frames=frames), root) == (
        {"sourcePosition": "project:///components/topic.py#1"},
        {"sourcePosition": "project:///__main__.py#2"},
    )


def test_frames_outside_the_project_are_left_out(tmp_path: Path) -> None:
    frames = [
        source_pb2.StackFrame(pc=source_pb2.SourcePosition(uri=(tmp_path / name).as_uri(), line=1))
        for name in ("library/thing.py", "project/__main__.py")
    ]
    assert goal.trace(source_pb2.StackTrace(frames=frames), tmp_path / "project") == (
        {"sourcePosition": "project:///__main__.py#1"},
    )

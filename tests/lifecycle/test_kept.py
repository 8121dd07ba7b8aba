"""What an engine tells of a stack's resources: the same whether it reads the state alone or folds in what a killed run left."""

from delivery.engine_sandbox import SandboxEngine
from delivery.place import Place
from tests.lifecycle.commands import PROGRAM, Site


def test_a_journal_beside_the_state_changes_nothing_that_it_does_not_tell_of(up: Site) -> None:
    engine = SandboxEngine(Place(PROGRAM, up.config, up.folder / ".sandbox"))
    (state,) = (up.folder / ".sandbox" / ".pulumi" / "stacks").glob("*/dev.json")
    alone = engine.kept("dev")
    assert len(alone) > 200
    journal = up.folder / ".sandbox" / ".pulumi" / "journals" / state.parent.name / "dev.jsonl"
    journal.parent.mkdir(parents=True, exist_ok=True)
    journal.write_text("")
    for one, other in zip(alone, engine.kept("dev"), strict=True):
        assert one == other
    assert engine.kept("never") == []

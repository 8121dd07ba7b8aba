"""Where the command works: found from any folder, told by option or environment."""

from pathlib import Path

import pytest

from delivery import place
from delivery.errors import Locked
from delivery.holding import held
from model.errors import ConfigError


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (place.CONFIG_DIR, place.SANDBOX):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "Pulumi.yaml").write_text("name: slipway\n")
    (tmp_path / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "er")
    return tmp_path


def test_the_program_is_found_upwards_and_the_sandbox_is_here(clone: Path) -> None:
    assert place.find() == place.Place(clone, clone, clone / "deep" / "er" / ".sandbox")


def test_the_option_wins_over_the_environment(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(place.CONFIG_DIR, str(clone / "deep"))
    monkeypatch.setenv(place.SANDBOX, "elsewhere")
    assert place.find() == place.Place(clone, clone / "deep", clone / "deep" / "er" / "elsewhere")
    assert place.find(clone / "deep" / "er").config == clone / "deep" / "er"


def test_a_folder_that_is_not_there_is_refused(clone: Path) -> None:
    with pytest.raises(ConfigError, match="--config-dir: there is no folder"):
        place.find(clone / "nowhere")


def test_who_comes_before_the_holder_has_written_its_name_still_learns_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with held(tmp_path, "dev", "ann"):
        (lock,) = tmp_path.rglob(".dev.lock")
        lock.write_text("")
        # What somebody waits for is written while they do.
        monkeypatch.setattr("delivery.holding.time.sleep", lambda seconds: lock.write_text("ann"))
        with pytest.raises(Locked, match="ann is changing dev right now"), held(tmp_path, "dev", "bob"):
            pass


def test_an_environment_is_held_by_one_and_free_afterwards(tmp_path: Path) -> None:
    with held(tmp_path, "dev", "ann"):
        with (
            pytest.raises(Locked, match=r"ann \(process \d+\) is changing dev right now"),
            held(tmp_path, "dev", "bob"),
        ):
            pass
        with held(tmp_path, "prod", "bob"):
            pass
    with held(tmp_path, "dev", "bob"):
        pass

"""What no stack file can say is refused, with its place; what each scalar is, the parity programs hold against the CLI."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.engine import EngineError, StackConfig


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (".inf", "no value can be .inf"),
        ("[1, -.Inf]", "no value can be -.Inf"),
        ("{a: .NaN}", "no value can be .NaN"),
        ('!!int "12"', "could not determine a constructor for the tag 'tag:yaml.org,2002:int'"),
        ("!custom x", "could not determine a constructor for the tag '!custom'"),
        ("{a: 1, a: 2}", "the key 'a' stands twice"),
        ('{1: x, "1": y}', "the key '1' stands twice"),
        ("{[1]: 2}", "a list or a map cannot be a key"),
        ("[1", "did not find expected ',' or ']'"),
    ],
)
def test_refused_with_file_and_line(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "Pulumi.dev.yaml"
    path.write_text(f"config:\n  proj:first: 1\n  proj:key: {text}\n")
    with pytest.raises(EngineError) as refused:
        StackConfig.load(path, project="proj")
    assert refused.value.message.startswith(f"{path}: ")
    assert said in refused.value.message
    assert "line 3" in refused.value.message or "line 4" in refused.value.message


def test_a_number_of_thousands_of_digits_is_a_text(tmp_path: Path) -> None:
    path = tmp_path / "Pulumi.dev.yaml"
    path.write_text(f"config:\n  proj:key: {'1' * 5000}\n")
    assert StackConfig.load(path, project="proj").values["proj:key"] == "1" * 5000

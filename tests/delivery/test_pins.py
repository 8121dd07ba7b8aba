"""A change of pins changes pins: nothing else in the file moves, whatever it looks like."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from delivery import pins, stack_yaml
from delivery.pins import Pins
from model.errors import ConfigError

ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
RELEASE = "2026.01.31.0001"


def test_empty_braces_become_a_block_and_their_comment_stays() -> None:
    text = "config:\n  slipway:kind: environment\n  slipway:images: {} # none yet\nencryptionsalt: v1:x\n"
    assert pins.repin(text, Pins({"api": ONE}, RELEASE, RELEASE)) == (
        "config:\n  slipway:kind: environment\n  slipway:images: # none yet\n"
        f"    api: {ONE}\n  slipway:release: {RELEASE}\n  slipway:migrated: {RELEASE}\nencryptionsalt: v1:x\n"
    )


def test_changed_added_and_removed_images_touch_their_own_lines_only() -> None:
    text = (
        "# top\nconfig:\n    slipway:images:   # written by promote\n"
        f"        api: '{ONE}'   # quoted\n        # a comment between\n        old: {ONE}\n\n"
        '    slipway:release: "2025.12.31.0009" # last\n\n    # sizes\n    slipway:sizes: {default:   {cpu: 1}}\n'
    )
    changed = pins.repin(text, Pins({"api": TWO, "new": ONE}, RELEASE, None))
    assert changed == (
        "# top\nconfig:\n    slipway:images:   # written by promote\n"
        f"        api: '{TWO}'   # quoted\n        # a comment between\n        new: {ONE}\n\n"
        f'    slipway:release: "{RELEASE}" # last\n\n    # sizes\n    slipway:sizes: {{default:   {{cpu: 1}}}}\n'
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("config:\n  slipway:images:\n  a: 1\n", f"config:\n  slipway:images:\n    api: {ONE}\n  a: 1\n"),
        ("config:\n  slipway:images: {api: x, b: y}\n", f"config:\n  slipway:images:\n    api: {ONE}\n"),
        ("config:\n  slipway:images: {api: x,\n    b: y} # c\n", f"config:\n  slipway:images: # c\n    api: {ONE}\n"),
        ("config:\n  a: 1", f"config:\n  a: 1\n  slipway:images:\n    api: {ONE}\n"),
        ("config:\n  a:\n    - 1\n    - 2 # two\n\n# end\n", f"config:\n  a:\n    - 1\n    - 2 # two\n  slipway:images:\n    api: {ONE}\n\n# end\n"),
        ("config:\n  a: |\n    text\nb: 1\n", f"config:\n  a: |\n    text\n  slipway:images:\n    api: {ONE}\nb: 1\n"),
        ("config:\n  a:\nb: 1\n", f"config:\n  a:\n  slipway:images:\n    api: {ONE}\nb: 1\n"),
        ("config: {}\n", f"config:\n  slipway:images:\n    api: {ONE}\n"),
        ("encryptionsalt: x", f"encryptionsalt: x\nconfig:\n  slipway:images:\n    api: {ONE}\n"),
        ("", f"config:\n  slipway:images:\n    api: {ONE}\n"),
        ("config:\r\n  a: 1\r\n", f"config:\r\n  a: 1\r\n  slipway:images:\r\n    api: {ONE}\r\n"),
    ],
)  # fmt: skip
def test_every_layout_takes_pins(text: str, expected: str) -> None:
    assert pins.repin(text, Pins({"api": ONE})) == expected


def test_no_images_is_written_as_empty_braces() -> None:
    text = f"config:\n  slipway:images:\n    api: {ONE}\n  slipway:release: {RELEASE}\n"
    assert pins.repin(text, Pins()) == "config:\n  slipway:images: {}\n"


@pytest.mark.parametrize(
    "text", ["a: &a {}\nconfig:\n  slipway:images: *a\n", "config:\n  a: 1\n  a: 2\n", "config: [\n"]
)
def test_what_cannot_be_edited_safely_is_refused(text: str) -> None:
    with pytest.raises(stack_yaml.StackYamlError):
        pins.repin(text, Pins({"api": ONE}))


IMAGES = st.dictionaries(
    st.from_regex(r"[a-z][a-z0-9-]{0,8}[a-z0-9]", fullmatch=True).filter(lambda name: name not in {"no", "on", "off"}),
    st.sampled_from([ONE, TWO, "sha256:" + "3" * 64]),
    max_size=5,
)
SOMETIMES = st.sampled_from([None, "2026.01.31.0001", "2026.02.01.0002"])
NOISE = st.lists(
    st.sampled_from(["", "# comment", "  # indented: comment", "  gcp:project: acme", "  slipway:b: [1,  2]"])
)


@given(first=IMAGES, second=IMAGES, releases=st.tuples(SOMETIMES, SOMETIMES, SOMETIMES, SOMETIMES), noise=NOISE)
def test_pins_replace_pins_and_leave_every_other_line(
    first: dict[str, str], second: dict[str, str], releases: tuple[str | None, ...], noise: list[str]
) -> None:
    around = list(dict.fromkeys(noise))
    text = "\n".join(["config:", "  slipway:kind: environment", *around, "  slipway:images: {}", "", "# end", ""])
    once = pins.repin(text, Pins(first, releases[0], releases[1]))
    twice = pins.repin(once, Pins(second, releases[2], releases[3]))

    config = stack_yaml.parse(twice)["config"]
    assert (config["slipway:images"], config.get("slipway:release"), config.get("slipway:migrated")) == (
        second, releases[2], releases[3],
    )  # fmt: skip
    ours = ("slipway:images", "slipway:release", "slipway:migrated")
    kept = [line for line in twice.split("\n") if not line.strip().startswith(ours) and "sha256:" not in line]
    assert kept == [line for line in text.split("\n") if "slipway:images" not in line]
    assert pins.repin(twice, Pins(second, releases[2], releases[3])) == twice


def test_a_file_keeps_its_permissions_and_leaves_no_neighbour(tmp_path: Path) -> None:
    path = tmp_path / "Pulumi.dev.yaml"
    path.write_text("config:\n  slipway:images: {}\n")
    path.chmod(0o640)
    pins.write("dev", tmp_path, Pins({"api": ONE}))
    assert path.read_text() == f"config:\n  slipway:images:\n    api: {ONE}\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [entry.name for entry in tmp_path.iterdir()] == ["Pulumi.dev.yaml"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Pulumi.dev.yaml: there is no such file"):
        pins.write("dev", tmp_path, Pins())


@given(st.text(max_size=40))
def test_any_text_is_read_back_as_it_was(value: str) -> None:
    edited = stack_yaml.edit(
        "config:\n  slipway:branch: 'x'\n", {"slipway:branch": value, "slipway:new": {"branch": value}}
    )
    assert stack_yaml.parse(edited)["config"] == {"slipway:branch": value, "slipway:new": {"branch": value}}
    assert yaml.safe_load(edited) == stack_yaml.parse(edited)


@pytest.mark.parametrize(
    "value",
    ["yes", "1.0", "1:30", "null", "2026-01-31", "2026-02-30", "9" * 5000, "a: b", "# x", "- x", "{", "'", "é\n"],
    ids=lambda value: value[:10],
)
def test_what_yaml_would_take_for_something_else_is_quoted(value: str) -> None:
    edited = stack_yaml.edit("config: {}\n", {"slipway:branch": value})
    assert yaml.safe_load(edited)["config"]["slipway:branch"] == value

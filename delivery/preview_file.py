"""A preview's stack file: made from the template, and made again where only the preview's state is at hand.

It is not committed, so it may be on any machine or on none. All that is the preview's own in it stands in the stack's exports.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from delivery import pins, preview_base, stack_yaml
from delivery.atomic import replace_text
from delivery.desk import Desk
from delivery.errors import Failed
from delivery.preview_base import TEMPLATE
from model import names
from model.catalogue import load_catalogue
from model.errors import ConfigError, Problem
from model.preview import Preview
from model.stacks import NAMESPACE, AnyStack, load_environment, stack_file
from model.together import check_together

PASSWORD = f"{NAMESPACE}:databasePassword"
PASSWORD_BYTES = 24
"""192 bits: more than any dictionary, and short enough for every client."""

OPENED, ACTIVITY, ASLEEP, BUILT = (f"{NAMESPACE}:{key}" for key in ("opened", "activity", "asleep", "built"))
PULL_REQUEST = f"{NAMESPACE}:pullRequest"

Changes = Mapping[str, stack_yaml.Value | None]


@dataclass(frozen=True)
class PreviewFile:
    """The file of one preview, whether it is there or not. `text` is what it says, or would say."""

    desk: Desk
    stack: str
    text: str
    there: bool

    @property
    def path(self) -> Path:
        """Where it is, or would be."""
        return self.desk.place.config / stack_file(self.stack)

    @property
    def config(self) -> dict[str, Any]:
        """The keys as they stand in it."""
        return dict(stack_yaml.parse(self.text).get("config") or {})

    def with_changes(self, changes: Changes) -> "PreviewFile":
        """The same with other values; nothing is written."""
        return PreviewFile(self.desk, self.stack, stack_yaml.edit(self.text, changes), self.there)

    def checked(self) -> Preview:
        """What it says. Raises ConfigError, before anything is written."""
        with TemporaryDirectory(prefix="slipway-preview-") as folder:
            (Path(folder) / self.path.name).write_text(self.text, encoding="utf-8")
            loaded = load_environment(self.stack, Path(folder))
        assert isinstance(loaded, Preview)
        check_together(self.stack, loaded, load_catalogue(self.desk.place.config))
        loaded.seeds(self.desk.place.config)
        return loaded

    def written(self) -> Preview:
        """Write it where that changes anything, with the password that it had, or a new one."""
        loaded = self.checked()
        if not self.there or self.text != pins.read_text(self.path):
            replace_text(self.path, self.text)
        engine = self.desk.engine
        if engine.config_get(self.stack, PASSWORD) is None:
            known = (engine.outputs(self.stack, show_secrets=True) or {}).get("database_password")
            engine.config_set(self.stack, PASSWORD, known or secrets.token_urlsafe(PASSWORD_BYTES), secret=True)
        return loaded


def stack_of(number: int) -> str:
    """The stack of a pull request. Raises ConfigError for a number that none can have."""
    stack = names.preview_stack(number)
    if not names.PREVIEW.fullmatch(stack):
        raise ConfigError(
            Problem("command line", "N", f"{number} is no number of a pull request", "Write a number from 1.")
        )
    return stack


def base_of(desk: Desk) -> str:
    """The environment that previews stand on."""
    return preview_base.named(pins.read_text(desk.place.config / TEMPLATE), desk.place.config)


def find(desk: Desk, number: int) -> PreviewFile | None:
    """The file as the stack's exports say that it is; None where there is no such preview.

    A file that is here may be older than what somebody did elsewhere. What is newer in it was not brought up: then it counts.
    One that was never brought up whole has no exports: where it has no file either, whoever opens it makes it anew.
    """
    stack = stack_of(number)
    path = desk.place.config / stack_file(stack)
    here = PreviewFile(desk, stack, pins.read_text(path), True) if path.exists() else None
    told = exported(desk, stack)
    if told is None or (here and _newer(load_environment(stack, desk.place.config), told)):
        return here
    request = {key: value for key, value in told.request.items() if value}
    changes: dict[str, stack_yaml.Value | None] = {PULL_REQUEST: request, BUILT: dict(told.built) or None}
    times = {OPENED: told.opened, ACTIVITY: told.activity}
    changes |= {key: time.isoformat() if time else None for key, time in times.items()}
    changes[ASLEEP] = True if told.asleep else None
    return (here or template(desk, stack)).with_changes(changes)


def _newer(here: AnyStack, told: "Exported") -> bool:
    """What else the file says need not fit the catalogue any more: whoever opens the preview brings it up to date."""
    assert isinstance(here, Preview)
    return here.activity is not None and (told.activity is None or here.activity > told.activity)


def known(desk: Desk, number: int) -> PreviewFile:
    """The same; raises Failed where there is no such preview."""
    found = find(desk, number)
    if found is None:
        raise Failed(
            f"there is no preview {stack_of(number)}", f"Open it with 'slipway pr open {number} --branch NAME'."
        )
    return found


def template(desk: Desk, stack: str) -> PreviewFile:
    """A file with nothing of its own, and the digests that the base pins."""
    text = pins.read_text(desk.place.config / TEMPLATE)
    base = pins.read(base_of(desk), desk.place.config)
    return PreviewFile(desk, stack, pins.repin(text, pins.Pins(base.images, base.release)), False)


class Exported(BaseModel):
    """What the stack of a preview says of itself."""

    model_config = ConfigDict(frozen=True)

    number: int
    namespace: str
    branch: str
    commit: str | None
    fork: bool
    built: dict[str, str]
    asleep: bool
    opened: AwareDatetime | None = None
    activity: AwareDatetime | None
    sleeps: AwareDatetime | None
    warns: AwareDatetime | None
    expires: AwareDatetime | None

    @property
    def request(self) -> dict[str, stack_yaml.Scalar | None]:
        """The pull request, as the file has it."""
        return {"number": self.number, "branch": self.branch, "commit": self.commit, "fork": self.fork}


def exported(desk: Desk, stack: str) -> Exported | None:
    """What the stack says of itself; None where there is none, none that was ever whole, or one of a version that said
    it in other words: the next `pr open` says it anew."""
    try:
        return Exported.model_validate((desk.engine.outputs(stack) or {}).get("preview"))
    except ValidationError:
        return None

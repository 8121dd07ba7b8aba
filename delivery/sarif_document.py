"""SARIF 2.1.0 as far as it is read here: what is named here must have its type, the rest is left out.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. Everything that the standard lets a tool leave out may be
missing, since tools do leave it out.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from model.errors import ConfigError, Problem

VERSION = "2.1.0"
REMEDY = "Let the scanner write SARIF 2.1.0 anew."
TOLD = 5
"""Problems of one file that are told: a scanner that is wrong once is wrong in each of its results."""

Level = Literal["none", "note", "warning", "error"]


class Part(BaseModel):
    """One JSON object."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", alias_generator=to_camel)


class Message(Part):
    """A text, or the id of one that the rule has, with what to put into it."""

    text: str | None = None
    markdown: str | None = None
    id: str | None = None
    arguments: list[str] = []


class ArtifactLocation(Part):
    """A file, by its address or by its place in the run's artifacts."""

    uri: str | None = None
    index: int = -1


class Artifact(Part):
    """A file that the run knows."""

    location: ArtifactLocation | None = None


class Region(Part):
    """A part of a file."""

    start_line: int = 0


class PhysicalLocation(Part):
    """A place in a file."""

    artifact_location: ArtifactLocation | None = None
    region: Region | None = None


class LogicalLocation(Part):
    """A place that has a name and no file."""

    name: str | None = None
    fully_qualified_name: str | None = None


class Location(Part):
    """Where a result is."""

    physical_location: PhysicalLocation | None = None
    logical_locations: list[LogicalLocation] = []


class Configuration(Part):
    """What a rule is unless a result says otherwise."""

    level: Level | None = None


class Rule(Part):
    """What a tool looks for. `properties` is a bag in which anything may be."""

    id: str
    short_description: Message | None = None
    message_strings: dict[str, Message] = {}
    default_configuration: Configuration | None = None
    properties: dict[str, Any] = {}


class Component(Part):
    """A tool's own rules, or those of one of its extensions."""

    name: str
    guid: str | None = None
    rules: list[Rule] = []


class Tool(Part):
    """A scanner."""

    driver: Component
    extensions: list[Component] = []


class ComponentReference(Part):
    """One of a tool's extensions, by its place, name or guid."""

    name: str | None = None
    index: int = -1
    guid: str | None = None


class RuleReference(Part):
    """A rule, by its place among those of a component, or by its id."""

    id: str | None = None
    index: int = -1
    tool_component: ComponentReference | None = None


class Suppression(Part):
    """Why a result is not to be shown. Without a status it is accepted."""

    status: Literal["accepted", "underReview", "rejected"] = "accepted"


class Result(Part):
    """Something that a rule has found, or (`pass`, `notApplicable`) has looked for and not found."""

    rule_id: str | None = None
    rule_index: int = -1
    rule: RuleReference | None = None
    kind: Literal["notApplicable", "pass", "fail", "review", "open", "informational"] = "fail"
    level: Level | None = None
    message: Message = Message()
    locations: list[Location] = []
    suppressions: list[Suppression] = []
    baseline_state: Literal["new", "unchanged", "updated", "absent"] | None = None
    fingerprints: dict[str, str] = {}
    partial_fingerprints: dict[str, str] = {}
    properties: dict[str, Any] = {}


class Invocation(Part):
    """How a run of the tool went."""

    execution_successful: bool = True


class AutomationDetails(Part):
    """Which of several scans by one tool a run is: `CATEGORY/ID`."""

    id: str | None = None


class Run(Part):
    """One run of one tool. `results` is missing where it did not come to scanning."""

    tool: Tool
    results: list[Result] | None = None
    artifacts: list[Artifact] = []
    invocations: list[Invocation] = []
    automation_details: AutomationDetails | None = None

    @property
    def category(self) -> str:
        """By which GitHub tells scans of one tool apart."""
        return ((self.automation_details.id if self.automation_details else None) or "").rpartition("/")[0]


class Log(Part):
    """A whole file."""

    version: Literal["2.1.0"]
    runs: list[Run]


def parse(file: str, text: bytes) -> Log:
    """What a file says. Raises ConfigError where it is no JSON, no SARIF 2.1.0, or has something of another type."""
    try:
        return Log.model_validate_json(text.removeprefix(b"\xef\xbb\xbf"))
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise ConfigError(*(_problem(file, dict(each)) for each in found[:TOLD])) from None


def _problem(file: str, found: dict[str, Any]) -> Problem:
    key = ".".join(str(part) for part in found["loc"])
    if found["type"] == "json_invalid":
        return Problem(file, key, f"it is no JSON ({found['msg'].removeprefix('Invalid JSON: ')})", REMEDY)
    if found["type"] == "missing":
        return Problem(file, key, "this key is missing, and SARIF has it always", REMEDY)
    if found["loc"] == ("version",):
        return Problem(file, key, f"only SARIF {VERSION} is read, and this is not it", REMEDY)
    return Problem(file, key, found["msg"][0].lower() + found["msg"][1:], REMEDY)

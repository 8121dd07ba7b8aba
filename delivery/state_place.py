"""Where the engine pulumi keeps the state of a stack: each where `slipway bootstrap` has made a bucket for it."""

from collections.abc import Mapping

from delivery import preview_base
from delivery.errors import Failed
from delivery.pins import read_text
from delivery.place import PROJECT_FILE, Place
from model import foundation, names
from model.source import read_mapping
from model.stacks import AnyStack, load_environment, stack_file

BACKEND = "PULUMI_BACKEND_URL"
"""Pulumi's own variable: https://www.pulumi.com/docs/iac/cli/environment-variables/"""


def place_of(stack: str, place: Place, environment: Mapping[str, str]) -> str:
    """The URL of the backend that has a stack's state.

    What the environment says counts for all stacks, then what the project's file says; the bucket of the stack is the
    default, so that nobody has to name a backend by hand, and take another stack's for it. A preview's state is its
    base's neighbour; one whose file is gone is looked for where the template says. Raises ConfigError and Failed.
    """
    if named := environment.get(BACKEND):
        return named
    backend = read_mapping(place.program / PROJECT_FILE).get("backend")
    if isinstance(backend, dict) and backend.get("url"):
        return str(backend["url"])
    return foundation.state_url(*standing_for(stack, place))


def standing_for(stack: str, place: Place) -> tuple[str, AnyStack]:
    """The stack whose file says where a stack belongs: its own, or the base's for a preview whose file is gone."""
    if not (place.config / stack_file(stack)).exists():
        if not names.PREVIEW.fullmatch(stack):
            remedy = f"Restore {stack_file(stack)} from git, or name the place in {BACKEND}."
            raise Failed(f"nobody knows where the state of '{stack}' is: its file is gone", remedy)
        stack = preview_base.named(read_text(place.config / preview_base.TEMPLATE), place.config)
    return stack, load_environment(stack, place.config)

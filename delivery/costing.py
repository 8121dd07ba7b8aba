"""What stacks cost: their resources as the state has them, or a plan where they were never brought up, estimated in `costs`."""

from dataclasses import dataclass

from costs import estimate, share
from costs.assumptions import Assumptions
from costs.estimate import Estimate
from costs.stack import Stack
from costs.table import load
from delivery import plan_cost, plans, preview_cost, stack_commands
from delivery.desk import Desk
from delivery.errors import Ended, Failed
from delivery.planning import in_order
from delivery.preview_list import known_previews
from model.catalogue import load_catalogue
from model.errors import ConfigError
from model.preview import Preview
from model.stacks import load_environment

DEFAULT = Assumptions.model_validate({})


@dataclass(frozen=True)
class Estimated:
    """A stack's estimate, or the error for which there is none. `planned` says that the stack was never brought up."""

    stack: str
    estimate: Estimate | None
    planned: bool = False
    error: str = ""


def of_stack(desk: Desk, stack: str, assumptions: Assumptions = DEFAULT) -> Estimated:
    """One stack. Raises ConfigError where its file is wrong or there is none, Failed where it cannot even be planned."""
    loaded = load_environment(stack, desk.place.config)
    kept = desk.engine.kept(stack)
    if kept:
        resources = plan_cost.resources(kept)
    else:
        plan = stack_commands.run(desk, stack, "plan")
        if not plan.ok:
            raise Failed(f"{stack} was never brought up, and its plan fails: {'; '.join(plans.errors(plan))}")
        resources = plan_cost.after([], plan.steps)
    more = {}
    if isinstance(loaded, Preview):
        base = preview_cost.base_of(loaded, desk.place.config)
        more[share.PODS] = preview_cost.pods(loaded, base, load_catalogue(desk.place.config))
    found = estimate.of(Stack(stack, loaded.region, resources, assumptions), load(), more)
    return Estimated(stack, found, planned=not kept)


def of_all(desk: Desk, assumptions: Assumptions = DEFAULT) -> list[Estimated]:
    """Shared stacks, environments in order, previews. One that has no estimate keeps no other from it."""
    found = []
    for stack in [*in_order(desk), *(each.stack for each in known_previews(desk))]:
        try:
            found.append(of_stack(desk, stack, assumptions))
        except (Ended, ConfigError) as error:
            found.append(Estimated(stack, None, error=error.what if isinstance(error, Ended) else str(error)))
    return found

"""What a plan changes of its stack's cost, and the resources that a state or a plan speaks of."""

from collections.abc import Iterable, Sequence

from costs import change, estimate
from costs.change import Change
from costs.kinds import PRICED
from costs.resource import Resource
from costs.stack import Stack
from costs.table import load
from delivery.desk import Desk
from delivery.engines import Kept, Step, Update
from model.stacks import load_environment


def of_plan(desk: Desk, plan: Update) -> Change | None:
    """What a plan changes of its stack's cost; None where it changes nothing of it, or failed."""
    if not plan.ok or not any(_counts(step) for step in plan.steps):
        return None
    region = load_environment(plan.stack, desk.place.config).region
    before = resources(desk.engine.kept(plan.stack))
    wanted = after(before, plan.steps)
    was, will = (estimate.of(Stack(plan.stack, region, each), load()) for each in (before, wanted))
    return change.between(was, will) or None


def resources(found: Iterable[Kept]) -> list[Resource]:
    """Those of a state that are the stack's own."""
    return [Resource(each.urn, each.type, each.inputs) for each in found if each.custom and not each.external]


def after(before: Sequence[Resource], steps: Iterable[Step]) -> list[Resource]:
    """The resources as a plan leaves them: in their order, those that are new at the end.

    Of what stays as it is the Pulumi CLI tells no inputs; what it was is what it will be.
    """
    found = {each.urn: each for each in before}
    for step in steps:
        if step.op == "delete":
            found.pop(step.urn, None)
        elif _in_a_cloud(step) and (step.op != "same" or step.urn not in found):
            found[step.urn] = Resource(step.urn, step.type, step.inputs)
    return list(found.values())


def _in_a_cloud(step: Step) -> bool:
    """Whether it is no component: the types of providers have a file in their middle, such as `gcp:sql/user:User`."""
    return "/" in step.type


def _counts(step: Step) -> bool:
    """Whether a step may change an amount. Of what goes only the type is told."""
    if step.op == "same" or not _in_a_cloud(step):
        return False
    if step.op == "delete":
        return step.type in PRICED
    return any(estimate.counts(Resource(step.urn, step.type, each)) for each in (step.inputs, step.before))

"""Refusing to take over what differs from the program: adopting changes nothing."""

from delivery.desk import Desk
from delivery.engines import Update
from delivery.errors import Refused
from delivery.urns import described
from model.adopted import check_adopted
from model.stacks import AnyStack, stack_file

TOLD_TO_THE_PROVIDER = (
    *("deletionPolicy", "deletionProtection", "disableOnDestroy", "forceDelete", "forceDestroy", "isSecretDataBase64"),
    *("deleteDefaultRoutesOnCreate", "removeDefaultNodePool"),
)
"""In no cloud: how the provider is to act. An import has its defaults of them, whatever the program says."""
NOT_TOLD = ("password", "rootPassword", "sensitiveLabels")
"""What no cloud tells, so that it cannot be compared. It is written as the program has it."""


def asks(desk: Desk, stack: str, loaded: AnyStack) -> bool:
    """Whether there is anything to adopt that the stack's state does not have yet."""
    return bool(loaded.adopt) and len(loaded.adopt) > len(_known(desk, stack, loaded))


def check_names(stack: str, loaded: AnyStack, plan: Update) -> None:
    """Raises ConfigError for keys of `adopt` that no resource of the plan has, or several have."""
    steps = (f"{step.type}::{step.urn.rpartition('::')[2]}" for step in plan.steps if _is_cloud(step.type))
    # What is imported and then changed has two steps.
    planned = list(dict.fromkeys(steps))
    found = {key: [full for full in planned if key in (full, full.rpartition("::")[2])] for key in loaded.adopt}
    unknown = [key for key, types in found.items() if not types]
    check_adopted(stack, unknown, {key: types for key, types in found.items() if len(types) > 1})


def refuse_differences(stack: str, plan: Update) -> None:
    """Raises Refused for each Google Cloud resource that the plan would import and then change in the cloud.

    Pulumi itself refuses a replacement only. Kubernetes objects carry what the API server has added, which shows as a
    change and is none: server-side apply touches the program's own fields.
    """
    imported = {step.urn for step in plan.steps if step.op == "import"}
    refusals = [
        (
            "adopted-as-it-is",
            f"{described(step.urn)} exists with other properties: {', '.join(detail)}",
            f"Change {stack_file(stack)} until it says what is there, or change what is there.",
        )
        for step in plan.steps
        if step.op in ("update", "replace") and step.urn in imported and step.type.startswith("gcp:")
        if (detail := [path for path in step.detail if _top(path) not in (*TOLD_TO_THE_PROVIDER, *NOT_TOLD)])
    ]
    if refusals:
        raise Refused(f"adopting into {stack} is refused", refusals)


def _top(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]


def _is_cloud(type: str) -> bool:
    return type.startswith(("gcp:", "kubernetes:"))


def _known(desk: Desk, stack: str, loaded: AnyStack) -> set[str]:
    """The keys of `adopt` that name something in the state."""
    names = {each.name for each in desk.engine.kept(stack)}
    return {key for key in loaded.adopt if key.rpartition("::")[2] in names}

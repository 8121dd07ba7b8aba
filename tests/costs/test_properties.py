"""What holds of every estimate, whatever a stack is made of."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from costs import kinds
from costs.amount import Amount, difference, total
from costs.change import between
from costs.resource import Resource
from tests.costs.stacks import estimated, inventory, made

ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**6), st.floats(), st.text(max_size=8), st.just("[unknown]"),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
)  # fmt: skip
"""What may stand where an input is expected."""
REAL = st.deferred(lambda: st.sampled_from([each for stack in ("dev", "prod", "shared") for each in inventory(stack)]))


@st.composite
def resources(draw: st.DrawFn) -> list[Resource]:
    """Real ones of several stacks, some of them with inputs that make no sense, each with a name of its own."""
    found = []
    for at, one in enumerate(draw(st.lists(REAL, max_size=12))):
        inputs: dict[str, Any] = dict(one.inputs)
        for _ in range(draw(st.integers(0, 2))):
            broken = inputs
            while True:
                key = draw(st.sampled_from(sorted(broken))) if broken else "none"
                inner = broken.get(key)
                if isinstance(inner, dict) and draw(st.booleans()):
                    broken[key] = broken = dict(inner)
                else:
                    broken[key] = draw(ODD)
                    break
        component = one.type.rpartition(":")[2]
        found.append(
            made(one.type, f"{one.name}-{at}", component, **{str(key): value for key, value in inputs.items()})
        )
    return found


@given(resources())
def test_the_least_is_never_more_than_the_most(stack: list[Resource]) -> None:
    found = estimated(*stack)
    assert all(0 <= each.low <= each.high for each in found.components.values())


@given(resources(), resources())
def test_more_resources_never_cost_less(stack: list[Resource], more: list[Resource]) -> None:
    few, many = estimated(*stack).total, estimated(*stack, *more).total
    assert few.low <= many.low
    assert few.high <= many.high


@given(resources())
def test_components_add_up_to_the_total(stack: list[Resource]) -> None:
    found = estimated(*stack)
    charged = total(each.amount for each in found.charges)
    assert (found.total.low, found.total.high) == (charged.low, charged.high)
    assert sum(each.low for each in found.components.values()) == found.total.low
    assert sum(each.high for each in found.components.values()) == found.total.high


@given(resources(), resources())
def test_a_difference_the_other_way_round_is_its_negative(one: list[Resource], other: list[Resource]) -> None:
    first, second = estimated(*one), estimated(*other)
    there, back = difference(first.components, second.components), difference(second.components, first.components)
    assert {name: -amount for name, amount in there.items()} == back
    assert total(there.values()) == second.total - first.total
    assert difference(first.components, first.components) == {}
    assert not between(first, first)


@given(resources())
def test_a_change_is_what_is_there_afterwards(stack: list[Resource]) -> None:
    found = between(estimated(), estimated(*stack))
    assert total(found.components.values()) == estimated(*stack).total
    assert set(found.unpriced) == set(estimated(*stack).unpriced)


@given(st.sampled_from(sorted(kinds.PRICED)), st.dictionaries(st.sampled_from(["spec", "settings", "autoscaling", "template", "rules", "location"]), ODD))  # fmt: skip
def test_no_input_breaks_an_estimate(kind: str, inputs: dict[str, Any]) -> None:
    assert estimated(made(kind, **inputs)).total.low >= Amount().low

"""What a preview costs: what its pods ask for, at the price of the nodes that they take up. Pure.

Everything else of it (topics, a database in an instance that is there anyway, DNS) costs cents a month or nothing.
"""

from collections.abc import Mapping

from model.catalogue import Catalogue
from model.environment import Preview
from model.previewed import previewed

CORE_HOUR, GIBIBYTE_HOUR = 0.02181159, 0.00292353
"""US dollars for an E2 core and a GiB of its memory in us-west1, on demand:
https://cloud.google.com/compute/vm-instance-pricing#general-purpose_machine_type_family"""


def of_a_day(stack: Preview, catalogue: Catalogue) -> float:
    """US dollars for 24 hours awake."""
    pods = previewed(catalogue, trusted=stack.trusted).deployments(stack.collapse)
    running: Mapping[str, int] = {
        name: stack.size(name).replicas for name, pod in pods.items() if pod.image in stack.pinned
    }
    hour = sum(
        count * (stack.size(name).cores * CORE_HOUR + stack.size(name).gibibytes * GIBIBYTE_HOUR)
        for name, count in running.items()
    )
    return 24 * hour

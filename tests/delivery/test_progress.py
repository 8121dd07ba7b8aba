"""What is shown while an engine works: the tree on a terminal, and the stream of events."""

from rich.console import Console

from delivery.durations import spoken
from delivery.engines import Event
from delivery.progress_events import as_json
from delivery.progress_tree import Growing
from sandbox.clouds.latency import seconds

DATABASE = "urn:pulumi:dev::slipway::slipway:data:Database$gcp:sql/databaseInstance:DatabaseInstance::database"
SUBNET = "urn:pulumi:dev::slipway::slipway:network:Network$gcp:compute/subnetwork:Subnetwork::subnet"
NETWORK = "urn:pulumi:dev::slipway::slipway:network:Network::network"
INSTANCE = seconds("gcp:sql/databaseInstance:DatabaseInstance", "create")


class Clock:
    """Time that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def drawn(growing: Growing, height: int = 40) -> list[str]:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(growing.tree(height))
    return [line.rstrip() for line in capture.get().splitlines()]


def test_the_tree_tells_what_is_done_what_is_under_way_and_how_long_that_takes() -> None:
    clock = Clock()
    growing = Growing("Bringing up dev", clock)
    for urn in (NETWORK, SUBNET):
        growing.hear(Event("begun", "create", urn))
        growing.hear(Event("done", "create", urn))
    growing.hear(Event("begun", "create", DATABASE))
    clock.now += 60
    assert INSTANCE > 120
    under_way = f"create gcp:sql/databaseInstance:DatabaseInstance database, 1 min of about {spoken(INSTANCE)}"
    assert drawn(growing) == [
        f"Bringing up dev: 2 done, 1 under way, 1 min, at least {spoken(INSTANCE - 60)} left",
        "├── Database",
        f"│   └── {under_way}",
        "└── Network: 2 created",
    ]
    growing.hear(Event("failed", "create", DATABASE))
    assert drawn(growing) == ["Bringing up dev: 2 done, 1 min", "├── Database: 1 failed", "└── Network: 2 created"]


def test_what_stays_as_it_is_says_nothing_and_a_low_terminal_gets_what_matters() -> None:
    growing = Growing("Bringing up dev", Clock())
    for number in range(30):
        urn = NETWORK.replace("Network", f"Part{number:02}")
        op = "same" if number < 10 else "update"
        growing.hear(Event("begun", op, urn))
        growing.hear(Event("done", op, urn))
    growing.hear(Event("begun", "delete", SUBNET))
    whole, low = drawn(growing), drawn(growing, height=6)
    assert len(whole) == 1 + 20 + 2
    assert low == [
        *whole[:3],
        "├── Part10: 1 updated",
        "├── Part11: 1 updated",
        "└── and more",
    ]
    expected = spoken(seconds("gcp:compute/subnetwork:Subnetwork", "delete"))
    under_way = f"delete gcp:compute/subnetwork:Subnetwork subnet, 0 s of about {expected}"
    assert low[1:3] == ["├── Network", f"│   └── {under_way}"]


def test_events_carry_what_the_tree_shows() -> None:
    assert as_json(Event("begun", "create", DATABASE)) == {
        "event": "begun",
        "urn": DATABASE,
        "type": "gcp:sql/databaseInstance:DatabaseInstance",
        "name": "database",
        "component": "Database",
        "op": "create",
        "expected_seconds": INSTANCE,
    }
    assert as_json(Event("done", "same", NETWORK)) == {
        "event": "done",
        "urn": NETWORK,
        "type": "slipway:network:Network",
        "name": "network",
        "component": "Network",
        "op": "same",
    }
    assert as_json(Event("note", "", "", "updating")) == {"event": "note", "urn": None, "message": "updating"}

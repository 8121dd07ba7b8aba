"""`slipway hold` and `unhold`: whether anything may come to an environment."""

from rich.markup import escape

from delivery import history, screen
from delivery.desk import Desk
from delivery.environments import known
from delivery.errors import Failed
from delivery.ledger import Ledger
from delivery.record import Record


def hold(desk: Desk, environment: str, why: str, as_json: bool) -> None:
    """Hold it, or say once more why. Raises ConfigError for an unknown environment, and for a ledger that is damaged: who restores
    it would lose the hold."""
    known(desk, environment)
    Ledger(desk.place.config, environment).entries()
    Record(desk, environment).hold(why)
    _tell(environment, True, why, as_json)


def lift(desk: Desk, environment: str, why: str, as_json: bool) -> None:
    """Lift the hold. Raises Failed where there is none."""
    known(desk, environment)
    lifted = history.why_held(Ledger(desk.place.config, environment).entries())
    if lifted is None:
        raise Failed(f"{environment} is not on hold", "There is nothing to lift.")
    Record(desk, environment).lift(why)
    _tell(environment, False, why, as_json, "; it was on hold since {} said: {}".format(*lifted))


def _tell(environment: str, held: bool, why: str, as_json: bool, lifted: str = "") -> None:
    if as_json:
        screen.print_json({"environment": environment, "held": held, "why": why})
    else:
        screen.out().print(escape(f"{environment} is {'on hold' if held else 'open again'}{lifted}"))

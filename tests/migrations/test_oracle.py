"""The server itself takes the SQL of every case, and refuses what is called broken."""

from __future__ import annotations

import pytest

from tests.migrations.shop_server import ShopServer
from tests.migrations.sql_cases import Broken, Case, all_broken, all_cases, every

SYNTAX = {"42601"}


@pytest.mark.parametrize("case", every(all_cases(), 10))
def test_the_server_takes_the_sql(proving_ground: ShopServer, case: Case) -> None:
    with proving_ground.shop(case.given) as shop, proving_ground.session(shop) as session:
        # What shows its danger by a lock is run by a tool in a transaction; LOCK is refused without one.
        begin = "BEGIN;\n" if case.danger and case.danger.lock else ""
        refused = session.run(begin + case.sql).refused
    assert refused[:1] == ((case.danger.fails,) if case.danger and case.danger.fails else ())


@pytest.mark.parametrize("broken", all_broken(), ids=lambda broken: broken.name)
def test_the_server_refuses_what_is_broken(proving_ground: ShopServer, broken: Broken) -> None:
    with proving_ground.shop() as shop, proving_ground.session(shop) as session:
        assert set(session.run(broken.sql).refused) & SYNTAX

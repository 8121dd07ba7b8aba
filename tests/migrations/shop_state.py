"""What a database is like, as queries: its tables, its locks, what was read and written anew."""

from __future__ import annotations

from tests.migrations.shop_server import Session

OURS = "NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
WEAK = {"AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock"}
"""The modes under which others go on reading and writing."""
READABLE = WEAK | {"ShareLock", "ShareRowExclusiveLock", "ExclusiveLock"}
"""The modes under which others go on reading."""

FILES = f"""
SELECT c.oid::regclass, c.oid::text || ':' || c.relfilenode
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND n.nspname {OURS} AND n.nspname NOT LIKE 'pg_temp%' ORDER BY 1;
"""

END = f"""
SELECT 'relation', c.oid::regclass, c.relkind, c.relpersistence, c.relispartition, c.relreplident, c.relrowsecurity
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND n.nspname {OURS} ORDER BY c.oid::regclass::text;

SELECT 'column', a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated,
       a.attidentity, pg_get_expr(d.adbin, d.adrelid)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname {OURS}
ORDER BY a.attrelid::regclass::text, a.attname;

SELECT 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated
FROM pg_constraint WHERE contype <> 'n' AND connamespace::regnamespace::text {OURS}
ORDER BY conrelid::regclass::text, conname;

SELECT 'index', i.indrelid::regclass, pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisclustered
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname {OURS} ORDER BY pg_get_indexdef(i.indexrelid);

SELECT 'trigger', tgrelid::regclass, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal
ORDER BY tgrelid::regclass::text, tgname;

SELECT 'function', p.oid::regprocedure FROM pg_proc p
WHERE p.pronamespace::regnamespace::text {OURS} ORDER BY p.oid::regprocedure::text;

SELECT 'type', t.oid::regtype, (SELECT string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder) FROM pg_enum e
WHERE e.enumtypid = t.oid) FROM pg_type t
WHERE t.typtype IN ('e', 'd') AND t.typnamespace::regnamespace::text {OURS} ORDER BY t.oid::regtype::text;

SELECT 'schema', nspname FROM pg_namespace WHERE nspname {OURS} AND nspname NOT LIKE 'pg_%' ORDER BY 2;
"""


def pairs(session: Session, query: str) -> dict[str, str]:
    return dict(row.rsplit("|", 1) for row in session.run(query).text.splitlines())


def files(session: Session) -> dict[str, str]:
    """Each table, and `table:file` of its rows: the same table in another file, and all rows were written anew."""
    return pairs(session, FILES)


def written_anew(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """By the tables' numbers, as a name may have gone over to another table."""
    files_after = dict(each.split(":") for each in after.values())
    return {
        table
        for table, (number, file) in ((table, each.split(":")) for table, each in before.items())
        if files_after.get(number, file) != file
    }


def rows_read(session: Session) -> dict[str, int]:
    """Each table and how many of its rows this session has read one after the other, not counting what it has reported.

    A session reports once a second, and not within a transaction: what counts is the difference between two calls.
    """
    counted = pairs(
        session, "SELECT relid::regclass, seq_tup_read FROM pg_stat_xact_all_tables WHERE seq_tup_read > 0;"
    )
    return {table: int(number) for table, number in counted.items()}


def backend(session: Session) -> str:
    return session.run("SELECT pg_backend_pid();").text


def blocked(held: dict[str, set[str]], materialized: list[str]) -> set[str]:
    """The tables on which somebody waits. Nobody but REFRESH writes to a materialized view, so there readers count."""
    return {table for table, modes in held.items() if modes - (READABLE if table in materialized else WEAK)}


def locks(onlooker: Session, pid: str) -> dict[str, set[str]]:
    """Each table, as the onlooker knows it, and the modes in which that session has it locked."""
    query = f"""
    SELECT c.oid::regclass, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE l.pid = {pid} AND l.granted AND c.relkind IN ('r', 'p', 'm') AND n.nspname {OURS};
    """
    held: dict[str, set[str]] = {}
    for row in onlooker.run(query).text.splitlines():
        table, mode = row.rsplit("|", 1)
        held.setdefault(table, set()).add(mode)
    return held


def tables(session: Session, *kinds: str) -> list[str]:
    """By kind: `r` for a table, `p` for a partitioned one, `m` for a materialized view."""
    return session.run(
        "SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        f"WHERE c.relkind::text = ANY ('{{{','.join(kinds)}}}') AND n.nspname {OURS} ORDER BY 1;"
    ).text.splitlines()

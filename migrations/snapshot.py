"""What a database consists of, as names with definitions: two of them that are equal show that nothing is half done."""

from __future__ import annotations

from collections.abc import Mapping

from migrations.database import Database
from migrations.history import TABLE

Snapshot = Mapping[str, str]
"""What there is -> how it is."""

_OURS = f"n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_' AND {{}}::oid IS DISTINCT FROM to_regclass('{TABLE}')"
_QUERIES = (
    "SELECT 'schema ' || n.nspname, coalesce(n.nspacl::text, '') FROM pg_namespace n WHERE " + _OURS.format("NULL"),
    "SELECT 'extension ' || extname, extversion FROM pg_extension",
    f"""SELECT 'relation ' || c.oid::regclass, concat_ws(' ', c.relkind, c.relpersistence, c.relrowsecurity, c.relacl, c.reloptions,
        pg_get_userbyid(c.relowner), CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
        AND {_OURS.format("c.oid")}""",
    f"""SELECT 'column ' || c.oid::regclass || '.' || a.attname, concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull,
        a.attidentity, a.attgenerated, a.attstorage, pg_get_expr(d.adbin, d.adrelid))
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND {_OURS.format("c.oid")}""",
    f"""SELECT 'index ' || i.indexrelid::regclass, concat_ws(' ', pg_get_indexdef(i.indexrelid),
        CASE WHEN i.indisvalid THEN 'valid' ELSE 'invalid' END)
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {_OURS.format("c.oid")}""",
    f"""SELECT 'constraint ' || k.conname || ' of ' || coalesce(nullif(k.conrelid, 0)::regclass::text, k.contypid::regtype::text),
        concat_ws(' ', pg_get_constraintdef(k.oid), k.convalidated)
        FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE {_OURS.format("k.conrelid")}""",
    f"""SELECT 'trigger ' || t.tgname || ' of ' || c.oid::regclass, concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled)
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE NOT t.tgisinternal AND {_OURS.format("c.oid")}""",
    f"""SELECT 'policy ' || p.polname || ' of ' || c.oid::regclass, concat_ws(' ', p.polcmd, pg_get_expr(p.polqual, c.oid),
        pg_get_expr(p.polwithcheck, c.oid))
        FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {_OURS.format("c.oid")}""",
    f"""SELECT 'function ' || p.oid::regprocedure, CASE WHEN p.prokind IN ('f', 'p') THEN pg_get_functiondef(p.oid) ELSE '' END
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {_OURS.format("p.oid")}""",
    f"""SELECT 'type ' || t.oid::regtype, concat_ws(' ', t.typtype, t.typbasetype::regtype, t.typnotnull, (SELECT
        string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid))
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
        WHERE t.typtype IN ('d', 'e', 'r') AND {_OURS.format("t.oid")}""",
)
_TABLES = f"""SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND {_OURS.format("c.oid")} ORDER BY 1"""


def snapshot(database: Database) -> Snapshot:
    """All of it, with a checksum of each table's rows. Sequences count by being there: nothing takes a number back."""
    found = {str(name): str(told) for query in _QUERIES for name, told in database.run(query)}
    for (table,) in database.run(_TABLES):
        rows = database.run(f"SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM ONLY {table} t")[0]
        found[f"rows of {table}"] = f"{rows[0]} {rows[1]}"
    return found


def differences(before: Snapshot, after: Snapshot) -> list[str]:
    """What is not as it was, by name."""
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))

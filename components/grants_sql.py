"""The SQL that gives every database to its login, and to nobody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

ADMINISTRATORS = "cloudsqlsuperuser"
"""The role of Cloud SQL that may make roles and databases, and that owns each new database. It is no superuser of
PostgreSQL's: https://cloud.google.com/sql/docs/postgres/users#default-users"""

SHARED = ("postgres", "template1")
"""Databases that every instance has; PostgreSQL lets everybody into them."""


def grants_sql(owners: Mapping[str, str], people: Sequence[str], lowered: Sequence[str] = ()) -> str:
    """SQL for a member of the administrators that gives each database (`owners` maps it to its login) to its login alone.
    `people` are logins, such as those of groups, that may act as any owner. `lowered` are logins with a password, which
    Cloud SQL makes administrators: they are none any more.

    IAM logins begin with no rights beyond everybody's, which in PostgreSQL includes connecting to any database. It may
    run again at any time and brings about the same: who is no longer named loses what they had. It relies on PostgreSQL
    15, in which who may make roles may grant any role that is no superuser (16 takes that away).
    """
    lines = [
        # Attributes such as CREATEROLE are not inherited: they have to be put on.
        f"SET ROLE {identifier(ADMINISTRATORS)};",
        *(f"REVOKE CONNECT, TEMPORARY ON DATABASE {identifier(name)} FROM PUBLIC;" for name in SHARED),
    ]
    for login in lowered:
        lines += [
            f"ALTER ROLE {identifier(login)} NOCREATEROLE NOCREATEDB;",
            f"REVOKE {identifier(ADMINISTRATORS)} FROM {identifier(login)};",
        ]
    for database, owner in sorted(owners.items()):
        lines += [
            # Only a member of both may hand a database over.
            f"GRANT {identifier(owner)} TO {identifier(ADMINISTRATORS)};",
            f"ALTER DATABASE {identifier(database)} OWNER TO {identifier(owner)};",
            f"REVOKE ALL ON DATABASE {identifier(database)} FROM PUBLIC;",
            *_members_of(owner, people),
        ]
    return "\n".join(lines) + "\n"


def copied(database: str, owner: str, template: str) -> list[str]:
    """Statements, each a transaction of its own, that make a database anew as a copy of another one and give all in it to
    its owner. The last of them are for the copy itself: `\\connect` leads there.

    A copy takes seconds whatever its size, and needs that nobody is connected to the template:
    https://www.postgresql.org/docs/15/manage-ag-templatedbs.html. Everything in the template belongs to a role of its
    name, which owns no database: REASSIGN OWNED would give those away too.
    """
    become = f"SET ROLE {identifier(ADMINISTRATORS)};"
    return [
        become,
        f"GRANT {identifier(owner)}, {identifier(template)} TO {identifier(ADMINISTRATORS)};",
        f"DROP DATABASE IF EXISTS {identifier(database)};",
        f"CREATE DATABASE {identifier(database)} TEMPLATE {identifier(template)};",
        f"\\connect {identifier(database)}",
        become,
        f"REASSIGN OWNED BY {identifier(template)} TO {identifier(owner)};",
        # The template's role stays theirs: another copy of it may be under way.
        f"REVOKE {identifier(owner)} FROM {identifier(ADMINISTRATORS)};",
    ]


def _members_of(owner: str, people: Sequence[str]) -> list[str]:
    """Makes the people members of an owner's role, and nobody else, the administrators included."""
    kept = ", ".join(text(login) for login in people)
    others = f"member::regrole::text NOT IN (SELECT quote_ident(login) FROM unnest(ARRAY[{kept}]) login)"
    return [
        *(f"GRANT {identifier(owner)} TO {identifier(login)};" for login in people),
        "DO $$ DECLARE other regrole; BEGIN",
        "  FOR other IN SELECT member FROM pg_auth_members",
        f"    WHERE roleid = {text(identifier(owner))}::regrole{' AND ' + others if people else ''}",
        f"  LOOP EXECUTE format('REVOKE %s FROM %s', {text(identifier(owner))}, other); END LOOP;",
        "END $$;",
    ]


def identifier(name: str) -> str:
    """A name as SQL quotes it, whatever it is made of."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text as SQL quotes it. No text of ours has two dollar signs in a row, which would end the block that it is in."""
    return "'" + value.replace("'", "''") + "'"

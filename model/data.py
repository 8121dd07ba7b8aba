"""The databases of the catalogue, and how they are migrated."""

from __future__ import annotations

from pydantic import Field

from model.inert import Inert


class Database(Inert):
    """A PostgreSQL database in the environment's instance."""

    owner: str = Field(description="the service whose migrations make its tables")


class DatabaseTools(Inert):
    """The images with which databases are administered. Both only run where databases are."""

    psql: str = Field(description="the name of an image from 'images' that has psql; it makes the grants")
    proxy: str = Field(description="the name of an image from 'images' that is the Cloud SQL Auth Proxy")


class Migrations(Inert):
    """How a database's migrations run: as a Job, once for each release."""

    database: str = Field(description="the name of a database from 'databases'")
    image: str = Field(description="the name of an image from 'images'")
    args: tuple[str, ...] = Field((), description="a list of arguments for the image's entry point")
    folder: str = Field(
        "",
        pattern=r"^(\w[\w.-]*(/\w[\w.-]*)*)?$",
        description="where the files are in the application repository, such as api/migrations: a release then names those that "
        "it brings, and takes its direction from them",
    )
    lock_timeout_seconds: int = Field(
        5,
        ge=1,
        le=60,
        description="for how long a migration waits for a lock, and with it everybody who comes after; then it gives up",
    )
    statement_timeout_seconds: int = Field(
        900,
        ge=1,
        le=3600,
        description="for how long one statement may work; an hour at most, after which the whole Job ends",
    )
    approvers: tuple[str, ...] = Field(
        (), description="a list of logins of DBAs: one of them must approve a pull request whose migrations destroy"
    )

"""The databases of the catalogue, and how they are migrated."""

from __future__ import annotations

from pydantic import Field

from model.inert import Inert


class Database(Inert):
    """A PostgreSQL database in the environment's instance."""

    owner: str = Field(description="the service whose migrations make its tables")


class Migrations(Inert):
    """How a database's migrations run: as a Job, once for each release."""

    database: str = Field(description="the name of a database from 'databases'")
    image: str = Field(description="the name of an image from 'images'")
    args: tuple[str, ...] = Field((), description="a list of arguments for the image's entry point")

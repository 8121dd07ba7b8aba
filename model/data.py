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

"""Temporal: its workers run here, its server somewhere else."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from model.inert import Inert


def _address(value: str) -> str:
    host, colon, port = value.rpartition(":")
    if not (host and colon and port.isdigit() and 1 <= int(port) <= 65535):
        raise ValueError(f"'{value}' is no address|Write host:port, such as team-dev.abcde.tmprl.cloud:7233")
    return value


class TemporalClients(Inert):
    """The services that speak with Temporal: those that start workflows and the workers that run them."""

    services: tuple[str, ...] = Field(min_length=1, description="a list of services")
    secret: str | None = Field(
        None, description="the name of a secret from 'secrets': the API key or the certificate of the clients"
    )


class TemporalServer(Inert):
    """Where an environment's Temporal server is. A preview uses its base's, with a task queue of its own."""

    address: Annotated[str, AfterValidator(_address)] = Field(
        description="host:port, such as team-dev.abcde.tmprl.cloud:7233"
    )
    namespace: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$", description="the namespace on the server, such as team-dev.abcde"
    )

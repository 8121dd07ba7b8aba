"""What the databases of a preview begin with, beside what their migrations make."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pulumi
from pulumi import Input, ResourceOptions

from components.grants import PSQL
from components.migration import Migration, MigrationArgs
from components.network_policy import POSTGRES_PORTS, address, public
from components.pod import literal
from model import names
from model.preview import Preview

if TYPE_CHECKING:
    from wiring.pods import Site


def filled(
    site: Site, password: Mapping[str, tuple[Input[str], str]], after: Sequence[pulumi.Resource]
) -> list[pulumi.Resource]:
    """A finished Job for each database that shall not begin empty. It runs again when what it is made of changes."""
    if not isinstance(site.stack, Preview):
        return []
    opts = ResourceOptions.merge(site.on_cluster, ResourceOptions(depends_on=list(after)))
    jobs = {name: _job(site, name, password) for name, data in site.stack.data.items() if not data.template}
    return [Migration(names.fill(name), args, opts=opts) for name, args in jobs.items() if args]


def _job(site: Site, database: str, password: Mapping[str, tuple[Input[str], str]]) -> MigrationArgs | None:
    """None where its image has no pin yet."""
    stack, tools = site.stack, site.catalogue.database_tools
    assert isinstance(stack, Preview)
    wanted, found = stack.data[database], site.database_env(database)
    env: Mapping[str, Input[str]] = found
    if wanted.hook:
        image, args, secret_env = wanted.hook.image, list(wanted.hook.args), dict(password)
        egress = [public([443]), address(site.ground.database_host, POSTGRES_PORTS)]
        content = stack.digest(image) if image in stack.pinned else ""
    else:
        if not tools:
            return None
        image, args = tools.psql, [*PSQL, f"--command={literal(site.seeds[database])}"]
        env = {
            f"PG{key}": found[f"DATABASE_{own}"]
            for key, own in (("HOST", "HOST"), ("DATABASE", "NAME"), ("USER", "USER"))
        }
        env = {**env, "PGSSLMODE": "require"}
        secret_env = {"PGPASSWORD": password["DATABASE_PASSWORD"]}
        egress = [address(site.ground.database_host, POSTGRES_PORTS)]
        content = ""
    if image not in stack.pinned:
        return None
    mark = hashlib.sha256("\0".join([*args, content]).encode()).hexdigest()[:12]
    return MigrationArgs(
        namespace=site.namespace,
        job=f"{names.fill(database)}-{mark}",
        identity=names.fill(database),
        image=stack.reference(image),
        args=args,
        env=env,
        secret_env=secret_env,
        egress=egress,
    )

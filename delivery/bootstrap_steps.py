"""The steps of a first run on Google Cloud, in order: pure, from the config of a stack and the catalogue."""

from __future__ import annotations

from delivery.bootstrap_access import deployer, federation
from delivery.bootstrap_builds import acting, starter, viewer
from delivery.bootstrap_step import Check, Step, enabled, exists, has
from delivery.bootstrap_subject import Subject
from model import foundation
from model.apis import FOUNDATION, Need, needs
from model.catalogue import Catalogue
from model.stacks import stack_file

BATCH = 20
"""How many APIs one request enables at most:
https://docs.cloud.google.com/service-usage/docs/reference/rest/v1/services/batchEnable"""

ROTATION_DAYS = 90
SIGNED_IN = Step(
    key="signed-in",
    what="gcloud is signed in",
    why="every step acts as somebody, here an owner of the projects",
    check=Check(ask=("gcloud", "auth", "list", "--filter=status:ACTIVE"), holds=exists),
    by_hand="Run 'gcloud auth login' as an owner of the projects.",
)

CREDENTIALS = Step(
    key="credentials",
    what="Pulumi is signed in",
    why="it acts with application default credentials, which are not gcloud's own",
    check=Check(ask=("gcloud", "auth", "application-default", "print-access-token"), holds=exists),
    by_hand="Run 'gcloud auth application-default login'.",
)


def steps(subject: Subject, catalogue: Catalogue) -> list[Step]:
    """Everything that gcloud can see or do for a stack before its first `up`."""
    found = needs(subject.config, catalogue)
    return [
        *_project(subject),
        *_apis(subject, found),
        *_state(subject),
        *_seal(subject),
        *deployer(subject, found.values()),
        *viewer(subject, catalogue),
        *federation(subject),
        *starter(subject),
        *acting(subject),
    ]


def _project(subject: Subject) -> list[Step]:
    project, file = subject.project, stack_file(subject.stack)
    return [
        Step(
            key=subject.key("project"),
            what=f"the project {project} has the number {subject.number}",
            why=f"{file} names it, and identities are told apart by the number",
            check=Check(
                ask=("gcloud", "projects", "describe", project),
                holds=has(projectNumber=subject.number, lifecycleState="ACTIVE"),
            ),
            by_hand=f"Write your own project and its number into {file} and whatever else names them; a new one is made "
            f"by 'gcloud projects create {project} --organization=ORGANIZATION' (or --folder), and "
            f"'gcloud projects describe {project}' tells its number.",
            after=(SIGNED_IN.key,),
        ),
        Step(
            key=subject.key("billing"),
            what=f"the project {project} has a billing account",
            why="most APIs cannot be enabled without",
            check=Check(ask=("gcloud", "billing", "projects", "describe", project), holds=has(billingEnabled=True)),
            by_hand=f"Link one: 'gcloud billing projects link {project} --billing-account=ACCOUNT'; "
            "'gcloud billing accounts list' tells which there are.",
            after=(subject.key("project"),),
        ),
    ]


def _apis(subject: Subject, found: dict[str, Need]) -> list[Step]:
    """First what the following steps need, then what `up` does."""
    basic = [need.api for need in FOUNDATION]
    rest = [api for api in found if api not in basic]
    batches = {"apis-bootstrap": basic}
    for at in range(0, len(rest), BATCH):
        batches["apis" + (f"-{at // BATCH + 1}" if at else "")] = rest[at : at + BATCH]
    return [
        Step(
            key=subject.key(name),
            what=f"{len(apis)} APIs of {subject.project} are enabled",
            why="; ".join(f"{api}: {found[api].why}" for api in apis),
            check=Check(
                ask=subject.gcloud("services", "list", "--enabled"),
                holds=enabled([found[api].service for api in apis]),
            ),
            fix=subject.gcloud("services", "enable", *(found[api].service for api in apis)),
            settles=True,
            after=(subject.key("billing"),),
        )
        for name, apis in batches.items()
    ]


def _state(subject: Subject) -> list[Step]:
    bucket = f"gs://{foundation.state_bucket(subject.project, subject.stack)}"
    describe = subject.gcloud("storage", "buckets", "describe", bucket)
    closed = ("--uniform-bucket-level-access", "--public-access-prevention")
    safe = {
        "versioning_enabled": True,
        "uniform_bucket_level_access": True,
        "public_access_prevention": "enforced",
    }
    return [
        Step(
            key=subject.key("state"),
            what=f"the bucket {bucket}",
            why=f"Pulumi keeps the state of {subject.stack} there, and no other environment's pipeline can read it",
            check=Check(ask=describe, holds=exists),
            fix=subject.gcloud("storage", "buckets", "create", bucket, f"--location={subject.config.region}", *closed),
            remedy="The names of all the world's buckets are one space: if it is taken, rename the stack or the project.",
            after=(subject.key("apis-bootstrap"),),
        ),
        Step(
            key=subject.key("state-safe"),
            what=f"{bucket} keeps old versions and cannot be made public",
            why="a state that is overwritten can be put back; whoever reads it knows all that is deployed",
            check=Check(ask=describe, holds=has(**safe)),
            fix=subject.gcloud(
                "storage",
                "buckets",
                "update",
                bucket,
                "--versioning",
                *closed,
            ),
            settles=True,
            after=(subject.key("state"),),
        ),
    ]


def _seal(subject: Subject) -> list[Step]:
    place = (f"--location={subject.config.region}",)
    ring, key = foundation.KEY_RING, foundation.sealing_key(subject.stack)
    return [
        Step(
            key=subject.key("key-ring"),
            what=f"the key ring {ring} in {subject.project}",
            why="keys stand in one; its name is never free again",
            check=Check(ask=subject.gcloud("kms", "keyrings", "describe", ring, *place), holds=exists),
            fix=subject.gcloud("kms", "keyrings", "create", ring, *place),
            after=(subject.key("apis-bootstrap"),),
        ),
        Step(
            key=subject.key("key"),
            what=f"the key {key} in it",
            why=f"Pulumi seals the secrets of {subject.stack} with it: who may use it is IAM's to say, not a passphrase's",
            check=Check(
                ask=subject.gcloud("kms", "keys", "describe", key, f"--keyring={ring}", *place),
                holds=exists,
            ),
            fix=subject.gcloud(
                "kms",
                "keys",
                "create",
                key,
                f"--keyring={ring}",
                *place,
                "--purpose=encryption",
                f"--rotation-period={ROTATION_DAYS}d",
                f"--next-rotation-time=P{ROTATION_DAYS}D",
            ),
            after=(subject.key("key-ring"),),
        ),
    ]

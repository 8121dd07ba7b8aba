"""The steps that let builds act for a stack. Their own accounts are in the shared stack's project, and have no role in any other.

Each may have tokens made for an account of the stack's project, which has the rights: the deployer, or a viewer that reads.
"""

from __future__ import annotations

from dataclasses import replace

from delivery.bootstrap_access import account, granting, on_key, on_state, project_role
from delivery.bootstrap_step import Check, Step, allows_only, exists
from delivery.bootstrap_subject import Builders, Subject
from delivery.impersonation import ROLE
from model import foundation
from model.catalogue import Catalogue
from model.shared import Shared
from pipelines.grants import Starts
from pipelines.trigger import Schedule

CLUSTER = {
    "roles/container.clusterViewer": "is let in at the cluster's address",
    "roles/container.viewer": "sees Deployments with their pods, but no Secret",
}
CLOUD_RUN = {"roles/run.viewer": "sees services on Cloud Run"}
DRIFT = {
    "roles/viewer": "sees what the stack is made of, for drift, but no secret",
    "roles/iam.securityReviewer": "sees who may do what, for drift",
    "roles/storage.bucketViewer": "sees how buckets are set, for drift, but none of their objects",
}
APPROVER = "roles/cloudbuild.builds.approver"
"""https://docs.cloud.google.com/build/docs/securing-builds/gate-builds-on-approval"""


def viewer(subject: Subject, catalogue: Catalogue) -> list[Step]:
    """Who looks at a stack for drift, and before a release goes on from there; none where no build does.

    It refreshes without keeping anything, for which Pulumi takes no lock and writes nothing: what the state says, opened with
    its key, and what the cloud says.
    """
    if not subject.watched_by:
        return []
    member = f"serviceAccount:{foundation.viewer_email(subject.project, subject.stack)}"
    on_cloud_run = any(service.kind != "gke" for service in catalogue.services.values())
    running = {} if isinstance(subject.config, Shared) else {**CLUSTER, **(CLOUD_RUN if on_cloud_run else {})}
    drifting = any(isinstance(trigger.event, Schedule) for trigger in subject.watched_by.values())
    roles = {**running, **(DRIFT if drifting else {})}
    state, key = (
        "reads the state, and cannot lock it",
        "opens what is sealed in the state; without it Pulumi reads none",
    )
    return [
        account(subject, "viewer", foundation.viewer(subject.stack), f"Looks at {subject.stack}"),
        *(
            project_role(
                subject, subject.key(f"viewer-{role.removeprefix('roles/')}"), role, member, why, after="viewer"
            )
            for role, why in roles.items()
        ),
        on_state(subject, "viewer", "viewer-state-access", "roles/storage.objectViewer", member, state),
        on_key(subject, "viewer", "viewer-key-access", "roles/cloudkms.cryptoKeyDecrypter", member, key),
    ]


def acting(subject: Subject) -> list[Step]:
    """Each build acts as the deployer of what it changes and the viewer of what it looks at, and as nobody else."""
    builders = subject.builders
    if builders is None:
        return []
    deployer = foundation.deployer_email(subject.project, subject.stack)
    looks = foundation.viewer_email(subject.project, subject.stack)
    return [
        *(_acts(subject, builders, name, "deployer", deployer) for name in subject.deployed_by),
        *(_acts(subject, builders, name, "viewer", looks) for name in subject.watched_by),
    ]


def _acts(subject: Subject, builders: Builders, trigger: str, whose: str, email: str) -> Step:
    builds = foundation.build_email(builders.project, builders.triggers[trigger].account)
    key = f"{trigger}-acts" if whose == "deployer" else f"{trigger}-looks"
    step = granting(subject, key, ("iam", "service-accounts"), (email,), ROLE, f"serviceAccount:{builds}")
    does = "changes" if whose == "deployer" else "looks at"
    there = ("gcloud", "iam", "service-accounts", "describe", builds, f"--project={builders.project}")
    return replace(
        step,
        what=f"builds of {trigger} act as {email}",
        why=f"{trigger} {does} {subject.stack}; {builds} has no role of its own there",
        after=(subject.key(whose),),
        # Google takes no grant to an account that is not there.
        when=Check(ask=there, holds=exists),
        later=f"Once 'slipway up {builders.stack}' has made the accounts of the builds: 'slipway bootstrap {subject.stack} --run'.",
    )


def starter(subject: Subject) -> list[Step]:
    """The role with which a build starts another one, where one does. The program only grants it: whoever may change a role that they
    may grant could grant themselves anything."""
    builders = subject.builders
    if builders is None or builders.stack != subject.stack:
        return []
    starting = {
        name: sorted(grant.trigger for grant in trigger.build.grants if isinstance(grant, Starts))
        for name, trigger in builders.triggers.items()
    }
    said = "; ".join(f"builds of {name} start {' and '.join(others)}" for name, others in starting.items() if others)
    if not said:
        return []
    role, group = foundation.STARTER, ("iam", "roles")
    describe = subject.gcloud(*group, "describe", role)
    permissions = f"--permissions={foundation.STARTS}"
    return [
        Step(
            key=subject.key("starter"),
            what=f"the role {role} in {subject.project}",
            why=f"{said}, and no role of Google's allows that alone",
            check=Check(ask=describe, holds=exists),
            fix=subject.gcloud(*group, "create", role, "--title=Starts builds", "--stage=GA", permissions),
            remedy="A deleted role keeps its name for 37 days: take it back with 'gcloud iam roles undelete'.",
            after=(subject.key("apis-bootstrap"),),
        ),
        Step(
            key=subject.key("starter-allows"),
            what=f"the role {role} allows {foundation.STARTS}, and nothing else",
            why="whoever may start a build may have it run as any account that they may use, and that is one",
            check=Check(ask=describe, holds=allows_only(foundation.STARTS)),
            fix=subject.gcloud(*group, "update", role, permissions),
            settles=True,
            after=(subject.key("starter"),),
        ),
    ]


def approvers(subject: Subject) -> list[Step]:
    """Who agrees to a build before it begins, where a trigger of the stack asks for that."""
    asking = sorted(name for name, trigger in subject.deployed_by.items() if trigger.approval)
    if not asking or subject.builders is None:
        return []
    project = subject.builders.project
    command = (
        f"gcloud projects add-iam-policy-binding {project} --member=group:GROUP --role={APPROVER} --condition=None"
    )
    return [
        Step(
            key=subject.key("approvers"),
            what=f"somebody may agree to builds of {', '.join(asking)}",
            why="they do not begin before; the role holds for all triggers of its project, also those of other environments",
            by_hand=f"Say who: '{command}'.",
        )
    ]

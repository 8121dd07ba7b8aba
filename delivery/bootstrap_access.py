"""The steps that say who deploys a stack, and which of GitHub's jobs do so in its name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from delivery.bootstrap_step import Check, Command, Step, exists, granted, has
from delivery.bootstrap_subject import Subject
from model import foundation
from model.apis import Need


def deployer(subject: Subject, found: Iterable[Need]) -> list[Step]:
    """Its service account, and what that may do: manage what the stack is made of, its state, and its secrets."""
    roles = [
        project_role(subject, subject.key(role.removeprefix("roles/")), role, subject.member, need.why, "deployer")
        for need in found
        for role in need.roles
    ]
    state, key = "reads and writes the state", "seals and opens secrets"
    return [
        account(subject, "deployer", foundation.deployer(subject.stack), f"Deploys {subject.stack}"),
        *roles,
        on_state(subject, "deployer", "state-access", "roles/storage.objectAdmin", subject.member, state),
        on_key(subject, "deployer", "key-access", "roles/cloudkms.cryptoKeyEncrypterDecrypter", subject.member, key),
    ]


def account(subject: Subject, key: str, name: str, shown: str) -> Step:
    """A service account in the stack's project."""
    email = f"{name}@{subject.project}.iam.gserviceaccount.com"
    return Step(
        key=subject.key(key),
        what=f"the service account {email}",
        why=f"{shown[0].lower()}{shown[1:]}, and nothing else",
        check=Check(ask=subject.gcloud("iam", "service-accounts", "describe", email), holds=exists),
        fix=subject.gcloud("iam", "service-accounts", "create", name, f"--display-name={shown}"),
        after=(subject.key("apis-bootstrap"),),
    )


def project_role(subject: Subject, key: str, role: str, member: str, why: str, after: str) -> Step:
    """A role in the stack's project."""
    limited = role == "roles/resourcemanager.projectIamAdmin"
    condition = foundation.may_grant(subject.config) if limited else ""
    # An expression has commas in it, which would else begin the next part.
    said = f"^;^title=only-what-the-program-grants;expression={condition}" if limited else "None"
    return Step(
        key=key,
        what=f"{member.partition(':')[2]} has {role}" + (" for the roles that the program grants" if limited else ""),
        why=why,
        check=Check(
            ask=("gcloud", "projects", "get-iam-policy", subject.project), holds=granted(role, member, condition)
        ),
        fix=(
            "gcloud",
            "projects",
            "add-iam-policy-binding",
            subject.project,
            f"--member={member}",
            f"--role={role}",
            f"--condition={said}",
        ),
        settles=True,
        after=(subject.key(after),),
    )


def on_state(subject: Subject, whose: str, key: str, role: str, member: str, why: str) -> Step:
    """A grant on the bucket of the state. `whose` is the step that makes the account."""
    bucket = f"gs://{foundation.state_bucket(subject.project, subject.stack)}"
    step = granting(subject, key, ("storage", "buckets"), (bucket,), role, member)
    return replace(
        step,
        what=f"the {whose} of {subject.stack} has {role} on {bucket}",
        why=why,
        after=(subject.key("state"), subject.key(whose)),
    )


def on_key(subject: Subject, whose: str, key: str, role: str, member: str, why: str) -> Step:
    """A grant on the key that seals secrets."""
    name, ring = foundation.sealing_key(subject.stack), foundation.KEY_RING
    which = (name, f"--keyring={ring}", f"--location={subject.config.region}")
    step = granting(subject, key, ("kms", "keys"), which, role, member)
    return replace(
        step,
        what=f"the {whose} of {subject.stack} has {role} on {name}",
        why=why,
        after=(subject.key("key"), subject.key(whose)),
    )


def granting(subject: Subject, key: str, group: Command, which: Command, role: str, member: str) -> Step:
    """A grant on one thing: `group` are its commands, `which` names it for them."""
    return Step(
        key=subject.key(key),
        what=f"{member.partition(':')[2]} has {role} on {which[0]}",
        why="",
        check=Check(ask=subject.gcloud(*group, "get-iam-policy", *which), holds=granted(role, member)),
        fix=subject.gcloud(*group, "add-iam-policy-binding", *which, f"--member={member}", f"--role={role}"),
        settles=True,
    )


def federation(subject: Subject) -> list[Step]:
    """GitHub's jobs act as the deployer with a token of their own that lasts for the job: there is no key to steal."""
    if subject.repository is None:
        return [
            Step(
                key=subject.key("repository"),
                what="the repository whose pipeline deploys",
                why="without it only people deploy",
                by_hand="Write slipway:platformRepository {name, id, ownerId} into the shared stack's file, and run this "
                "again.",
            )
        ]
    pool, provider = foundation.POOL, foundation.PROVIDER
    condition = foundation.attribute_condition(subject.repository)
    within = (provider, f"--workload-identity-pool={pool}", "--location=global")
    is_said = (
        f"--issuer-uri={foundation.ISSUER}",
        "--attribute-mapping=" + ",".join(f"{key}={claim}" for key, claim in foundation.MAPPING.items()),
        f"--attribute-condition={condition}",
    )
    group = ("iam", "workload-identity-pools")
    describe = subject.gcloud(*group, "providers", "describe", *within)
    role, jobs = "roles/iam.workloadIdentityUser", foundation.jobs_of(subject.stack, subject.number)
    email = foundation.deployer_email(subject.project, subject.stack)
    gone = "A deleted {} keeps its name for 30 days: take it back with 'gcloud {} undelete'."
    return [
        Step(
            key=subject.key("pool"),
            what=f"the identity pool {pool} in {subject.project}",
            why="identities from outside stand in one",
            check=Check(ask=subject.gcloud(*group, "describe", pool, "--location=global"), holds=has(state="ACTIVE")),
            fix=subject.gcloud(*group, "create", pool, "--location=global", "--display-name=GitHub"),
            remedy=gone.format("pool", " ".join(group)),
            after=(subject.key("apis-bootstrap"),),
        ),
        Step(
            key=subject.key("provider"),
            what=f"the provider {provider} in it, for {subject.repository.name} alone",
            why="takes the tokens that GitHub gives its jobs, where their repository has this number and this owner",
            check=Check(ask=describe, holds=has(state="ACTIVE")),
            fix=subject.gcloud(*group, "providers", "create-oidc", *within, *is_said),
            remedy=gone.format("provider", " ".join((*group, "providers"))),
            after=(subject.key("pool"),),
        ),
        Step(
            key=subject.key("provider-condition"),
            what=f"the provider {provider} takes no other repository's tokens",
            why="GitHub signs the tokens of all its users with one key",
            check=Check(
                ask=describe,
                holds=has(
                    attributeCondition=condition,
                    attributeMapping=foundation.MAPPING,
                    oidc={"issuerUri": foundation.ISSUER},
                ),
            ),
            fix=subject.gcloud(*group, "providers", "update-oidc", *within, *is_said),
            settles=True,
            after=(subject.key("provider"),),
        ),
        replace(
            granting(subject, "jobs", ("iam", "service-accounts"), (email,), role, jobs),
            what=f"jobs of the GitHub environment {subject.stack} act as {email}",
            why="that environment's protection rules on GitHub then say who lets a job deploy",
            after=(subject.key("deployer"), subject.key("pool")),
        ),
    ]

"""The steps that say who deploys a stack, and which of GitHub's jobs do so in its name."""

from __future__ import annotations

from collections.abc import Iterable

from delivery.bootstrap_step import Check, Command, Step, exists, granted, has
from delivery.bootstrap_subject import Subject
from model import foundation
from model.apis import Need


def deployer(subject: Subject, found: Iterable[Need]) -> list[Step]:
    """Its service account, and what that may do: manage what the stack is made of, its state, and its secrets."""
    email = foundation.deployer_email(subject.project, subject.stack)
    account = Step(
        key=subject.key("deployer"),
        what=f"the service account {email}",
        why=f"deploys {subject.stack}, and nothing else",
        check=Check(ask=subject.gcloud("iam", "service-accounts", "describe", email), holds=exists),
        fix=subject.gcloud(
            "iam",
            "service-accounts",
            "create",
            foundation.deployer(subject.stack),
            f"--display-name=Deploys {subject.stack}",
        ),
        after=(subject.key("apis-bootstrap"),),
    )
    roles = [_role(subject, role, need) for need in found for role in need.roles]
    bucket = f"gs://{foundation.state_bucket(subject.project, subject.stack)}"
    key, ring = foundation.sealing_key(subject.stack), foundation.KEY_RING
    in_ring = (key, f"--keyring={ring}", f"--location={subject.config.region}")
    return [
        account,
        *roles,
        _grant(subject, "state-access", "roles/storage.objectAdmin", "state", ("storage", "buckets"), (bucket,)),
        _grant(subject, "key-access", "roles/cloudkms.cryptoKeyEncrypterDecrypter", "key", ("kms", "keys"), in_ring),
    ]


def _role(subject: Subject, role: str, need: Need) -> Step:
    limited = role == "roles/resourcemanager.projectIamAdmin"
    condition = foundation.may_grant(subject.config) if limited else ""
    # An expression has commas in it, which would else begin the next part.
    said = f"^;^title=only-what-the-program-grants;expression={condition}" if limited else "None"
    member = subject.member
    return Step(
        key=subject.key(role.removeprefix("roles/")),
        what=f"{member.partition(':')[2]} has {role}" + (" for the roles that the program grants" if limited else ""),
        why=need.why,
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
        after=(subject.key("deployer"),),
    )


def _grant(subject: Subject, name: str, role: str, on: str, group: Command, which: Command) -> Step:
    """A grant on one thing: `group` are its commands, `which` names it for them."""
    words = {"state-access": "reads and writes the state", "key-access": "seals and opens secrets"}
    return Step(
        key=subject.key(name),
        what=f"the deployer of {subject.stack} has {role} on {which[0]}",
        why=words[name],
        check=Check(ask=subject.gcloud(*group, "get-iam-policy", *which), holds=granted(role, subject.member)),
        fix=subject.gcloud(*group, "add-iam-policy-binding", *which, f"--member={subject.member}", f"--role={role}"),
        settles=True,
        after=(subject.key(on), subject.key("deployer")),
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
    accounts = ("iam", "service-accounts")
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
        Step(
            key=subject.key("jobs"),
            what=f"jobs of the GitHub environment {subject.stack} act as {email}",
            why="that environment's protection rules on GitHub then say who lets a job deploy",
            check=Check(ask=subject.gcloud(*accounts, "get-iam-policy", email), holds=granted(role, jobs)),
            fix=subject.gcloud(*accounts, "add-iam-policy-binding", email, f"--role={role}", f"--member={jobs}"),
            settles=True,
            after=(subject.key("deployer"), subject.key("pool")),
        ),
    ]

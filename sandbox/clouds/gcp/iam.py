"""IAM members: one grant of a role to a member on a thing, the same for every API.

A grant that exists already is no error, as in the cloud. A service account must exist when it is granted something, a
service agent of Google's (`service-NUMBER@...`) must have been asked for. Other members cannot be looked up and are taken
as given.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sandbox.clouds.gcp import service_identity, values
from sandbox.clouds.gcp.resource import Draft, Parent, Properties, ResourceType, Rule, Table
from sandbox.clouds.protocol import CloudError, Reason

ACCOUNT_TYPE = "gcp:serviceaccount/account:Account"
BUCKET_TYPE = "gcp:storage/bucket:Bucket"
_SOMEBODY = (
    r"(?:deleted:)?(?:(?:user|group):[^@\s]+@[^@\s]+|(?:serviceAccount|domain|principal|principalSet|projectOwner"
    r"|projectEditor|projectViewer|principalHierarchy):\S+)"
)
_MEMBER = f"(?:allUsers|allAuthenticatedUsers|{_SOMEBODY})"
_ROLE = r"(?:roles/[\w.]+|(?:projects|organizations)/[^/]+/roles/[\w.]+)"
_ACCOUNT = re.compile(
    r"serviceAccount:(?P<email>(?!service-\d+@|p\d+-)[^@]+@(?P<project>[^.]+)\.iam\.gserviceaccount\.com)"
)


def _admit(draft: Draft) -> None:
    """the member is a service account that does not exist, or a service agent that nobody has asked for"""
    member = str(draft.inputs["member"])
    match = _ACCOUNT.fullmatch(member)
    if match and not draft.tx.get("gcp", ACCOUNT_TYPE, f"projects/{match['project']}/serviceAccounts/{match['email']}"):
        raise CloudError(
            Reason.INVALID, f"service account {match['email']} does not exist; create it before granting it a role"
        )
    agent = service_identity.missing(draft.tx, member)
    if agent:
        raise CloudError(
            Reason.INVALID,
            f"service account {agent} does not exist; ask for it with a projects.ServiceIdentity before granting it a role",
        )


def _admit_on_bucket(draft: Draft) -> None:
    """the member is a service account that does not exist, or a service agent that nobody has asked for; there is a
    condition, and the bucket has no uniform bucket-level access"""
    _admit(draft)
    bucket = draft.tx.get("gcp", BUCKET_TYPE, str(draft.inputs["bucket"]).removeprefix("b/"))
    if "condition" in draft.inputs and bucket and bucket.outputs.get("uniformBucketLevelAccess") is not True:
        raise CloudError(
            Reason.INVALID,
            f"condition: bucket {bucket.id} has no uniform bucket-level access, which conditions need; set"
            " uniformBucketLevelAccess to true",
        )


def member(
    token: str,
    source: str,
    target: str,
    parent: Parent | None,
    identity: str,
    shown: str,
    *,
    id: str = "",
    location: str = "",
    project: bool = True,
    delete_before_replace: bool = False,
    members: str = _MEMBER,
    admit: Callable[[Draft], None] = _admit,
) -> ResourceType:
    """A member type. `target` is the property that names the thing, `shown` a template of how it is answered.

    `project` says whether there is such a property, `members` who may be granted anything.
    """

    def outputs(draft: Draft) -> Properties:
        found: Properties = {"etag": values.etag(draft.unique)}
        if shown:
            name = draft.id.split(f"/{draft.inputs['role']}/", 1)[0]
            found[target] = shown.format(full=name)
        return found

    return ResourceType(
        token=token,
        table=Table(
            source=source,
            properties={
                target: Rule(replace=True, link=True),
                "role": Rule(replace=True, pattern=_ROLE),
                "member": Rule(replace=True, pattern=members),
                **({"project": Rule(replace=True, kept=True)} if project else {}),
                **({location: Rule(replace=True, kept=True)} if location else {}),
                "condition": Rule(replace=True),
                "condition.title": Rule(replace=True),
                "condition.expression": Rule(replace=True),
                "condition.description": Rule(replace=True),
            },
        ),
        identity=identity + "/{role}/{member}{suffix}",
        id=id,
        location=location,
        parents=(parent,) if parent else (),
        cascade=True,
        settled=True,
        shared=True,
        delete_before_replace=delete_before_replace,
        computed=("etag",),
        outputs=outputs,
        admit=admit,
    )


TYPES = (
    member(
        "gcp:projects/iAMMember:IAMMember",
        "tpgiamresource/resource_iam_member.go",
        "project",
        None,
        "{project}",
        "",
        delete_before_replace=True,
        # https://docs.cloud.google.com/resource-manager/reference/rest/v1/projects/setIamPolicy: not everybody.
        members=_SOMEBODY,
    ),
    member(
        "gcp:iap/webIamMember:WebIamMember",
        "iap/iam_iap_web.go",
        "project",
        None,
        "projects/{project}/iap_web",
        "",
    ),
    member(
        "gcp:serviceaccount/iAMMember:IAMMember",
        "resourcemanager/iam_service_account.go",
        "serviceAccountId",
        Parent("serviceAccountId", ACCOUNT_TYPE, "projects/{project}/serviceAccounts/{value}", owns=True),
        "{serviceAccountId}",
        "",
        project=False,
    ),
    member(
        "gcp:pubsub/topicIAMMember:TopicIAMMember",
        "pubsub/iam_pubsub_topic.go",
        "topic",
        Parent("topic", "gcp:pubsub/topic:Topic", "projects/{project}/topics/{value}", owns=True),
        "projects/{project}/topics/{topic_name}",
        "{full}",
    ),
    member(
        "gcp:pubsub/subscriptionIAMMember:SubscriptionIAMMember",
        "pubsub/iam_pubsub_subscription.go",
        "subscription",
        Parent(
            "subscription",
            "gcp:pubsub/subscription:Subscription",
            "projects/{project}/subscriptions/{value}",
            owns=True,
        ),
        "projects/{project}/subscriptions/{subscription_name}",
        "",
    ),
    member(
        "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember",
        "artifactregistry/iam_artifact_registry_repository.go",
        "repository",
        Parent(
            "repository",
            "gcp:artifactregistry/repository:Repository",
            "projects/{project}/locations/{location}/repositories/{value}",
            owns=True,
        ),
        "projects/{project}/locations/{location}/repositories/{repository_name}",
        "{full}",
        location="location",
    ),
    member(
        "gcp:cloudrunv2/serviceIamMember:ServiceIamMember",
        "cloudrunv2/iam_cloud_run_v2_service.go",
        "name",
        Parent(
            "name",
            "gcp:cloudrunv2/service:Service",
            "projects/{project}/locations/{location}/services/{value}",
            owns=True,
        ),
        "projects/{project}/locations/{location}/services/{name_name}",
        "{full}",
        location="location",
    ),
    member(
        "gcp:secretmanager/secretIamMember:SecretIamMember",
        "secretmanager/iam_secret_manager_secret.go",
        "secretId",
        Parent("secretId", "gcp:secretmanager/secret:Secret", "projects/{project}/secrets/{value}", owns=True),
        "projects/{project}/secrets/{secretId_name}",
        "{full}",
    ),
    member(
        "gcp:storage/bucketIAMMember:BucketIAMMember",
        "storage/iam_storage_bucket.go",
        "bucket",
        Parent("bucket", BUCKET_TYPE, "{value}", owns=True),
        "b/{bucket_name}",
        "{full}",
        project=False,
        admit=_admit_on_bucket,
    ),
    member(
        "gcp:binaryauthorization/attestorIamMember:AttestorIamMember",
        "binaryauthorization/iam_binary_authorization_attestor.go",
        "attestor",
        Parent(
            "attestor", "gcp:binaryauthorization/attestor:Attestor", "projects/{project}/attestors/{value}", owns=True
        ),
        "projects/{project}/attestors/{attestor_name}",
        "{full}",
    ),
    member(
        "gcp:containeranalysis/noteIamMember:NoteIamMember",
        "containeranalysis/iam_container_analysis_note.go",
        "note",
        Parent("note", "gcp:containeranalysis/note:Note", "projects/{project}/notes/{value}", owns=True),
        "projects/{project}/notes/{note_name}",
        "{full}",
    ),
    member(
        "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember",
        "kms/iam_kms_crypto_key.go",
        "cryptoKeyId",
        Parent("cryptoKeyId", "gcp:kms/cryptoKey:CryptoKey", "{value}", owns=True),
        "{cryptoKeyId}",
        "",
        project=False,
    ),
)

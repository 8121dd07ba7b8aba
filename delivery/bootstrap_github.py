"""What a person does, once, so that GitHub and Cloud Build know each other, and builds have something to run slipway in."""

from __future__ import annotations

from delivery.bootstrap_step import Check, Step, exists
from delivery.bootstrap_subject import CONSOLE, Subject
from model.shared import Shared
from model.shared_rules import cache
from model.stacks import NAMESPACE, stack_file
from model.step_image import SLIPWAY

RIGHTS = (
    "of repositories: Contents, Pull requests and Deployments read and write, Checks and Commit statuses read; of the "
    "organization: Members read"
)
"""To commit pins and ledger, to comment, to show what is where, to hold promotions against checks and teams:
https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps"""


def connections(subject: Subject, config: Shared) -> list[Step]:
    """The repositories in Cloud Build: that of the services' code, and that of program and config."""
    why = "triggers listen to it; GitHub asks a person, once, to let Google's app in"
    found = [_connected(subject, "source", "application", config.source_repository, "sourceRepository", why)]
    if config.platform_source:
        found.append(_connected(subject, "platform-source", "platform", config.platform_source, "platformSource", why))
    else:
        missing = f"Connect it like the other, and write its name into {NAMESPACE}:platformSource of "
        found.append(
            Step(
                key=subject.key("platform-source"),
                what="the platform repository is connected in Cloud Build",
                why="what moves releases and applies changes starts from it; without it people do that",
                by_hand=f"{missing}{stack_file(subject.stack)}.",
            )
        )
    return found


def _connected(subject: Subject, key: str, what: str, name: str, of: str, why: str) -> Step:
    parts = name.split("/")
    project, location, connection, repository = parts[1::2]
    return Step(
        key=subject.key(key),
        what=f"the {what} repository is connected as {repository} in Cloud Build",
        why=why,
        check=Check(
            ask=(
                *("gcloud", "builds", "repositories", "describe", repository),
                *(f"--connection={connection}", f"--region={location}", f"--project={project}"),
            ),
            holds=exists,
        ),
        by_hand=f"Connect it on {CONSOLE}/cloud-build/repositories/2nd-gen?project={project} (region {location}, "
        f"connection {connection}), and write its name into {NAMESPACE}:{of} of {stack_file(subject.stack)}.",
        after=(subject.key("apis"),),
    )


def github(subject: Subject, config: Shared) -> list[Step]:
    """The App in whose name builds commit, and where GitHub reports pull requests."""
    file, stack = stack_file(subject.stack), subject.stack
    owner = config.platform_repository.name.partition("/")[0] if config.platform_repository else "OWNER"
    bypass = "put it on the bypass list of the rules of main in the platform repository, "
    if config.repository_rules.platform:
        bypass = ""
    found = [
        Step(
            key=subject.key("github-app"),
            what="a GitHub App of the team's own is installed in the platform and the application repository",
            why="builds commit pins and ledger in its name, and it alone may pass the rules of main",
            by_hand=f"Make it on https://github.com/organizations/{owner}/settings/apps/new, without a webhook, with these "
            f"rights {RIGHTS}. Install it in both repositories, {bypass}write its numbers into {NAMESPACE}:githubApp "
            f"{{id, installation}} of {file}, and give its key: 'pulumi config set --secret --path "
            f"{NAMESPACE}:secrets.github-app -s {stack} < KEY.pem'.",
        )
    ]
    if not config.manage_github:
        hooks = f"https://github.com/{config.application_repository or 'OWNER/REPOSITORY'}/settings/hooks/new"
        found.append(
            Step(
                key=subject.key("webhook"),
                what="GitHub reports the application repository's pull requests",
                why="a closed pull request then loses its preview at once, and not only when the sweep finds it",
                by_hand=f"After 'slipway up {stack}', add a webhook on {hooks}: the address that 'slipway outputs {stack} "
                "--show-secrets' prints as github_webhook, content type application/json, of the events only Pull requests. "
                f"Or set {NAMESPACE}:manageGithub, and have it done by 'slipway up {stack}'.",
            )
        )
    return found


def tools(subject: Subject, config: Shared) -> list[Step]:
    """The first image that builds run slipway in; the trigger tools makes the later ones."""
    image, stack = config.steps.get(SLIPWAY, "").partition("@")[0], subject.stack
    repository = cache(config)
    if not image.startswith(f"{repository}/"):
        return []
    host, others = repository.partition("/")[0], " ".join(name for name in config.steps if name != SLIPWAY)
    return [
        Step(
            key=subject.key("image"),
            what=f"the image {image} is there and pinned",
            why="builds run slipway in it, and the first of them cannot build it",
            by_hand=f"Pin the others first: 'slipway pipeline pin {others}'. After 'slipway up {stack}', which makes the repository: "
            f"'gcloud auth configure-docker {host}', 'docker build --tag {image} .' in this repository, 'docker push {image}', "
            f"'slipway pipeline pin {SLIPWAY}', commit, and 'slipway up {stack}' again.",
        )
    ]

"""The files of a new team: catalogue and stacks, small, each with what to change in it. Pure but for the sealing of stand-ins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from delivery.answers import Answers, EnvironmentAnswer

PORT = 8080
"""Of the first service; the others' follow."""
STEPS = {
    "docker": "docker.io/library/docker:28.5.1-cli",
    "buildkit": "docker.io/moby/buildkit:v0.25.1",
    "emulator": "docker.io/tonistiigi/binfmt:qemu-v10.0.4",
    "sbom": "docker.io/docker/buildkit-syft-scanner:1.9.0",
    "gcloud": "gcr.io/google.com/cloudsdktool/google-cloud-cli:545.0.0",
    "python": "docker.io/library/python:3.13.5-slim-bookworm",
    "pulumi": "docker.io/pulumi/pulumi-base:3.260.0",
}
"""What steps of builds run in, beside slipway's own image."""


@dataclass(frozen=True)
class Sealed:
    """Stand-ins for secrets, sealed with `salt`: the key of a GitHub App, and the text in the address of a webhook."""

    salt: str
    github_app: str
    webhook: str


def files(answers: Answers, sealed: Sealed) -> Mapping[str, str]:
    """The text of each file."""
    environments = answers.environments
    return {
        "services.yaml": services(answers),
        "Pulumi.shared.yaml": shared(answers, sealed),
        "Pulumi.pr.yaml": template(answers, sealed),
        **{f"Pulumi.{each.name}.yaml": environment(answers, sealed, each) for each in environments},
    }


def services(answers: Answers) -> str:
    """Each service has an image of its own, built from `<service>/k8s/Dockerfile`."""
    images = [f"  {name}:\n" for name in answers.services]
    told: list[str] = []
    for number, name in enumerate(answers.services):
        database = ", database: main" if name in answers.database else ""
        told.append(f"  {name}: {{image: {name}, port: {PORT + number}{database}}}\n")
    data = ""
    if answers.database:
        images.append("  postgres: {mirror: docker.io/library/postgres:15.14}\n")
        images.append("  cloud-sql-proxy: {mirror: gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.27.0}\n")
        data = (
            f"\ndatabases:\n  main: {{owner: {answers.database[0]}}}\n"
            "\n# A Job hands the database to its login; people may get there through a proxy.\n"
            "databaseTools: {psql: postgres, proxy: cloud-sql-proxy}\n"
        )
    return (
        "# yaml-language-server: $schema=schemas/services.schema.json\n"
        "# What the team runs, the same in every environment. docs/how-to/ says how to add topics, routes, secrets and more.\n"
        f"\nimages:\n{''.join(images)}"
        "\n# Nobody may call a service but its callers, nor reach it any other way. /health/live and /health/ready say how it is.\n"
        f"services:\n{''.join(told)}{data}"
    )


def shared(answers: Answers, sealed: Sealed) -> str:
    """In the last environment's project."""
    name, home, last = answers.name, answers.environments[-1].project, answers.environments[-1].name
    connection = f"projects/{home}/locations/{answers.region}/connections/github/repositories"
    readers = "".join(f'    {each.name}: "{each.number}"\n' for each in answers.environments)
    slipway = f"{answers.region}-docker.pkg.dev/{home}/{name}-cache/slipway:1"
    steps = "".join(f"    {key}: {image}\n" for key, image in {**STEPS, "slipway": slipway}.items())
    return (
        _head("What belongs to no environment: the registry that all pull from, and the build triggers.", sealed)
        + f"""  gcp:project: {home}
  gcp:region: {answers.region}
  gcp:defaultLabels: {{owner: {answers.name}, cost-center: {home}}}
  slipway:kind: shared

  slipway:repositories: {{releases: {name}, cache: {name}-cache, previews: {name}-previews}}
  # A repository's key is chosen once; without one of its own it cannot get one later.
  slipway:customerKeys: true
  slipway:deletionProtection: true
  # Whose nodes may pull: environment -> number of its project.
  slipway:readers:
{readers}  slipway:previewReaders: [{answers.environments[0].name}]
  slipway:signed: [{last}]

  # The repositories as Cloud Build knows them, connected once by a person, and as GitHub knows them. The numbers are stand-ins.
  slipway:sourceRepository: {connection}/{name}
  slipway:applicationRepository: {answers.owner}/{name}
  slipway:platformSource: {connection}/platform
  slipway:platformRepository: {{name: {answers.owner}/platform, id: "100000001", ownerId: "10000001"}}
  slipway:githubApp: {{id: "100001", installation: "10000001"}}
  # Stand-ins, sealed with the sandbox's passphrase: docs/how-to/first-run.md says how to write your own.
  slipway:secrets:
    github-app:
      secure: {sealed.github_app}
    webhook:
      secure: {sealed.webhook}
  # What steps of builds run in. `slipway pipeline pin` adds the digests.
  slipway:steps:
{steps}"""
    )


def environment(answers: Answers, sealed: Sealed, which: EnvironmentAnswer) -> str:
    """The first is small and takes what is built by itself; the last is kept, protected, and takes signed images only."""
    place = list(answers.environments).index(which)
    first, last = place == 0, place == len(answers.environments) - 1 and place > 0
    home = answers.environments[-1].project
    lines = [
        f"  gcp:project: {which.project}",
        f"  gcp:region: {answers.region}",
        f"  gcp:defaultLabels: {{owner: {answers.name}, cost-center: {which.project}}}",
        "  slipway:kind: environment",
        f"  slipway:namespace: {answers.name}",
        "  # `gcloud projects describe` prints it.",
        f'  slipway:projectNumber: "{which.number}"',
        f"  slipway:registry: {answers.region}-docker.pkg.dev/{home}/{answers.name}",
        *_promotion(answers, place, last),
        "",
        f"  slipway:network: {{range: 10.{8 * (place % 30 + 1)}.0.0/13}}",
        "  slipway:cluster:",
        f"    location: {answers.region}{'-a' if first else ''}",
        f"    releaseChannel: {'RAPID' if first else 'STABLE' if last else 'REGULAR'}",
        "    nodePools:",
        f"      default: {{machineType: e2-standard-4, minNodes: 1, maxNodes: {6 if first else 3}, spot: {str(first).lower()}}}",
        *_database(answers, first, last),
        "",
        "  slipway:sizes:",
        f"    default: {{replicas: {2 if last else 1}, maxReplicas: {6 if last else 2}, cpu: 250m, memory: 512Mi}}",
        f"  slipway:autoscaling: {str(last).lower()}",
        f"  slipway:disruptionBudgets: {str(last).lower()}",
        "  # Cluster and database are neither deleted nor replaced where it is true.",
        f"  slipway:deletionProtection: {str(last).lower()}",
        f"  slipway:security: {{customerKeys: {str(last).lower()}, binaryAuthorization: {str(last or len(answers.environments) == 1).lower()}}}",
        *([f"  slipway:attestor: projects/{home}/attestors/slipway"] if last or len(answers.environments) == 1 else []),
        "  slipway:alerting: {mode: none}",
        "",
        "  # Written by deploy, promote and rollback.",
        "  slipway:images: {}",
    ]
    what = "Every good build of main runs here, with nobody asked." if first else "A person promotes what runs before."
    return _head(what, sealed) + "\n".join(lines) + "\n"


def template(answers: Answers, sealed: Sealed) -> str:
    """Of previews, on the first environment."""
    base, home = answers.environments[0], answers.environments[-1].project
    registry = f"{answers.region}-docker.pkg.dev/{home}/{answers.name}"
    return (
        _head("The template of previews, no stack itself: `slipway pr open N --branch B` copies it.", sealed)
        + f"""  gcp:project: {base.project}
  gcp:region: {answers.region}
  gcp:defaultLabels: {{owner: {answers.name}, cost-center: {base.project}}}
  slipway:kind: preview
  slipway:projectNumber: "{base.number}"
  slipway:base: {base.name}
  slipway:registry: {registry}
  slipway:previews: {registry}-previews

  slipway:sizes:
    default: {{replicas: 1, cpu: 250m, memory: 512Mi}}
  slipway:autoscaling: false
  slipway:disruptionBudgets: false

  # Written by `slipway pr open`.
  slipway:images: {{}}
"""
    )


def _head(what: str, sealed: Sealed) -> str:
    schema = "# yaml-language-server: $schema=schemas/stack.schema.json"
    return f"{schema}\n# {what}\nencryptionsalt: {sealed.salt}\nconfig:\n"


def _promotion(answers: Answers, place: int, last: bool) -> list[str]:
    if place == 0:
        return ["  slipway:promotion: {automatic: true}"]
    said = [
        "  # For production: bakeMinutes: 60, and approvals: {count: 1, by: review} as soon as there are two of you."
    ]
    return [*(said if last else []), f"  slipway:promotion: {{from: {answers.environments[place - 1].name}}}"]


def _database(answers: Answers, first: bool, last: bool) -> list[str]:
    if not answers.database:
        return []
    tier = "db-custom-1-3840" if first else "db-custom-2-7680"
    kept = ", regional: true, backups: 30, recoveryDays: 7, finalBackupDays: 30" if last else ", backups: 3"
    return [f"  slipway:database: {{tier: {tier}, diskGb: 10, diskLimitGb: 100{kept}}}"]

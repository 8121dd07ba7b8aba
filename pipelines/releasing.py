"""The build of a branch: a release, from its id to the environment that it comes to first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from model.step_image import DOCKER, GCLOUD
from pipelines import durations, steps
from pipelines.build import WORKSPACE, Build, Step
from pipelines.grants import Deploys, Grant, Signs, Watches, Writes
from pipelines.setting import Setting

RELEASE, SIGN, TAG, RECORD = "release", "sign", "tag", "record"
ATTESTOR, SIGNING_KEY = "_ATTESTOR", "_SIGNING_KEY"
"""What stands for them in builds."""

_IMAGES = 'for FILE in "$FILES"/images/*; do test -e "$FILE" || continue; IMAGE="$(basename "$FILE")"; DIGEST="$(cat "$FILE")"'


def of_branch(setting: Setting, branch: str) -> Build:
    """Release id; all images at once; scanned and judged; signed; tagged; recorded; in the environments that take it by
    themselves."""
    catalogue = setting.catalogue
    images = [
        steps.build_image(setting, name, image, "releases", [RELEASE] if image.mirror else [RELEASE, steps.PREPARE])
        for name, image in catalogue.images.items()
    ]
    built = [step.id for step in images]
    scans = [
        steps.scan(setting, name, scanner, built, "releases")
        for name, scanner in catalogue.scanners.items()
        if scanner.looks_at == "image" and not scanner.deep
    ]
    scanned = [step.id for step in scans]
    gate = [steps.upload(setting, scanned, branch), steps.gate(setting, scanned, notice=True)] if scans else []
    judged = [steps.GATE] if scans else built
    return steps.build(
        [
            *steps.checkout(setting, scans=bool(scans)),
            steps.prepare(setting),
            steps.sources(setting),
            _allocate(setting, branch),
            *images,
            *scans,
            *gate,
            _sign(setting, judged),
            _tag(setting, [SIGN]),
            _record(setting, branch),
            *_onward(setting, branch),
        ],
        substitutions={
            **{steps.substitution(name): "" for name in ("releases", "cache")},
            ATTESTOR: "",
            SIGNING_KEY: "",
        },
    )


def _allocate(setting: Setting, branch: str) -> Step:
    return steps.slipway(
        setting,
        RELEASE,
        f'slipway release allocate --commit "$COMMIT"{_of(setting, branch)} --push > "$FILES/release"\ncat "$FILES/release"',
        after=[steps.CHECKOUT],
        env={"COMMIT": "$COMMIT_SHA"},
    )


def _sign(setting: Setting, after: list[str]) -> Step:
    """https://docs.cloud.google.com/binary-authorization/docs/making-attestations"""
    return Step(
        id=SIGN,
        program="gcloud",
        image=setting.image(GCLOUD),
        script=f"{_IMAGES}\n"
        'gcloud container binauthz attestations sign-and-create --artifact-url="$REPOSITORY/$IMAGE@$DIGEST" \\\n'
        '  --attestor="$ATTESTOR" --keyversion="$SIGNING_KEY"\n'
        "done",
        after=tuple(after),
        env={
            "FILES": steps.FILES,
            "REPOSITORY": f"${steps.substitution('releases')}",
            "ATTESTOR": f"${ATTESTOR}",
            "SIGNING_KEY": f"${SIGNING_KEY}",
        },
        grants=frozenset({Signs()}),
        takes=durations.SIGN,
    )


def _tag(setting: Setting, after: list[str]) -> Step:
    """The release's id and the commit. A tag never moves: one that is there already must name the same digest.

    In the repository of caches an image has what it was made of as a tag, by which previews know what they need not build.
    """
    return Step(
        id=TAG,
        program="docker",
        image=setting.image(DOCKER),
        script='RELEASE="$(cat "$FILES/release")"\n'
        f"{_IMAGES}\n"
        'for NAME in "$COMMIT" "$RELEASE"; do\n'
        '  docker buildx imagetools create --prefer-index=false --tag="$REPOSITORY/$IMAGE:$NAME" "$REPOSITORY/$IMAGE@$DIGEST"\n'
        "done\n"
        'if test -s "$FILES/sources/$IMAGE"; then docker buildx imagetools create --prefer-index=false \\\n'
        '  --tag="$CACHE/$IMAGE:source-$(cat "$FILES/sources/$IMAGE")" "$REPOSITORY/$IMAGE@$DIGEST"; fi\n'
        "done",
        after=(*after, steps.SOURCES),
        env={
            "FILES": steps.FILES,
            "REPOSITORY": f"${steps.substitution('releases')}",
            "CACHE": f"${steps.substitution('cache')}",
            "COMMIT": "$COMMIT_SHA",
        },
        grants=frozenset({Writes("releases"), Writes("cache")}),
        takes=durations.TAG,
    )


def _of(setting: Setting, branch: str) -> str:
    """Where the branch needs to be said."""
    return f" --branch {branch}" if len(setting.branches) > 1 else ""


def _record(setting: Setting, branch: str) -> Step:
    """With the migrations of the commit, where the catalogue says where they are. Before the first one there is no folder, since git
    keeps no empty one; where there was one in a release, that it is gone is refused."""
    migrations = setting.catalogue.migrations
    folder = f"{WORKSPACE}/{migrations.folder}" if migrations and migrations.folder else ""
    named = ' --migrations "$MIGRATIONS"' if folder else ""
    placed = 'test -e "$MIGRATIONS" || MIGRATIONS="$(mktemp -d)"\n' if folder else ""
    return steps.slipway(
        setting,
        RECORD,
        f'{placed}set --\n{_IMAGES}; set -- "$@" "$IMAGE=$DIGEST"; done\n'
        'slipway release record --id "$(cat "$FILES/release")" --commit "$COMMIT" --build "$BUILD_URL"'
        f'{_of(setting, branch)}{named} --push "$@"',
        after=[TAG],
        env={
            "COMMIT": "$COMMIT_SHA",
            **({"MIGRATIONS": folder} if folder else {}),
            "BUILD_URL": "https://console.cloud.google.com/cloud-build/builds;region=$LOCATION/$BUILD_ID?project=$PROJECT_ID",
        },
        notices=True,
    )


def _onward(setting: Setting, branch: str) -> list[Step]:
    """Where it comes by itself: the environments that take this branch, and each that follows one by itself."""
    found: list[Step] = []
    reached: dict[str, str] = {}
    for name, environment in setting.environments.items():
        before = environment.promotion.from_
        if not environment.promotion.automatic or (before is not None and before not in reached):
            continue
        if before is None and environment.promotion.branch != branch:
            continue
        found.append(_deploy(setting, name) if before is None else promote(setting, name, [reached[before]]))
        reached[name] = found[-1].id
    return found


def _move(
    setting: Setting,
    id_: str,
    script: str,
    *,
    after: Iterable[str],
    grants: Iterable[Grant],
    env: Mapping[str, str] | None = None,
) -> Step:
    """A release comes to an environment, and people are told."""
    return steps.slipway(
        setting, id_, script, after=after, env=env, grants=grants, notices=True, takes=durations.DEPLOY
    )


def _deploy(setting: Setting, stack: str) -> Step:
    return _move(
        setting,
        f"deploy-{stack}",
        f'slipway deploy {stack} "$(cat "$FILES/release")" --unless-newer --push',
        after=[RECORD],
        grants=[Deploys(stack)],
    )


def redeploy(setting: Setting, stack: str, after: list[str]) -> Step:
    """Any recorded release comes to the first environment, because somebody wants it there."""
    return _move(
        setting,
        f"deploy-{stack}",
        f'slipway deploy {stack} "$RELEASE" --push',
        after=after,
        env={"RELEASE": "$_RELEASE"},
        grants=[Deploys(stack)],
    )


def promote(setting: Setting, stack: str, after: list[str]) -> Step:
    """What runs in the environment before comes to this one."""
    return _move(
        setting,
        f"promote-{stack}",
        f"slipway promote {stack} --push",
        after=after,
        grants=reach(setting, stack),
    )


def reach(setting: Setting, stack: str) -> list[Grant]:
    """A stack is changed, and the environment before it is looked at."""
    environment = setting.environments.get(stack)
    source = environment.promotion.from_ if environment else None
    return [Deploys(stack), *([Watches(source)] if source else [])]


def rollback(setting: Setting, stack: str, after: list[str]) -> Step:
    """What ran well before comes back."""
    return _move(
        setting,
        f"rollback-{stack}",
        f'slipway rollback {stack} ${{TO:+--to "$TO"}} --push',
        after=after,
        env={"TO": "$_TO"},
        grants=[Deploys(stack)],
    )

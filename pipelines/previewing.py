"""The builds that make, update and remove previews.

What builds a pull request runs its author's code, so that it has no secret and can do nothing but fill the repository of previews;
what opens the preview runs none of it, in a build of its own that Cloud Build's message about the first one starts.
"""

from __future__ import annotations

from model.step_image import DOCKER
from pipelines import durations, steps
from pipelines.build import Build, Step
from pipelines.grants import Deploys, Reads, Starts, Writes
from pipelines.setting import Setting

TAG, AGAIN = "tag", "preview-push"


def images(setting: Setting) -> Build:
    """The images that a pull request changes, in the repository of previews under its commit."""
    made = [
        steps.build_image(setting, name, image, "previews", [steps.PREPARE, steps.SOURCES])
        for name, image in setting.catalogue.images.items()
        if not image.mirror
    ]
    tag = Step(
        id=TAG,
        program="docker",
        image=setting.image(DOCKER),
        script='for FILE in "$FILES"/images/*; do\n'
        '  test -e "$FILE" || continue; NAME="$(basename "$FILE")"; FROM="$REPOSITORY"\n'
        '  if test -s "$FILES/$NAME.from"; then FROM="$(cat "$FILES/$NAME.from")"; fi\n'
        '  docker buildx imagetools create --prefer-index=false --tag="$REPOSITORY/$NAME:$COMMIT" "$FROM/$NAME@$(cat "$FILE")"\n'
        "done",
        after=tuple(step.id for step in made),
        env={"FILES": steps.FILES, "REPOSITORY": f"${steps.substitution('previews')}", "COMMIT": "$COMMIT_SHA"},
        grants=frozenset({Writes("previews"), Reads("cache")}),
        takes=durations.TAG,
    )
    return steps.build(
        [steps.room(setting), steps.sources(setting), steps.prepare(setting), *made, tag],
        substitutions={steps.substitution(name): "" for name in ("previews", "cache")},
    )


def opened(setting: Setting, base: str) -> Build:
    """The preview of a pull request whose images are there."""
    script = 'slipway pr open "$NUMBER" --commit "$COMMIT" --built'
    env = {"NUMBER": "$_NUMBER", "COMMIT": "$_COMMIT"}
    return _slipway(setting, base, "open", script, env, ("_NUMBER", "_COMMIT"))


def followed(setting: Setting, base: str) -> Build:
    """A pull request that was closed loses its preview, one that was pushed to gets another build of it. What is true is asked of
    GitHub: whoever knows the address may say anything."""
    return _slipway(
        setting, base, "follow", 'slipway pr follow "$NUMBER"', {"NUMBER": "$_NUMBER"}, ("_NUMBER",), starts=AGAIN
    )


def swept(setting: Setting, base: str) -> Build:
    """What nobody needs any more is warned of, put to sleep, and removed."""
    return _slipway(setting, base, "sweep", "slipway pr sweep --yes", {}, ())


def _slipway(
    setting: Setting, base: str, id_: str, script: str, env: dict[str, str], given: tuple[str, ...], starts: str = ""
) -> Build:
    grants = [Deploys(base), *([Starts(starts)] if starts else [])]
    step = steps.slipway(setting, id_, script, after=[steps.CHECKOUT], env=env, grants=grants, takes=durations.DEPLOY)
    return steps.build([*steps.checkout(setting), step], substitutions=dict.fromkeys(given, ""))

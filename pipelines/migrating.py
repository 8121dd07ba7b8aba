"""The build that checks the migrations which a pull request adds.

It holds the key of the App, since only GitHub knows labels and reviews, and so it runs nothing of the pull request: it reads files of
SQL, with Slipway's own image. Each step is given either those files or the key, but for the one in which git fetches them.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

from model.step_image import SLIPWAY
from pipelines import durations, steps
from pipelines.build import WORKSPACE, Build, Step
from pipelines.setting import Setting

NAME, CODE, READ, JUDGE = "migrations", "code", "read", "judge"
CLONE = f"{steps.FILES}/{CODE}"
"""The migrations of the pull request, in a clone that knows what the branch has which it is to be merged into: Cloud Build's own has
one commit alone."""
FINDINGS = f"{steps.FILES}/findings"


def check(setting: Setting, folder: str) -> Build:
    """What is found in the migrations of a folder, and whether it may pass. It is wanted again by a comment, since neither a label nor
    a review starts a build."""
    ready = steps.checkout(setting)
    return steps.build([*ready, _fetched(setting, folder), _read(setting, folder), _judged(setting)])


def _fetched(setting: Setting, folder: str) -> Step:
    """All commits up to both heads, and no content but that of the migrations. What is a symbolic link becomes a file with its target in
    it: nothing outside of the folder is read in its place."""
    application = setting.shared.application_repository
    step = steps.slipway(
        setting,
        CODE,
        'git clone --quiet --no-checkout --no-tags --filter=blob:none --single-branch --branch "$TARGET" \\\n'
        '  --config credential.helper="!slipway git-credential" --config core.symlinks=false \\\n'
        '  "https://github.com/$APPLICATION" "$CODE"\n'
        'cd "$CODE"\n'
        'git fetch --quiet --no-tags origin "$COMMIT"\n'
        'git sparse-checkout set --no-cone "/$FOLDER"\n'
        'git checkout --quiet --detach "$COMMIT"\n'
        # Git gets contents as it needs them; the next step has no key to get any.
        'git diff --stat --no-renames "$(git merge-base "origin/$TARGET" HEAD)" -- "$FOLDER"',
        after=[steps.ROOM],
        env={
            "APPLICATION": application or "",
            "CODE": CLONE,
            "COMMIT": "$COMMIT_SHA",
            "FOLDER": folder,
            "TARGET": "$_BASE_BRANCH",
        },
        takes=durations.CHECKOUT,
    )
    return replace(step, folder=str(PurePosixPath(steps.FILES).relative_to(WORKSPACE)))


def _read(setting: Setting, folder: str) -> Step:
    """What is found, with no key at hand. Where no pull request is known, as on somebody's own machine, what blocks fails here: there is
    nobody to ask about it."""
    image = setting.image(SLIPWAY)
    places = " ".join(str(each) for each in reversed((PurePosixPath(folder), *PurePosixPath(folder).parents[:-1])))
    return Step(
        id=READ,
        image=image,
        program="slipway",
        script=f'if {{ git ls-tree HEAD -- {places}; git ls-tree -r HEAD -- {folder}; }} | grep "^1[26]0000 "\n'
        f'then echo "$FOLDER is to be a folder of plain files, without links and submodules" >&2; exit 2; fi\n'
        'set -- "$FOLDER" --base "$BASE"\n'
        # Git keeps no empty folder.
        'if ! test -e "$FOLDER" && test -z "$(git ls-tree "$BASE" -- "$FOLDER")"\n'
        'then mkdir -p "$FILES/none"; set -- "$FILES/none"; fi\n'
        'slipway migrations check "$@" --config-dir "$CONFIG" --save "$FINDINGS" \\\n'
        '|| { test -s "$FINDINGS" && test -n "$NUMBER"; }',
        folder=str(PurePosixPath(CLONE).relative_to(WORKSPACE)),
        after=(steps.CHECKOUT, CODE),
        env={
            "HOME": steps.HOME,
            "FILES": steps.FILES,
            "CONFIG": f"{WORKSPACE}/{steps.CHECKOUT}",
            "FINDINGS": FINDINGS,
            "FOLDER": folder,
            "BASE": "origin/$_BASE_BRANCH",
            "NUMBER": "$_PR_NUMBER",
        },
        grants=frozenset(steps.own(setting, image)),
        takes=durations.SLIPWAY,
    )


def _judged(setting: Setting) -> Step:
    """Passes what nobody has to answer for, or somebody who may has; says on the pull request what was found."""
    return steps.slipway(
        setting,
        JUDGE,
        'slipway migrations check --saved "$FINDINGS" --pull-request "$NUMBER" --commit "$COMMIT" --comment',
        after=[READ],
        env={"FINDINGS": FINDINGS, "NUMBER": "$_PR_NUMBER", "COMMIT": "$COMMIT_SHA"},
    )

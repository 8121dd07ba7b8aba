"""The builds of the platform repository: plans, changes of infrastructure, moves of releases, and the tools themselves."""

from __future__ import annotations

from collections.abc import Iterable

from model.step_image import DOCKER, GCLOUD, PULUMI, PYTHON, SLIPWAY, tag
from pipelines import durations, releasing, steps
from pipelines.build import Build, Step
from pipelines.grants import Deploys, Watches, Writes
from pipelines.setting import Setting
from pipelines.trigger import Message, Trigger

SAY = "say"
_BASES = {"PYTHON": PYTHON, "PULUMI": PULUMI, "GCLOUD": GCLOUD}
"""What the Dockerfile of this repository takes as build arguments -> what stands for it in the shared stack's `steps`."""


def plan(setting: Setting, stack: str) -> Build:
    """What a pull request would change in a stack. It runs the program as the pull request has it, so that nothing here opens a secret;
    `comment` shows what it says."""
    image = setting.image(SLIPWAY)
    planned = Step(
        id=f"plan-{stack}",
        image=image,
        program="slipway",
        # Pulumi.yaml names the environment that the program runs in.
        script=f'ln -s /opt/slipway .venv\nslipway plan {stack} --config-dir . --save "$FILES/plan" || test -s "$FILES/plan"',
        after=(steps.SNAPSHOT,),
        env={"HOME": steps.HOME, "FILES": steps.FILES, **steps.ENGINE},
        folder=steps.SOURCE,
        grants=frozenset({Deploys(stack), *steps.own(setting, image)}),
        volumes=(steps.SCANNED,),
        takes=durations.DEPLOY,
    )
    # Only root may write there: https://docs.cloud.google.com/build/docs/api/reference/rest/v1/projects.builds#results
    said = Step(
        id=SAY,
        image=setting.image(DOCKER),
        script='head -c 3000 "$FILES/plan" > "$BUILDER_OUTPUT/output"',
        after=(planned.id,),
        env={"FILES": steps.FILES},
        takes=durations.MOMENT,
    )
    return steps.build([steps.room(setting, scans=True), steps.snapshot(setting), planned, said])


def plans(found: Iterable[Trigger]) -> Message:
    """The message about a build that has planned for a pull request, with what it says."""
    planning = [trigger for trigger in found if trigger.build.steps[-1].id == SAY]
    (at,) = {len(trigger.build.steps) - 1 for trigger in planning}
    reads = {
        "_STATUS": "status",
        "_TRIGGER_ID": "buildTriggerId",
        "_TRIGGER": "substitutions.TRIGGER_NAME",
        "_NUMBER": "substitutions._PR_NUMBER",
        "_PLAN": f"results.buildStepOutputs[{at}]",
    }
    return Message(
        of=tuple(trigger.name for trigger in planning),
        reads={name: f"body.message.data.{path}" for name, path in reads.items()},
    )


def comment(setting: Setting) -> Build:
    """The comment on a pull request with a stack's plan. It runs nothing of the pull request."""
    return _of(
        setting,
        steps.slipway(
            setting,
            "comment",
            'slipway plan "${TRIGGER#plan-}" --comment "$NUMBER" --saved "$PLAN"',
            after=[steps.CHECKOUT],
            env={"TRIGGER": "$_TRIGGER", "NUMBER": "$_NUMBER", "PLAN": "$_PLAN"},
        ),
        ("_TRIGGER", "_NUMBER", "_PLAN"),
    )


def apply(setting: Setting, stack: str) -> Build:
    """What was merged comes to a stack; with a promotion among it, what runs in the environment before is looked at."""
    return _of(
        setting,
        steps.slipway(
            setting,
            f"apply-{stack}",
            # What was agreed to is this commit: where people have merged more since, a newer build of it waits to be agreed to.
            'if test -n "$(git log --format=%h --invert-grep --fixed-strings --grep="[skip ci]" "$COMMIT..HEAD")"\n'
            f'then echo "main has more by now, and a newer build for {stack}"; exit 0; fi\n'
            f"slipway apply {stack} --push",
            after=[steps.CHECKOUT],
            env={"COMMIT": "$COMMIT_SHA"},
            grants=releasing.reach(setting, stack),
            notices=True,
            takes=durations.DEPLOY,
        ),
    )


def deploy(setting: Setting, stack: str) -> Build:
    """A release comes to the first environment; `_RELEASE` names it."""
    return _of(setting, releasing.redeploy(setting, stack, [steps.CHECKOUT]), ("_RELEASE",))


def promote(setting: Setting, stack: str) -> Build:
    """What runs in the environment before comes to this one."""
    return _of(setting, releasing.promote(setting, stack, [steps.CHECKOUT]))


def rollback(setting: Setting, stack: str) -> Build:
    """What ran well before comes back; `_TO` may name a release."""
    return _of(setting, releasing.rollback(setting, stack, [steps.CHECKOUT]), ("_TO",))


def drift(setting: Setting) -> Build:
    """What in the clouds differs from the states, in one step for all stacks: it only looks, as the viewer of each. People are told, and
    the build fails where anything differs."""
    looks = [Watches(stack) for stack in (setting.stack, *setting.environments)]
    return _of(
        setting,
        steps.slipway(
            setting,
            "drift",
            "slipway drift --all --notify",
            after=[steps.CHECKOUT],
            grants=looks,
            notices=True,
            takes=durations.DEPLOY,
        ),
    )


def deep_scan(setting: Setting) -> Build:
    """All scanners of the source, those among them that are too slow for pull requests. Nobody looks on: people are told."""
    scanners = [
        steps.scan(setting, name, scanner, [steps.SNAPSHOT], None)
        for name, scanner in setting.catalogue.scanners.items()
        if scanner.looks_at == "source"
    ]
    scanned = [step.id for step in scanners]
    if not setting.moves:
        return steps.build(
            [steps.room(setting, scans=True), steps.snapshot(setting), *scanners, steps.gate(setting, scanned)]
        )
    # The clone of the platform repository comes after the snapshot: it is not what they look at.
    room, clone = steps.checkout(setting, [steps.SNAPSHOT], scans=True)
    after = [steps.CHECKOUT, *scanned]
    told = [steps.upload(setting, after, setting.trunk), steps.gate(setting, after, notice=True)]
    return steps.build([room, steps.snapshot(setting), *scanners, clone, *told])


def base_image(setting: Setting) -> Build:
    """What images are built on, and whose layers they reuse, with today's packages."""
    base = setting.catalogue.base_image
    assert base
    build = Step(
        id=base.name,
        program="docker",
        image=setting.image(DOCKER),
        script=f"docker buildx build --builder={steps.BUILDER} --pull --no-cache --file={base.dockerfile} "
        f"--platform={','.join(base.platforms)} \\\n"
        f'  --cache-to=type=inline --tag="$CACHE/{base.name}:refreshed" --push {base.context}',
        after=(steps.PREPARE,),
        env={"CACHE": f"${steps.substitution('cache')}"},
        grants=frozenset({Writes("cache")}),
        takes=durations.IMAGE,
    )
    return steps.build(
        [steps.room(setting), steps.prepare(setting), build], substitutions={steps.substitution("cache"): ""}
    )


def tools(setting: Setting) -> Build:
    """The image that runs slipway in all these builds, also under the tag by which the config names it: `slipway pipeline pin
    --update slipway` then takes it up."""
    build = Step(
        id=SLIPWAY,
        program="docker",
        image=setting.image(DOCKER),
        script='docker build --tag="$CACHE/slipway:$COMMIT" --build-arg="REVISION=$COMMIT" --build-arg="VERSION=$COMMIT" \\\n'
        + "".join(f'  --build-arg="{name}_IMAGE=${name}_IMAGE" \\\n' for name in _BASES)
        + '  .\ndocker push "$CACHE/slipway:$COMMIT"\n'
        'docker tag "$CACHE/slipway:$COMMIT" "$CACHE/slipway:$TAG"\ndocker push "$CACHE/slipway:$TAG"',
        env={
            "CACHE": f"${steps.substitution('cache')}",
            "COMMIT": "$COMMIT_SHA",
            "TAG": tag(setting.image(SLIPWAY)),
            **{f"{name}_IMAGE": setting.image(key) for name, key in _BASES.items()},
        },
        grants=frozenset({Writes("cache")}),
        takes=durations.IMAGE,
    )
    return steps.build([build], substitutions={steps.substitution("cache"): ""})


def _of(setting: Setting, step: Step, given: tuple[str, ...] = ()) -> Build:
    return steps.build([*steps.checkout(setting), step], substitutions=dict.fromkeys(given, ""))

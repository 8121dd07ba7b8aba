"""The pull request's build: whatever must hold before a change is merged. It pushes nothing and knows no secret.

Checks run what the pull request has written, beside scanners, so that scanners have a disk of their own: a snapshot that was taken
before any check begins, and what they find in it.
"""

from __future__ import annotations

from model.check import BUILD
from pipelines import durations, steps
from pipelines.build import Build, Step
from pipelines.setting import Setting

ALL = "gate"


def pull_request(setting: Setting) -> Build:
    """Images, checks and scanners at once; what names `build` waits for all images; the gate for everything."""
    images = [
        steps.build_image(setting, name, image, None, [steps.PREPARE])
        for name, image in setting.catalogue.images.items()
        if not image.mirror
    ]
    built = Step(
        id=BUILD,
        image=setting.image("docker"),
        script="echo 'all images can be built'",
        after=tuple(step.id for step in images),
        takes=durations.MOMENT,
    )
    scanning = {
        name: scanner
        for name, scanner in setting.catalogue.scanners.items()
        if scanner.looks_at == "source" and not scanner.deep
    }
    checks = [
        Step(
            id=name,
            image=setting.image(check.image, f"checks.{name}.image"),
            run=check.run,
            program=check.run[0],
            after=(*((steps.SNAPSHOT,) if scanning else ()), *check.after),
            timeout=60 * check.minutes,
            takes=durations.CHECK,
        )
        for name, check in setting.catalogue.checks.items()
    ]
    scanners = [steps.scan(setting, name, scanner, [steps.SNAPSHOT], None) for name, scanner in scanning.items()]
    security = [steps.gate(setting, [step.id for step in scanners])] if scanners else []
    required = [built, *checks, *security]
    gate = Step(
        id=ALL,
        image=setting.image("docker"),
        script="echo 'everything that is required has passed'",
        after=tuple(step.id for step in required),
        takes=durations.MOMENT,
    )
    ready = [steps.room(setting, scans=bool(scanning)), *([steps.snapshot(setting)] if scanning else ())]
    return steps.build(
        [*ready, steps.prepare(setting), *images, *_sorted([*required, *scanners]), gate],
        substitutions={steps.substitution("cache"): ""} if setting.catalogue.base_image else {},
    )


def _sorted(found: list[Step]) -> list[Step]:
    """Each after what it waits for; otherwise as they were. What waits for itself comes last, and is refused elsewhere."""
    names, left = {step.id for step in found}, list(found)
    placed: list[Step] = []
    while left:
        ready = [step for step in left if not set(step.after) & names - {each.id for each in placed}]
        if not ready:
            return placed + left
        placed += ready
        left = [step for step in left if step not in ready]
    return placed

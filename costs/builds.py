"""Cloud Build and what starts it at certain times: https://cloud.google.com/build/pricing, https://cloud.google.com/scheduler/pricing"""

from __future__ import annotations

from costs.resource import Resource
from costs.said import Line, Said, Unknown
from costs.stack import Stack

TRIGGER = "gcp:cloudbuild/trigger:Trigger"
JOB = "gcp:cloudscheduler/job:Job"
MACHINES = ("E2_MEDIUM", "E2_STANDARD_2", "E2_HIGHCPU_8", "E2_HIGHCPU_32", "N1_HIGHCPU_8", "N1_HIGHCPU_32")
_DEFAULT = "E2_STANDARD_2"
DAYS = 365 / 12


def of_trigger(trigger: Resource, stack: Stack) -> list[Said]:
    """Minutes of builds. Those that a schedule starts are counted by its clock; of all others together a number of minutes is
    assumed, which stands with the first of them."""
    machine = trigger.text("build", "options", "machineType") or _DEFAULT
    price = "build-" + machine.lower().replace("_", "-")
    job = next((each for each in stack.of(JOB) if each.name == trigger.name), None)
    if job is not None:
        times = runs(job.text("schedule"))
        if times is None:
            return [Unknown(f"how often '{job.text('schedule')}' is")]
        minutes = times * stack.assumptions.scheduled_build_minutes
        return [Line(price, "minutes of builds that a schedule starts", minutes, minutes)]
    scheduled = {each.name for each in stack.of(JOB)}
    others = [each.urn for each in stack.of(TRIGGER) if each.name not in scheduled]
    minutes = stack.assumptions.build_minutes if others[:1] == [trigger.urn] else 0
    return [Line(price, "minutes of builds", minutes, minutes)]


def of_job(job: Resource, stack: Stack) -> list[Said]:
    """A job of Cloud Scheduler, whatever it does. The three that each billing account has free are not taken off."""
    return [Line("scheduler-job", "jobs of Cloud Scheduler", 1, 1)]


def runs(cron: str) -> float | None:
    """How often a month what stands in five fields comes; None for what is none, or names days of the month and of the week."""
    fields = cron.split()
    if len(fields) != 5:
        return None
    counts = [_count(text, size) for text, size in zip(fields, (60, 24, 31, 12, 7), strict=True)]
    if any(count is None for count in counts):
        return None
    minutes, hours, days, months, weekdays = (count or 0 for count in counts)
    if days < 31 and weekdays < 7:
        return None
    share = days / 31 if days < 31 else weekdays / 7
    return minutes * hours * share * DAYS * months / 12


def _count(text: str, size: int) -> float | None:
    """How many of so many values a field of cron names."""
    total = 0.0
    for part in text.split(","):
        span, _, step = part.partition("/")
        low, _, high = span.partition("-")
        if span == "*":
            width = size
        elif low.isdigit() and (not high or high.isdigit()):
            width = int(high) - int(low) + 1 if high else (size - int(low) if step else 1)
        else:
            return None
        if (step and not (step.isdigit() and int(step))) or width < 1:
            return None
        total += -(-width // int(step)) if step else width
    return min(total, size)

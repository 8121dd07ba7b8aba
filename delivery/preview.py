"""`slipway pr`: a pull request's own copy of the services, in its base environment's cluster.

A preview is an ordinary stack. What is added here is its file, made from `Pulumi.pr.yaml`, and that both verbs may be
repeated: whatever a killed command left, the same command again finishes.
"""

import secrets
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from delivery import pins, preview_base, stack_yaml
from delivery.atomic import replace_text
from delivery.desk import Desk
from delivery.engines import Report, Update
from delivery.errors import Failed, Refused
from delivery.pins import Pins
from delivery.preview_base import TEMPLATE
from delivery.progress import one_line
from delivery.releases import Releases, image_problems
from model import names
from model.catalogue import Catalogue, load_catalogue
from model.environment import Preview
from model.errors import ConfigError, Problem
from model.stacks import NAMESPACE, check_together, load_environment, stack_file, stacks

PASSWORD = "databasePassword"
PASSWORD_BYTES = 24
"""192 bits: more than any dictionary, and short enough for every client."""


def open_preview(desk: Desk, number: int, branch: str, images: Mapping[str, str], report: Report) -> Update:
    """Make the preview of a pull request, or bring it up to date. Raises Failed when it does not come up."""
    config_dir, stack = desk.place.config, _stack(number)
    text = pins.read_text(config_dir / TEMPLATE)
    catalogue = load_catalogue(config_dir)
    if problems := image_problems(catalogue, images, "--image"):
        raise ConfigError(*problems)
    path = config_dir / stack_file(stack)
    base = preview_base.named(text, config_dir)
    existing = pins.read(stack, config_dir) if path.exists() else None
    lent = pins.read(base, config_dir)
    digests = {**lent.images, **_own(desk, existing), **images}
    release = lent.release if digests == dict(lent.images) else None
    wanted = Pins(digests, release, lent.migrated or (existing.migrated if existing else None))
    request: dict[str, stack_yaml.Scalar] = {"number": number, "branch": branch}
    current = pins.read_text(path) if existing else text
    made = stack_yaml.edit(pins.repin(current, wanted), {f"{NAMESPACE}:pullRequest": request})
    _check(stack, made, catalogue)
    if base not in desk.engine.stacks(beside=base):
        raise Failed(
            f"{base}, which the preview would stand on, was never brought up", f"Run 'slipway up {base}' first."
        )
    _alone(desk, stack, names.preview_namespace(number, branch))
    if not path.exists() or made != pins.read_text(path):
        replace_text(path, made)
    key = f"{NAMESPACE}:{PASSWORD}"
    if desk.engine.config_get(stack, key) is None:
        desk.engine.config_set(stack, key, secrets.token_urlsafe(PASSWORD_BYTES), secret=True)
    update = desk.engine.run(stack, "up", report)
    if not update.ok:
        said = [f"{found.urn.rpartition('::')[2]}: {one_line(found.message)}" for found in update.diagnostics]
        raise Failed(
            f"the preview {stack} did not come up\n" + "\n".join(f"  {line}" for line in said),
            f"Repair the cause and run the same command again, or remove it with 'slipway pr close {number}'.",
            update.as_json(),
        )
    return update


def close_preview(desk: Desk, number: int, report: Report) -> Update | None:
    """Remove everything that the preview made, its state and its file; None where there was nothing.

    Works on a half-made preview and on one whose file is gone.
    """
    stack = _stack(number)
    update = None
    if stack in desk.engine.stacks(beside=stack):
        update = desk.engine.run(stack, "destroy", report)
        if not update.ok:
            said = [f"{found.urn.rpartition('::')[2]}: {one_line(found.message)}" for found in update.diagnostics]
            raise Failed(
                f"the preview {stack} could not be removed whole\n" + "\n".join(f"  {line}" for line in said),
                f"Repair the cause and run 'slipway pr close {number}' again.",
                update.as_json(),
            )
        desk.engine.remove(stack)
    (desk.place.config / stack_file(stack)).unlink(missing_ok=True)
    return update


def namespace(desk: Desk, number: int) -> str:
    """The Kubernetes namespace of an open preview."""
    loaded = load_environment(_stack(number), desk.place.config)
    assert isinstance(loaded, Preview)
    return loaded.namespace


def _stack(number: int) -> str:
    stack = names.preview_stack(number)
    if not names.PREVIEW.fullmatch(stack):
        raise ConfigError(
            Problem("command line", "N", f"{number} is no number of a pull request", "Write a number from 1.")
        )
    return stack


def _own(desk: Desk, existing: Pins | None) -> dict[str, str]:
    """The images that an earlier `pr open` gave the preview: those of no recorded release. The others follow the base."""
    if existing is None:
        return {}
    released = {pair for release in Releases(desk.place.config).all() for pair in release.images.items()}
    return {image: digest for image, digest in existing.images.items() if (image, digest) not in released}


def _check(stack: str, text: str, catalogue: Catalogue) -> None:
    """Refuse the file before it is written, so that bad input leaves nothing behind."""
    with TemporaryDirectory() as folder:
        (Path(folder) / stack_file(stack)).write_text(text, encoding="utf-8")
        check_together(stack, load_environment(stack, Path(folder)), catalogue)


def _alone(desk: Desk, stack: str, namespace: str) -> None:
    """Two pull requests can have branches of one name, in forks for instance; they cannot share a namespace."""
    for other in stacks(desk.place.config):
        if other == stack or not names.PREVIEW.fullmatch(other):
            continue
        loaded = load_environment(other, desk.place.config)
        if isinstance(loaded, Preview) and loaded.namespace == namespace:
            remedy = f"Close it with 'slipway pr close {loaded.pull_request.number}', or rename the branch."
            refusal = ("own-namespace", f"the preview {other} of the same branch has the namespace {namespace}", remedy)
            raise Refused(f"opening {stack} is refused", [refusal])

"""Steps that several builds have."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import replace

from model.check import Scanner
from model.image import Image
from model.step_image import BUILDKIT, DOCKER, EMULATOR, SBOM, SLIPWAY
from pipelines import durations, order
from pipelines.build import WORKSPACE, Build, Step, Volume
from pipelines.durations import Duration
from pipelines.grants import Grant, Opens, Reads, Repository, Writes
from pipelines.setting import Setting

ROOM, PREPARE, CHECKOUT, GATE, SOURCES = "workspace", "prepare", "platform", "security", "sources"
SNAPSHOT = "snapshot"
BUILDER, HOUR = "slipway", 3600
HOME = "/home/slipway"
"""Where the image of slipway has Pulumi's plugins; Cloud Build would set another folder."""
FILES = f"{WORKSPACE}/.build"
"""Where steps leave what later ones need: `images/NAME` with a digest, `release`."""

SCANNED = Volume("scanned", "/scanned")
"""What scanners look at and what they find. The steps that run the code of a change do not have it, and cannot write over either."""
SOURCE, FINDINGS = f"{SCANNED.path}/source", f"{SCANNED.path}/findings"

ENGINE = {"SLIPWAY_ENGINE": "pulumi", "SLIPWAY_IMPERSONATE": "deployers", "SLIPWAY_ACTOR": "$SERVICE_ACCOUNT_EMAIL"}
"""How slipway works in builds: through the Pulumi CLI, as each stack's deployer, and in the name of the build's identity."""

APP_KEY, SLACK_TOKEN = "github-app", "slack"
"""Secrets of the pipelines, as the shared stack's `secrets` names them."""

VARIABLES = {APP_KEY: "GITHUB_APP_PRIVATE_KEY", SLACK_TOKEN: "SLACK_BOT_TOKEN"}
"""The variable that each is read from."""


def substitution(repository: Repository) -> str:
    """What stands for a repository's address in a build."""
    return f"_{repository.upper()}"


def prepare(setting: Setting) -> Step:
    """Cloud Build's workers are amd64, and Docker's own driver builds for one platform only
    (https://docs.docker.com/build/building/multi-platform/#prerequisites)."""
    return Step(
        id=PREPARE,
        image=setting.image(DOCKER),
        program="docker",
        script='docker run --privileged --rm "$EMULATOR" --install all\n'
        f'docker buildx create --name {BUILDER} --driver docker-container --driver-opt "image=$BUILDKIT" --bootstrap',
        after=(ROOM,),
        env={"EMULATOR": setting.image(EMULATOR), "BUILDKIT": setting.image(BUILDKIT)},
        takes=durations.PREPARE,
    )


def build_image(setting: Setting, name: str, image: Image, into: Repository | None, after: Iterable[str]) -> Step:
    """Builds or copies one image: into a repository by digest, or for nobody (`into` None). A commit that is in the repository
    already keeps its digest."""
    script = _copied(image) if image.mirror else _built(setting, name, image)
    env = {"IMAGE": name, "FILES": FILES, "COMMIT": "$COMMIT_SHA"}
    grants: set[Grant] = set()
    if into is not None:
        env["REPOSITORY"] = f"${substitution(into)}"
        grants.add(Writes(into))
    if not image.mirror:
        env |= {"PROJECT": "$PROJECT_ID", "BRANCH": "$BRANCH_NAME", "BUILD": "$BUILD_ID"}
        env |= {"SBOM_GENERATOR": setting.image(SBOM)} if into else {}
        if setting.catalogue.base_image:
            env["CACHE"] = f"${substitution('cache')}"
            grants.add(Reads("cache"))
    head = _KNOWN if into else ""
    if into == "previews" and not image.mirror:
        head += _UNCHANGED
        env["CACHE"] = f"${substitution('cache')}"
        grants.add(Reads("cache"))
    return Step(
        id=name,
        image=setting.image(DOCKER),
        script=head + (script[0] if into else script[1]),
        after=tuple(after),
        env=env,
        grants=frozenset(grants),
        program="docker",
        makes=name,
        takes=durations.COPY if image.mirror else durations.IMAGE,
    )


_KNOWN = """mkdir -p "$FILES/images"
if docker buildx imagetools inspect --format '{{.Manifest.Digest}}' "$REPOSITORY/$IMAGE:$COMMIT" > "$FILES/images/$IMAGE"
then echo "$IMAGE of $COMMIT is there already"; exit 0; fi
"""


_HASH = """mkdir -p "$FILES/sources"
of() {
  name="$1"; shift
  for path in "$@"; do test -e "$path" || return 0; done
  git -c safe.directory='*' ls-tree -r HEAD -- "$@" | sha256sum | cut -c1-64 > "$FILES/sources/$name"
}"""
"""Said once: a script has 10,000 characters at most, and there may be many images."""


def sources(setting: Setting) -> Step:
    """What each image is made of, as one hash: of the names and contents of its `paths`, by git's own hashes of them. Where one of
    the paths is not there, nobody knows what the image is made of, and it is built."""
    lines = [_HASH, "if git -c safe.directory='*' rev-parse --quiet --verify HEAD; then"]
    for name, image in setting.catalogue.images.items():
        if not image.mirror:
            lines.append(f"  of {shlex.join([name, *image.sources_of(name)])}")
    image_of_step = setting.image(SLIPWAY)
    return Step(
        id=SOURCES,
        image=image_of_step,
        script="\n".join((*lines, "fi")),
        after=(ROOM,),
        env={"FILES": FILES},
        grants=frozenset(own(setting, image_of_step)),
        program="git",
        takes=durations.MOMENT,
    )


_UNCHANGED = """SOURCE="$FILES/sources/$IMAGE"
if test -s "$SOURCE" && docker buildx imagetools inspect --format '{{.Manifest.Digest}}' \\
  "$CACHE/$IMAGE:source-$(cat "$SOURCE")" > "$FILES/images/$IMAGE"
then echo "$IMAGE is what a build of main has made of the same files"; echo "$CACHE" > "$FILES/$IMAGE.from"; exit 0; fi
"""
"""Only builds of main say so in the repository of caches, and nobody else writes there what this reads."""


def _built(setting: Setting, name: str, image: Image) -> tuple[str, str]:
    """The commands that build: with a push, and without."""
    arguments = [
        f"--builder={BUILDER}",
        f"--file={shlex.quote(image.dockerfile_of(name))}",
        f"--platform={','.join(image.platforms)}",
        f"--build-arg=flavor={setting.catalogue.flavor}",
        '--build-arg="project=$PROJECT"',
        '--build-arg="branch=$BRANCH"',
        '--build-arg="build=$BUILD"',
    ]
    if base := setting.catalogue.base_image:
        arguments.append(f'--cache-from="type=registry,ref=$CACHE/{base.name}:refreshed"')
    common = " \\\n  ".join(("docker buildx build", *arguments))
    pushed = (
        '--output="type=image,name=$REPOSITORY/$IMAGE,push-by-digest=true,name-canonical=true,push=true"',
        '--attest="type=sbom,generator=$SBOM_GENERATOR"',
        "--attest=type=provenance,mode=max",
        '--metadata-file="$FILES/$IMAGE.json"',
        shlex.quote(image.context),
    )
    with_push = " \\\n  ".join((common, *pushed))
    read = """sed -n 's/.*"containerimage.digest": *"\\(sha256:[0-9a-f]*\\)".*/\\1/p' "$FILES/$IMAGE.json" > "$FILES/images/$IMAGE" """
    return f"{with_push}\n{read.strip()}", f"{common} \\\n  --output=type=cacheonly \\\n  {shlex.quote(image.context)}"


def _copied(image: Image) -> tuple[str, str]:
    """Copies all platforms byte for byte, so that the image keeps its publisher's digest. A copy needs a tag to go to: one that says
    nothing but the digest. The commit's tag it gets where the others do, once it has been scanned.

    Without --prefer-index=false docker would wrap an image of one platform in an index with a digest of its own:
    https://docs.docker.com/reference/cli/docker/buildx/imagetools/create/
    """
    copy = "docker buildx imagetools create --prefer-index=false"
    plain = image.mirror.partition("@")[0]
    pushed = (
        f"docker buildx imagetools inspect --format '{{{{.Manifest.Digest}}}}' {image.mirror} > \"$FILES/$IMAGE.digest\"\n"
        'DIGEST="$(cat "$FILES/$IMAGE.digest")"\n'
        f'{copy} --tag="$REPOSITORY/$IMAGE:copy-${{DIGEST#sha256:}}" "{plain}@$DIGEST"\n'
        'cp "$FILES/$IMAGE.digest" "$FILES/images/$IMAGE"'
    )
    return pushed, f"{copy} --dry-run {image.mirror}"


def scan(setting: Setting, name: str, scanner: Scanner, after: Iterable[str], repository: Repository | None) -> Step:
    """Runs a scanner, whose findings are judged later: what it ends with does not matter as long as it has written them."""
    key = f"scanners.{name}.image"
    env = {"FILES": FILES, "FINDINGS": FINDINGS, "NAME": name}
    command = " ".join(_quoted(word) for word in scanner.run)
    lines = []
    if scanner.looks_at == "image" and repository:
        env["REPOSITORY"] = f"${substitution(repository)}"
        lines += [
            'for FILE in "$FILES"/images/*; do',
            '  test -e "$FILE" || continue',
            '  IMAGE="$REPOSITORY/$(basename "$FILE")@$(cat "$FILE")"',
            '  SARIF="$FINDINGS/$NAME-$(basename "$FILE").sarif"',
            f'  {command} 2> "$SARIF.said" || true',
            '  cat "$SARIF.said" >&2',
            '  test -s "$SARIF" || ' + _unwritten(scanner),
            "done",
        ]
    else:
        lines += [
            'SARIF="$FINDINGS/$NAME.sarif"',
            f'{command} 2> "$SARIF.said" || true',
            'cat "$SARIF.said" >&2',
            'test -s "$SARIF" || ' + _unwritten(scanner),
        ]
    return Step(
        id=name,
        image=setting.image(scanner.image, key),
        script="\n".join(lines),
        after=tuple(after),
        env=env,
        grants=frozenset({Reads(repository)}) if repository and scanner.looks_at == "image" else frozenset(),
        timeout=60 * scanner.minutes,
        folder="" if repository else SOURCE,
        volumes=(SCANNED,),
        program=scanner.run[0],
        takes=durations.SCAN,
    )


def _unwritten(scanner: Scanner) -> str:
    """A scanner that needs the net says that it was skipped, in its own last words; any other must have written its findings."""
    if scanner.online:
        return 'tail -n 1 "$SARIF.said" > "${SARIF%.sarif}.skipped"'
    return '{ echo "$NAME has written no findings" >&2; exit 1; }'


_VARIABLES = ("$(SARIF)", "$(IMAGE)")
_VARIABLE = re.compile(r"(\$\((?:SARIF|IMAGE)\))")


def _quoted(word: str) -> str:
    """One word for the shell; $(SARIF) and $(IMAGE) stand for variables of the step."""
    parts = [f'"${part[2:-1]}"' if part in _VARIABLES else shlex.quote(part) for part in _VARIABLE.split(word) if part]
    return "".join(parts) or "''"


def snapshot(setting: Setting) -> Step:
    """The source as it was before anything of it ran: what git knows of and what is new, without what it ignores. Scanners look at
    that, and the policy is read from it."""
    image = setting.image(SLIPWAY)
    return Step(
        id=SNAPSHOT,
        image=image,
        script="if ! git -c safe.directory='*' rev-parse --quiet --verify HEAD; then cp -R . \"$SOURCE\"; exit 0; fi\n"
        "git -c safe.directory='*' ls-files -z --cached --others --exclude-standard > \"$SOURCE.files\"\n"
        'tar --create --file="$SOURCE.tar" --null --ignore-failed-read --files-from="$SOURCE.files"\n'
        'tar --extract --file="$SOURCE.tar" --directory="$SOURCE"\n'
        'rm "$SOURCE.tar" "$SOURCE.files"',
        after=(ROOM,),
        env={"SOURCE": SOURCE},
        grants=frozenset(own(setting, image)),
        volumes=(SCANNED,),
        program="git",
        takes=durations.MOMENT,
    )


def gate(setting: Setting, after: Iterable[str], *, notice: bool = False) -> Step:
    """What scanners have found, held against the policy, which is in the application repository; with `notice` it is that of the
    platform repository, whoever watches over security is told, and a scanner that was skipped blocks: what it would have found
    nobody knows."""
    told, config = (" --notice --complete", f"{WORKSPACE}/{CHECKOUT}") if notice else ("", SOURCE)
    secrets = _secrets(setting, [SLACK_TOKEN] if notice else [])
    image = setting.image(SLIPWAY)
    return Step(
        id=GATE,
        image=image,
        program="slipway",
        script=f'slipway security gate{told} --config-dir "$CONFIG" "$FINDINGS"',
        folder=CHECKOUT if notice else SOURCE,
        after=tuple(after),
        env={"HOME": HOME, "FINDINGS": FINDINGS, "CONFIG": config, **(ENGINE if notice else {})},
        secrets=tuple(VARIABLES[name] for name in secrets),
        grants=frozenset((*own(setting, image), *(Opens(name) for name in secrets))),
        volumes=(SCANNED,),
        takes=durations.SLIPWAY,
    )


def room(setting: Setting, *, scans: bool = False) -> Step:
    """Cloud Build's workspace belongs to root, and the slipway image runs as somebody else. What a commit has at these places, so
    that it is taken for a digest, goes. A volume is root's too; a build that `scans` has one."""
    places = '"$FILES" "$CLONE"'
    more = ' "$SCANNED" "$SOURCE" "$FINDINGS"' if scans else ""
    return Step(
        id=ROOM,
        image=setting.image(DOCKER),
        script=f"rm -rf {places}\nmkdir -p {places}{more}\nchmod 0777 {places}{more}",
        env={
            "FILES": FILES,
            "CLONE": f"{WORKSPACE}/{CHECKOUT}",
            **({"SCANNED": SCANNED.path, "SOURCE": SOURCE, "FINDINGS": FINDINGS} if scans else {}),
        },
        volumes=(SCANNED,) if scans else (),
        takes=durations.MOMENT,
    )


def upload(setting: Setting, after: Iterable[str], branch: str) -> Step:
    """Findings go to GitHub's Security tab. What cannot be shown there holds nothing up."""
    step = slipway(
        setting,
        "upload",
        f'slipway security upload "$FINDINGS" --commit "$COMMIT" --ref refs/heads/{branch} || echo "not uploaded"',
        after=after,
        env={"COMMIT": "$COMMIT_SHA", "FINDINGS": FINDINGS},
    )
    return replace(step, volumes=(SCANNED,))


def checkout(setting: Setting, after: Iterable[str] = (), *, scans: bool = False) -> tuple[Step, Step]:
    """The platform repository as it is on main. Later pushes go by the same identity. `after`: not before these steps."""
    assert setting.shared.platform_repository
    clone = slipway(
        setting,
        CHECKOUT,
        'git clone --config credential.helper="!slipway git-credential" "https://github.com/$PLATFORM" .\n'
        # Pulumi.yaml names the environment that the program runs in.
        "ln -s /opt/slipway .venv\necho .venv >> .git/info/exclude",
        after=[ROOM, *after],
        env={"PLATFORM": setting.shared.platform_repository.name},
        takes=durations.CHECKOUT,
    )
    return room(setting, scans=scans), clone


def slipway(
    setting: Setting,
    id_: str,
    script: str,
    *,
    after: Iterable[str] = (),
    env: Mapping[str, str] | None = None,
    grants: Iterable[Grant] = (),
    notices: bool = False,
    takes: Duration = durations.SLIPWAY,
) -> Step:
    """The command, in the platform repository's clone, as the team's GitHub App."""
    app = setting.shared.github_app
    assert app
    image = setting.image(SLIPWAY)
    secrets = _secrets(setting, [APP_KEY, *([SLACK_TOKEN] if notices else [])])
    identity = {"GITHUB_APP_ID": app.id, "GITHUB_APP_INSTALLATION_ID": app.installation}
    return Step(
        id=id_,
        image=image,
        program="slipway",
        script=script,
        after=tuple(after),
        env={**identity, "HOME": HOME, "FILES": FILES, **ENGINE, **(env or {})},
        secrets=tuple(VARIABLES[name] for name in secrets),
        folder=CHECKOUT,
        grants=frozenset((*grants, *own(setting, image), *(Opens(name) for name in secrets))),
        takes=takes,
    )


def build(steps: Iterable[Step], *, substitutions: Mapping[str, str] | None = None) -> Build:
    """A build of these steps, with the secrets that they open and the time that they need."""
    found = tuple(steps)
    opened = {name for step in found for name in step.secrets}
    secrets = {variable: name for name, variable in VARIABLES.items() if variable in opened}
    made = Build(steps=found, substitutions=substitutions or {}, secrets=secrets)
    return replace(made, timeout=_timeout(made)) if _sound(found) else made


def _sound(steps: Iterable[Step]) -> bool:
    """Whether each step has an id of its own and waits for earlier ones only; else there is no order, which is told where builds are checked."""
    earlier: set[str] = set()
    for step in steps:
        if step.id in earlier or not earlier.issuperset(step.after):
            return False
        earlier.add(step.id)
    return True


def _timeout(found: Build) -> int:
    """An hour, or three times what it should take where that is more, or the limits of its steps: Cloud Build adds those up however
    many of them run at once."""
    expected = max((span.end for span in order.timeline(found).values()), default=0.0)
    return max(HOUR, math.ceil(3 * expected), sum(step.timeout or 0 for step in found.steps))


def own(setting: Setting, image: str) -> set[Grant]:
    """What it takes to run in an image: those of the team's own are in its cache repository."""
    cache = f"{setting.shared.region}-docker.pkg.dev/{setting.shared.project}/{setting.shared.repositories.cache}/"
    return {Reads("cache")} if image.startswith(cache) else set()


def _secrets(setting: Setting, names: Iterable[str]) -> list[str]:
    """Those that this team has."""
    return [name for name in names if name in setting.shared.secrets]

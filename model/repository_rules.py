"""What GitHub asks before a branch changes or a job deploys: reviews, checks, owners of code."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from model.inert import Inert

USER = re.compile(r"@[A-Za-z0-9](?:[A-Za-z0-9]|-(?=[A-Za-z0-9])){0,38}(?:_[A-Za-z0-9]+)?")
TEAM = re.compile(r"@([A-Za-z0-9](?:[A-Za-z0-9]|-(?=[A-Za-z0-9])){0,38})/[a-z0-9](?:[a-z0-9_.-]*[a-z0-9_])?")
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


def _pattern(value: str) -> str:
    """A line's first word. Of what a .gitignore may say, GitHub takes no '!' and no '[ ]' here, and '#' begins a comment:
    https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
    """
    if not value or re.search(r"[\s\[\]]", value) or value[0] in "!#":
        raise ValueError(
            f"'{value}' is no pattern of CODEOWNERS|Write a path such as /migrations/, '*.sql', or '*' for all"
        )
    return value


def _owner(value: str) -> str:
    if not (USER.fullmatch(value) or TEAM.fullmatch(value) or EMAIL.fullmatch(value)):
        raise ValueError(f"'{value}' is nobody on GitHub|Write @login, @organization/team, or an e-mail address")
    return value


def _some(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        raise ValueError("nobody owns it|Name somebody, or take the path out")
    return value


Pattern = Annotated[str, AfterValidator(_pattern)]
Owners = Annotated[tuple[Annotated[str, AfterValidator(_owner)], ...], AfterValidator(_some)]
Number = Annotated[int, Field(ge=1)]


class BranchRules(Inert):
    """What a change of a branch must have. Whoever administers the repository keeps to it too."""

    reviews: int = Field(1, ge=0, le=10, description="how many people must have approved a pull request, from 0 to 10")
    checks: tuple[Annotated[str, Field(min_length=1)], ...] = Field(
        (),
        description="a list of checks that must have passed, by the names that GitHub shows; in the application repository "
        "the build of the pull request is one of them without being named",
    )
    owners: dict[Pattern, Owners] = Field(
        default_factory=dict,
        description="a map path -> list of who must approve a change there (@login, @organization/team, e-mail address), "
        "the last one that matches counts; becomes .github/CODEOWNERS, which afterwards changes by pull request",
    )

    @property
    def code_owners(self) -> str:
        """The text of the file; empty where nobody owns anything."""
        if not self.owners:
            return ""
        lines = [f"{pattern} {' '.join(owners)}\n" for pattern, owners in self.owners.items()]
        return "".join(["# Stands in slipway:repositoryRules of the platform repository too: change both.\n", *lines])

    def strangers(self, organization: str) -> list[str]:
        """Owners that are teams of another organization, which GitHub does not take."""
        teams = [(owner, TEAM.fullmatch(owner)) for owners in self.owners.values() for owner in owners]
        return [owner for owner, team in teams if team and team[1].lower() != organization.lower()]


class Reviewers(Inert):
    """Who may let a job of GitHub into an environment. By their numbers, since a name that is given up may become somebody
    else's."""

    users: tuple[Number, ...] = Field(
        (), max_length=6, description="a list of people, by number: `gh api users/LOGIN --jq .id`"
    )
    teams: tuple[Number, ...] = Field(
        (), max_length=6, description="a list of teams, by number: `gh api orgs/ORGANIZATION/teams/TEAM --jq .id`"
    )

    @model_validator(mode="after")
    def _some(self) -> Reviewers:
        count = len({*self.users}) + len({*self.teams})
        if not 1 <= count <= 6:
            raise ValueError(f"GitHub takes one to six reviewers, users and teams together, not {count}|Name as many")
        return self


class RepositoryRules(Inert):
    """What is not here is left as it is on GitHub."""

    application: BranchRules | None = Field(
        None, description="rules of the branches that releases are built of, in applicationRepository"
    )
    platform: BranchRules | None = Field(
        None, description="rules of main in platformRepository, which githubApp alone may pass"
    )
    reporter: Number | None = Field(
        None,
        description="the number of Cloud Build's app on GitHub, so that nobody else's report of a build counts: "
        "`gh api repos/OWNER/NAME/commits/main/check-runs --jq '.check_runs[].app.id'`",
    )
    environments: dict[str, Reviewers] = Field(
        default_factory=dict,
        description="a map environment -> who must let a job of platformRepository into it, never whoever started the job",
    )

    def misfit(self, application: str | None, platform: str | None, environments: Collection[str]) -> str:
        """What does not fit repositories and environments, and what to do about it; empty where all does."""
        if self.application and not application:
            return "repositoryRules.application needs applicationRepository|Add it: owner and name on GitHub"
        if (self.platform or self.environments) and not platform:
            what = "platform" if self.platform else "environments"
            return f"repositoryRules.{what} needs platformRepository|Add it: name, id and ownerId on GitHub"
        for key, rules, repository in (
            ("application", self.application, application),
            ("platform", self.platform, platform),
        ):
            organization = (repository or "").partition("/")[0]
            for owner in rules.strangers(organization) if rules else ():
                what = f"repositoryRules.{key}.owners names {owner}, and teams of other organizations own nothing"
                return f"{what}|Write a team of {organization}: @{organization}/TEAM"
        for name in self.environments:
            if name not in environments:
                what = f"repositoryRules.environments names '{name}', which readers does not"
                return f"{what}|Add it there with its project's number"
        return ""

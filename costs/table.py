"""`prices.yaml`: what a unit of each thing costs in each region, of which day, and where that was read."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field, ValidationError, model_validator

from model.errors import ConfigError, Problem, refused
from model.inert import Inert

FILE = Path(__file__).with_name("prices.yaml")

Dollars = Annotated[
    float, Field(strict=True, ge=0, allow_inf_nan=False, description="US dollars for one unit, such as 0.10")
]
Region = Annotated[str, Field(pattern=r"^[a-z]+-[a-z]+[0-9]+$", description="a region, such as us-west1")]


class Source(Inert):
    """Where prices were read. `date` is the day of the figures, or the day that `what` speaks of."""

    what: str = Field(min_length=1, description="what kind of record it is")
    url: str = Field(pattern=r"^https://\S+$", description="where the figures stand, an https:// address")
    date: date


class Price(Inert):
    """What one unit costs: `usd` everywhere, or in each of `regions` by itself."""

    per: str = Field(min_length=1, description="the unit, such as GiB and month")
    source: str
    note: str = ""
    usd: Dollars | None = None
    regions: dict[Region, Dollars] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_way(self) -> Price:
        if (self.usd is None) is not bool(self.regions):
            raise ValueError("it has to say either 'usd' or 'regions'|Write one of them")
        return self

    def of(self, region: str) -> float | None:
        """US dollars for a unit in this region; None where that is not known."""
        return self.regions.get(region) if self.regions else self.usd


class Prices(Inert):
    """The whole table."""

    sources: dict[str, Source]
    prices: dict[str, Price]

    @model_validator(mode="after")
    def _sourced(self) -> Prices:
        for key, price in self.prices.items():
            if price.source not in self.sources:
                raise ValueError(f"the source of '{key}', '{price.source}', is not among the sources|Add it there")
        if unused := self.sources.keys() - {price.source for price in self.prices.values()}:
            raise ValueError(f"no price is from '{min(unused)}'|Take it out")
        return self

    def of(self, key: str, region: str) -> float | None:
        """US dollars for a unit; None where there is no such price, or none for the region."""
        price = self.prices.get(key)
        return price.of(region) if price else None

    def per(self, key: str) -> str:
        """The unit of a price."""
        return self.prices[key].per

    def source(self, key: str) -> Source:
        """Where a price was read."""
        return self.sources[self.prices[key].source]


@lru_cache(maxsize=2)
def load(path: Path = FILE) -> Prices:
    """The table. Raises ConfigError where it is not good."""
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, yaml.YAMLError) as error:
        problem = " ".join(str(error).split())
        raise ConfigError(Problem(path.name, "", f"it cannot be read: {problem}", "Restore it from git.")) from None
    try:
        return Prices.model_validate(found)
    except ValidationError as error:
        raise refused(path.name, Prices, error) from None

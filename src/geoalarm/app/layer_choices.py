"""What can be chosen: the options of a workspace in the order a page offers them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoalarm.core.terms import Basis

if TYPE_CHECKING:
    from geoalarm.analysis.layer_option import LayerOption


@dataclass(frozen=True, slots=True)
class Choices:
    """Options by hazard, scenario and return period; populations and countries by name."""

    options: tuple[LayerOption, ...]
    populations: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()

    @property
    def offered(self) -> list[LayerOption]:
        """The options in the order of a page: what is real first, then the examples."""
        return sorted(self.options, key=lambda option: option.basis == Basis.ILLUSTRATIVE)

    def hazards(self) -> list[str]:
        """Hazards in the order they are offered."""
        return list(dict.fromkeys(option.hazard for option in self.offered))

    def scenarios(self, hazard: str) -> list[str]:
        """Scenarios of a hazard in the order they are offered."""
        return list(dict.fromkeys(option.scenario for option in self.offered if option.hazard == hazard))

    def periods(self, hazard: str, scenario: str) -> list[float]:
        """Return periods [yr] of a scenario, often to rare; NaN where the layer has no probability."""
        found = [
            option.return_period_yr
            for option in self.options
            if (option.hazard, option.scenario) == (hazard, scenario)
        ]
        return (
            sorted(set(found), key=lambda value: (math.isnan(value), value))
            if not all(map(math.isnan, found))
            else [math.nan]
        )

    def option(self, hazard: str, scenario: str, period: float) -> LayerOption | None:
        """The option of exactly these three, or None."""
        return next(
            (
                option
                for option in self.options
                if (option.hazard, option.scenario) == (hazard, scenario)
                and same_period(option.return_period_yr, period)
            ),
            None,
        )

    def option_at_start(self) -> LayerOption:
        """What a page shows first: the first hazard and scenario, the middle return period."""
        hazard = self.hazards()[0]
        scenario = self.scenarios(hazard)[0]
        found = self.option(hazard, scenario, default_period(self.periods(hazard, scenario)))
        return found or self.offered[0]

    def curve(self, option: LayerOption) -> list[LayerOption]:
        """Options of the same scenario by return period, often to rare; empty without probability."""
        if math.isnan(option.return_period_yr):
            return []
        alike = [
            other
            for other in self.options_of(option.hazard)
            if other.scenario == option.scenario and not math.isnan(other.return_period_yr)
        ]
        return sorted(alike, key=lambda other: other.return_period_yr)

    def options_of(self, hazard: str) -> list[LayerOption]:
        """All options of a hazard."""
        return [option for option in self.options if option.hazard == hazard]

    def beside(self, option: LayerOption) -> list[LayerOption]:
        """Options of the same hazard that can stand beside one: its other return periods and scenarios."""
        return [
            other for other in self.options if other.hazard == option.hazard and token(other) != token(option)
        ]


def same_period(one: float, other: float) -> bool:
    """Whether two return periods [yr] are the same; two missing ones are."""
    return one == other or (math.isnan(one) and math.isnan(other))


def default_period(periods: list[float]) -> float:
    """The middle of the return periods: neither the mildest nor the worst case."""
    return periods[(len(periods) - 1) // 2]


def token(option: LayerOption) -> str:
    """Scenario and period of an option as a word of an address: ``present~100``, ``~100``, ``reference~``."""
    period = "" if math.isnan(option.return_period_yr) else f"{option.return_period_yr:g}"
    return f"{option.scenario}~{period}"


def by_token(options: Iterable[LayerOption], word: str) -> LayerOption | None:
    """The option a token names, or None."""
    return next((option for option in options if token(option) == word), None)

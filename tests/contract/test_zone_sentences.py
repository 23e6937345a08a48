"""Explorer and briefing say the same of the same fact: every hazard, every state, with and without a chance,
in four languages.
"""

from __future__ import annotations

import math
import re
import runpy
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from geoalarm import hazards, i18n
from geoalarm.core.terms import LANGUAGES, State
from geoalarm.dossier.commune_dossier import Dossier, LayerRows
from geoalarm.present.briefing import briefing
from geoalarm.present.narrative import basis_text, commune_sentences

MADE = runpy.run_path(str(Path(__file__).parents[1] / "made_up_dossier.py"))
one: Callable[..., Dossier] = MADE["one"]

NUCLEAR = ("nuclear_shelter_iodine", "nuclear_evacuation", "nuclear_shelter_at_once")
INTERVALS = ("[0.01, 0.5)", "[0.5, 1)", "[1, 2)")
OWN = [(name, "", tuple(hazard.class_labels) or INTERVALS) for name, hazard in hazards.discover().items()]
DANGERS = [
    *OWN,
    *((name, "", ("1", "2", "3")) for name, _, _ in OWN),
    ("industrial", "toxic", ("SEI", "SEL", "SELS")),
    ("industrial", "nuclear_planning", ("20 km", "10 km", "5 km")),
    ("industrial", "nuclear_planning", NUCLEAR),
    ("nuclear", "", ("20 km", "10 km", "5 km")),
    ("cavity", "", ("affected",)),
    ("wildfire", "dry summer", INTERVALS),
    ("swarm_of_bees", "", ("affected",)),
]
"""Every hazard of the package with its own classes and with bare codes, and hazards of a user: the last has
no word of its own.
"""

OF_THE_DANGER: dict[str, dict[str, Any]] = {
    "exposed": {"people": (5000, 1230, 90)},
    "mildest class only": {"people": (5000, 0, 0)},
    "few": {"people": (4, 0, 3)},
    "few in the worst": {"people": (400, 300, 3)},
    "classes that overlap": {"people": (900, 500, 300), "caveats": "classes_overlap"},
    "zero": {"people": (0, 0, 0), "state": State.ZERO},
    "zero of a part": {"people": (0, 0, 0), "state": State.ZERO, "mapped": 0.4},
}
"""Facts whose sentence depends on the danger."""

OF_THE_COUNT: dict[str, dict[str, Any]] = {
    "with a range": {"people": (500, 1230, 600), "bounds": (480.0, 1600.0)},
    "rough": {"people": (500, 1230, 600), "bounds": (0.0, 1999.0), "caveats": "coarse_population"},
    "mapped in part": {"people": (5000, 1230, 90), "mapped": 0.4},
    "example": {"people": (5000, 1230, 90), "basis": "illustrative"},
    "not studied": {"people": (9, 9, 9), "state": State.NOT_STUDIED, "mapped": 0.0},
    "not studied across": {"people": (9, 9, 9), "state": State.NOT_STUDIED, "mapped": 0.0, "country": "BE"},
    "outside coverage": {"people": (9, 9, 9), "state": State.OUTSIDE_COVERAGE, "mapped": 0.0},
    "suppressed": {"people": (4, 4, 4), "state": State.SUPPRESSED},
}
"""Facts whose sentence every danger shares: told of the hazards of the package, and of one without a word."""

FACTS = {**OF_THE_DANGER, **OF_THE_COUNT}
CASES = [
    pytest.param(*danger, period, name, id=f"{name}-{'-'.join(danger[:2])}-{danger[2][0]}-{period:g}")
    for danger, period in product(DANGERS, (math.nan, 100.0))
    for name in FACTS
    if name in ("exposed", "few")
    or (math.isnan(period) and (name in OF_THE_DANGER or danger in (*OWN, DANGERS[-1])))
]


def _dossier(
    hazard: str, scenario: str, labels: tuple[str, ...], period: float, fact: dict[str, Any]
) -> Dossier:
    """People in as many classes as the layer has; the last number given stands in all the worse ones."""
    people = [*fact["people"], *[fact["people"][-1]] * len(labels)][: len(labels)]
    others = {name: value for name, value in fact.items() if name != "people"}
    return one(people, hazard=hazard, scenario=scenario, labels=labels, period=period, **others)


def _frame(main: LayerRows, lang: str) -> set[str]:
    """What the explorer says round the fact, and the briefing in places of their own: example, basis, limit,
    classes left out.
    """
    keys = ("sentence.example", "sentence.limit", "caveat.mild_classes_left_out", "sentence.slide_milder")
    return {
        *(i18n.text(key, lang) for key in keys),
        basis_text(main.basis, lang, sources=[main.source]) + ".",
    }


@pytest.mark.parametrize(("hazard", "scenario", "labels", "period", "name"), CASES)
def test_explorer_and_briefing_say_the_same(
    hazard: str, scenario: str, labels: tuple[str, ...], period: float, name: str
) -> None:
    made = _dossier(hazard, scenario, labels, period, FACTS[name])
    main = made.dangers[0].main
    for lang in LANGUAGES:
        page = briefing(made, lang, names={})
        told = commune_sentences(
            main.rows, lang, "Le Lieu", units=main.units, sources=[main.source], countries=main.countries
        )
        explorer = [sentence for sentence in told if sentence not in _frame(main, lang)]
        assert explorer
        assert explorer == [sentence.text for sentence in page.cards[0].sentences]
        if page.cards[0].state == State.EXPOSED:
            assert explorer[0] in page.lead[0].text


@pytest.mark.parametrize(
    ("lang", "period", "expected"),
    [
        (
            "en",
            math.nan,
            "About 1,230 people in Le Lieu live in the zone (wildfire). No one knows when it will happen.",
        ),
        (
            "fr",
            math.nan,
            (
                "Environ 1 230 personnes au Lieu habitent dans la zone (feu de forêt). On ne sait pas quand "
                "cela arrivera."
            ),
        ),
        (
            "nl",
            math.nan,
            (
                "Ongeveer 1.230 mensen in Le Lieu wonen in de zone (natuurbrand). Wanneer het gebeurt, weet "
                "niemand."
            ),
        ),
        (
            "de",
            math.nan,
            "Etwa 1.230 Menschen in Le Lieu wohnen in der Zone (Waldbrand). Wann es geschieht, weiß niemand.",
        ),
        (
            "en",
            100.0,
            "About 1,230 people in Le Lieu live in the zone (wildfire, 1% chance a year, 1 in 100).",
        ),
        (
            "fr",
            100.0,
            (
                "Environ 1 230 personnes au Lieu habitent dans la zone (feu de forêt, 1 % de chance par an, "
                "1 sur 100)."
            ),
        ),
        (
            "nl",
            100.0,
            "Ongeveer 1.230 mensen in Le Lieu wonen in de zone (natuurbrand, 1% kans per jaar, 1 op 100).",
        ),
        (
            "de",
            100.0,
            "Etwa 1.230 Menschen in Le Lieu wohnen in der Zone (Waldbrand, 1 % Chance pro Jahr, 1 zu 100).",
        ),
    ],
)
def test_a_danger_without_a_sentence_of_its_own_starts_with_the_people(
    lang: str, period: float, expected: str
) -> None:
    main = one(1230.0, hazard="wildfire", labels=("affected",), period=period).dangers[0].main
    assert re.sub(r"[\u00a0\u202f]", " ", commune_sentences(main.rows, lang, "Le Lieu")[0]) == expected


def test_slopes_too_mild_to_mean_danger_are_named_apart_on_both_pages() -> None:
    """Of 5,000 + 3,000 + 400 + 120 + 30 people the classes high and very high hold 150, the milder three
    8,400.
    """
    labels = ("very_low", "low", "moderate", "high", "very_high")
    main = one([5000.0, 3000.0, 400.0, 120.0, 30.0], hazard="landslide", labels=labels).dangers[0].main
    told = [sentence.replace("\u00a0", " ") for sentence in commune_sentences(main.rows, "en", "Le Lieu")]
    assert told[0] == (
        "If the ground slides, about 150 people in Le Lieu would be where it moves most easily "
        "(class: high and very high). "
        "No one knows when."
    )
    assert "In the weaker classes: about 8,400 people." in told

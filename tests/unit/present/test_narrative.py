"""The table in sentences: what is said on the made-up world, and what is never said of the unknown."""

from __future__ import annotations

import math
import re

import pandas as pd
import pytest

from geoalarm.core.schema import conform
from geoalarm.core.terms import LANGUAGES, Basis
from geoalarm.exposure.engine import expose
from geoalarm.i18n import place_names as names_of
from geoalarm.present import narrative as n
from geoalarm.results.totals import difference, threshold_total
from geoalarm.testing import World, source, world

NB = "\u00a0"


@pytest.fixture(scope="module")
def made_up() -> World:
    return world()


@pytest.fixture(scope="module")
def flood(made_up: World) -> pd.DataFrame:
    return expose(made_up.flood[100.0], made_up.population, made_up.communes)


@pytest.fixture(scope="module")
def slides(made_up: World) -> pd.DataFrame:
    return expose(made_up.landslide, made_up.population, made_up.communes)


def _of(table: pd.DataFrame, commune: str) -> pd.DataFrame:
    return table[table["commune_id"] == commune]


def _row(
    people: float,
    *,
    state: str = "exposed",
    hazard: str = "flood",
    period: float = 100.0,
    label: str = "[0.5, 1)",
    caveats: str = "",
    mapped: float = 1.0,
    bounds: tuple[float, float] | None = None,
) -> pd.DataFrame:
    low, high = bounds or (people, people)
    return conform(
        pd.DataFrame(
            [
                {
                    "commune_id": "FR:1",
                    "hazard": hazard,
                    "scenario": "",
                    "return_period_yr": period,
                    "intensity_class": label,
                    "basis": "modelled",
                    "population": 20_000.0,
                    "population_exposed": people,
                    "population_exposed_low": low,
                    "population_exposed_high": high,
                    "mapped_share": mapped,
                    "area_exposed_km2": 1.0,
                    "state": state,
                    "source_ids": "",
                    "caveats": caveats,
                }
            ]
        )
    )


def test_a_flooded_commune_in_sentences(flood: pd.DataFrame) -> None:
    assert n.commune_sentences(_of(flood, "BE:00002"), "fr", "Le Quesnoy", sources=[source("flood")]) == [
        f"Données d'exemple{NB}: ne décidez rien avec.",
        (
            f"Si une crue survient (1{NB}% de chance par an, 1 sur 100), environ 400{NB}personnes au Quesnoy "
            f"seraient dans la zone inondée."
        ),
        f"Soit 10{NB}% des habitants.",
        f"Pour environ 200{NB}personnes, l'eau dépasserait 1{NB}m.",
        "Exemple, 2026.",
        "Première estimation. Ne remplace pas une étude officielle.",
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("state", ["not_studied", "outside_coverage", "suppressed"])
def test_what_is_unknown_is_said_without_any_figure(lang: str, state: str) -> None:
    said = n.commune_sentences(
        _row(math.nan, state=state, mapped=1.0 if state == "suppressed" else 0.0), lang, "Hirson"
    )
    assert said
    assert not re.search(r"\d", " ".join(said))


def test_zero_is_said_of_the_mapped_part_only() -> None:
    assert (
        n.commune_sentences(_row(0, state="zero"), "en", "Hirson")[0]
        == "Nobody lives in the zone. The whole commune is mapped."
    )
    part = n.commune_sentences(_row(0, state="zero", mapped=0.4), "en", "Hirson")
    assert part[:2] == [
        "Nobody lives in the zone, where the commune is mapped.",
        "The map covers 40% of the commune.",
    ]


@pytest.mark.parametrize(
    ("hazard", "period", "expected"),
    [
        (
            "flood",
            100.0,
            (
                "If a flood happens (1% chance a year, 1 in 100), fewer than 11 people in Hirson would be in "
                "the flooded area."
            ),
        ),
        (
            "flood",
            math.nan,
            (
                "If a flood happens, fewer than 11 people in Hirson would be in the flooded area. No one "
                "knows how often."
            ),
        ),
        (
            "landslide",
            math.nan,
            "If the ground slides, fewer than 11 people in Hirson would be in the zone. No one knows when.",
        ),
        (
            "industrial",
            math.nan,
            "If an accident happens (Depot), fewer than 11 people in Hirson could be hurt for life.",
        ),
        (
            "wildfire",
            math.nan,
            "Fewer than 11 people in Hirson live in the zone (wildfire). No one knows when it will happen.",
        ),
        (
            "wildfire",
            50.0,
            "Fewer than 11 people in Hirson live in the zone (wildfire, 2% chance a year, 1 in 50).",
        ),
        (
            "nuclear",
            math.nan,
            f"If an accident happens (Depot), fewer than 11{NB}people in Hirson would be in its zone.",
        ),
    ],
)
def test_few_people_have_no_number_and_no_share(hazard: str, period: float, expected: str) -> None:
    label = "SEL" if hazard == "industrial" else "[0.5, 1)"
    said = n.commune_sentences(
        _row(4, hazard=hazard, period=period, label=label), "en", "Hirson", site="Depot"
    )
    assert said[0] == expected
    assert not [sentence for sentence in said if "residents" in sentence]


def test_who_could_die_is_counted_from_the_first_lethal_effects(made_up: World) -> None:
    rows = _of(expose(made_up.industrial, made_up.population, made_up.communes), "BE:00002")
    said = n.commune_sentences(rows, "en", "Stad", site="Depot")
    assert said[1:4] == [
        f"If an accident happens (Depot), about 2,000{NB}people in Stad could be hurt for life.",
        "That is 50% of residents.",
        f"About 500{NB}people could die.",
    ]


def test_who_could_die_where_classes_overlap_is_the_class_alone() -> None:
    """Nobody knows how many of the 300 are also among the 100: the explorer's total from "deaths possible"
    says 300, so do both pages.
    """
    rows = pd.concat(
        [
            _row(people, hazard="industrial", period=math.nan, label=label, caveats="classes_overlap")
            for label, people in (("SEI", 900.0), ("SEL", 300.0), ("SELS", 100.0))
        ],
        ignore_index=True,
    )
    assert threshold_total(rows, from_class="SEL")["population_exposed"].tolist() == [300.0]
    assert f"About 300{NB}people could die." in n.commune_sentences(rows, "en", "Hirson", site="Depot")


def test_a_planning_zone_promises_no_harm() -> None:
    said = n.commune_sentences(
        _row(4000, hazard="industrial", period=math.nan, label="20 km"), "en", "Hirson"
    )
    assert said[0] == (
        f"If an accident happens (industrial accident), about 4,000{NB}people in Hirson would be in its zone."
    )


def test_bounds_are_said_and_a_coarse_figure_is_called_rough() -> None:
    assert "Likely between 900 and 1,600." in n.commune_sentences(
        _row(1230, bounds=(905, 1597)), "en", "Hirson"
    )
    assert "Rough estimate: 0 to 9,000." in n.commune_sentences(
        _row(1230, bounds=(0, 8999), caveats="coarse_population"), "en", "Hirson"
    )


def test_caveats_have_their_sentences() -> None:
    assert (
        n.caveat_sentences(_row(4, caveats="partly_mapped|illustrative"), "nl")[1]
        == "Voorbeeldgegevens: beslis er niets mee."
    )


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("fr", f"Environ 800{NB}personnes habitent dans la zone. Le plus grand nombre{NB}: Stad-2, 400."),
        ("nl", f"Ongeveer 800{NB}mensen wonen in de zone. Het hoogste aantal: Stad-2, 400."),
        ("de", f"Etwa 800{NB}Menschen wohnen in der Zone. Die höchste Zahl: Stad-2, 400."),
        ("en", f"About 800{NB}people live in the zone. The highest number: Stad-2, 400."),
    ],
)
def test_finding_of_a_map(made_up: World, flood: pd.DataFrame, lang: str, expected: str) -> None:
    assert n.finding(threshold_total(flood), lang, names=names_of.names(made_up.communes, lang)) == expected


def test_finding_counts_the_communes_it_says_nothing_about(slides: pd.DataFrame) -> None:
    assert n.finding(threshold_total(slides), "en", names={}, measure="share") == (
        f"About 900{NB}people live in the zone. The highest share: FR:00001, 45% of residents. "
        f"3{NB}communes are not mapped."
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (_row(0, state="zero"), "Nobody lives in the zone, where it is mapped."),
        (_row(3), "Fewer than 11 people live in the zone."),
        (_row(3000), f"About 3,000{NB}people live in the zone."),
        (_row(math.nan, state="not_studied"), "This danger is mapped in none of these communes."),
        (_row(math.nan, state="suppressed"), "The numbers are too small to publish."),
    ],
)
def test_finding_where_there_is_no_ranking(rows: pd.DataFrame, expected: str) -> None:
    assert n.finding(threshold_total(rows), "en", names={}) == expected


def test_finding_of_a_difference(flood: pd.DataFrame, slides: pd.DataFrame) -> None:
    a, b = threshold_total(flood), threshold_total(slides)
    assert (
        n.difference_finding(difference(a, b), "en")
        == f"About 700{NB}people more in the zone with the second scenario."
    )
    assert (
        n.difference_finding(difference(b, a), "en")
        == f"About 700{NB}people fewer in the zone with the second scenario."
    )
    assert n.difference_finding(difference(a, a), "en") == "Both scenarios expose the same number of people."
    assert n.difference_finding(difference(a, b.iloc[3:]), "en") == "No commune is mapped in both scenarios."


def test_subtitles(made_up: World, flood: pd.DataFrame) -> None:
    said = n.subtitle(
        threshold_total(flood), "en", threshold="[0.5, 1)", units="m", sources=made_up.flood[100.0].sources
    )
    assert said == f"Flood, 1% a year (1 in 100), from 0.5{NB}m. Example, 2026."
    rows = _row(5, hazard="industrial", period=math.nan, label="SEL")
    said = n.subtitle(threshold_total(rows), "en", threshold="SEL")
    assert said == "Industrial accident, from the class “Deaths possible (SEL)”. Calculated."
    assert n.basis_text("statutory", "de", sources=[source("x", Basis.STATUTORY)]) == "Amtliche Karte, 2026"


def test_names_come_in_the_page_language_then_the_local_one(made_up: World) -> None:
    frame = made_up.communes.data.copy()
    frame.loc[3, ["name", "name_nl", "name_fr"]] = ["Tournai", "Doornik", "Tournai"]
    communes = type(made_up.communes)(frame)
    shown = [names_of.names(communes, lang)["BE:00001"] for lang in ("fr", "nl", "en")]
    assert shown == ["Tournai", "Doornik (Tournai)", "Tournai"]
    assert names_of.search(communes, "doorn") == names_of.search(communes, "TOURNAI") == ["BE:00001"]


def test_search_finds_codes_words_and_no_accents(made_up: World) -> None:
    frame = made_up.communes.data.copy()
    frame.loc[0, "name"] = "Écaussinnes-d'Enghien"
    communes = type(made_up.communes)(frame)
    assert names_of.search(communes, "FR:00001") == ["FR:00001"]
    assert names_of.search(communes, "00001") == ["BE:00001", "FR:00001"]
    assert names_of.search(communes, "enghien") == names_of.search(communes, "ECAUSSINNES") == ["FR:00001"]
    assert names_of.search(communes, " - ") == names_of.search(communes, "atlantis") == []


def test_a_commune_without_a_name_shows_its_code(made_up: World) -> None:
    frame = made_up.communes.data[["commune_id", "geometry"]]
    assert names_of.names(type(made_up.communes)(frame), "fr")["FR:00001"] == "FR:00001"


def test_titles_of_embedded_sources_are_in_the_readers_language() -> None:
    from geoalarm.core.model import Source
    from geoalarm.i18n.place_names import source_title

    own = Source("mine", title="Water depth", titles={"nl": "Waterdiepte", "en": "Depth of water"})
    assert source_title(own, "nl") == source_title(own, "nl-BE") == "Waterdiepte"
    assert source_title(own, "en") == "Depth of water"
    assert source_title(own, "fr") == "Water depth"
    assert source_title(Source("official_jrc", title="JRC river flood"), "nl") == "JRC river flood"
    assert source_title(Source("mine"), "fr") == "mine"

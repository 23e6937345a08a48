"""The page of a commune in words: what it says of the made-up world, and never says of the unknown."""

from __future__ import annotations

import json
import math
import re
import runpy
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoalarm import i18n, testing
from geoalarm.core.errors import InputError
from geoalarm.core.terms import LANGUAGES
from geoalarm.dossier.commune_dossier import Dossier, LayerFault, SiteNear
from geoalarm.hazards import counted_from
from geoalarm.present.briefing import WORDS, as_text, briefing, figures_table, words
from geoalarm.present.briefing.briefing_content import Briefing, Figure, Sentence
from geoalarm.present.briefing.figure_registry import FigureRegistry
from geoalarm.present.narrative import commune_sentences
from geoalarm.results.commune_count import LayerCount
from geoalarm.results.totals import threshold_total

MADE = runpy.run_path(str(Path(__file__).parents[2] / "made_up_dossier.py"))
NAMES, MAP = MADE["NAMES"], MADE["MAP"]
dossier: Callable[[str], Dossier] = MADE["dossier"]
one: Callable[..., Dossier] = MADE["one"]
neighbour = MADE["neighbour"]
SLIDES = ("very_low", "low", "moderate", "high", "very_high")
RINGS = ("SEI", "SEL", "SELS")
WORKS = "".join(
    re.escape(i18n.text("demo.example_works", lang, number="#")).replace(r"\#", r"\d+") + "|"
    for lang in LANGUAGES
)
"""Names of made-up works hold a number that counts nobody."""


def page(made: Dossier, lang: str = "en") -> Briefing:
    return briefing(made, lang, names=NAMES)


def flat(text: str) -> str:
    """With plain spaces."""
    return re.sub(r"[\u00a0\u202f]", " ", text)


def said(made: Dossier, lang: str = "en") -> list[str]:
    """Sentences of the only card."""
    (card,) = page(made, lang).cards
    return [flat(sentence.text) for sentence in card.sentences]


def sentences(made: Briefing) -> Iterator[Sentence]:
    yield from made.lead
    for card in made.cards:
        yield from card.sentences
    yield from (part for part in (made.union, made.across_lead) if part is not None)
    yield from made.todo
    yield from (Sentence(place.text, tuple(figure.id for figure in place.figures)) for place in made.across)
    yield from (Sentence(among.region, among.region_figure_ids) for among in made.among)
    yield from (
        Sentence(" ".join(item.known), item.figure_ids)
        for item in made.checklist.items
        if item.id not in ("risks", "overview")
    )


def check(made: Briefing) -> None:
    """What holds on every page."""
    listed = {line.source.id for line in made.sources}
    for figure in made.figures.values():
        assert figure.source_ids
        assert set(figure.source_ids) <= listed, figure.id
        assert re.fullmatch(r"[a-z0-9-]+", figure.id)
        assert figure.text
        assert figure.row
        assert math.isnan(figure.value) != (figure.state in ("exposed", "zero")), figure
    text = as_text(made)
    assert not re.search(r"\bnan\b|\bNone\b|\{|\}|\b(sentence|briefing|todo|checklist|unit)\.\w", text), text
    assert "  " not in re.sub(r"^ +", "", text, flags=re.MULTILINE)
    for sentence in sentences(made):
        said_numbers = set(
            re.findall(
                r"\d+", re.sub(r"(?<=\d)[.,\u202f\u00a0](?=\d{3}(?!\d))", "", _without_names(sentence.text))
            )
        )
        figures = [made.figures[name] for name in sentence.figure_ids]
        known = {token for figure in figures for token in _numbers(figure)}
        assert said_numbers <= known, (sentence.text, said_numbers - known)


def _without_names(text: str) -> str:
    return re.sub(WORKS + r"(Ville|Stad)-\d|FR:\d+|BE:\d+", "", text)


def _numbers(figure: Figure) -> set[str]:
    return set(re.findall(r"\d+", re.sub(r"(?<=\d)[.,\u202f\u00a0](?=\d{3}(?!\d))", "", figure.text)))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("commune", testing.PEOPLE)
def test_every_page_of_the_world_holds_together(commune: str, lang: str) -> None:
    check(page(dossier(commune), lang))


def test_the_head_of_a_page_known_by_hand() -> None:
    """The ring of 1 km covers half of Ville-2: 800 of 1,600 people; of 4,000 in Stad-2 it covers half as
    well.
    """
    made = page(dossier("FR:00002"))
    assert made.is_example
    assert flat(made.lead[0].text) == (
        "Example data: do not decide with it. If an accident happens (The plant), about 800 people in "
        "Ville-2 could be hurt for life."
    )
    assert flat(made.lead[2].text) == (
        "The plant is across the border, 2.5 km away. Its zone reaches here. It holds about 800 people "
        "in Ville-2."
    )
    assert [figure.value for figure in (made.figures[name] for name in made.lead[0].figure_ids)] == [800.0]


def test_a_flood_card_known_by_hand() -> None:
    """Two of twenty columns of Ville-2 are wet 1 in 100: 160 of 1,600 people, 80 of them in 1.5 m."""
    card = next(card for card in page(dossier("FR:00002"), "fr").cards if card.hazard == "flood")
    texts = [sentence.text.replace("\u00a0", " ") for sentence in card.sentences]
    assert texts[:3] == [
        (
            "Si une crue survient (1 % de chance par an, 1 sur 100), environ 160 personnes à Ville-2 "
            "seraient "
            "dans la zone inondée."
        ),
        "Soit 10 % des habitants.",
        "Pour environ 80 personnes, l'eau dépasserait 1 m.",
    ]
    assert [(line.people.value, line.share) for line in card.classes] == [
        (0.0, 0.0),
        (80.0, 0.05),
        (80.0, 0.05),
        (0.0, 0.0),
    ]
    assert [(point.return_period_yr, point.people.value) for point in card.trend] == [
        (10.0, 80.0),
        (100.0, 160.0),
        (1000.0, 240.0),
    ]
    assert card.trend[1].label.replace("\u00a0", " ") == "1 % par an (1 sur 100)"
    assert card.trend[1].people.id == card.sentences[0].figure_ids[-1] == "flood-100-people"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("commune", ["FR:00002", "BE:00002", "BE:00001"])
def test_a_card_says_what_the_explorer_says(commune: str, lang: str) -> None:
    made = dossier(commune)
    cards = {
        card.layer_key: [sentence.text for sentence in card.sentences] for card in page(made, lang).cards
    }
    end = {i18n.text(key, lang) for key in ("sentence.limit", "sentence.example")}
    for danger in made.dangers:
        main = danger.main
        site = "The plant" if danger.hazard == "industrial" and commune[-1] == "2" else ""
        told = commune_sentences(
            main.rows, lang, NAMES[commune], units=main.units, site=site, sources=[main.source]
        )
        basis = i18n.term("basis", main.basis, lang)
        for sentence in told:
            if sentence not in end and not sentence.startswith(basis):
                assert any(text.startswith(sentence) for text in cards[main.key]), sentence


def test_what_is_not_studied_is_told_as_loudly() -> None:
    made = page(dossier("BE:00001"))
    card = next(card for card in made.cards if card.hazard == "landslide")
    assert card.state == "not_studied"
    assert card.state_title == "Not studied"
    assert not card.classes
    assert card.sentences[0].text == (
        "This danger has not been studied here. That is not a zero. The map covers this country only: France."
    )
    assert "Not known here: landslide. That is not a zero." in flat(made.lead[1].text)
    assert made.union is not None
    assert "2 of 3 dangers are counted. Missing, because not known here: landslide." in made.union.text
    assert any("landslide" in step.text and "study" in step.text for step in made.todo)


def test_nothing_known_is_the_worst_news() -> None:
    made = page(one(math.nan, state="not_studied", country="BE"))
    assert flat(made.lead[0].text).startswith("Nothing is known here")
    assert "That is not a zero" in flat(made.lead[0].text)
    check(made)


def test_nobody_in_the_zone_names_the_mapped_dangers() -> None:
    made = page(one(0.0, state="zero"))
    assert flat(made.lead[0].text) == "Nobody lives in the zones mapped here: flood."
    assert said(one(0.0, state="zero")) == ["Nobody lives in the zone. The whole commune is mapped."]
    assert made.cards[0].state_title == "0: nobody in the zone"


def test_a_zero_where_half_is_mapped_is_no_whole_zero() -> None:
    made = one(0.0, state="zero", mapped=0.5)
    assert said(made) == [
        "Nobody lives in the zone, where the commune is mapped.",
        "The map covers 50% of the commune.",
    ]
    assert "Mapped only in part: flood." in page(made).lead[1].text
    assert any(step.text.startswith("Ask who maps the rest of the commune") for step in page(made).todo)


def test_a_hidden_number_is_never_shown() -> None:
    made = one(4.321, state="suppressed")
    shown = page(made)
    assert flat(shown.lead[0].text).startswith(
        "People live in a danger zone here, but so few that the number is hidden"
    )
    (figure,) = [figure for figure in shown.figures.values() if figure.id == "flood-people"]
    assert math.isnan(figure.value)
    assert figure.state == "suppressed"
    assert figure.text == "Hidden for privacy"
    assert math.isnan(figure.high)
    assert "4.3" not in as_text(shown) + json.dumps(figures_table(shown))
    check(shown)


def test_a_partly_hidden_number_is_a_lower_bound() -> None:
    made = one([500.0, 0.0], labels=("[0, 1)", "[1, 2)"))
    main = made.dangers[0].main
    rows = main.rows.assign(state=["exposed", "suppressed"], population_exposed=[500.0, math.nan])
    held = replace(main, rows=rows, total=threshold_total(rows).to_dict("records")[0])
    shown = page(replace(made, dangers=(replace(made.dangers[0], layers=(held,), main=held),)))
    assert shown.figures["flood-people"].text == "at least 500"
    assert any("it may be higher" in sentence.text for sentence in shown.cards[0].sentences)
    check(shown)


def test_few_people_are_told_in_words() -> None:
    made = one(4.0, period=100.0)
    assert said(made) == [
        (
            "If a flood happens (1% chance a year, 1 in 100), fewer than 11 people in Le Lieu would be in "
            "the "
            "flooded area."
        )
    ]
    assert page(made).figures["flood-100-people"].text == "fewer than 11"
    check(page(made))


def test_a_rough_population_is_a_rough_estimate() -> None:
    made = one(1234.0, caveats="coarse_population", bounds=(400.0, 3001.0))
    assert "Rough estimate: 400 to 3,010." in said(made)
    assert "Rough estimate: 400 to 3,010." in page(made).lead[1].text
    assert page(made).figures["flood-people-high"].value == 3001.0


@pytest.mark.parametrize(
    ("basis", "words_of_it"),
    [
        ("statutory", "an official map"),
        ("observed", "a real event"),
        ("modelled", "a calculation, not on an official map"),
    ],
)
def test_how_sure_says_what_it_rests_on(basis: str, words_of_it: str) -> None:
    made = page(one(1234.0, basis=basis))
    assert words_of_it in made.lead[1].text
    assert not made.is_example
    assert not flat(made.lead[0].text).startswith("Example")


def test_an_example_says_so_first() -> None:
    made = page(one(1234.0, basis="illustrative"), "nl")
    assert made.is_example
    assert flat(made.lead[0].text).startswith("Voorbeeldgegevens: beslis er niets mee.")
    assert made.cards[0].is_example
    assert made.todo[0].text.startswith("Dit zijn voorbeeldgegevens")


def test_a_slope_counts_from_the_class_high() -> None:
    made = one([5000.0, 3000.0, 400.0, 120.0, 30.0], hazard="landslide", labels=SLIDES)
    shown = page(made)
    assert shown.figures["landslide-people"].value == 150.0
    assert shown.figures["landslide-people"].row["intensity_class"] == "high|very_high"
    assert said(made)[0] == (
        "If the ground slides, about 150 people in Le Lieu would be where it moves most easily (class: high "
        "and very high). "
        "No one knows when."
    )
    assert "In the weaker classes: about 8,400 people." in said(made)
    assert [line.people.value for line in shown.cards[0].classes] == [5000.0, 3000.0, 400.0, 120.0, 30.0]
    check(shown)


def test_nearly_every_slope_in_a_weak_class_is_no_worst_danger() -> None:
    made = one([5000.0, 3000.0, 0.0, 0.0, 0.0], hazard="landslide", labels=SLIDES)
    shown = page(made)
    assert shown.cards[0].state == "zero"
    assert shown.cards[0].state_title == "0 (class: high and very high)"
    assert said(made)[0].startswith("Nobody lives where the ground moves most easily")
    assert shown.cards[0].classes[0].people.value == 5000.0


def test_counted_fromes() -> None:
    assert counted_from("landslide", SLIDES) == "high"
    assert counted_from("landslide", ("1", "2", "3")) == ""
    assert counted_from("landslide", ("high", "very_high")) == ""
    assert counted_from("flood", SLIDES) == counted_from("swarm_of_bees", SLIDES) == ""


def test_planning_zones_promise_no_harm() -> None:
    made = one([4000.0, 0.0], hazard="industrial", scenario="nuclear_planning", labels=("20 km", "5 km"))
    assert page(made).cards[0].title == "Nuclear accident"
    assert said(made)[0] == (
        "If an accident happens (nuclear accident), about 4,000 people in Le Lieu would be in the zone "
        "planned for warning and protection."
    )
    assert not any("hurt" in text or "die" in text for text in said(made))


def test_lethal_rings_are_told() -> None:
    made = one([500.0, 40.0, 5.0], hazard="industrial", scenario="toxic", labels=RINGS)
    assert said(made)[:3] == [
        "If an accident happens (poison cloud), about 550 people in Le Lieu could be hurt for life.",
        "That is 2.8% of residents.",
        "About 50 people could die.",
    ]


def test_a_danger_of_the_user_has_a_sentence() -> None:
    made = one(500.0, hazard="swarm_of_bees", labels=("affected",))
    assert (
        said(made)[0]
        == "About 500 people in Le Lieu live in the zone (swarm of bees). No one knows when it will happen."
    )
    check(page(made))


def site(name: str, country: str, km: float, reaches: bool | None, people: float = math.nan) -> SiteNear:
    return SiteNear(name.lower(), name, country, f"{country}:9", "", km, reaches, people, MAP)


def test_sites_across_by_what_is_known_of_them() -> None:
    sites = (
        site("Edge", "BE", 0.01, True, 30.0),
        site("Far", "BE", 6.66, False, 0.0),
        site("Blank", "BE", 8.0, None),
        site("Own", "FR", 1.0, True, 50.0),
    )
    shown = page(one(100.0, sites=sites))
    assert [(place.name, flat(place.text)) for place in shown.across] == [
        ("Edge", "Right on the border. Its zone reaches here. It holds about 30 people in Le Lieu."),
        ("Far", "6.7 km away. No zone of it that is mapped reaches here."),
        ("Blank", "8 km away. Its zones are not known: they may reach here."),
    ]
    assert flat(shown.lead[2].text).startswith(
        "Edge stands right on the border and belongs to the other country."
    )
    assert any(
        "Ask the prefect how you are warned of an accident across the border (Edge)" in step.text
        for step in shown.todo
    )
    known = next(item for item in shown.checklist.items if item.id == "sites").known
    assert "Own (France), 1 km: its zone reaches the commune." in map(flat, known)
    check(shown)


def test_a_site_whose_zone_holds_nobody_here_is_not_the_accident() -> None:
    sites = (site("Empty", "BE", 1.0, True, 0.0), site("Full", "FR", 1.0, True, 90.0))
    assert said(one([90.0, 0.0, 0.0], hazard="industrial", scenario="toxic", labels=RINGS, sites=sites))[
        0
    ].startswith("If an accident happens (Full), about 90 people")


def test_people_across_in_the_same_danger() -> None:
    plain = one(100.0)
    made = replace(
        plain,
        neighbours=(
            neighbour("BE:7", plain, 340.0),
            neighbour("BE:8", plain, 60.0),
            neighbour("FR:5", plain, 900.0),
        ),
    )
    shown = page(made)
    assert (
        flat(shown.lead[2].text)
        == "The border. Flood: Across the border, about 400 people in 2 communes would be hit too."
    )
    assert shown.figures["flood-across-people"].value == 400.0
    far = replace(plain, neighbours=(neighbour("BE:7", plain, 340.0, touches=False, km=4.2),))
    assert "live in the zones of the same danger" in page(far).lead[2].text
    assert flat(page(far).across[-1].text) == "4.2 km away. Flood: about 340 people."
    check(shown)
    check(page(far))


def test_what_is_not_studied_across_is_said() -> None:
    plain = one(100.0)
    shown = page(replace(plain, neighbours=(neighbour("BE:7", plain, math.nan, state="not_studied"),)))
    assert "Not studied or not mapped there: flood." in flat(shown.lead[2].text)
    assert "Not studied on the other side. That is not a zero." in [place.text for place in shown.across]
    assert "nobody lives in the zones mapped there" not in as_text(shown).lower()
    check(shown)


def test_quiet_communes_across_stand_together() -> None:
    plain = one(100.0)
    near = tuple(neighbour(f"BE:{n}", plain, 0.0, state="zero", touches=False, km=1.0 + n) for n in range(4))
    shown = page(replace(plain, neighbours=near))
    assert [place.text for place in shown.across] == [
        "BE:0, BE:1, BE:2 and BE:3. Nobody lives in the zones mapped there."
    ]


def test_far_from_the_border_it_says_so() -> None:
    shown = page(one(100.0))
    assert flat(shown.lead[2].text).startswith(
        "The border: no commune and no listed site of the other country is within 10 km"
    )
    assert shown.across == ()
    assert shown.across_lead is None


def test_dots_have_no_rank_and_stand_here_first() -> None:
    made = page(dossier("FR:00001"))
    picture = next(item for item in made.among if item.hazard == "flood")
    assert picture.dots[0].is_here
    assert picture.dots[0].commune_id == "FR:00001"
    assert [dot.commune_id for dot in picture.dots[1:]] == [
        "FR:00002",
        "FR:00003",
        "BE:00001",
        "BE:00002",
        "BE:00003",
    ]
    assert all(0 <= dot.share.value <= 1 for dot in picture.dots)
    assert flat(picture.region) == (
        "Middle: 200 of 2,000 residents (10%). Counted: 3 communes near the border, not the whole department."
    )


def test_bounds_of_shares_are_shares() -> None:
    made = one(1000.0, bounds=(500.0, 2000.0))
    figure = page(made).figures["flood-share"]
    assert (figure.value, figure.low, figure.high) == (0.05, 0.025, 0.1)


def test_plans_by_country() -> None:
    french, belgian, other = (page(one(100.0, country=country)).checklist for country in ("FR", "BE", "LU"))
    assert "PCS" in french.title
    assert "DICRIM" in french.title
    assert all("L731-3" in item.reference for item in french.items)
    assert "PGUI" in belgian.title
    assert all(item.reference.startswith("Royal Decree of 22 May 2019") for item in belgian.items)
    recalled = {item.id for item in belgian.items if item.reference.endswith("to be confirmed")}
    assert {"information", "reception", "exercises"} <= recalled
    assert "overview" not in recalled
    assert "phases" not in recalled
    assert not any(item.reference for item in other.items)


@pytest.mark.parametrize("country", ["FR", "BE", "LU"])
def test_personal_data_stay_blank(country: str) -> None:
    items = {item.id: item for item in page(one(100.0, country=country)).checklist.items}
    for name in {"vulnerable", "directory", "contacts"} & set(items):
        assert items[name].known == ()
        assert items[name].blank
    assert all(item.blank for item in items.values())


def test_a_map_that_could_not_be_read_is_missing_not_unstudied() -> None:
    fault = LayerFault("a_layer", "Slopes", "landslide", "", "file /x/y is broken")
    shown = page(one(100.0, faults=(fault,)))
    assert "Missing, because its map could not be read: landslide." in flat(shown.lead[1].text)
    assert shown.caveats[0] == "This map could not be read, its figures are missing: Slopes."
    assert "/x/y" not in as_text(shown)


@pytest.mark.parametrize("commune", ["FR:00002", "BE:00001", "FR:00003"])
def test_numbers_are_the_same_in_every_language(commune: str) -> None:
    first, *others = [
        json.dumps(figures_table(page(dossier(commune), lang)), sort_keys=True, allow_nan=False)
        for lang in LANGUAGES
    ]
    assert all(other == first for other in others)


def test_a_page_is_the_same_twice() -> None:
    assert as_text(page(dossier("FR:00002"), "de")) == as_text(page(dossier("FR:00002"), "de"))


def test_french_names_take_their_article() -> None:
    assert "au Lieu" in said(one(100.0), "fr")[0]


def test_names_in_two_languages() -> None:
    made = one(100.0, country="BE")
    shown = briefing(made, "nl", names={"BE:1": "Doornik (Tournai)"})
    assert shown.title == "Doornik (Tournai)"
    assert "in Doornik (Tournai)" in flat(shown.lead[0].text)


@pytest.mark.parametrize(
    ("country", "lang", "expected"), [("FR", "fr", "préfecture"), ("LU", "fr", "autorité compétente")]
)
def test_the_office_is_named(country: str, lang: str, expected: str) -> None:
    assert expected in page(one(100.0, country=country), lang).todo[0].text


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("BE:57081", "SPW"),
        ("BE:33039", "VMM"),
        ("BE:25005", "SPW"),
        ("BE:21004", "Brussel"),
        ("BE:23002", "VMM"),
    ],
)
def test_belgian_offices_follow_the_region(code: str, expected: str) -> None:
    made = one(100.0, country="BE")
    assert expected in page(replace(made, commune_id=code), "nl").todo[0].text


@pytest.mark.parametrize("commune", testing.PEOPLE)
def test_steps_are_few(commune: str) -> None:
    assert 4 <= len(page(dossier(commune)).todo) <= 6


@pytest.mark.parametrize("lang", LANGUAGES)
def test_words_of_the_template(lang: str) -> None:
    held = words(lang)
    assert tuple(held) == WORDS == tuple(sorted(WORDS))
    assert set(i18n.sentences(lang)) >= {f"briefing.word.{key}" for key in WORDS}
    assert {key for key in i18n.sentences(lang) if key.startswith("briefing.word.")} == {
        f"briefing.word.{key}" for key in WORDS
    }
    assert held["page_of"].format(n=1, m=3).replace("1", "").replace("3", "").strip()
    assert page(dossier("FR:00001"), lang).words == held


def test_a_figure_without_a_source_is_refused() -> None:
    with pytest.raises(InputError, match="no source"):
        FigureRegistry("en").write(Figure("x", "1", 1.0))


def test_an_id_belongs_to_one_figure() -> None:
    book = FigureRegistry("en", ["a"])
    book.write(Figure("x", "1", 1.0))
    with pytest.raises(InputError, match="twice"):
        book.write(Figure("x", "2", 2.0))


def test_two_scenarios_with_one_slug_keep_their_figures_apart() -> None:
    first, second = one(100.0, scenario="tank fire"), one(200.0, scenario="tank-fire")
    shown = page(replace(first, dangers=(*first.dangers, *second.dangers)))
    assert {card.id for card in shown.cards} == {"flood-tank-fire", "flood-tank-fire-2"}
    assert (
        shown.figures["flood-tank-fire-people"].value,
        shown.figures["flood-tank-fire-2-people"].value,
    ) == (100.0, 200.0)


numbers = st.lists(st.floats(0, 5000, allow_nan=False), min_size=2, max_size=5)


@given(people=numbers, data=st.data())
def test_a_count_over_classes_is_that_of_the_totals(people: list[float], data: st.DataObject) -> None:
    """The quick sum of a page agrees with the totals on every state of exclusive classes."""
    labels = [f"[{n}, {n + 1})" for n in range(len(people))]
    states = [data.draw(st.sampled_from(["suppressed", "known"])) for _ in people]
    kept = [
        "zero" if known == "known" and value == 0 else "exposed" if known == "known" else known
        for known, value in zip(states, people, strict=True)
    ]
    made = one([1.0] * len(people), labels=labels)
    values = np.where(np.array(kept) == "suppressed", np.nan, people)
    rows = made.dangers[0].main.rows.assign(
        state=kept,
        population_exposed=values,
        population_exposed_low=values * 0.5,
        population_exposed_high=values * 2,
    )
    first = data.draw(st.integers(0, len(people) - 1))
    total = threshold_total(rows).to_dict("records")[0]
    quick = LayerCount.of(total, labels).over(rows, labels[first:])
    slow = LayerCount.of(
        threshold_total(rows, from_class=labels[first]).to_dict("records")[0], labels[first:]
    )
    for name in ("people", "low", "high"):
        assert getattr(quick, name) == pytest.approx(getattr(slow, name), nan_ok=True)
    assert (quick.state, quick.hidden) == (slow.state, slow.hidden)


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
def test_pages_of_the_embedded_territory(territory: Any, lang: str) -> None:
    from geoalarm.i18n.place_names import names

    shown = names(territory.communes, lang).to_dict()
    for commune in [
        *list(territory.communes.ids)[::40],
        "FR:02381",
        "FR:59650",
        "FR:59350",
        "BE:57081",
        "BE:91142",
    ]:
        check(briefing(territory.dossier(commune), lang, names=shown))


@pytest.fixture(scope="module")
def territory() -> Any:
    from geoalarm.analysis import open_workspace
    from geoalarm.dossier import open_territory

    return open_territory(open_workspace())


def test_a_series_is_not_needed() -> None:
    """A dossier may have no union, no annual rows, no neighbours and no region."""
    made = page(one(100.0))
    assert made.union is None
    assert made.among == ()
    assert flat(made.subtitle) == "France. 20,000 residents."
    assert isinstance(pd.DataFrame(figures_table(made)), pd.DataFrame)


NUCLEAR = ("nuclear_shelter_iodine", "nuclear_evacuation", "nuclear_shelter_at_once")


def nuclear(people: list[float], scenario: str = "nuclear_planning", **facts: Any) -> Dossier:
    return one(people, hazard="industrial", scenario=scenario, labels=NUCLEAR, basis="modelled", **facts)


def test_who_is_to_leave_counts_whoever_is_nearer_too() -> None:
    assert "For about 430 people, evacuation is planned." in said(nuclear([4000.0, 400.0, 30.0]))
    assert not any("evacuation" in text for text in said(nuclear([4000.0, 0.0, 0.0])))


def test_the_rule_of_the_country_across_is_told_as_its_own() -> None:
    made = nuclear([0.0, 6700.0, 0.0], "nuclear_neighbour_rule")
    (card,) = page(made).cards
    assert card.title == "Nuclear accident (the neighbouring country's rule)"
    assert card.class_caption == "People in the zone, each at the strictest measure planned"
    assert said(made)[0] == (
        "By the rule of the country across the border (nuclear accident), about 6,700 people in Le Lieu "
        "would be in the zone planned for warning and protection."
    )
    assert "By that rule, about 6,700 people would be evacuated." in said(made)
    check(page(made))


@pytest.mark.parametrize("state", ["zero", "outside_coverage", "not_studied"])
def test_the_rule_of_the_country_across_is_told_only_where_it_concerns_somebody(state: str) -> None:
    own, other = nuclear([4000.0, 0.0, 0.0]), nuclear([0.0] * 3, "nuclear_neighbour_rule", state=state)
    shown = page(replace(own, dangers=(*own.dangers, *other.dangers)))
    assert [card.title for card in shown.cards] == ["Nuclear accident"]
    assert "neighbouring country" not in as_text(shown)


def test_the_leaflet_and_the_neighbours_know_the_own_rule_only() -> None:
    own, other = nuclear([4000.0, 0.0, 0.0]), nuclear([0.0, 4000.0, 0.0], "nuclear_neighbour_rule")
    whole = replace(own, dangers=(*own.dangers, *other.dangers))
    shown = page(replace(whole, neighbours=(neighbour("BE:7", whole, 340.0),)))
    assert len(shown.cards) == 2
    assert [place.name for place in shown.across if place.kind == "danger"] == ["Nuclear accident"]
    assert not any("rule" in line for item in shown.checklist.items for line in item.known)
    check(shown)


def test_a_real_danger_stands_before_the_word_that_others_are_examples() -> None:
    real, example = nuclear([4000.0, 0.0, 0.0]), one(100.0, basis="illustrative")
    shown = page(replace(real, dangers=(*real.dangers, *example.dangers)))
    assert shown.lead[0].text.startswith("If an accident happens")
    assert shown.lead[0].text.endswith(i18n.text("sentence.example_others", "en"))
    assert shown.todo[0].text.startswith("Most data on this page are examples")
    worse = page(replace(real, dangers=(*real.dangers, *one(9000.0, basis="illustrative").dangers)))
    assert worse.lead[0].text.startswith(i18n.text("sentence.example", "en"))
    assert page(example).todo[0].text.startswith("These are example data")


def test_a_site_has_its_name_in_the_language_of_the_page() -> None:
    plain = one([500.0, 40.0, 5.0], hazard="industrial", scenario="toxic", labels=RINGS)
    works = replace(site("Works", "FR", 1.0, True, 545.0), names={"fr": "usine d'exemple 3"})
    made = replace(plain, sites=(works,))
    assert said(made, "fr")[0].startswith("En cas d'accident (usine d'exemple 3)")
    assert said(made, "nl")[0].startswith("Bij een ongeval (Works)")


def test_a_site_with_zones_in_two_layers_is_named_by_both() -> None:
    plain = nuclear([4000.0, 0.0, 0.0])
    plant = replace(site("Plant", "FR", 1.0, True, 4000.0), source=replace(MAP, id="first"))
    both = replace(plant, zone_layers=("first", MAP.id))
    assert said(replace(plain, sites=(both,)))[0].startswith("If an accident happens (Plant)")
    assert said(replace(plain, sites=(plant,)))[0].startswith("If an accident happens (nuclear accident)")

"""The page of a commune over a briefing written by hand: what is on it, what can never be on it, and what its
JSON says.
"""

from __future__ import annotations

import base64
import hashlib
import html
import itertools
import json
import math
import re
import runpy
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from geoalarm import i18n, testing
from geoalarm.analysis.accident.accident_sites import SiteOption
from geoalarm.core.errors import InputError
from geoalarm.core.terms import LANGUAGES
from geoalarm.dossier.commune_dossier import Dossier
from geoalarm.present.briefing.briefing_content import Sentence
from geoalarm.present.svg import Maps
from geoalarm.present.svg.svg_markup import safe_link
from geoalarm.report.commune_page import (
    ChangeLine,
    Changes,
    Links,
    Pictures,
    _sites_on,
    local_language,
    render,
    render_checklist,
)
from geoalarm.report.html_templates import drawn, policy, script, stylesheet
from geoalarm.report.notes import linked, notes_of
from geoalarm.report.report_json import as_json, in_html

MADE_UP = runpy.run_path(str(Path(__file__).parents[2] / "made_up_briefing.py"))
DAY = date(2026, 3, 1)
NONE = Pictures()
EVIL = "<script>alert(1)</script>\"'</style><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    world = testing.world()
    drawn = Maps(world.communes).commune(
        "FR:00002", footprint=world.flood[100.0], totals=None, lang="en", names={"FR:00002": EVIL}, label=EVIL
    )
    return Pictures(maps={"flood": drawn})


def dossier() -> Dossier:
    return Dossier(
        commune_id="FR:00002",
        country="FR",
        facts={"name": "Ville-2", "area_km2": math.nan, "code": "00002"},
        population=10_000.0,
        dangers=(),
        union=None,
        annual=(),
        sites=(),
        neighbours=(),
        region=None,
        sources=(),
        command="geoalarm run",
        versions={"geoalarm": "1"},
    )


def test_a_map_shows_the_sites_of_its_own_zones_in_the_words_of_the_page() -> None:
    """A real site whose zones another map shows never stands beside made-up ones."""
    sites = tuple(
        SiteOption(name, name, 4.0, 50.0, names={"fr": f"usine {name}"}) for name in ("real", "made up")
    )
    zones = testing.industrial()
    own = replace(zones, data=zones.data.assign(site_id="made up"))
    assert [site.name for site in _sites_on(own, sites, "fr")] == ["Usine made up"]
    assert [site.name for site in _sites_on(zones, sites, "nl")] == ["Real", "Made up"]
    assert _sites_on(testing.world().flood[100.0], sites, "fr") == ()


class Seen(HTMLParser):
    """Elements of a page, their attributes, and the words a reader sees."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self._in: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag in ("style", "script", "title"):
            self._in.append(tag)

    def handle_endtag(self, tag):
        if self._in and self._in[-1] == tag:
            self._in.pop()

    def handle_data(self, data):
        if not self._in or self._in[-1] == "title":
            self.words.append(data)

    def all(self, name: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.elements if tag == name]


def page(
    pictures: Pictures = NONE,
    lang: str = "en",
    links: Links | None = None,
    changes: Changes | None = None,
    **parts: object,
) -> str:
    return render(MADE_UP["briefing"](lang, **parts), pictures, as_of=DAY, links=links, changes=changes)


def test_every_part_of_the_briefing_is_on_the_page(pictures):
    told = Changes(
        "+120 people since 1 January 2026.",
        "Figures",
        (ChangeLine("Flooded area", "1 110", "1 230", "population +95"),),
    )
    made = page(pictures, changes=told)
    words = " ".join(" ".join(Seen(made).words).split())
    b = MADE_UP["briefing"]()
    sentences = [
        *b.lead,
        *(one for card in b.cards for one in card.sentences),
        b.union,
        b.across_lead,
        *b.todo,
    ]
    plain = re.sub(r"\s+", "", words)
    assert not [one.text for one in sentences if re.sub(r"\s+", "", one.text) not in plain]
    for text in (
        b.title,
        b.subtitle,
        b.limit,
        b.command,
        *(card.title for card in b.cards),
        *(card.basis for card in b.cards),
        b.checklist.title,
        "Stad-2",
        "population +95",
        "+120 people",
        "1 March 2026",
        "Code de la sécurité intérieure",
        "CC-BY-4.0",
        "ab" * 32,
    ):
        assert text in words, text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_speaks_one_language_and_prints_no_key(lang, pictures):
    seen = Seen(page(pictures, lang))
    assert seen.all("html")[0]["lang"] == lang
    words = " ".join(seen.words)
    assert i18n.text("briefing.word.heading_dangers", lang) in words
    assert i18n.date_long(DAY, lang) in words
    assert not re.search(r"\b(report|briefing)\.\w+|\bnan\b|\bNone\b|undefined", words)


def test_landmarks_headings_and_tables(pictures):
    seen = Seen(page(pictures, links=Links(languages={"fr": "fr.html", "en": "en.html"})))
    assert [len(seen.all(tag)) for tag in ("h1", "main", "header")] == [1, 1, 1]
    assert all(attributes.get("aria-label") for attributes in seen.all("nav"))
    assert len(seen.all("caption")) == len(seen.all("table")) == 4
    assert all(attributes.get("scope") in ("col", "row") for attributes in seen.all("th"))
    assert seen.all("a")[0] == {"class": "skip", "href": "#finding"}
    assert [a["hreflang"] for a in seen.all("a") if "hreflang" in a] == ["fr", "en"]
    heads = [int(tag[1]) for tag, _ in seen.elements if re.fullmatch(r"h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in itertools.pairwise(heads))


def test_ids_are_there_once_and_every_link_inside_the_page_arrives(pictures):
    seen = Seen(page(pictures))
    ids = [attributes["id"] for _, attributes in seen.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a in seen.all("a") if a["href"].startswith("#")} <= set(ids)


def test_every_number_of_the_page_links_to_its_note():
    b = MADE_UP["briefing"]()
    seen = Seen(page())
    led = {a["href"].removeprefix("#figure-") for a in seen.all("a") if a["href"].startswith("#figure-")}
    assert led == set(b.figures)
    assert {
        tr["id"].removeprefix("figure-") for tr in seen.all("tr") if tr.get("id", "").startswith("figure-")
    } == set(b.figures)


def test_a_number_not_said_word_by_word_gets_a_mark_and_silent_ones_share_one():
    figure = MADE_UP["figure"]
    one, two = figure("a", "1 230", 1234.0), figure("b", "40", 41.0)
    silent = [figure(name, "not studied", math.nan, state="not_studied") for name in ("c", "d")]
    silent.append(figure("e", "0", 0.0, state="zero"))
    known = {item.id: item for item in (one, two, *silent)}
    said = linked(Sentence("About 40 of <many>.", ("a", "b", "c", "d", "e")), known, note="why")
    assert str(said) == (
        'About <a class="n" href="#figure-b">40</a> of &lt;many&gt;.'
        '\N{NO-BREAK SPACE}<a class="ref dagger" href="#figure-a" aria-label="1 230, why">†</a>'
        '\N{NO-BREAK SPACE}<a class="ref dagger" href="#figure-c" aria-label="not studied, why">†</a>'
    )


def test_a_note_says_the_unrounded_value_its_bounds_its_row_and_its_sources():
    note = {one.id: one for one in notes_of(MADE_UP["briefing"]())}["flood-100-people"]
    assert note.value == "1234.5678901"
    assert note.bounds == "987.65431208 – 1481.48146812"
    assert note.row == "exposure: commune_id=FR:00002, hazard=flood, return_period_yr=100, basis=illustrative"
    assert note.sources == ((1, "abababababab"), (2, ""))
    silent = {one.id: one for one in notes_of(MADE_UP["briefing"]())}["landslide-people"]
    assert (silent.value, silent.bounds) == ("not_studied", "")


def test_a_figure_without_a_source_reaches_no_page():
    b = MADE_UP["briefing"]()
    orphan = replace(b.figures["flood-100-people"], source_ids=())
    with pytest.raises(InputError, match="no source"):
        page(figures={**b.figures, "flood-100-people": orphan})
    with pytest.raises(InputError, match="nobody"):
        page(lead=(Sentence("About 5 people.", ("nobody",)),))
    with pytest.raises(InputError, match="elsewhere"):
        page(figures={**b.figures, "flood-100-people": replace(orphan, source_ids=("elsewhere",))})


def test_a_state_is_as_loud_as_a_number():
    made = page()
    big = re.findall(r'<p class="(big[^"]*)"[^>]*>(.*?)</p>', made, re.S)
    assert [css for css, _ in big] == ["big", "big state", "big state"]
    assert [" ".join(re.sub("<[^>]+>", " ", inner).split()) for _, inner in big] == [
        "1 230",
        "Not studied",
        "0",
    ]
    assert [re.findall(r"#ga-p-(\w+)", inner) for _, inner in big] == [[], ["not_studied"], ["zero"]]
    assert made.count('class="card-face"') == 3


def test_the_policy_names_the_very_texts_of_the_page(pictures):
    made = page(pictures)
    said = html.unescape(re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', made).group(1))
    assert said == policy()
    assert said.startswith("default-src 'none'; ")
    assert "unsafe" not in said
    for tag in ("style", "script"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", made, re.S)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in said
    for part in ("img-src data:", "base-uri 'none'", "form-action 'none'"):
        assert part in said


def test_the_page_asks_for_nothing_and_runs_nothing_of_its_own(pictures):
    seen = Seen(page(pictures))
    for tag, attributes in seen.elements:
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")], tag
        assert "src" not in attributes
        if tag == "link":
            assert attributes["href"] == "data:,"
    assert "url(" not in stylesheet().replace("url(#", "")
    assert "@import" not in stylesheet()
    assert not re.search(r"innerHTML|eval\(|fetch\(|XMLHttp|import\(|document\.write", script())


EVERYWHERE = {
    "name": EVIL,
    "title": EVIL,
    "subtitle": EVIL,
    "limit": EVIL,
    "command": EVIL,
    "caveats": (EVIL,),
    "lead": (Sentence(EVIL, ("flood-100-people",)),),
    "todo": (Sentence(EVIL),),
    "union": Sentence(EVIL),
}


def evil_briefing():
    b = MADE_UP["briefing"]("fr", **EVERYWHERE)
    cards = tuple(
        replace(
            card,
            title=EVIL,
            state_title=EVIL,
            basis=EVIL,
            caveats=(EVIL,),
            class_caption=EVIL,
            trend_caption=EVIL,
            sentences=(Sentence(EVIL),),
            classes=tuple(replace(line, label=EVIL, share_text=EVIL) for line in card.classes),
        )
        for card in b.cards
    )
    sources = tuple(
        replace(
            line,
            title=EVIL,
            basis=EVIL,
            source=replace(line.source, title=EVIL, licence=EVIL, vintage=EVIL, attribution=EVIL),
        )
        for line in b.sources
    )
    items = tuple(
        replace(item, title=EVIL, known=(EVIL,), blank=EVIL, reference=EVIL) for item in b.checklist.items
    )
    figures = {name: replace(one, text=EVIL, row={EVIL: EVIL}, table=EVIL) for name, one in b.figures.items()}
    across = tuple(replace(place, kind=EVIL, name=EVIL, text=EVIL) for place in b.across)
    return replace(
        b,
        cards=cards,
        sources=sources,
        figures=figures,
        across=across,
        checklist=replace(b.checklist, title=EVIL, explain=EVIL, items=items),
    )


def test_words_of_others_stay_words(pictures):
    b = evil_briefing()
    told = Changes(EVIL, EVIL, (ChangeLine(EVIL, EVIL, EVIL, EVIL),))
    whole = render(b, pictures, as_of=DAY, changes=told, links=Links(index='"><script>alert(1)</script>'))
    for made in (whole, render_checklist(b, as_of=DAY)):
        seen = Seen(made)
        assert made.count("<script>") == made.count("</script>") == 1
        assert made.count("<style>") == made.count("</style>") == 1
        assert not seen.all("img")
        assert not [1 for _, attributes in seen.elements for name in attributes if name.startswith("on")]
        assert EVIL in "".join(seen.words)


def test_words_of_others_stay_words_in_json():
    b = evil_briefing()
    raw = as_json(dossier(), {"fr": b})
    assert json.loads(raw)["languages"]["fr"]["name"] == EVIL
    inside = in_html(raw)
    assert "<" not in inside
    assert json.loads(inside) == json.loads(raw)


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        " JavaScript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "\x01javascript:alert(1)",
    ],
)
def test_no_link_runs_code(link):
    with pytest.raises(InputError, match="address of a link"):
        page(links=Links(index=link))


def test_links_that_are_addresses():
    assert [safe_link(link) for link in ("FR-59350.html", "../x?a=b:c", "#a", "https://example.org/")] == [
        "FR-59350.html",
        "../x?a=b:c",
        "#a",
        "https://example.org/",
    ]


@pytest.mark.parametrize(
    "svg",
    [
        "<p>x</p>",
        "<svg><script>1</script></svg>",
        "<svg><foreignObject/></svg>",
        '<svg><a href="JavaScript:x"/></svg>',
    ],
)
def test_only_pictures_of_the_house_are_put_in(svg):
    with pytest.raises(InputError, match="picture of a page"):
        drawn(svg)


def test_the_date_is_the_only_thing_that_changes(pictures):
    b = MADE_UP["briefing"]()
    one, other = (render(b, pictures, as_of=day) for day in (DAY, date(2026, 4, 2)))
    assert render(b, pictures, as_of=DAY) == one
    differing = [(a, z) for a, z in zip(one.splitlines(), other.splitlines(), strict=True) if a != z]
    assert [a.count("1 March 2026") for a, _ in differing] == [1]
    assert len(one.encode()) < 600_000


def test_the_checklist_alone():
    words = " ".join(Seen(render_checklist(MADE_UP["briefing"]("fr"), as_of=DAY)).words)
    assert "Plan communal de sauvegarde (PCS)\N{NO-BREAK SPACE}: Ville-2" in words
    assert "Flood: about 1 230 people." in words
    assert "Name, telephone, deputy" in words


def test_json_holds_every_figure_unrounded_and_null_where_there_is_none():
    b = MADE_UP["briefing"]()
    raw = as_json(dossier(), {"en": b, "nl": MADE_UP["briefing"]("nl")})
    read = json.loads(raw)
    by_id = {one["id"]: one for one in read["figures"]}
    assert list(by_id) == sorted(b.figures)
    assert by_id["flood-100-people"] == {
        "id": "flood-100-people",
        "value": 1234.5678901,
        "low": 1234.5678901 * 0.8,
        "high": 1234.5678901 * 1.2,
        "unit": "1",
        "state": "exposed",
        "table": "exposure",
        "row": MADE_UP["ROW"],
        "sources": ["made_up_flood", "made_up_population"],
        "text": {"en": "1 230", "nl": "1 230"},
    }
    assert (by_id["landslide-people"]["value"], by_id["landslide-people"]["state"]) == (None, "not_studied")
    assert "NaN" not in raw
    assert read["commune"]["area_km2"] is None
    assert [one["sha256"] for one in read["sources"]] == ["ab" * 32, None]
    assert read["command"] == "geoalarm run"
    assert as_json(dossier(), {"nl": MADE_UP["briefing"]("nl"), "en": b}) == raw


def test_languages_that_disagree_about_a_number_are_refused():
    b, other = MADE_UP["briefing"](), MADE_UP["briefing"]("nl")
    wrong = replace(
        other,
        figures={**other.figures, "flood-100-share": replace(other.figures["flood-100-share"], value=0.5)},
    )
    with pytest.raises(InputError, match="flood-100-share"):
        as_json(dossier(), {"en": b, "nl": wrong})


@pytest.mark.parametrize(
    ("commune", "lang"),
    [
        ("FR:59350", "fr"),
        ("BE:57081", "fr"),
        ("BE:34022", "nl"),
        ("BE:23088", "nl"),
        ("BE:25112", "fr"),
        ("BE:63023", "de"),
        ("BE:62063", "fr"),
        ("BE:21004", ""),
        ("BE:00001", ""),
        ("LU:0101", ""),
        ("NL:1", "nl"),
        ("mine-7", ""),
    ],
)
def test_language_of_a_place(commune, lang):
    assert local_language(commune) == lang

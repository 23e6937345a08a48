"""Templates of the pages: whatever a name holds stays text, each is compiled once, no line break travels."""

from html.parser import HTMLParser
from pathlib import Path

import pytest

from geoalarm.app.explorer.commune_table import TableCells, TableHead
from geoalarm.app.explorer.explorer_cards import ClassBar, CommuneNumber
from geoalarm.app.explorer.map_legend import LegendPart
from geoalarm.app.web import page_templates
from geoalarm.app.web.page_templates import environment, fill
from geoalarm.app.whatif.accident_form import FormContent, FormEntry, WeatherEntries
from geoalarm.app.whatif.people_rows import PeopleCell, PeopleRow
from geoalarm.core.errors import InputError

NAME = "<script>alert(1)</script>\" onload='x' &amp; L'Isle"
"""A name that would run if it were not escaped, close an attribute, and end an entity."""
FOLDER = Path(page_templates.__file__).parent / "templates"
PARTS = {"macros.html", "whatif/people_table.html"}
"""Templates without a page of their own: macros that the others use."""

LANGUAGES_ROW = {"code": "fr", "address": "?x=" + NAME, "label": NAME}
ENTRY = FormEntry(f"write|{NAME}", NAME, NAME, hint=NAME, example=NAME, title=NAME)
CHOICE = FormEntry(f"pick|{NAME}", NAME, NAME, {NAME: NAME, "": "–"})
KIND = FormEntry("pick|kind", NAME, "toxic", {"toxic": NAME})
WEATHER = WeatherEntries(CHOICE, [ENTRY])
ROW = PeopleRow(
    NAME,
    [PeopleCell(NAME), PeopleCell(NAME, "bold"), PeopleCell(NAME, "ga-small"), PeopleCell(NAME, "", NAME)],
    NAME,
)
FORM = {
    "site": CHOICE,
    "point": [ENTRY],
    "kind": KIND,
    "source": [ENTRY, CHOICE],
    "weather": WEATHER,
    "second": WEATHER,
    "effects": [ENTRY],
    "takes_thresholds": True,
    "thresholds": NAME,
    "people": [ENTRY],
    "risk": [CHOICE],
    "winds": NAME,
    "expert": [ENTRY],
    "is_expert_open": True,
}
CELLS = TableCells(NAME, NAME, NAME, NAME, NAME, NAME, True, NAME, NAME, NAME, NAME)
CASES = {
    "top_bar.html": {
        "here": "explorer",
        "pages": {"explorer": NAME},
        "languages": [LANGUAGES_ROW],
        "files": {NAME: NAME},
        "help_key": "nav.pages",
    },
    "page_links.html": {"here": "explorer", "pages": {"explorer": NAME, "whatif": NAME}},
    "band.html": {},
    "busy.html": {"words": NAME, "n": 1, "m": 3},
    "fault.html": {"what": NAME, "detail": NAME},
    "notice.html": {"words": NAME},
    "map_tools.html": {},
    "map_title.html": {"title": NAME},
    "sheet_opener.html": {"words": NAME},
    "explorer/search.html": {},
    "explorer/table_filter.html": {},
    "explorer/curve_title.html": {},
    "explorer/finding.html": {"title": NAME, "below": NAME},
    "explorer/hits.html": {"found": [(NAME, NAME)], "query": NAME},
    "explorer/legend.html": {"parts": [LegendPart(NAME, [(NAME, NAME), ("ga-dot", NAME)], NAME)]},
    "explorer/examples.html": {"communes": [(NAME, NAME)]},
    "explorer/selected.html": {
        "name": NAME,
        "commune": NAME,
        "number": CommuneNumber(NAME, True, [(NAME, NAME)], NAME),
        "second": [(NAME, NAME)],
        "sentences": [NAME],
        "caveats": [NAME],
    },
    "explorer/changes.html": {"rows": [(NAME, NAME, NAME)]},
    "explorer/bars.html": {"title": NAME, "rows": [ClassBar(NAME, NAME, NAME, NAME)], "overlaps": True},
    "explorer/points.html": {"rows": [(NAME, NAME, NAME)]},
    "explorer/per_year.html": {"number": NAME},
    "explorer/sources.html": {"rows": [(NAME, NAME)]},
    "explorer/filters.html": {
        "lists": [{"name": NAME, "label": "nav.pages", "options": {NAME: NAME}, "value": NAME}],
        "switches": [(NAME, "nav.pages", True)],
        "given": [("nav.pages", NAME)],
    },
    "explorer/commune_table.html": {
        "heads": [TableHead(NAME, "nav.pages", "ascending"), TableHead("", "nav.pages")],
        "rows": [CELLS],
        "is_compared": True,
        "page": 0,
        "is_first": True,
        "is_last": False,
        "shown": NAME,
    },
    "whatif/head.html": {"is_illustrative": True, "title": NAME, "below": NAME, "is_assumed": True},
    "whatif/zones.html": {
        "heads": [NAME, NAME],
        "rows": [ROW],
        "shelter": {"zone": NAME, "words": NAME},
        "unknown_share": NAME,
    },
    "whatif/severity.html": {
        "grades": [
            {"weather": NAME, "grade": NAME, "why": NAME, "notes": [NAME]},
            {"weather": "", "grade": ""},
        ]
    },
    "whatif/risk.html": {
        "risks": [{"weather": NAME, "highest": NAME, "heads": [NAME], "rows": [ROW]}],
        "unread": NAME,
    },
    "whatif/example.html": {"examples": ["weathers"]},
    "whatif/flags.html": {"rows": [NAME]},
    "whatif/models.html": {"models": [(NAME, NAME)], "sources": [(NAME, NAME)], "inputs": [(NAME, NAME)]},
    "whatif/switch.html": {"names": ["zones"], "shown": NAME},
    "whatif/communes_hit.html": {"is_empty": True},
    "whatif/refused.html": {"words": NAME, "is_dimmed": True},
    "whatif/refused_on_map.html": {"words": NAME},
    "whatif/calculate.html": {},
    "whatif/form.html": {"form": FormContent(**FORM)},
}
PLAIN = {
    "band.html",
    "map_tools.html",
    "explorer/search.html",
    "explorer/table_filter.html",
    "explorer/curve_title.html",
    "whatif/example.html",
    "whatif/switch.html",
    "whatif/communes_hit.html",
    "whatif/calculate.html",
}
"""Templates that show words of the locales alone."""
VOID = {"input", "br"}


class Reader(HTMLParser):
    """What a browser makes of HTML: elements, texts and values of attributes, and whether all are closed."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.elements, self.attributes, self.texts, self.open, self.values = set(), set(), [""], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.values += [value for _, value in attrs if value]
        self.texts.append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.add(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        self.texts.append("")

    def handle_data(self, data):
        self.texts[-1] += data


def test_every_template_is_tried():
    every = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html")}
    assert every - PARTS == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_a_name_stays_text(name):
    read = Reader(fill(name, "fr", **CASES[name]))
    assert read.open == []
    assert "script" not in read.elements
    assert "onload" not in read.attributes
    assert name in PLAIN or any(NAME in words for words in read.texts + read.values)


@pytest.mark.parametrize("key", ["winds", "thresholds"])
def test_a_form_without_a_table_or_file_is_whole(key):
    form = FormContent(**{**FORM, key: None if key == "winds" else ""})
    assert Reader(fill("whatif/form.html", "de", form=form)).open == []


@pytest.mark.parametrize("value", [None, float("nan")])
def test_what_has_no_words_never_reaches_a_page(value):
    with pytest.raises(InputError, match="a value of a page"):
        fill("notice.html", "en", words=value)


def test_a_template_is_compiled_once():
    assert environment() is environment()
    assert environment().get_template("band.html") is environment().get_template("band.html")


@pytest.mark.parametrize("name", CASES)
def test_no_line_break_of_a_source_travels(name):
    assert "\n" not in fill(name, "en", **CASES[name])

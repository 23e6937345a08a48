"""A hazard looks and reads right on every page, or this test is red: palette, legend, sentences and the
title of its source in four languages. Two made-up hazards whose words do not exist go the way of a newcomer:
one file, one catalog entry, four locale lines.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
import yaml

from geoalarm import hazards, i18n, testing
from geoalarm.analysis import Workspace, default_scenario, open_catalog
from geoalarm.app.explorer import explorer_cards as cards
from geoalarm.app.explorer.explorer_state import ExplorerState, read_query
from geoalarm.app.explorer.explorer_view import compute, layer_requests
from geoalarm.app.explorer.map_legend import legend
from geoalarm.app.session import SharedSession
from geoalarm.catalog.entry import CatalogEntry
from geoalarm.core.model import Hazard
from geoalarm.core.terms import LANGUAGES
from geoalarm.dossier.territory import open_territory
from geoalarm.exposure.union import union
from geoalarm.i18n import messages
from geoalarm.i18n.place_names import source_title
from geoalarm.present import hazard_styles as styles
from geoalarm.present import svg
from geoalarm.present.briefing import briefing
from geoalarm.present.narrative import commune_sentences
from geoalarm.present.palette import SCALES, THEMES, colours
from geoalarm.present.svg.svg_style import MOST_CLASSES, colour_class
from geoalarm.report.commune_page import pictures_of

CSS = (Path(cards.__file__).parents[1] / "web" / "assets" / "explorer.css").read_text(encoding="utf-8")

LOCUSTS = {
    "en": "Locust swarm",
    "fr": "Nuée de criquets",
    "nl": "Sprinkhanenzwerm",
    "de": "Heuschreckenschwarm",
}
ICE = {"en": "Ice jam", "fr": "Embâcle", "nl": "IJsstuw", "de": "Eisstau"}
WORDS = {"made_up_swarm": LOCUSTS, "made_up_ice": ICE}
"""Names of the made-up hazards: the four locale lines of each."""

FILE = """
from geoalarm.core.model import Hazard
from geoalarm.hazards import read_layer

HAZARD = Hazard(name="{name}", intensity="{intensity}", {facts}, references=("made up",))


def footprint(layer, *, bounds=None):
    return read_layer(layer, HAZARD, bounds=bounds)
"""

FACTS = {
    "made_up_swarm": 'units="1", class_labels=("low", "medium", "high", "very_high"), counted_from="high"',
    "made_up_ice": 'units="m", class_bounds=(0.1, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 9.0)',
}

ENTRY = """
  {entry}:
    driver: geo_raster
    args: {{urlpath: "{{{{ CATALOG_DIR }}}}/{entry}.tif"}}
    metadata:
      title: {title}
      titles: {titles}
      default_scenario: true
      role: hazard
      hazard: {name}
      kind: {kind}
      units: "{units}"
      crs: EPSG:3035
      basis: modelled
      licence: CC0-1.0
      attribution: nobody
      vintage: "2026"
      countries: [FR, BE]
      url: https://example.org
      verified: true
"""

GROUND = """
version: 1
sources:
  made_communes:
    driver: geo_vector
    args: {urlpath: "{{ CATALOG_DIR }}/communes.parquet"}
    metadata: {title: Made-up communes, default_scenario: true, role: communes, kind: polygons,
               crs: EPSG:3035, basis: modelled, licence: CC0-1.0, attribution: nobody, vintage: "2026",
               countries: [FR, BE], id_column: commune_id, url: https://example.org, verified: true}
  made_people:
    driver: geo_raster
    args: {urlpath: "{{ CATALOG_DIR }}/people.tif"}
    metadata: {title: Made-up people, default_scenario: true, role: population, kind: counts, units: "1",
               crs: EPSG:3035, basis: modelled, licence: CC0-1.0, attribution: nobody, vintage: "2026",
               countries: [FR, BE], url: https://example.org, verified: true}
"""


# ------------------------------------------------------------ what is asked


def class_count(hazard: Hazard) -> int:
    return len(hazard.class_bounds or hazard.class_labels)


def without_colours(hazard: Hazard) -> list[str]:
    """Colours a page would lack: of the scale, in the stylesheet of the explorer and in that of the maps."""
    scale = styles.palette_of(hazard.name)
    if scale not in SCALES:
        return [f"palette {scale}"]
    lacking = []
    for theme in THEMES:
        named = colours(scale, theme, count=class_count(hazard))
        lacking += [f"{theme}: colours that differ"] if len(set(named)) != class_count(hazard) else []
    for n in range(len(SCALES[scale]["light"])):
        filled = rf"\.ga-{scale}-{n} {{ background: var\(--ga-{scale}-{n}\); color: var\(--ga-{scale}-{n}\);"
        lacking += [] if re.search(filled, CSS) else [f"explorer.css .ga-{scale}-{n}"]
    for count in range(1, MOST_CLASSES + 1):
        drawn = [colour_class(scale, n, count) for n in range(count)]
        lacking += [
            f"map .{name}" for name in drawn if f".ga .{name}{{fill:var(--{name})}}" not in svg.styles()
        ]
    return lacking


def without_words(hazard: Hazard) -> list[str]:
    """Keys that a language lacks: name, classes, legend, titles of bars, milder classes."""
    style = styles.style_of(hazard.name)
    keys = [f"hazard.{hazard.name}.name", *(f"class.{label}.name" for label in hazard.class_labels)]
    keys += [key for key in (style.legend, style.bars_title, style.bars_caption, style.milder) if key]
    return [f"{lang}: {key}" for key in keys for lang in LANGUAGES if not i18n.has(key, lang)]


def without_titles(entries: list[CatalogEntry]) -> list[str]:
    """Languages in which an entry of the default scenario has no title."""
    return [
        f"{lang}: title of {entry.name}"
        for entry in entries
        if entry.facts.default_scenario
        for lang in LANGUAGES
        if not entry.facts.titles.get(lang)
    ]


def lacking(hazard: Hazard, entries: list[CatalogEntry]) -> list[str]:
    """Everything a hazard needs before its pages are right."""
    own = [entry for entry in entries if entry.facts.hazard == hazard.name]
    return [
        *without_colours(hazard),
        *without_words(hazard),
        *without_titles(own),
        *([] if own else [f"a catalog entry of {hazard.name}"]),
    ]


# ------------------------------------------------------------ hazards of the package


@pytest.fixture(scope="module")
def entries(root: Path) -> list[CatalogEntry]:
    catalog = open_catalog(root / "catalog.yml")
    return [catalog.entry(name) for name in catalog.names()]


@pytest.mark.parametrize("name", list(hazards.discover()))
def test_a_hazard_lacks_nothing_of_its_looks_and_words(name: str, entries: list[CatalogEntry]) -> None:
    assert lacking(hazards.discover()[name], entries) == []


@pytest.mark.parametrize("name", list(styles.HAZARD_STYLES))
def test_a_row_names_what_is_there(name: str) -> None:
    assert (
        without_colours(hazards.discover().get(name, Hazard(name, "x", "1", class_labels=("SEI", "SEL"))))
        == []
    )
    assert all(i18n.has(f"hazard.{name}.name", lang) for lang in LANGUAGES)


def test_sources_of_the_package_have_a_title_in_four_languages(entries: list[CatalogEntry]) -> None:
    """All that the embedded territory reads, not only its hazards; a title is written in its language."""
    own = [entry for entry in entries if entry.group == "demo"]
    assert [name for entry in own for name in LANGUAGES if not entry.facts.titles.get(name)] == []
    for entry in own:
        assert len(set(entry.facts.titles.values())) == len(LANGUAGES), entry.name
    words = {"fr": r"\b(de|du|des|les|la|le|comme)\b|d'", "nl": r"\b(van|de|het|op|voor|als|binnen)\b",
             "de": r"\b(der|die|des|als|um|bis|auf|für)\b", "en": r"\b(of|the|as|within|for)\b"}  # fmt: skip
    for lang, pattern in words.items():
        said = " ".join(entry.facts.titles[lang] for entry in own)
        assert len(re.findall(pattern, said)) > 8, lang


def test_the_default_scenario_is_what_the_entries_say(root: Path) -> None:
    """An entry called `demo_...` that does not say so is no part of it. A new hazard comes last."""
    catalog = open_catalog(root / "catalog.yml")
    found = default_scenario(catalog)
    assert (found.communes, found.populations) == (("demo_communes",), ("demo_population",))
    layers = [choice.entry for choice in found.footprints]
    assert layers[:4] == ["demo_flood", "demo_landslide", "demo_effect_zones", "demo_nuclear_zones"]
    assert all(catalog.entry(name).facts.default_scenario for name in layers)
    assert not any(
        catalog.entry(name).facts.default_scenario for name in catalog.names() if name == "demo_sites"
    )


# ------------------------------------------------------------ a newcomer's hazard


@pytest.fixture(params=list(WORDS))
def hazard(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Hazard]:
    """One file in the folder of hazards: nothing else of the package knows it."""
    name = str(request.param)
    folder = tmp_path / "hazards"
    folder.mkdir()
    text = FILE.format(name=name, intensity="made_up", facts=FACTS[name])
    (folder / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(hazards, "__path__", [*hazards.__path__, str(folder)])
    hazards._modules.cache_clear()
    yield hazards.discover()[name]
    sys.modules.pop(f"geoalarm.hazards.{name}", None)
    monkeypatch.undo()
    hazards._modules.cache_clear()


@pytest.fixture
def catalog_file(hazard: Hazard, tmp_path: Path) -> Path:
    """One entry beside those of the ground: a raster in no class in the west, rising to the east."""
    testing.communes().data.to_parquet(tmp_path / "communes.parquet")
    testing.population().data.rio.to_raster(tmp_path / "people.tif")
    data = testing.population().data.copy()
    steps = 1 + class_count(hazard)
    for k in range(steps):
        value = (0.0, *hazard.class_bounds)[k] if hazard.class_bounds else float(k)
        data[:, k * 40 // steps : (k + 1) * 40 // steps] = value
    kind = "intensity" if hazard.class_bounds else "classes"
    if kind == "classes":
        data = data.astype("uint8")
    data.rio.to_raster(tmp_path / f"user_{hazard.name}.tif")
    words = WORDS[hazard.name]
    titles = {lang: f"{word}, 2026 ({lang})" for lang, word in words.items()}
    entry = ENTRY.format(
        entry=f"user_{hazard.name}",
        title=titles["en"],
        titles=yaml.safe_dump(titles, default_flow_style=True, allow_unicode=True, width=1000).strip(),
        name=hazard.name,
        kind=kind,
        units=hazard.units,
    )
    path = tmp_path / "catalog.yml"
    path.write_text(GROUND + entry, encoding="utf-8")
    return path


@pytest.fixture
def locale_lines(hazard: Hazard, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line in each of the four locale files."""
    key = f"hazard.{hazard.name}.name"
    held: Mapping[str, Mapping[str, str]] = {
        lang: MappingProxyType({**i18n.sentences(lang), key: WORDS[hazard.name][lang]}) for lang in LANGUAGES
    }
    monkeypatch.setattr(messages, "sentences", held.__getitem__)
    monkeypatch.setattr(i18n, "sentences", held.__getitem__)


def entries_of(path: Path) -> list[CatalogEntry]:
    catalog = open_catalog(path)
    return [catalog.entry(name) for name in catalog.names()]


def test_a_new_hazard_is_red_until_its_words_and_titles_stand(hazard: Hazard, catalog_file: Path) -> None:
    names = [f"{lang}: hazard.{hazard.name}.name" for lang in LANGUAGES]
    assert lacking(hazard, []) == [*names, f"a catalog entry of {hazard.name}"]
    assert lacking(hazard, entries_of(catalog_file)) == names
    bare = re.sub(r"\n      titles:.*", "", catalog_file.read_text(encoding="utf-8"))
    catalog_file.write_text(bare, encoding="utf-8")
    titles = [f"{lang}: title of user_{hazard.name}" for lang in LANGUAGES]
    assert lacking(hazard, entries_of(catalog_file)) == [*names, *titles]


@pytest.mark.usefixtures("locale_lines")
def test_one_file_one_entry_and_four_lines_are_enough(hazard: Hazard, catalog_file: Path) -> None:
    """Nothing is lacking, and what the pages show bears it out."""
    assert lacking(hazard, entries_of(catalog_file)) == []
    catalog = open_catalog(catalog_file)
    scenario = default_scenario(catalog)
    assert [choice.entry for choice in scenario.footprints] == [f"user_{hazard.name}"]
    workspace = Workspace(scenario, catalog=catalog, cache=catalog_file.parent / "cache")
    for lang in LANGUAGES:
        explorer_shows(hazard, workspace, lang)
        report_shows(hazard, workspace, lang)


def explorer_shows(hazard: Hazard, workspace: Workspace, lang: str) -> None:
    """Legend with the name and every class in colours that exist, bars, and the title of the source."""
    shared, word = SharedSession(workspace), WORDS[hazard.name][lang]
    values, _ = read_query({"hazard": hazard.name, "lang": lang}, shared.choices, communes=frozenset())
    state = ExplorerState(shared.choices, **values)
    view = compute(layer_requests(state), state.measure, shared)
    key, bars = legend(view, state, shared), cards.bars(view, state)
    assert f"<h3>{word}</h3>" in key
    for html in (key, bars):
        swatches = re.findall(rf"ga-{styles.palette_of(hazard.name)}-\d+", html)
        assert len(swatches) == class_count(hazard)
        assert all(f".{name} {{ background" in CSS for name in swatches)
        assert hazard.name not in html
    (source,) = [one for one in workspace.sources() if one.id == f"user_{hazard.name}"]
    assert source_title(source, lang) == f"{word}, 2026 ({lang})"
    assert source_title(source, lang) in cards.sources(view, shared, lang)


def report_shows(hazard: Hazard, workspace: Workspace, lang: str) -> None:
    """Sentences name the danger, and its classes where it counts from one; map and bar have colours."""
    territory, word = open_territory(workspace), WORDS[hazard.name][lang]
    page = briefing(territory.dossier("BE:00001"), lang, names={})
    (card,) = page.cards
    assert card.title == word
    inside = word if lang == "de" else word[:1].lower() + word[1:]
    assert f"({inside}" in card.sentences[0].text
    assert any(inside in one.text or word in one.text for one in page.lead)
    option = workspace.options()[0]
    rows = workspace.expose(option).query("commune_id == 'BE:00001'")
    assert card.sentences[0].text in commune_sentences(rows, lang, "Stad-1", units=option.units)
    if hazard.counted_from:
        named = [i18n.term("class", label, lang).lower() for label in hazard.class_labels[-2:]]
        assert all(label in card.sentences[0].text for label in named)
    else:
        assert styles.counted_from(hazard.name, option.class_labels) == ""
    united = union([workspace.footprint(option)], workspace.prepared())
    assert ("mild_classes_left_out" in united["caveats"].iloc[0]) == bool(hazard.counted_from)
    drawn = pictures_of(page, territory, svg.Maps(territory.communes), lang)
    for picture in (drawn.maps[card.id], drawn.bars[card.id]):
        used = set(re.findall(rf"ga-{styles.palette_of(hazard.name)}-[\d-]+", picture))
        assert used
        assert all(f".ga .{name}{{fill" in svg.styles() for name in used)
        assert hazard.name not in picture.replace(f"user_{hazard.name}", "")
    assert word in drawn.maps[card.id]
    (line,) = [one for one in page.sources if one.source.id == f"user_{hazard.name}"]
    assert line.title == f"{word}, 2026 ({lang})"

"""Reports of the embedded territory against the explorer's table, number by number; and what must never reach
a reader.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from datetime import date
from html.parser import HTMLParser

import numpy as np
import pytest

from geoalarm.app.session import LayerRequest, shared
from geoalarm.core.terms import LANGUAGES, State
from geoalarm.dossier import open_territory
from geoalarm.hazards import counted_from
from geoalarm.i18n.messages import sentences
from geoalarm.report.batch import make_edition
from geoalarm.report.batch_request import BatchRequest
from geoalarm.report.edition import folder_of
from geoalarm.report.selection import ReportSelection
from geoalarm.results.commune_count import LayerCount, zone_count

pytestmark = pytest.mark.slow

EVERY = 126
"""One commune in so many: a dozen, from both countries."""


@pytest.fixture(scope="module")
def world():
    return shared(None)


@pytest.fixture(scope="module")
def communes(world):
    chosen = list(world.geometry.ids)[::EVERY]
    assert {key[:2] for key in chosen} == {"FR", "BE"}
    return tuple(dict.fromkeys(("FR:02381", "BE:57081", *chosen)))


@pytest.fixture(scope="module")
def edition(communes, tmp_path_factory):
    out = tmp_path_factory.mktemp("edition")
    done = make_edition(
        BatchRequest(out, ReportSelection(communes=communes, langs=LANGUAGES), as_of=date(2026, 11, 21))
    )
    assert done.is_whole
    return out


def facts(edition, commune):
    name = folder_of(commune)
    return json.loads((edition / name / f"{name}.json").read_text(encoding="utf-8"))


def period_of(row):
    return math.nan if row["return_period_yr"] is None else float(row["return_period_yr"])


def is_people(figure):
    """Whether a figure counts people of one layer, in the commune or one of its neighbours."""
    one = re.fullmatch(r"[A-Z]{2}:[0-9A-Z]{5}", str(figure["row"].get("commune_id")))
    return (
        figure["table"] == "exposure"
        and re.search(r"-people(-[a-z]{2}-\w+)?$", figure["id"]) is not None
        and one is not None
    )


def test_every_count_of_people_is_that_of_the_explorer(edition, communes, world):
    compared = 0
    for commune in communes:
        for figure in filter(is_people, facts(edition, commune)["figures"]):
            row = figure["row"]
            option = world.choices.option(row["hazard"], row["scenario"], period_of(row))
            totals = world.totals(LayerRequest(option, counted_from(option.hazard, option.class_labels), ""))
            of = totals[totals["commune_id"] == row["commune_id"]].iloc[0]
            assert figure["state"] == of["state"]
            for end, name in (("value", ""), ("low", "_low"), ("high", "_high")):
                expected = float(of[f"population_exposed{name}"])
                assert figure[end] == (None if math.isnan(expected) else pytest.approx(expected, abs=1e-6)), (
                    commune,
                    figure["id"],
                    end,
                )
            compared += 1
    assert compared >= 6 * len(communes)


def test_every_layer_counts_the_same_people_in_dossier_and_explorer(world):
    """Each hazard and return period of the territory, also those that no headline names, over one commune in
    ten.
    """
    territory = open_territory(world.workspace)
    totals = {
        (option.hazard, option.scenario, f"{option.return_period_yr:g}"): world.totals(
            LayerRequest(option, counted_from(option.hazard, option.class_labels), "")
        ).set_index("commune_id")
        for option in world.choices.options
    }
    counted = Counter()
    for commune in world.geometry.ids[::10]:
        for layer in (layer for danger in territory.dossier(commune).dangers for layer in danger.layers):
            count = zone_count(
                LayerCount.of(layer.total, layer.class_labels), layer.rows, layer.hazard, layer.class_labels
            )
            of = totals[layer.hazard, layer.scenario, f"{layer.return_period_yr:g}"].loc[commune]
            assert (count.state, count.hidden) == (of["state"], of["hidden"]), (commune, layer.key)
            expected = [float(of[f"population_exposed{end}"]) for end in ("", "_low", "_high")]
            np.testing.assert_array_equal(
                [count.people, count.low, count.high], expected, err_msg=f"{commune} {layer.key}"
            )
            counted[layer.key] += 1
    assert len(counted) == len(world.choices.options)
    assert min(counted.values()) > 100


def test_every_class_is_the_row_of_the_table(edition, communes, world):
    compared = 0
    for commune in communes:
        for figure in facts(edition, commune)["figures"]:
            if not re.search(r"-class-\d+$", figure["id"]):
                continue
            row = figure["row"]
            option = world.choices.option(
                row["hazard"],
                row["scenario"],
                math.nan if row["return_period_yr"] is None else row["return_period_yr"],
            )
            table = world.table(LayerRequest(option, "", ""))
            line = table[
                (table["commune_id"] == commune) & (table["intensity_class"] == row["intensity_class"])
            ].iloc[0]
            assert figure["state"] == line["state"]
            assert figure["value"] == pytest.approx(float(line["population_exposed"]), abs=1e-6)
            compared += 1
    assert compared > len(communes)


def test_no_figure_without_a_source_and_every_source_with_licence_and_hash(edition, communes):
    for commune in communes:
        told = facts(edition, commune)
        known = {source["id"] for source in told["sources"]}
        assert all(
            source["licence"] and re.fullmatch(r"[0-9a-f]{64}", source["sha256"])
            for source in told["sources"]
        )
        for figure in told["figures"]:
            assert figure["sources"], figure["id"]
            assert set(figure["sources"]) <= known, figure["id"]
            number = figure["value"] is not None
            assert number == (figure["state"] in (State.EXPOSED, State.ZERO)), figure["id"]


class Visible(HTMLParser):
    """Words of a page that a reader can see or hear."""

    def __init__(self):
        super().__init__()
        self.words, self._deaf = [], 0

    def handle_starttag(self, tag, attrs):
        self._deaf += tag in ("style", "script")
        self.words += [
            value
            for name, value in attrs
            if name in ("aria-label", "title", "alt", "placeholder", "content") and value
        ]

    def handle_endtag(self, tag):
        self._deaf -= tag in ("style", "script")

    def handle_data(self, data):
        if not self._deaf:
            self.words.append(data)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_raw_key_no_nan_no_blank_reaches_a_page(edition, communes, lang):
    keys = set(sentences(lang))
    for commune in communes:
        name = folder_of(commune)
        page = Visible()
        page.feed((edition / name / f"{name}.{lang}.html").read_text(encoding="utf-8"))
        text = " ".join(page.words)
        assert len(text) > 4000
        assert not re.search(r"\b(nan|NaN|None|null|undefined|inf)\b", text), commune
        assert not re.search(r"\{[a-z_]+[,}]", text), commune
        found = set(re.findall(r"\b[a-z_]+(?:\.[a-z_0-9]+)+\b", text)) & keys
        assert not found, (commune, found)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_number_links_to_its_note_and_every_note_exists(edition, communes, lang):
    for commune in communes:
        name = folder_of(commune)
        html = (edition / name / f"{name}.{lang}.html").read_text(encoding="utf-8")
        ids = re.findall(r'\bid="([^"]+)"', html)
        assert len(ids) == len(set(ids)), "two elements share an id"
        links = re.findall(r'href="#([^"]+)"', html)
        assert links
        assert set(links) <= set(ids)
        assert len(html.encode()) < 600_000
        assert not re.search(r'(?:src|href)="(?:https?:)?//', html.replace('href="https://', 'href="x'))

"""A briefing written by hand over the made-up world: every part of a page is there once, every number can be
looked up.
"""

from __future__ import annotations

import math
from dataclasses import replace

from geoalarm.core.model import Source
from geoalarm.core.terms import Basis
from geoalarm.present.briefing.briefing_content import (
    Among,
    Briefing,
    Card,
    Checklist,
    ChecklistItem,
    ClassLine,
    CrossBorderLine,
    Dot,
    Figure,
    Sentence,
    SourceLine,
    TrendPoint,
)

SOURCES = (
    Source("made_up_flood", "Made-up flood", "CC0-1.0", "2020", Basis.ILLUSTRATIVE, sha256="ab" * 32),
    Source(
        "made_up_population",
        "Made-up population",
        "CC-BY-4.0",
        "2021",
        Basis.MODELLED,
        attribution="the office of making up",
    ),
)
ROW = {
    "commune_id": "FR:00002",
    "hazard": "flood",
    "scenario": "",
    "return_period_yr": 100.0,
    "intensity_class": "",
    "basis": "illustrative",
}


def figure(name: str, text: str, value: float, **facts: object) -> Figure:
    """A figure of the flood row."""
    facts = {
        "low": value * 0.8,
        "high": value * 1.2,
        "row": ROW,
        "source_ids": ("made_up_flood", "made_up_population"),
        **facts,
    }
    return Figure(name, text, value, **facts)


def briefing(lang: str = "en", **changes: object) -> Briefing:
    """The briefing; ``changes`` replace its parts."""
    unknown = {"low": math.nan, "high": math.nan}
    people = figure("flood-100-people", "1 230", 1234.5678901)
    share = figure("flood-100-share", "12%", 0.123)
    classes = [
        figure(f"flood-100-class-{n}", text, value)
        for n, (text, value) in enumerate([("800", 801.2), ("430", 433.4)])
    ]
    trend = [
        figure(f"flood-{years}-people", text, value)
        for years, text, value in [(10, "300", 301.0), (1000, "2 500", 2503.0)]
    ]
    zero = figure("industrial-people", "0", 0.0, state="zero")
    slide = figure("landslide-people", "not studied", math.nan, state="not_studied", **unknown)
    union = figure(
        "union-people", "between 1 200 and 1 600", 1400.0, table="union", row={"commune_id": "FR:00002"}
    )
    away = figure("across-people", "210", 212.0, row={**ROW, "commune_id": "BE:00002"})
    dots = [
        figure("share-here", "12%", 0.123),
        figure("share-be", "4%", 0.04),
        figure("share-none", "not mapped", math.nan, state="outside_coverage", **unknown),
    ]
    figures = {one.id: one for one in (people, share, *classes, *trend, zero, slide, union, away, *dots)}
    flood = Card(
        id="flood",
        hazard="flood",
        layer_key="flood",
        title="Flood",
        state="exposed",
        state_title="Exposed",
        is_example=True,
        sentences=(
            Sentence(
                "If a flood happens (1% chance a year, 1 in 100), about 1 230 people in Ville-2 would be "
                "in the flooded area.",
                (people.id,),
            ),
            Sentence("That is 12% of residents.", (share.id,)),
        ),
        classes=(
            ClassLine("0.1 to 0.5 m", "[0.1, 0.5)", classes[0], "8%", 0.08),
            ClassLine("over 0.5 m", "[0.5, ∞)", classes[1], "4%", 0.04),
        ),
        class_caption="People by depth of water",
        trend=(
            TrendPoint("10% a year (1 in 10)", 10, trend[0]),
            TrendPoint("1% a year (1 in 100)", 100, people),
            TrendPoint("0.1% a year (1 in 1,000)", 1000, trend[1]),
        ),
        trend_caption="People in the flooded area, by yearly chance",
        basis="Example, 2020",
        caveats=("The boundary of this commune is approximate.",),
        map_label="Flood in Ville-2: about 1 230 people",
        source_ids=("made_up_flood", "made_up_population"),
    )
    quiet = replace(
        flood,
        id="landslide",
        hazard="landslide",
        layer_key="",
        title="Landslide",
        state="not_studied",
        state_title="Not studied",
        is_example=False,
        sentences=(Sentence("This danger has not been studied here. That is not a zero.", (slide.id,)),),
        classes=(),
        trend=(),
        caveats=(),
        basis="No map",
    )
    nobody = replace(
        quiet,
        id="industrial",
        hazard="industrial",
        layer_key="industrial",
        title="Industrial accident",
        state="zero",
        state_title="0",
        sentences=(Sentence("Nobody lives in the zone. The whole commune is mapped.", (zero.id,)),),
        basis="Calculated, 2020",
    )
    made = Briefing(
        commune_id="FR:00002",
        country="FR",
        lang=lang,
        name="Ville-2",
        title="Ville-2",
        subtitle="FR:00002, Département 00, 10 000 residents",
        lead=(
            Sentence(
                "The worst known danger is a flood: about 1 230 people would be in the flooded area.",
                (people.id,),
            ),
            Sentence("Likely between 990 and 1 480. One danger was not studied."),
            Sentence("Across the border, about 210 people would be hit too.", (away.id,)),
        ),
        is_example=True,
        cards=(flood, quiet, nobody),
        union=Sentence("All dangers, each person once: between 1 200 and 1 600.", (union.id,)),
        across=(
            CrossBorderLine("commune", "Stad-2", "About 210 people would be in the same flood.", (away,)),
            CrossBorderLine("site", "Made-up works", "4 km away. Its zone does not reach here."),
        ),
        across_lead=Sentence(
            "Across the border, about 210 people in 1 commune would be hit too.", (away.id,)
        ),
        among=(
            Among(
                "flood",
                "flood",
                "Share of residents in the flooded area",
                (
                    Dot("Ville-2", "FR:00002", "FR", dots[0], True),
                    Dot("Stad-2", "BE:00002", "BE", dots[1]),
                    Dot("Stad-3", "BE:00003", "BE", dots[2]),
                ),
                "In Département 00: 9% of residents of the 3 communes that are mapped.",
            ),
        ),
        checklist=Checklist(
            "Plan communal de sauvegarde (PCS)",
            "The platform fills in what it knows and leaves the rest blank.",
            (
                ChecklistItem(
                    "risks",
                    "Risks of the commune",
                    ("Flood: about 1 230 people.",),
                    "Streets and buildings in the zone",
                    "Code de la sécurité intérieure, art. R731-3",
                ),
                ChecklistItem("people", "Who answers the alert", (), "Name, telephone, deputy", ""),
            ),
        ),
        todo=(
            Sentence("Check with the prefecture whether a newer map exists."),
            Sentence("Ask for a landslide study."),
        ),
        sources=tuple(
            SourceLine(source, source.title, "Example" if n == 1 else "Calculated", n)
            for n, source in enumerate(SOURCES, start=1)
        ),
        caveats=("People are spread inside the commune by a calculation.",),
        limit="First estimate. Does not replace an official study.",
        command="geoalarm run scenario.yml --out run",
        figures=figures,
        words={},
    )
    return replace(made, **changes)

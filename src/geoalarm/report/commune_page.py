"""The page of a commune: a briefing in words and its pictures laid out as one self-contained document, and
its checklist alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Final

import geopandas as gpd
from markupsafe import Markup

from geoalarm import i18n
from geoalarm.core.terms import State
from geoalarm.geo.communes import official_languages
from geoalarm.i18n.place_names import name_in
from geoalarm.i18n.place_names import names as names_of
from geoalarm.present.briefing.briefing_content import Among, Briefing, Card, Figure
from geoalarm.present.hazard_styles import style_of
from geoalarm.present.rounding import people_text
from geoalarm.present.svg import Maps, chance_curve, class_bar, dots, patterns
from geoalarm.report import notes
from geoalarm.report.html_templates import TemplateStrings, anchor, drawn, fill, policy, script, stylesheet

if TYPE_CHECKING:
    from geoalarm.analysis.accident.accident_sites import SiteOption
    from geoalarm.core.model import Footprint
    from geoalarm.dossier.territory import Territory

WIDE: Final = 360
"""Width of bars, curves and dots [px of the picture]; the page makes them as wide as there is room."""

MARKED: Final = frozenset({State.ZERO, State.NOT_STUDIED, State.OUTSIDE_COVERAGE, State.SUPPRESSED})
"""States that a pattern stands for."""

MOST_PLACES: Final = 4
"""Places across the border that have a screen of their own in the presentation; the page has them all."""

_SILENT: Final = MARKED - {State.ZERO}
"""States in which a danger has no number in any class; nobody in the class that a card speaks of says nothing
of the others.
"""

_FACTS: Final = ("residents", "area")
"""Figures that the line under the title says."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pictures of a page as SVG: maps, bars, curves by their card, dots by the layer of their danger."""

    maps: Mapping[str, str] = field(default_factory=dict)
    bars: Mapping[str, str] = field(default_factory=dict)
    curves: Mapping[str, str] = field(default_factory=dict)
    dots: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Links:
    """Where a page leads: relative or http(s) addresses; empty, not shown. ``languages`` by their code."""

    languages: Mapping[str, str] = field(default_factory=dict)
    explorer: str = ""
    index: str = ""
    page: str = ""
    pdf: str = ""
    data: str = ""
    checklist: str = ""
    checklist_docx: str = ""


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A figure before and now, and why it differs; in words of the page's language."""

    label: str
    before: str
    now: str
    cause: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since the report before, in words; ``lines`` may be empty where nothing did."""

    lead: str
    caption: str = ""
    lines: tuple[ChangeLine, ...] = ()


class Slides:
    """Numbers of the screens of the presentation, in the order of the page."""

    def __init__(self) -> None:
        self._n = 0

    def next(self) -> int:
        """The number of the next screen."""
        self._n += 1
        return self._n

    def span(self, count: int) -> str:
        """Numbers of the next ``count`` screens, for a title that stays while they pass."""
        return " ".join(str(self._n + step) for step in range(1, count + 1))


def pictures_of(
    briefing: Briefing,
    territory: Territory,
    maps: Maps,
    lang: str,
    *,
    names: Mapping[str, str] | None = None,
    sites: Iterable[SiteOption] = (),
) -> Pictures:
    """Every picture of a page.

    Parameters
    ----------
    maps : Maps
        Of the communes of the territory; kept over many pages, it prepares each layer once.
    names : mapping, optional
        Names by ``commune_id`` in the language; default: made anew.
    sites : iterable of SiteOption
        For the maps of the dangers that come from sites.
    """
    called = dict(names_of(territory.communes, lang)) if names is None else names
    known, sites = frozenset(territory.layer_keys), tuple(sites)
    drawn_maps = {
        card.id: maps.commune(
            briefing.commune_id,
            footprint=(footprint := territory.footprint(card.layer_key)),
            totals=territory.totals(card.layer_key),
            lang=lang,
            names=called,
            label=card.map_label,
            sites=_sites_on(footprint, sites, lang),
            prefix=f"map-{anchor(card.id)}",
        )
        for card in briefing.cards
        if card.layer_key in known
    }
    return Pictures(
        maps=drawn_maps,
        bars={card.id: _bar(card, lang) for card in briefing.cards if card.classes},
        curves={
            card.id: chance_curve(
                card.trend, lang=lang, label=card.trend_caption, prefix=f"curve-{anchor(card.id)}", width=WIDE
            )
            for card in briefing.cards
            if len(card.trend) > 1
        },
        dots={
            among.layer_key: dots(among.dots, lang=lang, label=among.caption, prefix=f"dots-{n}", width=WIDE)
            for n, among in enumerate(briefing.among, start=1)
        },
    )


def _sites_on(footprint: Footprint, sites: Iterable[SiteOption], lang: str) -> tuple[SiteOption, ...]:
    """Sites of a map, named in its language: those its zones belong to; all where zones name no site.

    A site whose zones another map shows has no place beside these.
    """
    if not style_of(footprint.hazard, footprint.scenario).has_sites:
        return ()
    frame = footprint.data
    own = set(frame["site_id"]) if isinstance(frame, gpd.GeoDataFrame) and "site_id" in frame else None
    return tuple(
        replace(site, name=name_in(site.names, site.name, lang, first=True))
        for site in sites
        if own is None or site.site_id in own
    )


def render(
    briefing: Briefing,
    pictures: Pictures,
    *,
    as_of: date,
    changes: Changes | None = None,
    links: Links | None = None,
) -> str:
    """The page as one document that needs no network and no script to be read.

    Parameters
    ----------
    as_of : datetime.date
        The date line: the only thing in which two pages of the same figures differ.
    changes : Changes, optional
        Since the report before.

    Raises
    ------
    InputError
        If a figure of the page has no source, or a link runs code.
    """
    return document(
        body(briefing, pictures, as_of=as_of, changes=changes, links=links),
        briefing,
        title=f"{briefing.title} – geoalarm",
        description=briefing.lead[0].text if briefing.lead else "",
    )


def render_checklist(briefing: Briefing, *, as_of: date, links: Links | None = None) -> str:
    """The checklist of the local plan as a document of its own."""
    words = TemplateStrings(briefing.lang)
    inner = fill(
        "checklist.html",
        b=briefing,
        w=words,
        as_of=as_of,
        links=links or Links(),
        example=words("band_example"),
    )
    title = words("title_checklist", plan=briefing.checklist.title, name=briefing.name)
    return document(inner, briefing, title=f"{title} – geoalarm", description=briefing.checklist.explain)


def document(
    inner: str, briefing: Briefing, *, title: str, description: str, form_action: str = "'none'"
) -> str:
    """A whole document round a body that was made of templates of this room."""
    words = TemplateStrings(briefing.lang)
    running = f"{briefing.name} · {briefing.commune_id} · geoalarm"
    if briefing.is_example:
        running += f" · {i18n.text('basis.illustrative.explain', briefing.lang)}"
    return bare_document(
        inner, words, title=title, description=description, running=running, form_action=form_action
    )


def bare_document(
    inner: str,
    words: TemplateStrings,
    *,
    title: str,
    description: str = "",
    running: str = "geoalarm",
    form_action: str = "'none'",
    refresh_s: int = 0,
) -> str:
    """A whole document round a body of templates of this room, of no commune in particular.

    ``running`` stands at the foot of every printed page; ``refresh_s`` asks for the page again after this
    long [s].
    """
    return fill(
        "document.html",
        lang=words.lang,
        w=words,
        title=title,
        description=description,
        running=running,
        refresh=str(refresh_s) if refresh_s else "",
        policy=policy(form_action=form_action),
        css=Markup(stylesheet()),  # noqa: S704  (constant text)
        script=Markup(script()),  # noqa: S704  (constant text)
        body=Markup(inner),  # noqa: S704  (made by a template, escaped there)
    )


def body(
    briefing: Briefing,
    pictures: Pictures,
    *,
    as_of: date,
    changes: Changes | None = None,
    links: Links | None = None,
    bar: str = "",
    search: str = "",
) -> str:
    """What stands between ``<body>`` and its script: the same in a file and in the served page.

    Parameters
    ----------
    bar, search : str
        HTML of the served page: navigation in place of the brand, the search form; made of escaped parts.
    """
    lang, words = briefing.lang, TemplateStrings(briefing.lang)
    figures = notes.figures_of(briefing)
    where = links or Links()
    by_source = notes.source_numbers(briefing)
    return fill(
        "body.html",
        b=briefing,
        w=words,
        lang=lang,
        as_of=as_of,
        changes=changes,
        links=where,
        languages=_languages(where),
        pictures=pictures,
        slide=Slides(),
        contents=_contents(briefing, words, changes),
        all_notes=notes.notes_of(briefing),
        patterns=drawn(patterns()),
        drawn=drawn,
        dots=lambda among: drawn(_dots(pictures, among)),
        linked=lambda said: notes.linked(said, figures, note=words("figure_note")),
        subtitle=notes.linked_where_said(briefing.subtitle, _FACTS, figures),
        known=lambda item: [notes.linked_where_said(fact, item.figure_ids, figures) for fact in item.known],
        region=lambda among: notes.linked_where_said(among.region, among.region_figure_ids, figures),
        number=notes.number,
        headline=lambda card: _large(headline(card, figures), lang),
        numbers=lambda ids: sorted({by_source[name] for name in ids if name in by_source}),
        foreign=lambda commune_id, name: foreign(commune_id, name, lang),
        marked=MARKED,
        most_places=MOST_PLACES,
        example=words("band_example"),
        bar=Markup(bar),  # noqa: S704  (made of escaped parts)
        search=Markup(search),  # noqa: S704  (made of escaped parts)
    )


def headline(card: Card, figures: Mapping[str, Figure]) -> Figure | None:
    """The number of people that a card prints large; None where it has a state in its place."""
    said = [figures[name] for sentence in card.sentences for name in sentence.figure_ids]
    people = [figure for figure in said if figure.unit == "1" and figure.state in (State.EXPOSED, State.ZERO)]
    return people[0] if people and card.state == State.EXPOSED else None


def _large(figure: Figure | None, lang: str) -> Markup | None:
    """A number of people with its noun, linked to its note."""
    if figure is None:
        return None
    said = people_text(figure.value, lang, about=False)
    return notes.linked_where_said(
        said if figure.text in said else figure.text, [figure.id], {figure.id: figure}
    )


def foreign(commune_id: str, name: str, lang: str) -> Markup:
    """The ``lang`` attribute of a name that is not of the page's language; nothing where it is, or has the
    local one in brackets.
    """
    local = local_language(commune_id)
    return Markup(' lang="{}"').format(local) if local and local != lang and "(" not in name else Markup("")


def local_language(commune_id: str) -> str:
    """Language of the place by its official code; empty where it may be one of several, or is not known."""
    spoken = official_languages(commune_id)
    return spoken[0] if len(spoken) == 1 else ""


def _bar(card: Card, lang: str) -> str:
    lines = [(line.label, line.share, line.people.text) for line in card.classes]
    return class_bar(
        lines,
        hazard=card.hazard,
        lang=lang,
        label=card.class_caption,
        state=card.state if card.state in _SILENT else "",
        prefix=f"bar-{anchor(card.id)}",
        width=WIDE,
    )


def _dots(pictures: Pictures, among: Among) -> str:
    return pictures.dots.get(among.layer_key, "")


def _languages(links: Links) -> list[tuple[str, str, str]]:
    return [
        (code, name, links.languages[code])
        for code, name in i18n.languages().items()
        if code in links.languages
    ]


def _contents(briefing: Briefing, words: TemplateStrings, changes: Changes | None) -> list[tuple[str, str]]:
    parts: list[tuple[str, str, bool]] = [
        ("changes", "changes", changes is not None),
        ("dangers", "heading_dangers", True),
        ("across", "heading_across", bool(briefing.across or briefing.across_lead)),
        ("among", "heading_among", bool(briefing.among)),
        ("todo", "heading_todo", bool(briefing.todo)),
        ("plan", "heading_checklist", bool(briefing.checklist.items)),
        ("sources", "heading_sources", True),
        ("figures", "heading_figures", True),
    ]
    return [(name, words(key)) for name, key, there in parts if there]

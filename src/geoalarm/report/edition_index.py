"""The index of an edition: map and list without script, the same as JSON, what failed, and the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from geoalarm import i18n
from geoalarm.core.atomic import atomic_file
from geoalarm.core.terms import LANGUAGES
from geoalarm.i18n.place_names import fold, names, region_name
from geoalarm.present.svg import Maps, patterns
from geoalarm.present.svg.overview_map import overview
from geoalarm.report.changes_record import InputRecords
from geoalarm.report.changes_words import danger_label
from geoalarm.report.edition import FORMAT, MANIFEST, commune_manifest, folder_of, json_text, sha256_of
from geoalarm.report.html_templates import TemplateStrings, drawn, fill, fingerprint, stylesheet

if TYPE_CHECKING:
    import pandas as pd

    from geoalarm.dossier import Territory
    from geoalarm.report.batch_request import Edition

INDEX: Final = "index"
FAILURES: Final = "failures.json"


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A commune on the index.

    Attributes
    ----------
    files : mapping of str to str
        ``fr.html``, ``fr.docx``, ``json``: address relative to the index, by what comes after the name.
    as_of : str
        Date of its report; empty where there is none.
    is_current : bool
        Whether its report is of this edition.
    what : str
        What failed; empty where nothing did.
    """

    commune_id: str
    country: str
    region: str
    region_name: str
    postcodes: tuple[str, ...]
    population: float
    files: Mapping[str, str]
    langs: tuple[str, ...]
    as_of: str
    is_current: bool
    what: str = ""


def write(
    out: Path,
    edition: Edition,
    territory: Territory,
    inputs: InputRecords,
    *,
    title: str,
    command: tuple[str, ...],
) -> None:
    """Write the pages and books of an edition from what is in its folder, each whole, the manifest last.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    found = entries(out, edition, territory)
    maps = Maps(territory.communes, cache=territory.cache)
    langs = tuple(lang for lang in LANGUAGES if any(lang in entry.langs for entry in found)) or edition.langs
    texts = {
        f"{INDEX}.{lang}.html": page(found, edition, territory, maps, lang=lang, langs=langs)
        for lang in langs
    }
    main = langs[0]
    texts[f"{INDEX}.html"] = texts[f"{INDEX}.{main}.html"]
    texts[f"{INDEX}.json"] = json_text(_as_json(found, edition, territory))
    texts[FAILURES] = json_text(_failures(edition))
    for name, text in texts.items():
        _write(out / name, text)
    files = {
        name: {"bytes": (out / name).stat().st_size, "sha256": sha256_of(out / name)}
        for name in sorted(texts)
    }
    facts = {
        "format": FORMAT,
        "title": title,
        "as_of": edition.as_of.isoformat(),
        "edition": edition.key,
        "before": edition.before or None,
        "command": " ".join([*command, "--all", "--out", "DIR"]),
        "communes": sum(entry.is_current for entry in found),
        "failures": len(edition.failed) + len(edition.layers),
        "languages": langs,
        "inputs": inputs,
        "versions": dict(territory.versions),
        "files": files,
    }
    _write(out / MANIFEST, json_text(facts))


def entries(out: Path, edition: Edition, territory: Territory) -> list[IndexEntry]:
    """Communes that have a report in a folder, or should have, by country, department and name."""
    failed = {item.commune_id: item.what for item in edition.failed}
    frame = territory.communes.data
    called = names(territory.communes, "fr")
    found = []
    for row in frame.drop(columns=frame.geometry.name).to_dict("records"):
        commune_id = str(row["commune_id"])
        facts = commune_manifest(out / folder_of(commune_id))
        if facts is None and commune_id not in failed:
            continue
        found.append(_entry(row, facts or {}, edition.key, what=failed.get(commune_id, "")))
    return sorted(
        found,
        key=lambda entry: (entry.country, entry.region, fold(called[entry.commune_id]), entry.commune_id),
    )


def _by_region(
    found: list[IndexEntry], called: pd.Series, lang: str
) -> list[tuple[str, list[tuple[IndexEntry, str]]]]:
    """Entries with the names of their communes, under the name of each region."""
    groups: dict[tuple[str, str, str], list[tuple[IndexEntry, str]]] = {}
    for entry in found:
        group = (entry.country, entry.region, entry.region_name)
        groups.setdefault(group, []).append((entry, str(called[entry.commune_id])))
    return [(_group_name(group, lang), rows) for group, rows in groups.items()]


def page(
    found: list[IndexEntry],
    edition: Edition,
    territory: Territory,
    maps: Maps,
    *,
    lang: str,
    langs: tuple[str, ...],
) -> str:
    """The index in one language."""
    words = TemplateStrings(lang)
    called = names(territory.communes, lang)
    main = territory.dossier(str(territory.communes.ids[0])).dangers[0].main
    key, label = main.key, danger_label(main.hazard, main.scenario, main.return_period_yr, lang)
    links = {entry.commune_id: _page_of(entry, lang) for entry in found if entry.langs}
    title = i18n.text("explorer.key_share", lang)
    picture = overview(maps, _shares(territory, key), lang=lang, label=label, links=links, key_title=title)
    return fill(
        "index.html",
        w=words,
        lang=lang,
        policy=_policy(),
        css=Markup(_styles()),  # noqa: S704  (constant text)
        script=Markup(_script()),  # noqa: S704  (constant text)
        patterns=drawn(patterns()),
        map=drawn(picture),
        map_label=label,
        edition=edition,
        title=i18n.text("report.index.title", lang),
        scenario=territory.scenario_title,
        groups=_by_region(found, called, lang),
        page_of=lambda entry: _page_of(entry, lang),
        search=lambda entry, name: _search_words(entry, name),
        languages=[
            (code, name, f"{INDEX}.{code}.html") for code, name in i18n.languages().items() if code in langs
        ],
        others=lambda entry: [
            (code, entry.files[f"{code}.html"])
            for code in entry.langs
            if entry.files[f"{code}.html"] != _page_of(entry, lang)
        ],
        is_example=any(source.basis == "illustrative" for source in territory.sources),
        count=sum(bool(entry.langs) for entry in found),
        named={str(commune_id): str(name) for commune_id, name in called.items()},
        date=lambda text: i18n.date_long(edition.as_of.fromisoformat(text), lang),
    )


def _entry(row: Mapping[Any, Any], facts: Mapping[str, Any], key: str, *, what: str) -> IndexEntry:
    commune_id = str(row["commune_id"])
    stem = folder_of(commune_id)
    files = {name.removeprefix(f"{stem}."): f"{stem}/{name}" for name in facts.get("files", {})}
    return IndexEntry(
        commune_id=commune_id,
        country=commune_id.partition(":")[0],
        region=_plain(row.get("department_code")),
        region_name=_plain(row.get("department_name")),
        postcodes=tuple(part for part in _plain(row.get("postcodes")).split("|") if part),
        population=float(facts.get("population") or float("nan")) if facts.get("population") != 0 else 0.0,
        files=dict(sorted(files.items())),
        langs=tuple(lang for lang in LANGUAGES if f"{lang}.html" in files),
        as_of=str(facts.get("as_of", "")),
        is_current=facts.get("edition") == key,
        what=what,
    )


def _plain(value: object) -> str:
    return value if isinstance(value, str) else ""


def _page_of(entry: IndexEntry, lang: str) -> str:
    """The report in the language of the index, else in the first it has."""
    return entry.files[f"{lang if lang in entry.langs else entry.langs[0]}.html"] if entry.langs else ""


def _shares(territory: Territory, key: str) -> dict[str, str | float]:
    """Share of residents by commune, or the state where there is no number."""
    totals = territory.totals(key)
    known = totals["share_exposed"].notna()
    return {
        str(commune_id): float(share) if has else str(state)
        for commune_id, share, state, has in zip(
            totals["commune_id"], totals["share_exposed"], totals["state"], known, strict=True
        )
    }


def _group_name(group: tuple[str, str, str], lang: str) -> str:
    country, code, name = group
    parts = [region_name(country, code, name, lang), i18n.term("country", country, lang) if country else ""]
    return ", ".join(part for part in parts if part) or i18n.text("report.index.communes", lang)


def _search_words(entry: IndexEntry, name: str) -> str:
    """What the filter looks in: names without accents, code, postcodes."""
    return fold(" ".join([name, entry.commune_id, *entry.postcodes]))


def _as_json(found: list[IndexEntry], edition: Edition, territory: Territory) -> dict[str, object]:
    called = {lang: names(territory.communes, lang) for lang in LANGUAGES}
    told = [
        {**_facts(entry), "name": {lang: str(column[entry.commune_id]) for lang, column in called.items()}}
        for entry in found
    ]
    return {"format": FORMAT, "as_of": edition.as_of.isoformat(), "communes": told}


def _facts(entry: IndexEntry) -> dict[str, object]:
    """An entry for machines; its date only where it is not that of the edition."""
    return {name: value for name, value in asdict(entry).items() if name != "as_of" or not entry.is_current}


def _failures(edition: Edition) -> dict[str, object]:
    return {
        "format": FORMAT,
        "as_of": edition.as_of.isoformat(),
        "layers": list(edition.layers),
        "communes": [{"commune_id": item.commune_id, "what": item.what} for item in edition.failed],
    }


@lru_cache(maxsize=1)
def _styles() -> str:
    return stylesheet() + _asset("index.css")


@lru_cache(maxsize=1)
def _script() -> str:
    return _asset("index.js")


def _policy() -> str:
    return "; ".join(
        [
            "default-src 'none'",
            f"style-src '{fingerprint(_styles())}'",
            f"script-src '{fingerprint(_script())}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _asset(name: str) -> str:
    return (resources.files("geoalarm.report") / "assets" / name).read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    with atomic_file(path) as scratch:
        scratch.write_text(text, encoding="utf-8")

"""What every file carries beside its numbers: sources, licences, basis, states and caveats in words, and the
meaning of each column.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Final

import pandas as pd

from geoalarm import i18n
from geoalarm.core.model import Source
from geoalarm.core.schema import FIELDS, split_keys
from geoalarm.present.model_warnings import caveat

EXTRA_UNITS: Final = {"share_exposed": "1", "difference": "1", "share_difference": "1"}
"""Units of the columns that totals add to the exposure table."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: its unit (CF), its short label and its meaning, in the language of the file."""

    unit: str
    label: str
    meaning: str


@dataclass(frozen=True, slots=True)
class TableFacts:
    """The facts of one file, in one language."""

    lang: str
    columns: dict[str, Column]
    sources: tuple[Source, ...]
    basis: dict[str, str]
    states: dict[str, str]
    caveats: dict[str, str]
    limit: str
    software: str
    command: str = ""

    def as_dict(self) -> dict[str, object]:
        """Plain data, for JSON."""
        return {
            "language": self.lang,
            "limit": self.limit,
            "software": self.software,
            "command": self.command,
            "sources": [_source(source) for source in self.sources],
            "basis": self.basis,
            "states": self.states,
            "caveats": self.caveats,
            "columns": {name: asdict(column) for name, column in self.columns.items()},
        }

    def rows(self) -> pd.DataFrame:
        """The facts as a table ``topic, key, text``, for formats whose readers look at tables."""
        rows = [("limit", "", self.limit)]
        rows += [("source", source.id, _credit(source)) for source in self.sources]
        for topic, words in (("basis", self.basis), ("state", self.states), ("caveat", self.caveats)):
            rows += [(topic, key, said) for key, said in words.items()]
        rows.append(("software", "", " ".join(part for part in (self.software, self.command) if part)))
        worded = [(i18n.text(f"export.topic.{topic}", self.lang), key, said) for topic, key, said in rows]
        return pd.DataFrame(worded, columns=["topic", "key", "text"])


def facts(table: pd.DataFrame, lang: str, *, sources: Sequence[Source], command: str = "") -> TableFacts:
    """The facts of an exposure table or of totals.

    Parameters
    ----------
    table : pandas.DataFrame
        Its ``source_ids``, ``basis``, ``state`` and ``caveats`` say which sources and sentences belong to it.
    sources : sequence of Source
        Known sources; those the table does not name are left out, one it names that is not known stays with
        its id.
    command : str, optional
        Command that makes the figures again.
    """
    known = {source.id: source for source in sources}
    named = _keys(table, "source_ids")
    return TableFacts(
        lang=lang,
        columns={str(name): _column(str(name), lang) for name in table.columns if name != "geometry"},
        sources=tuple(known.get(key, Source(key)) for key in named),
        basis={
            key: f"{i18n.term('basis', key, lang)}. {_explained('basis', key, lang)}".strip()
            for key in _keys(table, "basis")
        },
        states={
            key: f"{i18n.term('state', key, lang)}. {_explained('state', key, lang)}".strip()
            for key in _keys(table, "state")
        },
        caveats={key: caveat(key, lang) for key in _keys(table, "caveats")},
        limit=i18n.text("sentence.limit", lang),
        software=f"geoalarm {version('geoalarm')}",
        command=command,
    )


def facts_json(known: TableFacts) -> bytes:
    """The facts as JSON, UTF-8: the file beside a CSV."""
    return (json.dumps(known.as_dict(), ensure_ascii=False, indent=2) + "\n").encode()


def _column(name: str, lang: str) -> Column:
    unit = FIELDS[name].unit if name in FIELDS else EXTRA_UNITS.get(name, "")
    if not i18n.has(f"field.{name}.label"):
        return Column(unit, name, "")
    return Column(unit, i18n.text(f"field.{name}.label", lang), i18n.text(f"field.{name}.help", lang))


def _explained(namespace: str, key: str, lang: str) -> str:
    return i18n.text(f"{namespace}.{key}.explain", lang) if i18n.has(f"{namespace}.{key}.explain") else ""


def _keys(table: pd.DataFrame, column: str) -> list[str]:
    """Keys that occur in a column, each once, in first-seen order."""
    if column not in table.columns:
        return []
    return list(dict.fromkeys(key for cell in table[column].dropna().unique() for key in split_keys(cell)))


def _source(source: Source) -> dict[str, object]:
    return {
        "id": source.id,
        "title": source.title,
        "licence": source.licence,
        "attribution": source.attribution,
        "vintage": source.vintage,
        "basis": str(source.basis),
        "url": source.url,
        "sha256": source.sha256,
    }


def _credit(source: Source) -> str:
    parts = (
        source.attribution or source.title or source.id,
        source.vintage,
        source.licence,
        source.url or "",
    )
    return ", ".join(part for part in parts if part)

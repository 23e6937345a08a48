"""What a report keeps of itself: its figures, and the inputs that made them, so that the next one can say
what changed and why.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from geoalarm.core.errors import InputError
from geoalarm.core.model import Source
from geoalarm.results.manifest import to_plain, versions

if TYPE_CHECKING:
    from geoalarm.analysis import Workspace
    from geoalarm.dossier.commune_dossier import Dossier, LayerRows

FORMAT: Final = "geoalarm report 1"
_CLASS: Final = (
    "intensity_class",
    "state",
    "population_exposed",
    "population_exposed_low",
    "population_exposed_high",
)
KINDS: Final = ("population", "total", "class", "union", "annual")


@dataclass(frozen=True, slots=True)
class InputRecord:
    """A source as an input of a figure: ``sha256`` is empty where nothing was read from a file."""

    id: str
    title: str = ""
    vintage: str = ""
    sha256: str = ""
    basis: str = ""

    @property
    def mark(self) -> str:
        """What tells two states of the input apart: its bytes, else its name and vintage."""
        return self.sha256 or f"{self.id} {self.vintage}"


@dataclass(frozen=True, slots=True)
class InputRecords:
    """What the figures of an edition were made from, by cause.

    Attributes
    ----------
    sources : mapping of str to InputRecord
        By id: of population, boundaries and layers.
    data, boundaries : tuple of str
        Ids of the population and of the communes.
    seam : str
        Rule that settles the seam between two countries' boundaries.
    version : str
        Of this package.
    options : mapping of str to str
        Choices of method: ``annual``, ``union``, and ``accident(...)`` with a digest of each accident's
        inputs.
    """

    sources: Mapping[str, InputRecord]
    data: tuple[str, ...]
    boundaries: tuple[str, ...]
    seam: str
    version: str
    options: Mapping[str, str] = field(default_factory=dict)

    def digest(self) -> str:
        """Equal for equal inputs."""
        return digest_of(asdict(self))


@dataclass(frozen=True, slots=True)
class FigureRecord:
    """A number of a report, unrounded, and which inputs made it.

    Attributes
    ----------
    id : str
        ``flood//100/illustrative``: hazard, scenario, return period, basis; with ``#label`` for a class;
        ``population``, ``union``. It outlives a new catalog entry of the same danger.
    kind : str
        One of :data:`KINDS`.
    value, low, high : float
        [1]; per year for ``annual``. NaN where the state carries no number, or only a lower bound
        (``hidden``).
    layers : tuple of str
        Ids of the sources of the maps.
    method : str
        Class bounds or options that the figure depends on.
    """

    id: str
    kind: str
    hazard: str = ""
    scenario: str = ""
    return_period_yr: float = math.nan
    basis: str = ""
    label: str = ""
    units: str = ""
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    state: str = "exposed"
    hidden: bool = False
    layers: tuple[str, ...] = ()
    method: str = ""

    @property
    def has_number(self) -> bool:
        """Whether there is a number that can be subtracted: a lower bound cannot."""
        return math.isfinite(self.value) and not self.hidden


@dataclass(frozen=True, slots=True)
class Record:
    """A report's memory of itself.

    Attributes
    ----------
    as_of : str
        ISO date of the report.
    faults : mapping of str to str
        Hazard and scenario of each layer that could not be read, by layer key.
    """

    commune_id: str
    as_of: str
    figures: Mapping[str, FigureRecord]
    inputs: InputRecords
    faults: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain values; NaN is null."""
        figures = [_short(to_plain(item)) for item in self.figures.values()]
        return {
            "format": FORMAT,
            "commune_id": self.commune_id,
            "as_of": self.as_of,
            "figures": figures,
            "inputs": to_plain(self.inputs),
            "faults": dict(self.faults),
        }


def digest_of(value: object) -> str:
    """SHA-256 of plain values, the same on every machine."""
    return hashlib.sha256(
        json.dumps(to_plain(value), sort_keys=True, ensure_ascii=False).encode()
    ).hexdigest()


def inputs_of(space: Workspace, sources: Iterable[Source] = ()) -> InputRecords:
    """The inputs of a workspace.

    Parameters
    ----------
    space : Workspace
    sources : iterable of Source
        Sources with the hashes of what was read, such as :attr:`geoalarm.dossier.Territory.sources`; they
        come before the workspace's own.
    """
    people, outlines = space.population().sources, space.communes.sources
    options = space.scenario.options
    found = {source.id: _input(source) for source in (*space.sources(), *people, *outlines, *sources)}
    method = {
        "annual": (
            f"{options.annual_expectation or 'none'} "
            f"{options.zero_at_yr if options.zero_at_yr is not None else ''}"
        ).strip(),
        "union": "rarest of each hazard" if options.union else "none",
    }
    accidents = {f"accident({item.scenario})": digest_of(item.as_dict()) for item in space.scenario.accidents}
    return InputRecords(
        sources=dict(sorted(found.items())),
        data=tuple(source.id for source in people),
        boundaries=tuple(source.id for source in outlines),
        seam=options.seam if options.seam_line is None else f"{options.seam} {options.seam_line.name}",
        version=versions()["geoalarm"],
        options=method | accidents,
    )


def record_of(dossier: Dossier, inputs: InputRecords, *, as_of: str) -> Record:
    """The figures of a dossier with their inputs; sources that none of its figures has are left out."""
    maps = {layer.source.id for danger in dossier.dangers for layer in danger.layers}
    wanted = {*maps, *inputs.data, *inputs.boundaries}
    own = InputRecords(
        sources={name: source for name, source in inputs.sources.items() if name in wanted},
        data=inputs.data,
        boundaries=inputs.boundaries,
        seam=inputs.seam,
        version=inputs.version,
        options=inputs.options,
    )
    figures = [_population(dossier)]
    for danger in dossier.dangers:
        for layer in danger.layers:
            figures += _of_layer(layer, inputs.options)
    figures += _union(dossier, inputs.options)
    figures += [_annual(row, dossier, inputs.options) for row in dossier.annual]
    faults = {fault.key: f"{fault.hazard}/{fault.scenario}" for fault in dossier.faults}
    return Record(dossier.commune_id, as_of, {figure.id: figure for figure in figures}, own, faults)


def read_record(facts: Mapping[str, Any], *, what: str) -> Record:
    """A record from its plain values.

    Raises
    ------
    InputError
        If they are no record of this version.
    """
    if facts.get("format") != FORMAT:
        raise InputError(
            f"{what} is not the record of a report",
            got=facts.get("format"),
            expected=FORMAT,
            hint="make the report again",
        )
    try:
        given = facts["inputs"]
        inputs = InputRecords(
            sources={name: InputRecord(**item) for name, item in given["sources"].items()},
            data=tuple(given["data"]),
            boundaries=tuple(given["boundaries"]),
            seam=str(given["seam"]),
            version=str(given["version"]),
            options=dict(given["options"]),
        )
        figures = [_figure(item) for item in facts["figures"]]
        return Record(
            str(facts["commune_id"]),
            str(facts["as_of"]),
            {item.id: item for item in figures},
            inputs,
            dict(facts["faults"]),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InputError(
            f"{what} is damaged",
            got=f"{type(error).__name__}: {error}",
            expected="a record of a report",
            hint="make the report again",
        ) from error


def layer_id(hazard: str, scenario: str, return_period_yr: float, basis: str) -> str:
    """Id of the total of a layer: the key of its rows, without commune and class."""
    return f"{hazard}/{scenario}/{'' if math.isnan(return_period_yr) else f'{return_period_yr:g}'}/{basis}"


def _short(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts without what is empty; a zero stays."""
    return {
        name: value
        for name, value in facts.items()
        if value is not None and value is not False and value not in ("", [])
    }


def _input(source: Source) -> InputRecord:
    return InputRecord(source.id, source.title, source.vintage, source.sha256 or "", str(source.basis))


def _figure(item: Mapping[str, Any]) -> FigureRecord:
    numbers = {
        name: float("nan") if item.get(name) is None else float(item[name])
        for name in ("return_period_yr", "value", "low", "high")
    }
    return FigureRecord(**{**item, **numbers, "layers": tuple(item.get("layers", ()))})


def _population(dossier: Dossier) -> FigureRecord:
    state = (
        "outside_coverage"
        if math.isnan(dossier.population)
        else "exposed"
        if dossier.population > 0
        else "zero"
    )
    return FigureRecord(
        "population",
        "population",
        value=dossier.population,
        low=dossier.population,
        high=dossier.population,
        state=state,
    )


def _of_layer(layer: LayerRows, options: Mapping[str, str]) -> list[FigureRecord]:
    """The total of a layer, and each of its classes."""
    total = layer.total
    key = layer_id(layer.hazard, layer.scenario, layer.return_period_yr, layer.basis)
    facts: dict[str, Any] = {
        "hazard": layer.hazard,
        "scenario": layer.scenario,
        "return_period_yr": layer.return_period_yr,
        "basis": layer.basis,
        "units": layer.units,
        "layers": (layer.source.id,),
        "method": "|".join(layer.class_labels) + options.get(layer.key, ""),
    }
    whole = FigureRecord(
        key, "total", **facts, state=str(total["state"]), hidden=bool(total.get("hidden", False))
    )
    figures = [_counted(whole, total)]
    columns = [layer.rows[name].tolist() for name in _CLASS]
    for label, state, value, low, high in zip(*columns, strict=True):
        figures.append(
            FigureRecord(
                f"{key}#{label}",
                "class",
                **facts,
                label=str(label),
                state=str(state),
                value=value,
                low=low,
                high=high,
            )
        )
    return figures


def _union(dossier: Dossier, options: Mapping[str, str]) -> list[FigureRecord]:
    row = dossier.union
    if row is None:
        return []
    maps = [layer for danger in dossier.dangers for layer in danger.layers]
    named = set(str(row["source_ids"]).split("|"))
    used = tuple(layer.source.id for layer in maps if layer.source.id in named)
    method = "|".join(
        [
            options.get("union", ""),
            *(label for layer in maps if layer.source.id in used for label in layer.class_labels),
        ]
    )
    return [
        _counted(FigureRecord("union", "union", state=str(row["state"]), layers=used, method=method), row)
    ]


def _annual(row: Mapping[str, object], dossier: Dossier, options: Mapping[str, str]) -> FigureRecord:
    hazard, scenario, basis = str(row["hazard"]), str(row["scenario"]), str(row["basis"])
    named = set(str(row["source_ids"]).split("|"))
    maps = [layer for danger in dossier.dangers for layer in danger.layers if layer.source.id in named]
    labels = [label for layer in maps for label in layer.class_labels]
    figure = FigureRecord(
        f"annual:{layer_id(hazard, scenario, math.nan, basis)}",
        "annual",
        hazard=hazard,
        scenario=scenario,
        basis=basis,
        state=str(row["state"]),
        layers=tuple(layer.source.id for layer in maps),
        method="|".join([options.get("annual", ""), str(row["return_periods_yr"]), *labels]),
    )
    return _counted(figure, row, "people_per_yr")


def _counted(figure: FigureRecord, row: Mapping[Any, Any], name: str = "population_exposed") -> FigureRecord:
    """The figure with the numbers of its row."""
    return replace(
        figure, value=float(row[name]), low=float(row[f"{name}_low"]), high=float(row[f"{name}_high"])
    )

"""A scenario file: which catalog entries meet, and how. Pydantic here only; frozen dataclasses behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from geoalarm.analysis.accident.accident_scenario import Accident, AccidentFile
from geoalarm.core.errors import InputError
from geoalarm.core.model import MOST_CLASSES
from geoalarm.core.settings import expand_user
from geoalarm.io.strict_model import StrictModel, as_list, raise_faults, read_yaml, require_model
from geoalarm.io.unstated import unstated_faults

if TYPE_CHECKING:
    from geoalarm.catalog import Catalog

SeamRule = Literal["nearest", "share", "line", "none"]
Convention = Literal["trapezoid", "log-linear"]
Parameter = str | int | float


@dataclass(frozen=True, slots=True)
class FootprintChoice:
    """A catalog entry and the parameter values that take part; one left out takes every allowed value."""

    entry: str
    parameters: dict[str, tuple[Parameter, ...]] = field(default_factory=dict)
    bounds: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class EntryChoice:
    """An entry of communes or people, and what of it is taken.

    Attributes
    ----------
    parameters : dict
        Values of its parameters; of one with parts all that are named, else every allowed one, together.
    codes : tuple of str
        How the codes of the communes begin that are taken: ``9`` for the province of Namur; empty: all.
    """

    entry: str
    parameters: dict[str, tuple[Parameter, ...]] = field(default_factory=dict)
    codes: tuple[str, ...] = ()

    @property
    def says_more(self) -> bool:
        """Whether it is more than the name of an entry."""
        return bool(self.parameters or self.codes)

    def values(self, catalog: Catalog) -> dict[str, object]:
        """Values to open the entry with.

        Raises
        ------
        InputError
            If there is no such entry, parameter or value.
        """
        entry = catalog.entry(self.entry)
        parts = {name: tuple(one.allowed) for name, one in entry.parameters.items() if one.parts}
        return dict(entry.resolve_parts({**parts, **self.parameters}))


@dataclass(frozen=True, slots=True)
class Options:
    """How a scenario is computed.

    Attributes
    ----------
    seam : str
        Rule that settles overlaps and gaps between two countries' boundaries; ``none`` leaves them.
    seam_line : Path, optional
        The border line, for the rule ``line``.
    annual_expectation : str, optional
        Convention of the expected annual exposure, ``trapezoid`` or ``log-linear``; None leaves it out.
    zero_at_yr : float, optional
        Return period [yr] at which nobody is exposed, for events more frequent than the shortest mapped
        (``trapezoid`` only).
    union : bool
        Whether people in at least one hazard are counted, each once; of each hazard and scenario the rarest
        return period takes part.
    """

    seam: SeamRule = "nearest"
    seam_line: Path | None = None
    annual_expectation: Convention | None = "trapezoid"
    zero_at_yr: float | None = 2.0
    union: bool = True


@dataclass(frozen=True, slots=True)
class Scenario:
    """What meets what: communes, populations (the first is the one a run uses), footprints by catalog entry,
    and accidents to try.

    Attributes
    ----------
    choices : tuple of EntryChoice
        Those of its communes and populations of which not all is taken.
    sites : tuple of str, optional
        Entries of sites; None takes those that go with the communes
        (:func:`geoalarm.catalog.roles.entries_beside`).
    file : str
        Name of the file it was read from; empty where there was none.
    is_default : bool
        Whether it is what the entries of the catalog say.
    """

    name: str
    communes: tuple[str, ...]
    populations: tuple[str, ...]
    footprints: tuple[FootprintChoice, ...]
    title: str = ""
    catalog: Path | None = None
    options: Options = field(default_factory=Options)
    accidents: tuple[Accident, ...] = ()
    choices: tuple[EntryChoice, ...] = ()
    sites: tuple[str, ...] | None = None
    file: str = field(default="", compare=False)
    is_default: bool = field(default=False, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for the manifest; the catalog is left out (its path is a machine's, its entries'
        hashes are in the sources), and so is where the scenario was read.
        """
        out = asdict(replace(self, accidents=()))
        for name in ("catalog", "accidents", "file", "is_default"):
            del out[name]
        for name in ("sites", "choices"):
            if not out[name]:
                del out[name]
        if self.accidents:
            out["accidents"] = [_without_paths(item) for item in self.accidents]
        return out

    def choice(self, entry: str) -> EntryChoice:
        """What is taken of an entry of communes or people."""
        return next((one for one in self.choices if one.entry == entry), EntryChoice(entry))

    def site_entries(self, catalog: Catalog) -> Sequence[str]:
        """Entries of sites that it names; without any, those that go with its communes."""
        from geoalarm.catalog.roles import entries_beside

        return entries_beside(catalog, self.communes[0], "sites") if self.sites is None else self.sites

    def command_options(self, catalog: Catalog) -> list[str]:
        """Options of a command that name it, or the catalog it came from, without folders of this machine."""
        if self.is_default:
            return [] if catalog.is_of_package else ["--catalog", catalog.path.name]
        return ["--scenario", self.file or f"{self.name}.yml"]

    def with_accidents(self, *accidents: Accident, layers: bool = False) -> Scenario:
        """The scenario with these accidents for its own, and its catalog layers only with ``layers``."""
        return replace(self, accidents=accidents, footprints=self.footprints if layers else ())


def _without_paths(accident: Accident) -> dict[str, Any]:
    """An accident for the manifest: of a file of thresholds its name, not its place on a machine."""
    told = accident.as_dict()
    return told | {"thresholds": accident.thresholds.name} if accident.thresholds is not None else told


def read_scenario(path: str | Path) -> Scenario:
    """Read and check a scenario file (YAML). Paths in it are relative to it.

    Raises
    ------
    InputError
        If the file is missing, is not YAML, or a field breaks the rules; the message names the field and the
        hint.
    Faults
        If several fields do.
    """
    file = expand_user(path)
    facts = read_yaml(file, what="scenario")
    return replace(scenario_from(facts, what=f"scenario {file.name}", folder=file.parent), file=file.name)


def scenario_from(facts: object, *, what: str = "scenario", folder: Path | None = None) -> Scenario:
    """A scenario from plain values, checked.

    Raises
    ------
    InputError, Faults
        As :func:`read_scenario`.
    """
    raise_faults(unstated_faults(facts, what=what), what=what)
    checked = require_model(_ScenarioFile, facts, what=what, hint="see 'geoalarm run --help'")
    return checked.to_scenario(folder or Path())


def default_scenario(catalog: Catalog) -> Scenario:
    """The entries of the catalog that say ``default_scenario: true``, each hazard layer with all its
    parameters' values; in the catalog of the package, the embedded territory. Its title is the catalog's.

    Raises
    ------
    InputError
        If no entry of communes, population or hazard says so.
    """
    from geoalarm.catalog.entry import DEFAULT_ROLES

    entries = [entry for entry in map(catalog.entry, catalog.names()) if entry.facts.default_scenario]
    found = {
        role: tuple(entry.name for entry in entries if entry.facts.role == role) for role in DEFAULT_ROLES
    }
    lacking = [role for role, names in found.items() if not names]
    if lacking:
        raise InputError(
            "the catalog has no default scenario",
            got=f"no entry of role {', '.join(lacking)} with default_scenario: true",
            expected="communes, population and hazards",
            hint="add it to the metadata of entries, or give a scenario file: "
            "geoalarm run SCENARIO.yml --out DIR",
        )
    own = catalog.is_of_package
    return Scenario(
        name="embedded" if own else "default",
        title="The embedded territory" if own else catalog.file.title,
        is_default=True,
        communes=found["communes"],
        populations=found["population"],
        footprints=tuple(FootprintChoice(name) for name in found["hazard"]),
    )


_Name = Annotated[str, Field(min_length=1, max_length=MOST_CLASSES)]
_CodeStart = Annotated[str, Field(pattern=r"^[0-9A-Z]{1,8}$")]
_Entries = Annotated[tuple[_Name, ...], BeforeValidator(as_list)]
_Values = Annotated[tuple[Parameter, ...], Field(min_length=1), BeforeValidator(as_list)]
_Bounds = Annotated[
    tuple[Annotated[float, Field(allow_inf_nan=False)], ...], Field(min_length=1, max_length=MOST_CLASSES)
]


def _as_entry(value: object) -> object:
    """The name of an entry alone is all of it."""
    return value if isinstance(value, dict) else {"entry": value}


class _EntryFile(StrictModel):
    entry: _Name
    parameters: dict[str, _Values] = Field(default_factory=dict)
    codes: Annotated[tuple[_CodeStart, ...], BeforeValidator(as_list)] = ()

    def to_choice(self) -> EntryChoice:
        """The frozen dataclass."""
        return EntryChoice(self.entry, dict(self.parameters), self.codes)


_Chosen = Annotated[
    tuple[Annotated[_EntryFile, BeforeValidator(_as_entry)], ...],
    Field(min_length=1),
    BeforeValidator(as_list),
]


class _FootprintFile(StrictModel):
    entry: _Name | None = None
    parameters: dict[str, _Values] = Field(default_factory=dict)
    bounds: _Bounds | None = None
    accident: AccidentFile | None = None

    def to_choice(self, folder: Path, *, what: str) -> FootprintChoice | Accident:
        """A catalog entry or an accident; one of them, and nothing of the other beside it."""
        beside = [name for name in ("parameters", "bounds") if name in self.model_fields_set]
        if (self.entry is None) == (self.accident is None) or (self.accident is not None and beside):
            got = [name for name in ("entry", "accident", *beside) if name in self.model_fields_set]
            raise InputError(
                what,
                got=" and ".join(got) or "neither entry nor accident",
                expected="entry: NAME with parameters and bounds, or accident: {...} alone",
                hint="one of them in each item of the list",
            )
        if self.accident is not None:
            return self.accident.to_accident(folder, what=f"{what}.accident")
        return FootprintChoice(str(self.entry), dict(self.parameters), self.bounds)


class _OptionsFile(StrictModel):
    seam: SeamRule = "nearest"
    seam_line: Path | None = None
    annual_expectation: Literal["trapezoid", "log-linear", "none"] = "trapezoid"
    zero_at_yr: Annotated[float, Field(gt=1, allow_inf_nan=False)] | None = 2.0
    union: bool = True


class _ScenarioFile(StrictModel):
    name: _Name
    title: str = ""
    catalog: Path | None = None
    communes: _Chosen
    population: _Chosen
    sites: _Entries | None = None
    footprints: Annotated[tuple[_FootprintFile, ...], Field(min_length=1, max_length=MOST_CLASSES)]
    options: _OptionsFile = _OptionsFile()

    def to_scenario(self, folder: Path) -> Scenario:
        """The frozen dataclass, paths taken from the scenario's folder."""
        line, annual = self.options.seam_line, self.options.annual_expectation
        if (self.options.seam == "line") != (line is not None):
            raise InputError(
                "options.seam and options.seam_line",
                got=f"seam {self.options.seam}, seam_line {line}",
                expected="seam: line together with seam_line: FILE",
                hint="give both, or neither",
            )
        options = Options(
            seam=self.options.seam,
            seam_line=folder / expand_user(line) if line else None,
            annual_expectation=None if annual == "none" else annual,
            zero_at_yr=self.options.zero_at_yr,
            union=self.options.union,
        )
        chosen = [
            item.to_choice(folder, what=f"field footprints.{n}") for n, item in enumerate(self.footprints)
        ]
        return Scenario(
            name=self.name,
            title=self.title or self.name,
            catalog=folder / expand_user(self.catalog) if self.catalog else None,
            communes=tuple(item.entry for item in self.communes),
            populations=tuple(item.entry for item in self.population),
            choices=tuple(
                choice
                for item in (*self.communes, *self.population)
                if (choice := item.to_choice()).says_more
            ),
            sites=self.sites,
            options=options,
            footprints=tuple(item for item in chosen if isinstance(item, FootprintChoice)),
            accidents=tuple(item for item in chosen if isinstance(item, Accident)),
        )

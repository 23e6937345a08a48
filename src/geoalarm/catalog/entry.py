"""What an entry of a catalog may say: pydantic models that forbid everything else."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, ValidationInfo, field_validator, model_validator

from geoalarm.catalog.cf_units import cf_units
from geoalarm.catalog.entry_args import (
    CatalogModel,
    ChosenValue,
    Column,
    Crs,
    Name,
    NoDataValue,
    Parameter,
    ParameterValue,
    RasterArgs,
    TableColumn,
    TableJoin,
    VectorArgs,
)
from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.model import Source
from geoalarm.core.terms import CAVEATS, Basis, PlanProfile
from geoalarm.core.units import COUNT_UNITS, DENSITY_UNITS
from geoalarm.io.address import CATALOG_DIR, Address, fill, parse_address, templates_in

ROLES: Final = ("communes", "population", "hazard", "sites", "places", "border", "seam", "relief", "rivers")
DEFAULT_ROLES: Final = ("communes", "population", "hazard")
"""Roles of which the default scenario is made: the entries that say ``default_scenario: true``."""

PAGE_SCHEMES: Final = ("http", "https", "doi", "urn", "mailto", "ftp")
"""What ``metadata.url`` may begin with: pages show it, and nothing of it may run."""

Language = Literal["fr", "nl", "de", "en"]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class EntryFacts(CatalogModel):
    """Facts of a layer, as its producer states them (``metadata`` of an entry)."""

    title: str = Field(min_length=3)
    titles: dict[Language, Annotated[str, Field(min_length=3)]] = Field(default_factory=dict)
    role: Literal["communes", "population", "hazard", "sites", "places", "border", "seam", "relief", "rivers"]
    default_scenario: bool = False  # after role, which its check reads
    hazard: Annotated[str, StringConstraints(pattern=r"^[a-z_]*$")] = ""
    kind: Literal[
        "intensity", "classes", "fraction", "polygons", "counts", "density", "points", "lines", "elevation"
    ]
    units: str = ""
    crs: Crs
    basis: Literal["modelled", "statutory", "observed", "illustrative"]
    licence: str = Field(min_length=2)
    attribution: str = Field(min_length=2)
    vintage: str = Field(min_length=2)
    countries: list[Country] = Field(default_factory=list)
    no_data: Literal["not_studied", "dry", "nobody"] = "not_studied"
    scenario: str = ""
    return_period_yr: float | None = Field(default=None, ge=1, allow_inf_nan=False)
    class_column: Column | None = None
    class_order: list[str] = Field(default_factory=list)
    studied_class: str = ""
    id_column: Column | None = None
    name_column: Column | None = None
    population_column: TableColumn | None = None
    country_column: Column | None = None
    disclosure_minimum: float = Field(default=0.0, ge=0)
    columns: dict[Column, Column] = Field(default_factory=dict)
    caveats: list[str] = Field(default_factory=list)
    notes: str = ""
    sha256: Sha256 | dict[str, Sha256] | None = None
    url: str
    verified: Literal[True, "unverified"]

    @field_validator("return_period_yr", mode="before")
    @classmethod
    def _whole_years(cls, value: object) -> object:
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @field_validator("default_scenario")
    @classmethod
    def _has_a_role_in_it(cls, value: bool, info: ValidationInfo) -> bool:
        role = info.data.get("role", "")
        if value and role and role not in DEFAULT_ROLES:
            raise ValueError(f"role {role} has no part in it: only {', '.join(DEFAULT_ROLES)}")
        return value

    @field_validator("no_data")
    @classmethod
    def _nobody_is_of_people(cls, value: str, info: ValidationInfo) -> str:
        role = info.data.get("role", "population")
        if value == "nobody" and role != "population":
            raise ValueError(f"nobody on an entry of role {role}: it says what people without a number mean")
        return value

    @field_validator("url")
    @classmethod
    def _leads_to_a_page(cls, value: str) -> str:
        parts = urlsplit(value.strip())
        scheme = parts.scheme.lower()
        if scheme and scheme not in PAGE_SCHEMES:
            raise ValueError(f"{scheme}: is no address of a page; use https://")
        if parts.username is not None or parts.password is not None:
            raise ValueError(
                "a name or password in an address is shown to all who read the page; leave it out"
            )
        hidden = any(not sign.isprintable() or sign.isspace() for sign in value.strip())
        if (
            hidden
            or (not parts.hostname and (scheme or value.strip().startswith("//")))
            or (parts.hostname and not scheme)
        ):
            raise ValueError("an address of a page, such as https://example.org/data")
        return value

    @field_validator("caveats")
    @classmethod
    def _known_caveats(cls, value: list[str]) -> list[str]:
        for key in value:
            if key not in CAVEATS:
                raise ValueError(f"unknown caveat {key!r}; {near_miss(key, CAVEATS)}")
        return value

    @model_validator(mode="after")
    def _facts_agree(self) -> Self:
        for problem in _disagreements(self):
            raise ValueError(problem)
        return self

    @property
    def basis_term(self) -> Basis:
        """The basis as a term of the house."""
        return Basis(self.basis)


def _class_disagreements(facts: EntryFacts) -> list[str]:
    """What the facts say of classes and cannot hold together, in words."""
    order, problems = facts.class_order, []
    if order and (facts.class_column is None or len(set(order)) != len(order)):
        problems.append("class_order needs a class_column, and each label once, from mild to severe")
    if facts.studied_class and (facts.class_column is None or facts.studied_class in order):
        problems.append("studied_class needs a class_column, and is no class of class_order")
    return problems


def _disagreements(facts: EntryFacts) -> list[str]:
    """Facts that cannot hold together, in words."""
    problems = []
    hazard_kinds = ("intensity", "classes", "fraction", "polygons")
    if facts.role == "hazard" and (not facts.hazard or facts.kind not in hazard_kinds):
        problems.append(f"role hazard needs a hazard and a kind among {', '.join(hazard_kinds)}")
    if facts.role != "hazard" and facts.hazard:
        problems.append(f"hazard {facts.hazard!r} on an entry of role {facts.role}")
    if facts.kind == "intensity" and not facts.units:
        problems.append("kind intensity needs units, for example m")
    if facts.role == "population":
        spelled = cf_units(facts.units, what="units") if facts.units else ""
        density = spelled in DENSITY_UNITS
        if facts.kind not in ("counts", "density") or not (density or spelled in COUNT_UNITS):
            problems.append(
                "role population needs kind counts with units '1', or kind density with units such as km-2"
            )
        elif density != (facts.kind == "density"):
            problems.append(
                f"kind {facts.kind} with units {facts.units!r}: people per cell are counts, people per "
                f"area a density"
            )
    if facts.role == "communes" and (facts.id_column is None or not facts.countries):
        problems.append("role communes needs id_column and countries")
    if facts.class_column is not None and facts.kind not in ("polygons", "points"):
        problems.append(f"class_column on kind {facts.kind}: only polygons and points have columns")
    problems += _class_disagreements(facts)
    return problems


def no_data_numbers(value: NoDataValue) -> tuple[float, ...] | Literal["none"]:
    """``args.no_data_value`` as numbers, or ``none``."""
    if isinstance(value, str):
        return value
    return () if value is None else tuple(value) if isinstance(value, list) else (float(value),)


class CatalogEntry(CatalogModel):
    """One entry of a catalog, checked. ``name`` is its key in the file."""

    name: Name
    driver: Literal["geo_vector", "geo_raster"]
    description: str = ""
    args: VectorArgs | RasterArgs
    parameters: dict[Name, Parameter] = Field(default_factory=dict, max_length=6)
    metadata: EntryFacts

    @model_validator(mode="after")
    def _a_joined_table_counts_people(self) -> Self:
        if self.join is not None and (
            self.metadata.role != "population" or not self.metadata.population_column
        ):
            raise ValueError("args.join needs role population and metadata.population_column")
        return self

    @model_validator(mode="after")
    def _profile_is_of_a_hazard(self) -> Self:
        facts = self.metadata
        if self.profile is None:
            return self
        if facts.role != "hazard" or facts.kind != "polygons":
            raise ValueError(f"args.profile {self.profile} is for role hazard and kind polygons")
        if facts.class_column is not None or facts.class_order:
            raise ValueError(
                f"args.profile {self.profile} names the classes: leave class_column and class_order out"
            )
        return self

    @property
    def join(self) -> TableJoin | None:
        """How its table is joined to communes; None of an entry that has a place of its own."""
        return self.args.join if isinstance(self.args, VectorArgs) else None

    @property
    def profile(self) -> PlanProfile | None:
        """The standard of an official plan, where the entry is one."""
        return self.args.profile if isinstance(self.args, VectorArgs) else None

    @property
    def facts(self) -> EntryFacts:
        """The metadata under its house name."""
        return self.metadata

    @property
    def group(self) -> str:
        """``demo``, ``official``, ``user``, or the first word of the name."""
        return self.name.split("_", 1)[0]

    def resolve(self, values: dict[str, object]) -> dict[str, ParameterValue]:
        """All parameters with a value: those given, checked against the allowed ones, and defaults.

        Raises
        ------
        InputError
            If a name is unknown or a value is not allowed.
        """
        for name in values:
            if name not in self.parameters:
                raise InputError(
                    f"entry {self.name!r} has no parameter {name!r}",
                    got=name,
                    expected=", ".join(self.parameters) or "no parameter",
                    hint=near_miss(name, self.parameters),
                )
        return {
            name: parameter.accept(values[name], what=f"{name} of entry {self.name!r}")
            if values.get(name) is not None
            else parameter.default
            for name, parameter in self.parameters.items()
        }

    def part_of(self, values: Mapping[str, ParameterValue]) -> str:
        """The part of an official plan that one choice names; empty where the entry names none."""
        part = self.args.part if isinstance(self.args, VectorArgs) else None
        return fill(part, dict(values)) if part else ""

    def resolve_parts(self, values: Mapping[str, object]) -> dict[str, ChosenValue]:
        """As :meth:`resolve`, where a parameter of parts may have several values; one of them is the value
        itself.

        Raises
        ------
        InputError
            Also if another parameter has several values.
        """
        chosen: dict[str, ChosenValue] = {}
        for name, value in values.items():
            several = list(value) if isinstance(value, list | tuple) else [value]
            checked = [self.resolve({name: one})[name] for one in several]
            if len(checked) > 1 and not self.parameters[name].parts:
                raise InputError(
                    f"{name} of entry {self.name!r}",
                    got=", ".join(map(str, checked)),
                    expected="one value",
                    hint="only values of a parameter with parts: true are opened together",
                )
            chosen[name] = tuple(dict.fromkeys(checked)) if len(checked) > 1 else checked[0]
        return {**self.resolve({}), **chosen}

    def address_of(self, values: Mapping[str, ParameterValue], *, catalog_dir: str) -> Address:
        """Where the bytes of one choice are."""
        return parse_address(fill(self.args.urlpath, {**values, CATALOG_DIR: catalog_dir}))

    def address_values(self, values: Mapping[str, ParameterValue]) -> dict[str, ParameterValue]:
        """The values that choose the address; others choose a member or a layer inside the file."""
        used = templates_in(self.args.urlpath)
        return {name: value for name, value in values.items() if name in used}

    @property
    def name_tells(self) -> bool:
        """Whether the file name alone tells the choices of the address apart."""
        last = self.args.urlpath.rsplit("/", 1)[-1]
        return set(templates_in(last)) >= set(templates_in(self.args.urlpath)) - {CATALOG_DIR}

    def combinations(self, *, most: int = 400) -> list[dict[str, ParameterValue]]:
        """Every combination of allowed values, at most ``most``."""
        axes = [[(name, value) for value in parameter.allowed] for name, parameter in self.parameters.items()]
        return [dict(pairs) for pairs in itertools.islice(itertools.product(*axes), most)]

    def source_id(self, values: Mapping[str, ChosenValue]) -> str:
        """Id of the layer of these values: the name, then each value: ``demo_flood(return_period=100)``, or
        ``communes(departement=08+59)`` of parts.
        """
        inside = ", ".join(
            f"{name}={'+'.join(map(str, value)) if isinstance(value, tuple) else value}"
            for name, value in values.items()
        )
        return f"{self.name}({inside})" if inside else self.name

    def source(self, values: Mapping[str, ChosenValue]) -> Source:
        """The source of the layer that these values choose, as far as it is known before the file is opened:
        all but its hash.
        """
        facts = self.facts
        return Source(
            id=self.source_id(values),
            title=facts.title,
            titles={str(lang): title for lang, title in facts.titles.items()},
            licence=facts.licence,
            vintage=facts.vintage,
            basis=facts.basis_term,
            url=facts.url,
            attribution=facts.attribution,
            caveats=tuple(facts.caveats),
        )

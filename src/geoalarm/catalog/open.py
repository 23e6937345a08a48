"""Open a catalog and its layers. Intake sees an entry only once checked, and never the file itself."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geoalarm import renamed_modules
from geoalarm.catalog.entry import CatalogEntry, no_data_numbers
from geoalarm.catalog.entry_args import ParameterValue
from geoalarm.catalog.opened_layer import layer_of
from geoalarm.catalog.parse import CatalogFile, read_catalog_file
from geoalarm.core.errors import CatalogError, InputError, near_miss
from geoalarm.core.frame_checks import without_outline
from geoalarm.core.model import Communes, Layer, Population
from geoalarm.core.read_errors import wrap_read_errors
from geoalarm.core.row_account import RowAccount
from geoalarm.core.settings import CATALOG, path_setting
from geoalarm.io.mirror import Mirror, SourceRequest, mirror_from

if TYPE_CHECKING:
    from geoalarm.catalog.drivers import Opened

log = logging.getLogger(__name__)

Outlines = Callable[[], Communes] | None
"""The communes that a table of people is joined to; None: those that its entry names."""

FILE_NAME: Final = "catalog.yml"


def open_catalog(path: str | Path | None = None, *, mirror: str | Path | None = None) -> Catalog:
    """Open a catalog file; nothing it names is opened before it is asked for.

    Parameters
    ----------
    path : str or pathlib.Path, optional
        The file. Without it: ``GEOALARM_CATALOG``, then ``catalog.yml`` in the working folder, then that of
        the checkout, then the one installed with the package.
    mirror : str or pathlib.Path, optional
        Folder that serves entries instead of their addresses; ``GEOALARM_MIRROR`` where none is given.

    Raises
    ------
    InputError
        If the file or the mirror does not exist.
    CatalogError, Faults
        If the file breaks the rules: every fault, with entry, field and hint.
    """
    return Catalog(
        read_catalog_file(path if path is not None else find_catalog()), mirror=mirror_from(mirror)
    )


def find_catalog() -> Path:
    """The catalog that :func:`open_catalog` opens when none is named.

    Raises
    ------
    InputError
        If there is none.
    """
    named = path_setting(CATALOG)
    if named is not None:
        return named
    places = [Path.cwd() / FILE_NAME, *package_places()]
    for place in places:
        if place.is_file():
            return place
    raise InputError(
        "no catalog was found",
        got=", ".join(map(str, places)),
        expected=f"a file {FILE_NAME}",
        hint=f"name one, or set {CATALOG}",
    )


def package_places() -> list[Path]:
    """Where the catalog of the package stands: that of the checkout, else the one installed."""
    package = Path(__file__).resolve().parents[1]
    return [package.parents[1] / FILE_NAME, package / FILE_NAME]


def package_catalog(*, mirror: str | Path | None = None) -> Catalog:
    """The catalog of the package, whatever the working folder and the settings say.

    Raises
    ------
    InputError
        If it is missing.
    """
    places = package_places()
    return open_catalog(next((place for place in places if place.is_file()), places[-1]), mirror=mirror)


class Catalog:
    """A checked catalog: names, entries, and their layers in house form."""

    def __init__(self, file: CatalogFile, *, mirror: Mirror | None = None) -> None:
        self.file, self.mirror = file, mirror
        self._sources: dict[str, Any] = {}

    @property
    def path(self) -> Path:
        """The catalog file."""
        return self.file.path

    @property
    def folder(self) -> Path:
        """Folder of the catalog file."""
        return self.file.path.parent

    @property
    def is_of_package(self) -> bool:
        """Whether this is the catalog of the package, with the embedded territory."""
        return any(place.is_file() and place.samefile(self.path) for place in package_places())

    def names(self, *, role: str | None = None, group: str | None = None) -> list[str]:
        """Names of the entries in file order, of one role or group where asked."""
        return [
            name
            for name, entry in self.file.entries.items()
            if (role is None or entry.facts.role == role) and (group is None or entry.group == group)
        ]

    def entry(self, name: str) -> CatalogEntry:
        """One entry with its facts.

        Raises
        ------
        CatalogError
            If there is no entry of that name; it offers the nearest.
        """
        if name not in self.file.entries:
            raise CatalogError(
                f"catalog {self.path.name} has no entry {name!r}",
                got=name,
                expected="the name of an entry",
                hint=near_miss(name, self.file.entries),
            )
        return self.file.entries[name]

    def layer(self, name: str, **parameters: object) -> Layer:
        """Open a layer: normalised data with the facts of its entry. Rasters stay lazy.

        Parameters
        ----------
        name : str
            Entry.
        **parameters
            Values of the entry's parameters, such as ``return_period=100``; a list of parts, such as
            ``departement=["08", "59"]``, gives one layer of all.

        Raises
        ------
        CatalogError
            If the entry is unknown, or the file is not the one whose hash the entry states.
        InputError
            If a parameter is unknown or not allowed, or the file cannot be used.
        """
        return self._layer(name, parameters)

    def _layer(self, name: str, parameters: dict[str, object], outlines: Outlines = None) -> Layer:
        entry = self.entry(name)
        if any(isinstance(value, list | tuple) for value in parameters.values()):
            from geoalarm.catalog.open_parts import open_parts

            return open_parts(entry, parameters, lambda values: self._layer(name, dict(values), outlines))
        values = entry.resolve(parameters)
        with wrap_read_errors(f"entry {name!r}"):
            return layer_of(entry, values, self._open(entry, values, outlines))

    def communes(self, name: str, **parameters: object) -> Communes:
        """Communes of an entry of role ``communes``, in house form.

        Raises
        ------
        InputError
            If the entry is of another role, or its codes are not those of its country.
        """
        return self.to_communes(self._layer_of_role(name, "communes", parameters), name)

    def population(self, name: str, *, outlines: Outlines = None, **parameters: object) -> Population:
        """People of an entry of role ``population``, in house form.

        Parameters
        ----------
        name : str
            Entry.
        outlines : callable, optional
            The communes that a table of people is joined to; default: those that the entry names.
        **parameters
            Values of the entry's parameters.

        Raises
        ------
        InputError
            If the entry is of another role, or holds negative or infinite people.
        """
        return self.to_population(self._layer_of_role(name, "population", parameters, outlines), name)

    def to_communes(self, layer: Layer, name: str) -> Communes:
        """An opened layer of communes in house form, by the facts of its entry."""
        from geoalarm.catalog import normalise

        facts = self.entry(name).facts
        if layer.unplaced is not None and len(layer.unplaced):
            column = str(facts.id_column)
            raise without_outline(layer.unplaced[column].tolist(), column, what=f"entry {name!r}")
        country = layer.countries[0] if len(layer.countries) == 1 and facts.country_column is None else None
        return normalise.communes(
            layer.data,
            id_column=str(facts.id_column),
            country=country,
            country_column=facts.country_column,
            name_column=facts.name_column,
            population_column=facts.population_column,
            columns=facts.columns,
            source=layer.source,
            rows=RowAccount({layer.source.id: layer.repairs}),
            what=f"entry {name!r}",
        )

    def to_population(self, layer: Layer, name: str) -> Population:
        """An opened layer of people in house form, by the facts of its entry."""
        from geoalarm.catalog import normalise

        facts = self.entry(name).facts
        with wrap_read_errors(f"entry {name!r}"):
            found = normalise.population(
                layer.data,
                column=facts.population_column,
                units=facts.units,
                source=layer.source,
                disclosure_minimum=facts.disclosure_minimum,
                caveats=layer.source.caveats,
                no_data="nobody" if facts.no_data == "nobody" else "unknown",
                no_data_value=no_data_numbers(self.entry(name).args.no_data_value),
                unplaced=layer.unplaced,
                repairs=layer.repairs,
                what=f"entry {name!r}",
            )
        return replace(found, join=layer.join)

    def address(self, name: str, **parameters: object) -> str:
        """Where the bytes of an entry come from: the mirror, the file beside the catalog, or the web."""
        wanted = self._wanted(name, parameters)
        served = self.mirror.find(wanted) if self.mirror is not None else None
        if served is not None:
            return str(served)
        return f"mirror://{wanted.address.text}" if wanted.address.scheme == "mirror" else wanted.address.text

    def mirror_names(self, name: str, **parameters: object) -> list[str]:
        """File names under which a mirror would serve an entry, best first; ``.*`` stands for any ending."""
        return Mirror(Path()).names(self._wanted(name, parameters))

    def _wanted(self, name: str, parameters: dict[str, object]) -> SourceRequest:
        entry = self.entry(name)
        values = entry.resolve(parameters)
        return SourceRequest(
            name,
            entry.address_of(values, catalog_dir=self.file.folder),
            entry.address_values(values),
            entry.name_tells,
        )

    def to_intake(self) -> Any:
        """The checked entries as an Intake catalog, for tools that speak Intake."""
        from intake.catalog import Catalog as IntakeCatalog

        return IntakeCatalog.from_dict(
            {name: self._intake_entry(entry) for name, entry in self.file.entries.items()},
            name=self.file.title,
            getenv=False,
            getshell=False,
        )

    def _layer_of_role(
        self, name: str, role: str, parameters: dict[str, object], outlines: Outlines = None
    ) -> Layer:
        entry = self.entry(name)
        if entry.facts.role != role:
            raise InputError(
                f"entry {name!r} is not of role {role}",
                got=entry.facts.role,
                expected=role,
                hint="use one of: " + (", ".join(self.names(role=role)) or "none in this catalog"),
            )
        return self._layer(name, parameters, outlines)

    def _open(
        self, entry: CatalogEntry, values: dict[str, ParameterValue], outlines: Outlines = None
    ) -> Opened:
        from geoalarm.catalog.drivers import BOGUS, SourceOptions
        from geoalarm.catalog.table_outlines import outlines_of

        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", **BOGUS)  # type: ignore[arg-type]
            source = self._intake_entry(entry)(**values)
        joined = None
        if entry.join is not None:
            joined = (
                outlines()
                if outlines is not None
                else outlines_of(entry, self.names(role="communes"), self.communes)
            )
        source.choice = SourceOptions(entry.address_values(values), entry.name_tells, self.mirror, joined)
        return source.open()

    def _intake_entry(self, entry: CatalogEntry) -> Any:
        """The entry as Intake knows it, from the checked model: no file is read again, no name looked up."""
        from geoalarm.catalog.intake_entry import intake_entry

        if entry.name not in self._sources:
            self._sources[entry.name] = intake_entry(entry, folder=self.file.folder)
        return self._sources[entry.name]

    if not TYPE_CHECKING:  # a typing mistake in a method's name stays one

        def __getattr__(self, name: str) -> Any:
            """Methods of 0.1 that are functions now."""
            return renamed_modules.function_of_method(self, name)

    def __repr__(self) -> str:
        return f"Catalog({str(self.path)!r}, {len(self.file.entries)} entries)"

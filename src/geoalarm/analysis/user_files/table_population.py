"""People of a table, joined to the communes on their code."""

from __future__ import annotations

from dataclasses import replace

from geoalarm.analysis.user_files.file_part import FilePart
from geoalarm.analysis.user_files.user_options import UserFiles, row_rules, source_of
from geoalarm.catalog import normalise
from geoalarm.catalog.join_outlines import join_outlines
from geoalarm.core.errors import InputError
from geoalarm.core.model import Communes, Population
from geoalarm.core.terms import Basis
from geoalarm.io import archives
from geoalarm.io.input_hash import read_unchanged
from geoalarm.io.paths import input_path
from geoalarm.io.people_tables import TABLE_ENDINGS, is_table, read_table


def table_population(own: UserFiles, part: FilePart, communes: Communes, notes: list[str]) -> Population:
    """People of a table on the outlines of the communes; what found no partner is told.

    Raises
    ------
    InputError
        If it is no table, the column of people is not named, or a code or a count cannot be used.
    """
    place = input_path(part.path)
    if not is_table(place) and not archives.is_archive(place):
        raise InputError(
            f"{part.name} is joined to nothing: it is no table",
            got=f"--join {own.join}",
            expected="CSV or an Excel workbook (.xlsx)",
            hint="leave --join out; polygons and rasters have a place of their own",
        )
    if own.population_column is None:
        raise _no_column(part)
    member, sheet = part.inside(TABLE_ENDINGS)
    wanted = (str(own.join), own.population_column)
    keep = row_rules(own.population_keep)
    table, _ = read_unchanged(place, lambda: read_table(place, wanted, sheet=sheet, member=member, keep=keep))
    polygons, record = join_outlines(
        table,
        communes,
        code=str(own.join),
        people=own.population_column,
        country=own.country,
        no_data_value=own.population_no_data_value,
        what=part.name,
    )
    notes.extend(record.sentences(part.name))
    found = normalise.population(
        polygons,
        column=own.population_column,
        units=own.population_units,
        source=source_of(part, basis=Basis.MODELLED),
        no_data=own.population_no_data,
        no_data_value=own.population_no_data_value,
        option="--population-no-data-value",
        what=part.name,
        keep="--population-keep {column}={value}",
    )
    return replace(found, join=record)


def refuse_table(own: UserFiles, part: FilePart) -> None:
    """Refuse a table whose column of codes is not named.

    Raises
    ------
    InputError
        It names both options.
    """
    place = input_path(part.path)
    if is_table(place):
        raise InputError(
            f"{part.name} is a table, without outlines: which column holds the codes of the communes?",
            got=f"--population-column {own.population_column}" if own.population_column else "no column",
            expected="--join COLUMN",
            hint="name the columns of codes and of people: --join COLUMN --population-column COLUMN",
        )


def _no_column(part: FilePart) -> InputError:
    return InputError(
        f"{part.name} is a table: which column counts the people?",
        expected="--population-column COLUMN",
        hint="name the column of people by commune",
    )

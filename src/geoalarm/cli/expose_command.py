"""``geoalarm expose``: anyone's own files, no catalog."""

from __future__ import annotations

import json
import math
import shlex
import sys
from pathlib import Path
from typing import Any, Final

import click

from geoalarm.cli.path_type import UserPath
from geoalarm.cli.terminal import is_quiet, progress_line, show_run
from geoalarm.cli.terminal_text import echo
from geoalarm.core.terms import PLAN_PROFILES

SUMMARY: Final = ("title", "counts", "footprints", "official_plans", "repairs", "warnings")
"""Parts of the manifest that ``--json`` prints."""


class NumberList(click.ParamType[tuple[float, ...]]):
    """Numbers with commas between them: ``0.1,0.5,1,2``."""

    name = "numbers"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, ...]:
        """The numbers, or a usage error that shows the form."""
        if isinstance(value, tuple):
            return value
        try:
            return tuple(float(word) for word in value.split(","))
        except ValueError:
            self.fail(f'{value!r} is not a list of numbers such as "0.1,0.5,1,2"', param, ctx)


class NoDataNumbers(click.ParamType[tuple[float, ...] | str]):
    """Numbers with commas between them, or ``none``."""

    name = "numbers"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, ...] | str:
        """The numbers, or the word."""
        return "none" if value == "none" else NumberList().convert(value, param, ctx)


class WordList(click.ParamType[tuple[str, ...]]):
    """Words with commas between them: ``low,medium,high``."""

    name = "words"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """The words, blanks around them gone."""
        return (
            value
            if isinstance(value, tuple)
            else tuple(word.strip() for word in value.split(",") if word.strip())
        )


@click.command()
@click.option("--communes", required=True, metavar="FILE[:LAYER]", help="Polygons of the communes.")
@click.option(
    "--id", "id_column", required=True, metavar="COLUMN", help="Column that names each commune, once."
)
@click.option(
    "--population",
    required=True,
    metavar="FILE[:LAYER]",
    help="People: a raster (per cell, or a density), polygons, or a table (CSV, Excel) with --join.",
)
@click.option("--population-column", metavar="COLUMN", help="People per polygon, or per row of the table.")
@click.option(
    "--join", metavar="COLUMN", help="Column of the table that holds the official code of each commune."
)
@click.option(
    "--population-units",
    metavar="UNIT",
    help="1 (people per cell) or km-2, ha-1, m-2; default: what the raster states, else 1.",
)
@click.option(
    "--population-no-data-value",
    type=NoDataNumbers(),
    default=(),
    metavar="NUMBERS",
    help="As --no-data-value, of the population raster or polygons.",
)
@click.option(
    "--population-no-data",
    type=click.Choice(["unknown", "nobody"]),
    default="unknown",
    show_default=True,
    help="What a cell or polygon without a number of people means.",
)
@click.option(
    "--population-keep",
    multiple=True,
    metavar="COLUMN=VALUE",
    help="Only these polygons of people, such as year=2024; repeat for several rules.",
)
@click.option(
    "--communes-keep", multiple=True, metavar="COLUMN=VALUE", help="As --population-keep, of the communes."
)
@click.option("--footprint", required=True, metavar="FILE[:LAYER]", help="The hazard: a raster, or polygons.")
@click.option(
    "--variable", metavar="NAME", help="Variable of the footprint's NetCDF or Zarr, where it holds several."
)
@click.option(
    "--select",
    multiple=True,
    metavar="DIMENSION=VALUE",
    help="Value of a dimension of the footprint's NetCDF or Zarr, such as time=2020-01-01; repeatable.",
)
@click.option("--asset", metavar="NAME", help="Asset of the footprint's STAC item, where it holds several.")
@click.option("--population-asset", metavar="NAME", help="As --asset, of the population.")
@click.option("--population-variable", metavar="NAME", help="As --variable, of the population.")
@click.option(
    "--population-select", multiple=True, metavar="DIMENSION=VALUE", help="As --select, of the population."
)
@click.option("--class-column", metavar="COLUMN", help="Class, or intensity, of each polygon.")
@click.option(
    "--bounds",
    type=NumberList(),
    default=(),
    metavar="NUMBERS",
    help='Lower bounds of classes: "0.1,0.5,1,2" makes [0.1, 0.5) ... [2, inf).',
)
@click.option(
    "--units",
    metavar="UNIT",
    help="Unit of the footprint's values and of the bounds, such as m; demanded for an intensity.",
)
@click.option(
    "--kind",
    type=click.Choice(["intensity", "classes", "fraction"]),
    help="What a raster's values are; default: intensity with bounds, else classes.",
)
@click.option(
    "--class-order",
    type=WordList(),
    default=(),
    metavar="WORDS",
    help="Named classes, mild to severe: overlaps count in the most severe.",
)
@click.option(
    "--no-data",
    type=click.Choice(["not_studied", "dry"]),
    default="not_studied",
    show_default=True,
    help="What a cell without data means.",
)
@click.option(
    "--no-data-value",
    type=NoDataNumbers(),
    default=(),
    metavar="NUMBERS",
    help="Numbers in the footprint's cells that mean no data and are not declared in the file; none: every "
    "number is data.",
)
@click.option(
    "--studied", metavar="FILE[:LAYER]", help="Area that was studied; communes outside are not, never zero."
)
@click.option(
    "--footprint-country",
    "countries",
    multiple=True,
    metavar="CC",
    help="Country that was studied; repeat for several.",
)
@click.option(
    "--hazard",
    default="hazard",
    show_default=True,
    help="Name for the table; of an official plan the hazard that is counted.",
)
@click.option("--scenario", default="", help="Name for the table.")
@click.option(
    "--return-period",
    type=float,
    default=math.nan,
    metavar="YEARS",
    help="For the table; leave out where there is no probability.",
)
@click.option(
    "--basis",
    type=click.Choice(["modelled", "statutory", "observed", "illustrative"]),
    help="What the footprint rests on; default: modelled, statutory for an official plan in force.",
)
@click.option(
    "--profile",
    type=click.Choice([*PLAN_PROFILES, "none"]),
    help="Standard of an official plan, where its tables do not tell; none: read it as any other file.",
)
@click.option("--country", metavar="CC", help="Country of all communes: 59350 becomes FR:59350.")
@click.option(
    "--country-column",
    metavar="COLUMN",
    help="Country of each commune (a column 'country' of two-letter codes is used without asking).",
)
@click.option(
    "--out", required=True, type=UserPath(), metavar="FILE", help="Table to write: .csv or .parquet."
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def expose(out: Path, as_json: bool, **given: Any) -> None:
    r"""People exposed per commune and class, from your own files, into a table; beside it goes
    OUT.manifest.json.

    One row per commune and class. A value that is not known is empty, never zero; 'state' says why. Units and
    CRS are taken from the files or asked for, never guessed. FILE:LAYER names a layer of a file that holds
    several, a band of a raster or a sheet of a workbook; FILE.zip:MEMBER a file of an archive.

    \b
    geoalarm expose --communes communes.gpkg --id code --population people.tif \\
                    --footprint depth.tif --bounds "0.1,0.5,1,2" --units m --out exposure.csv
    """
    from geoalarm import analysis, results
    from geoalarm.core.terms import Basis

    results.require_table_ending(out)
    results.require_writable(out.parent)
    basis = given.pop("basis")
    own = analysis.UserFiles(
        return_period_yr=given.pop("return_period"), basis=Basis(basis) if basis else None, **given
    )
    with results.hold_output(out):
        with progress_line() as progress:
            done = analysis.expose_files(own, command=_command(sys.argv), progress=progress)
        results.write_table(results.in_order(done.table), out)
        results.write_manifest(done.manifest, out.with_name(f"{out.stem}.manifest.json"), files=[out])
    if as_json:
        echo(
            json.dumps(
                {key: done.manifest[key] for key in SUMMARY if key in done.manifest},
                ensure_ascii=False,
            )
        )
    elif not is_quiet():
        show_run(done)
        echo(f"written to {out}")


def _command(words: list[str]) -> str:
    """The command as given, files by their names: the folders of this machine stay here."""
    return shlex.join(
        ["geoalarm", *(Path(word).name if "/" in word or "\\" in word else word for word in words[1:])]
    )

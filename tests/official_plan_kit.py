"""Small plans in the forms that states deliver, for tests: three communes of 2 by 2 km in a row, from west
to east,
400 people each, even over their area. A zone of so many km2 in one of them holds 100 people for each of them.
"""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
from shapely import LineString, box
from shapely.geometry.base import BaseGeometry

pyogrio.set_gdal_config_options(
    {"OGR_SQLITE_SYNCHRONOUS": "OFF"}
)  # files of tests need not survive a power cut

LAMBERT_93 = 2154
WEST, SOUTH = 700_000.0, 6_600_000.0
PEOPLE = 400
IDS = ("38001", "38002", "38003")


def square(x: float, y: float, width: float = 1.0, height: float = 1.0) -> BaseGeometry:
    """A rectangle, in km from the south-west corner of the first commune."""
    return box(WEST + 1000 * x, SOUTH + 1000 * y, WEST + 1000 * (x + width), SOUTH + 1000 * (y + height))


def line(x: float, y: float) -> BaseGeometry:
    return LineString([(WEST + 1000 * x, SOUTH + 1000 * y), (WEST + 1000 * (x + 1), SOUTH + 1000 * y)])


def communes(folder: Path, ids: Sequence[str] = IDS) -> Path:
    """The communes and their people, as one GeoPackage."""
    shapes = [square(2 * n, 0, 2, 2) for n in range(3)]
    path = folder / "communes.gpkg"
    frame = gpd.GeoDataFrame({"code": list(ids), "people": PEOPLE}, geometry=shapes, crs=LAMBERT_93)
    pyogrio.write_dataframe(frame, path, layer="communes")
    return path


def table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows with a ``geometry`` become a layer, others a table."""
    if rows and "geometry" in rows[0]:
        return gpd.GeoDataFrame(list(rows), geometry="geometry", crs=LAMBERT_93)
    return pd.DataFrame(list(rows))


def shapefiles(
    path: Path, tables: Mapping[str, Sequence[Mapping[str, Any]]], *, folders: bool = False
) -> Path:
    """A zip of shapefiles; those without geometry are dBASE tables. With ``folders`` each lies in one of its
    own.
    """
    work = path.parent / f"{path.stem}_shp"
    work.mkdir()
    for name, rows in tables.items():
        frame = table([{key: dated(value) for key, value in row.items()} for row in rows])
        made = work / f"{name}.shp" if isinstance(frame, gpd.GeoDataFrame) else work / f"{name}.dbf"
        pyogrio.write_dataframe(frame, made, driver="ESRI Shapefile", encoding="UTF-8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in sorted(work.iterdir()):
            archive.write(one, f"{path.stem}/{one.stem}/{one.name}" if folders else f"{path.stem}/{one.name}")
    return path


def dated(value: Any) -> Any:
    """A day as a shapefile holds it where it has no column of days: as text."""
    return f"{value:%d/%m/%Y}" if isinstance(value, pd.Timestamp) else value


def geopackage(path: Path, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> Path:
    """A GeoPackage of layers and of tables without geometry."""
    for name, rows in tables.items():
        frame = table(rows)
        kind = {} if isinstance(frame, gpd.GeoDataFrame) else {"geometry_type": None}
        pyogrio.write_dataframe(frame, path, layer=name, driver="GPKG", append=path.exists(), **kind)
    return path


def empty_table(path: Path, name: str) -> None:
    """All rows of a table of a GeoPackage away."""
    with closing(sqlite3.connect(path)) as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute(f'DELETE FROM "{name}"')
        database.commit()


def unlisted(path: Path, name: str) -> None:
    """A table of a GeoPackage out of its contents, as some programs leave it."""
    with closing(sqlite3.connect(path)) as database:
        for listing in ("gpkg_contents", "gpkg_ogr_contents"):
            database.execute(f"DELETE FROM {listing} WHERE table_name = ?", (name,))
        database.commit()


# ------------------------------------------------------------------------------------------------------ plans


def alea(zone_id: int, code: str, level: str, shape: BaseGeometry, **more: Any) -> dict[str, Any]:
    """A hazard zone of a COVADIS plan."""
    native = {"00": "Nul", "01": "Fai", "02": "M", "04": "F", "06": "TF"}.get(level, level)
    return {
        "id_zone": float(zone_id), "id_gaspar": "38DDT20990001", "descript": "P1", "coderisque": code,
        "nomrisque": "as the file calls it", "multi_alea": "oui" if code == "9999999" else "non",
        "nivalea": native, "nivalea_st": level, "datecarte": pd.Timestamp("2020-02-01"), **more,
        "geometry": shape,
    }  # fmt: skip


COVADIS_ZONES = [
    alea(1, "1240000", "04", square(0, 0)),  # landslide, high: commune 1
    alea(2, "1120000", "01", square(0, 1)),  # slow flood, low: commune 1
    alea(3, "9999999", "04", square(2, 0)),  # several, high: commune 2
    alea(4, "1240000", "00", square(2, 1)),  # looked at, and nil: commune 2
]
COVADIS_PARTS = [
    {"id": 1, "id_zone": 3, "coderisque": "1240000", "nomrisque": "x", "nivalea": "M", "nivalea_st": "02"},
    {"id": 2, "id_zone": 3, "coderisque": "1230000", "nomrisque": "x", "nivalea": "F", "nivalea_st": "04"},
]
PERIMETER = {
    "id_gaspar": "38DDT20990001",
    "libelle": "p",
    "type": "02",
    "datevalid": pd.Timestamp("2021-03-04"),
}


def covadis(
    path: Path,
    *,
    zones: Sequence[Mapping[str, Any]] = COVADIS_ZONES,
    parts: Sequence[Mapping[str, Any]] | None = COVADIS_PARTS,
    document: Mapping[str, Any] | None = None,
    perimeter: BaseGeometry | None = None,
    folders: bool = False,
    upper: bool = True,
) -> Path:
    """A COVADIS plan over the first two communes; the third was not looked at."""
    shape = square(0, 0, 4, 2) if perimeter is None else perimeter
    tables: dict[str, Sequence[Mapping[str, Any]]] = {
        "N_ZONE_ALEA_PPRN_20990001_S_038": zones,
        "N_PERIMETRE_PPRN_20990001_S_038": [{**PERIMETER, "geometry": shape}],
        "N_ZONE_REG_PPRN_20990001_S_038": [{"id_zone": 1, "codezone": "R", "geometry": square(0, 0, 4, 2)}],
    }
    if parts is not None:
        tables["N_MULTIALEA_PPRN_20990001_038"] = parts
    if document is not None:
        tables["N_DOCUMENT_PPRN_S_038"] = [
            {"id_gaspar": "38DDT20990001", "nom": "Plan of the test", **document}
        ]
    named = tables if upper else {name.lower(): rows for name, rows in tables.items()}
    return shapefiles(path, named, folders=folders)


def cnig_zone(zone_id: int, code: str, level: str, shape: BaseGeometry, **more: Any) -> dict[str, Any]:
    """A hazard zone of a CNIG plan."""
    return {
        "idzonealea": str(zone_id), "codeprocedure": "38DDT20990002", "typealea": code, "niveaualea": level,
        "occurrence": 100, "description": None, **more, "geometry": shape,
    }  # fmt: skip


def cnig(
    path: Path,
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    state: str = "APPROUVE",
    prefix: str = "",
) -> Path:
    """A CNIG plan: the tables given by the end of their names, perimeter and procedure beside."""
    start = prefix or "pprn_38ddt20990002_"
    plan = {"codeprocedure": "38DDT20990002"}
    area = {"idperimetre": "1", **plan, "etatprocedure": state, "dateetat": pd.Timestamp("2022-02-16")}
    named = {f"{start}{name}": rows for name, rows in tables.items()}
    named[f"{start}perimetre_s"] = [{**area, "geometry": square(0, 0, 4, 2)}]
    named[f"{start}procedure"] = [{**plan, "libelleprocedure": "Plan of the test", "typeprocedure": "PPRN"}]
    return geopackage(path, named)


def tri(path: Path, *, residents: bool = True) -> Path:
    """A CNIG map of the floods directive over the first two communes: in the medium event 0.5 km2 each of
    three
    classes of depth, 0.5 km2 that emerges, 0.5 km2 without a class; in the frequent event 0.5 km2 below 0.5
    m.
    """
    medium = [("Inf05", 0.0), ("1m-2m", 0.5), ("Sup2m", 1.0), ("Emerg", 1.5)]
    tables: dict[str, Sequence[Mapping[str, Any]]] = {
        "tri_s": [{"id_tri": "FRX_TRI_TEST", "nom": "Test", "geometry": square(0, 0, 4, 2)}],
        "surface_inondable_s": [
            {"id_sin": "S1", "id_tri": "FRX_TRI_TEST", "type_alea": "112", "occurrence": "For",
             "date_calcul": pd.Timestamp("2019-05-06"), "geometry": square(0, 0, 0.5, 1)},
            {"id_sin": "S2", "id_tri": "FRX_TRI_TEST", "type_alea": "112", "occurrence": "Moy",
             "date_calcul": pd.Timestamp("2019-05-06"),
             "geometry": square(0, 0, 1.5, 1).union(square(0, 1, 0.5, 1))},
        ],
        "zone_iso_classe_hauteur_s": [
            {"id_sin": "S1", "palier_hauteur": "Inf05", "geometry": square(0, 0, 0.5, 1)},
            *({"id_sin": "S2", "palier_hauteur": k, "geometry": square(x, 0, 0.5, 1)} for k, x in medium),
        ],
    }  # fmt: skip
    if residents:
        tables["enjeux_raportes_tri"] = [
            {
                "id_tri": "FRX_TRI_TEST",
                "occurrence": "Moy",
                "nb_hab_perm": 210,
                "nb_hab_sais": 5,
                "nb_emplois": 40,
            },
            {
                "id_tri": "FRX_TRI_TEST",
                "occurrence": "For",
                "nb_hab_perm": 55,
                "nb_hab_sais": 0,
                "nb_emplois": 4,
            },
        ]
    return geopackage(path, tables)

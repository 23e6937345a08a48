"""The CRS of a CF variable: from its grid mapping (WKT, or CF parameters), or longitude and latitude that say
so.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import xarray as xr
from pyproj import CRS
from pyproj.exceptions import CRSError

from geoalarm.core.errors import InputError
from geoalarm.core.field_hints import FieldHint
from geoalarm.geo.datum_shift import may_be
from geoalarm.io.cf_attributes import text_of_attribute
from geoalarm.io.cf_axes import GridAxes

WGS84: Final = "EPSG:4326"
_WKT: Final = ("crs_wkt", "spatial_ref", "esri_pe_string")
_CODES: Final = ("epsg_code", "EPSG_code", "proj4", "proj4text", "proj4_params")
_ELLIPSOID: Final = (
    "semi_major_axis",
    "semi_minor_axis",
    "inverse_flattening",
    "earth_radius",
    "reference_ellipsoid_name",
    "horizontal_datum_name",
    "geographic_crs_name",
    "towgs84",
)
_UNNAMED: Final = {"semi_major_axis": 6_378_137.0, "inverse_flattening": 298.257223563}
"""Where a projection names no ellipsoid: that of WGS 84 with a datum without a name, which is asked about
where it matters; pyproj would take WGS 84 without a word.
"""

_NOT_PLAIN: Final = frozenset({"rotated_latitude_longitude", "geostationary"})


def grid_crs(data: xr.Dataset, name: str, axes: GridAxes, crs: str | None, path: Path) -> tuple[CRS, bool]:
    """The CRS, and whether it is WGS 84 only because degrees name no other.

    Raises
    ------
    InputError
        If none is stated, it cannot be read, it is not the one that the user states, or the pole is rotated.
    """
    found, is_told = _stated(data, name, axes, path)
    if (found is None or is_told) and crs is not None:
        return CRS.from_user_input(crs), False
    if found is None and axes.is_degrees:
        return CRS.from_user_input(WGS84), True
    if found is None:
        raise InputError(
            f"{path.name}, variable {name} has no CRS",
            got="no grid mapping, and coordinates that are not called longitude and latitude",
            expected="a grid mapping (CF), or units degrees_north and degrees_east",
            hint=FieldHint(
                "state it: {crs}, or write it into the file: dataset.rio.write_crs(...)",
                otherwise="write it into the file: dataset.rio.write_crs(...).to_netcdf(...)",
                crs="EPSG:...",
            ),
        )
    if crs is not None and not may_be(found, crs):
        raise InputError(
            f"{path.name} carries another CRS than the entry states",
            got=found.to_string()[:80],
            expected=crs,
            hint=FieldHint("state the one it carries: {crs}", crs=found.to_string()[:80]),
        )
    return found, is_told


def _stated(data: xr.Dataset, name: str, axes: GridAxes, path: Path) -> tuple[CRS | None, bool]:
    """The CRS that the file states, and whether it names longitude and latitude of no ellipsoid."""
    own = data.variables[name].attrs
    mapping = _mapping(data, text_of_attribute(own.get("grid_mapping")), axes, path)
    if mapping is not None:
        return _crs_of(mapping, path), _is_nowhere(mapping)
    by_gdal = own.get("_CRS")
    if isinstance(by_gdal, Mapping):  # what GDAL writes into Zarr
        texts = [by_gdal[key] for key in ("wkt", "projjson", "url") if by_gdal.get(key)]
        text = json.dumps(texts[0]) if texts and isinstance(texts[0], Mapping) else texts[0] if texts else ""
        return (_read(str(text), path), False) if text else (None, False)
    return None, False


def _is_nowhere(mapping: Mapping[str, Any]) -> bool:
    """Whether a grid mapping is longitude and latitude on an ellipsoid that it does not name."""
    is_lonlat = text_of_attribute(mapping.get("grid_mapping_name")) == "latitude_longitude"
    return is_lonlat and not ({*_WKT, *_CODES, *_ELLIPSOID} & set(mapping))


def _mapping(data: xr.Dataset, text: str, axes: GridAxes, path: Path) -> dict[str, Any] | None:
    """Attributes of the grid mapping: the named one, that of these axes among several, or the only one there
    is.
    """
    if text:
        named = _named_mapping(text, axes)
        if named not in data.variables:
            raise InputError(
                f"{path.name} names a grid mapping that it does not hold",
                got=named,
                expected="a variable with the CRS",
                hint="export the file with it: ncks -v VARIABLE takes it along",
            )
        return dict(data.variables[named].attrs)
    lone = [
        dict(one.attrs)
        for one in data.variables.values()
        if one.ndim == 0 and ({"grid_mapping_name", *_WKT} & set(one.attrs))
    ]
    return lone[0] if len(lone) == 1 else None


def _named_mapping(text: str, axes: GridAxes) -> str:
    """Of ``crs: x y crs2: lon lat`` the one of the axes."""
    current = ""
    found: dict[str, set[str]] = {}
    for word in text.split():
        if word.endswith(":"):
            current = word[:-1]
            found[current] = set()
        elif current:
            found[current].add(word)
        else:
            return word
    return next((one for one, dims in found.items() if {axes.x, axes.y} <= dims), current)


def _crs_of(mapping: dict[str, Any], path: Path) -> CRS | None:
    name = text_of_attribute(mapping.get("grid_mapping_name"))
    if name in _NOT_PLAIN:
        raise InputError(
            f"{path.name} lies on a grid that is no map: {name.replace('_', ' ')}",
            got=name,
            expected="a projection, or longitude and latitude",
            hint="warp it: cdo remapbil,GRID in.nc out.nc, or gdalwarp -t_srs EPSG:4326 in.nc out.tif",
        )
    text = next((found for key in (*_WKT, *_CODES) if (found := text_of_attribute(mapping.get(key)))), "")
    by_text = _read(text, path) if text else None
    if not name:
        return by_text
    facts = {key: _plain(one) for key, one in mapping.items() if key not in (*_WKT, *_CODES)}
    if name != "latitude_longitude" and not set(_ELLIPSOID) & set(facts):
        facts |= _UNNAMED
    try:
        by_name = CRS.from_cf(facts)
    except (CRSError, KeyError, ValueError, TypeError) as error:
        if by_text is not None:
            return by_text
        raise _unreadable(path, f"{name}: {error}") from error
    if by_text is not None and by_text.is_geographic != by_name.is_geographic:
        raise InputError(
            f"{path.name} states two CRS",
            got=f"{name} by its grid mapping, {by_text.name} by its WKT",
            expected="one",
            hint="remove the wrong one: ncatted -a crs_wkt,crs,d,, in.nc",
        )
    return by_name if by_text is None else by_text


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list) and len(value) == 1:
        return value[0]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _read(text: str, path: Path) -> CRS:
    try:
        with warnings.catch_warnings(action="ignore"):
            return CRS.from_user_input(f"EPSG:{text}" if text.isdigit() else text)
    except CRSError as error:
        raise _unreadable(path, text) from error


def _unreadable(path: Path, text: str) -> InputError:
    return InputError(
        f"{path.name} states a CRS that cannot be read",
        got=" ".join(text.split())[:160],
        expected="a WKT, or parameters of CF",
        hint="write it anew: dataset.rio.write_crs(...).to_netcdf(...)",
    )

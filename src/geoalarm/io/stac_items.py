"""A STAC item names files and says what is in them: the asset that is meant, its bands, its projection.

What the file itself states counts; what the item states is used where the file states nothing, and a
contradiction is refused. An item from the web leads to the web only, never to files or the inner network.

Published source: STAC specification 1.1 with the projection, raster and EO extensions, https://stacspec.org.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urljoin, urlsplit

import xarray as xr
from pyproj import CRS
from pyproj.exceptions import CRSError

from geoalarm.core.errors import CatalogError, GeoalarmError, InputError, near_miss
from geoalarm.core.field_hints import FieldHint
from geoalarm.core.units import LENGTH_UNITS
from geoalarm.io.address import Address, parse_address
from geoalarm.io.download_cache import cache_record, fetch, fetched_from
from geoalarm.io.input_hash import input_sha256
from geoalarm.io.paths import input_path
from geoalarm.io.raster_mask import MASK_READ
from geoalarm.io.rasters import RASTER_ENDINGS, read_raster
from geoalarm.io.remote_zarr import is_zarr_address

if TYPE_CHECKING:
    import pystac

MAX_BYTES: Final = 4 * 2**20
_NO_DATA_ROLES: Final = frozenset({"thumbnail", "overview", "metadata", "visual"})
_MEDIA: Final = (
    "image/tiff",
    "application/x-hdf5",
    "application/x-netcdf",
    "application/netcdf",
    "application/vnd+zarr",
)
_INNER: Final = (".local", ".internal", ".localhost", ".lan", ".home.arpa")


@dataclass(frozen=True, slots=True)
class StacAsset:
    """The file of an asset, here, and what its item states of it.

    Attributes
    ----------
    item, path : pathlib.Path
        The item and the file.
    name : str
        Of the asset.
    crs : str, optional
        As the item states it.
    bands : tuple of mapping
        What it states of each band, with ``name``, ``nodata``, ``scale``, ``offset``, ``unit`` where it does.
    """

    item: Path
    path: Path
    name: str
    crs: str | None = None
    bands: tuple[Mapping[str, Any], ...] = field(default_factory=tuple)

    @property
    def sha256(self) -> str:
        """Of the hashes of both: the item says how the file is read."""
        both = bytes.fromhex(input_sha256(self.item)) + bytes.fromhex(input_sha256(self.path))
        return hashlib.sha256(both).hexdigest()

    def read(self, band: int | None = None, **options: Any) -> xr.DataArray:
        """The raster, as :func:`geoalarm.io.rasters.read_raster` opens it.

        Raises
        ------
        InputError
            Also if several bands hold data and none is chosen, or item and file contradict each other.
        """
        try:
            return self._read(band, options)
        except GeoalarmError as error:
            raise error.at(f"{self.item.name}, asset {self.name}") from error

    def _read(self, band: int | None, options: dict[str, Any]) -> xr.DataArray:
        if band is None and len(self.bands) > 1 and options.get("variable") is None:
            raise _several_bands(self)
        stated = self.bands[(band or 1) - 1] if len(self.bands) >= (band or 1) else {}
        given = {**options, "crs": options.get("crs") or self.crs}
        data = read_raster(self.path, band, **given)
        no_data = _number(stated.get("nodata"))
        if no_data is not None and not _declares(data, no_data):
            own = tuple(options.get("no_data_values") or ())
            if not own and (data.rio.nodata is not None and MASK_READ not in data.attrs):
                raise _contradiction("no-data value", f"{data.rio.nodata:g}", f"{no_data:g}")
            numbers = {"no_data_values": tuple(dict.fromkeys((*own, no_data)))}
            data = read_raster(self.path, band, **{**given, **numbers})
        return _with_scale_and_unit(data, stated)


def _declares(data: xr.DataArray, value: float) -> bool:
    """Whether the file says the same; NaN in cells of a float says itself."""
    own = data.rio.nodata
    if math.isnan(value):
        return True
    return own is not None and float(own) == value


def _with_scale_and_unit(data: xr.DataArray, stated: Mapping[str, Any]) -> xr.DataArray:
    for key, name, usual in (("scale", "scale_factor", 1.0), ("offset", "add_offset", 0.0)):
        value, own = _number(stated.get(key)), float(data.attrs.get(name, usual))
        if value is None or value == own:
            continue
        if own != usual:
            raise _contradiction(key, f"{own:g}", f"{value:g}")
        data.attrs[name] = value
    unit, own_unit = str(stated.get("unit") or ""), str(data.attrs.get("units") or "")
    if unit and own_unit and not _same_unit(unit, own_unit):
        raise _contradiction("unit", own_unit, unit)
    if unit and not own_unit:
        data.attrs["units"] = unit
    return data


def _same_unit(one: str, other: str) -> bool:
    words = one.strip().lower(), other.strip().lower()
    known = [LENGTH_UNITS.get(word) for word in words]
    return words[0] == words[1] or (known[0] is not None and known[0] == known[1])


def _contradiction(what: str, own: str, stated: str) -> InputError:
    return InputError(
        f"item and file state another {what}",
        got=f"{own} in the file, {stated} in the item",
        expected="the same in both",
        hint="ask the producer which is right, and open the file itself with what is stated in the entry",
    )


def _number(value: object) -> float | None:
    """A number of an item; ``nan`` and ``inf`` are texts there."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def is_stac_item(path: Path) -> bool:
    """Whether a file is a STAC item: a GeoJSON feature that says so."""
    if not path.is_file() or not 2 < path.stat().st_size <= MAX_BYTES:
        return False
    with path.open("rb") as stream:
        if not stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            return False
    content = path.read_bytes()
    if b'"stac_version"' not in content:
        return False
    try:
        found = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and found.get("type") == "Feature" and "stac_version" in found


def open_stac_item(path: Path, asset: str | None = None) -> StacAsset:
    """The asset that is meant, its file fetched where it lies in the web.

    Parameters
    ----------
    path : pathlib.Path
        An item on this machine; one from the cache is resolved against the address it came from.
    asset : str, optional
        May be left out where one asset is a raster of data.

    Raises
    ------
    InputError
        If the item is damaged, has no such asset, several without a choice, or leads where none may lead.
    """
    item = _parsed(path)
    name = _chosen(item, asset, path)
    found = item.assets[name]
    facts = {**item.properties, **found.extra_fields}
    return StacAsset(path, _file_of(found.href, path, name), name, _crs_of(facts, path), _bands_of(facts))


def asset_of(path: Path, asset: str | None) -> StacAsset | None:
    """The asset where a file is a STAC item; None of any other file.

    Raises
    ------
    InputError
        Also if an asset is named of a file that is no item.
    """
    if is_stac_item(path):
        return open_stac_item(path, asset)
    if asset is not None:
        raise InputError(
            f"{path.name} is no STAC item",
            got=f"asset {asset}",
            expected="an item, where an asset is named",
            hint="leave the asset out",
        )
    return None


def read_raster_or_asset(path: Path, asset: str | None, **options: Any) -> tuple[xr.DataArray, str]:
    """A raster, or that of the asset of a STAC item, and the hash of what is read; arguments as
    :func:`geoalarm.io.rasters.read_raster`.
    """
    found = asset_of(path, asset)
    if found is None:
        return read_raster(path, **options), input_sha256(path)
    return found.read(**options), found.sha256


def _parsed(path: Path) -> pystac.Item:
    import pystac  # loads slowly, and few files are items

    try:
        return pystac.Item.from_dict(json.loads(path.read_text("utf-8-sig")), migrate=False)
    except Exception as error:  # pystac raises many kinds for an item without its fields
        raise InputError(
            f"{path.name} cannot be read as a STAC item",
            got=f"{type(error).__name__}: {error}"[:200],
            expected="an item of STAC 1.0 or 1.1",
            hint="fetch it again, or name the file that it leads to",
        ) from error


def _chosen(item: pystac.Item, asset: str | None, path: Path) -> str:
    if asset is not None:
        if asset not in item.assets:
            raise InputError(
                f"{path.name} has no asset {asset!r}",
                got=", ".join(list(item.assets)[:12]) or "no assets",
                expected="one of them",
                hint=near_miss(asset, item.assets),
            )
        return asset
    rasters = [name for name, one in item.assets.items() if _is_raster(one)]
    data = [name for name in rasters if "data" in (item.assets[name].roles or ())] or rasters
    if len(data) == 1:
        return data[0]
    listed = ", ".join(
        f"{name} ({item.assets[name].title or item.assets[name].media_type})"
        for name in (data or item.assets)
    )
    raise InputError(
        f"{path.name} holds {len(data)} assets that are rasters" + (": which one is meant?" if data else ""),
        got=listed[:400] or "no assets",
        expected="one asset",
        hint=FieldHint("name one: {asset}", asset=next(iter(data or item.assets), "NAME")),
    )


def _is_raster(asset: pystac.Asset) -> bool:
    if set(asset.roles or ()) & _NO_DATA_ROLES and "data" not in (asset.roles or ()):
        return False
    place = urlsplit(asset.href).path.rstrip("/").lower()
    return (asset.media_type or "").startswith(_MEDIA) or place.endswith((*RASTER_ENDINGS, ".zarr"))


def needs_network(path: Path, asset: str | None = None) -> bool:
    """Whether a file is a STAC item whose asset has to be fetched first.

    Raises
    ------
    InputError
        As :func:`open_stac_item`.
    """
    if not is_stac_item(path):
        return False
    item = _parsed(path)
    name = _chosen(item, asset, path)
    place = _place_of(item.assets[name].href, path, name)
    return isinstance(place, Address) and cache_record(place) is None


def _file_of(href: str, item: Path, name: str) -> Path:
    """The file of an asset: beside a local item, or fetched by the law of addresses."""
    place = _place_of(href, item, name)
    return fetch(place) if isinstance(place, Address) else place


def _place_of(href: str, item: Path, name: str) -> Path | Address:
    base = fetched_from(item)
    if base is None and "://" not in href:
        return _beside(item, unquote(href), name)
    try:
        address = parse_address(urljoin(base or "", href))
    except CatalogError as error:
        raise _refused(item, name, href) from error
    if address.url is None or _leads_inside(str(address.url), base):
        raise _refused(item, name, href)
    if is_zarr_address(address):
        raise InputError(
            f"{item.name}, asset {name} is a Zarr store in the web",
            got=str(address.url)[:160],
            expected="a file",
            hint=f"name it in a catalog, where its variable is chosen: args.urlpath: {address.url}",
        )
    return address


def _beside(item: Path, href: str, name: str) -> Path:
    folder = item.parent.resolve()
    place = (folder / href).resolve()
    if "\0" in href or not place.is_relative_to(folder) or place == item.resolve():
        raise _refused(item, name, href)
    return input_path(place)


def _leads_inside(url: str, base: str | None) -> bool:
    """Whether an item leads to a host that only this machine or its network can reach, and that is not its
    own.
    """
    host, own = urlsplit(url).hostname or "", urlsplit(base or "").hostname or ""
    return host != own and _is_inner(host)


def _is_inner(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith(_INNER) or "." not in host


def _refused(item: Path, name: str, href: str) -> InputError:
    return InputError(
        f"{item.name}, asset {name} lies where an item may not lead",
        got=href[:160],
        expected="a file in the folder of a local item, or an https address",
        hint="fetch the file, and name it itself",
    )


def _crs_of(facts: Mapping[str, Any], path: Path) -> str | None:
    """The CRS that an item states, as a code or a definition."""
    code, epsg = facts.get("proj:code"), facts.get("proj:epsg")
    stated = (
        code or (f"EPSG:{epsg}" if epsg else None) or facts.get("proj:wkt2") or facts.get("proj:projjson")
    )
    if not stated:
        return None
    try:
        CRS.from_user_input(stated)
    except CRSError as error:
        raise InputError(
            f"{path.name} states a CRS that cannot be read",
            got=str(stated)[:120],
            expected="a code such as EPSG:3035",
            hint="name the file that it leads to, and state its CRS",
        ) from error
    return json.dumps(stated) if isinstance(stated, dict) else str(stated)


def _bands_of(facts: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """What is stated of each band: ``bands`` of STAC 1.1, or those of its extensions before."""
    lists = [facts.get(key) for key in ("bands", "raster:bands", "eo:bands")]
    usable = [
        [one if isinstance(one, dict) else {} for one in found] for found in lists if isinstance(found, list)
    ]
    common = _plain_names(facts)
    count = max((len(found) for found in usable), default=1 if common else 0)
    merged: list[dict[str, Any]] = [dict(common) for _ in range(count)]
    for found in usable:
        for target, one in zip(merged, found, strict=False):
            target.update(_plain_names(one))
    return tuple(merged)


def _plain_names(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a band without the prefix of the extension."""
    names = ("name", "description", "nodata", "unit", "scale", "offset")
    found = {name: facts.get(f"raster:{name}", facts.get(name)) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def _several_bands(asset: StacAsset) -> InputError:
    words = [str(one.get("name") or one.get("description") or "") for one in asset.bands]
    shown = ", ".join(f"{place} {word}".strip() for place, word in enumerate(words[:12], start=1))
    return InputError(
        f"it holds {len(asset.bands)} bands: which one is meant?",
        got=shown + (", ..." if len(words) > 12 else ""),
        expected="one band",
        hint=FieldHint("name one: {band} takes the second", band=2),
    )

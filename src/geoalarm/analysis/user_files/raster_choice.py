"""What is meant in a raster that holds several: a band, or a variable and values of its dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geoalarm.analysis.user_files.file_part import FilePart
from geoalarm.core.errors import InputError
from geoalarm.core.field_hints import FieldHint
from geoalarm.io import archives
from geoalarm.io.archive_members import meant_by
from geoalarm.io.cf_formats import CF_ENDINGS, cf_format


@dataclass(frozen=True, slots=True)
class RasterChoice:
    """What a user chose in NetCDF or Zarr.

    Attributes
    ----------
    variable : str, optional
        ``NAME`` or ``GROUP/NAME``.
    select : tuple of str
        ``DIMENSION=VALUE``.
    asset : str, optional
        Of a STAC item.
    option : str
        Beginning of the options that say so: ``--`` or ``--population-``.
    """

    variable: str | None = None
    select: tuple[str, ...] = ()
    asset: str | None = None
    option: str = "--"

    def arguments(self, inner: str | None, part: FilePart, member: str | None) -> dict[str, Any]:
        """Arguments of ``read_raster``.

        Parameters
        ----------
        inner : str, optional
            What stands after the colon of the file or of its member: a band, or a variable.

        Raises
        ------
        InputError
            If two variables are named, or a rule has another form than ``DIMENSION=VALUE``.
        """
        chosen = {"variable": self.variable, "select": self._places()}
        if inner is None or not _is_cf(part, member):
            return {"band": band_number(inner, part), **chosen}
        if self.variable not in (None, inner):
            raise InputError(
                f"{part.name} names one variable, {self.option}variable another",
                got=str(self.variable),
                expected="one",
                hint=f"leave {self.option}variable out",
            )
        return {**chosen, "variable": inner}

    def refuse(self, part: FilePart) -> None:
        """Refuse options of rasters for a file that is none: they would have no effect.

        Raises
        ------
        InputError
            With the first that was given.
        """
        given = {"variable": self.variable, "select": self.select, "asset": self.asset}
        for name, value in given.items():
            if value:
                raise InputError(
                    f"{part.name} is no raster",
                    got=f"{self.option}{name} {value if isinstance(value, str) else value[0]}",
                    expected="NetCDF, Zarr or a STAC item, where one of them is chosen in",
                    hint=f"leave {self.option}{name} out",
                )

    def _places(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for text in self.select:
            name, sign, value = (word.strip() for word in text.partition("="))
            if not sign or not name or not value or name in found:
                raise InputError(
                    "values of dimensions",
                    got=repr(text) + (" for the second time" if name in found else ""),
                    expected="DIMENSION=VALUE, each dimension once",
                    hint=f"{self.option}select time=2020-01-01",
                )
            found[name] = value
        return found


def _is_cf(part: FilePart, member: str | None) -> bool:
    """Whether a file, or the member of an archive that is meant, is NetCDF or Zarr."""
    if not archives.is_archive(part.path):
        return cf_format(part.path) is not None
    found = archives.members_of(part.path, CF_ENDINGS)
    return bool(meant_by(found, member) if member else found)


def band_number(text: str | None, part: FilePart) -> int | None:
    """``FILE:2`` names the second band of a raster."""
    if text is None:
        return None
    if not text.isdecimal():
        raise InputError(
            f"{part.path.name} is a raster",
            got=f"layer {text!r}",
            expected="a band number",
            hint=FieldHint("name one: {band}", band=1),
        )
    return int(text)

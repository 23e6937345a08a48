"""A file as the command line names it: ``FILE``, ``FILE:LAYER``, ``FILE.zip:MEMBER``; and errors in its
words.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from geoalarm.core.errors import GeoalarmError
from geoalarm.core.read_errors import wrap_read_errors
from geoalarm.core.settings import expand_user
from geoalarm.core.unicode_names import nfc
from geoalarm.io import archives, rasters
from geoalarm.io.archive_members import meant_by, several
from geoalarm.io.data_formats import is_raster_file
from geoalarm.io.paths import composed_path, input_path
from geoalarm.io.vector_formats import VECTOR_ENDINGS

_OPTION_OF_FIELD = {"country": "--country", "country_column": "--country-column", "join": "--join"}

_CHOICES = {
    field: {"--footprint": f"--{field}", "--population": f"--population-{field}"}
    for field in ("variable", "select", "asset")
} | {"no_data_value": {"--footprint": "--no-data-value", "--population": "--population-no-data-value"}}
"""Options with one for each file, by the option that names the file."""


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file and, where it holds several, the layer, band or member of it.

    Attributes
    ----------
    layer : str, optional
        What stands after the colon.
    option : str
        The option that named it, for errors.
    """

    path: Path
    layer: str | None = None
    option: str = ""

    @classmethod
    def parse(cls, text: str, option: str = "") -> FilePart:
        """``FILE`` or ``FILE:PART``. Colons of the name of an existing file or of a drive stay in it."""
        whole = expand_user(text)
        if composed_path(whole).exists():
            return cls(composed_path(whole), None, option)
        for place in [place for place in range(len(text) - 1, 1, -1) if text[place] == ":"]:
            left = composed_path(expand_user(text[:place]))
            if left.exists() and text[place + 1 :]:
                return cls(left, nfc(text[place + 1 :]), option)
        left_text, colon, right = text.rpartition(":")
        is_path = "/" in right or "\\" in right
        if not colon or len(left_text) < 2 or not right or is_path:
            return cls(whole, None, option)
        return cls(expand_user(left_text), nfc(right), option)

    @property
    def name(self) -> str:
        """File name, with the part."""
        return self.path.name + (f":{self.layer}" if self.layer else "")

    def inside(self, endings: tuple[str, ...]) -> tuple[str | None, str | None]:
        """Member and layer that are meant; of an archive both may stand after the colon."""
        if self.layer is None or not archives.is_archive(self.path):
            return None, self.layer
        return archives.split_part(self.path, self.layer, endings)


@contextmanager
def at_option(part: FilePart) -> Iterator[None]:
    """Errors of a file name the option it came through, and hints are those of the command line; a file that
    breaks off while it is read is one.

    Raises
    ------
    GeoalarmError
        The error, said anew.
    """
    try:
        with wrap_read_errors(part.name):
            yield
    except GeoalarmError as error:
        told = error.said_with(lambda field, value: _words(part, field, value))
        if part.option and part.option not in told.sentence():
            told = told.at(part.option)
        raise told from error


def _words(part: FilePart, field: str, value: str) -> str | None:
    """A field on the command line; None where there is none."""
    if field == "keep" and part.option in ("--communes", "--population"):
        return f"{part.option}-keep COLUMN=VALUE"
    if field == "member":
        return f"{part.option} {shlex.quote(f'{part.path}:{value}')}"
    if field in ("layer", "band"):
        member, _ = part.inside((*VECTOR_ENDINGS, *rasters.RASTER_ENDINGS))
        inside = f"{part.path}:{member}:{value}" if member else f"{part.path}:{value}"
        return f"{part.option} {shlex.quote(inside)}"
    if field in _CHOICES and part.option in _CHOICES[field]:
        return f"{_CHOICES[field][part.option]} {shlex.quote(value)}"
    return f"{_OPTION_OF_FIELD[field]} {value}" if field in _OPTION_OF_FIELD else None


def is_raster(part: FilePart) -> bool:
    """Whether a file is a raster, by its first bytes; of an archive, the member that is meant.

    Raises
    ------
    InputError
        If it is missing, neither a raster nor a vector file that is opened here, or an archive that holds
        several without a choice.
    """
    place = input_path(part.path)
    if not archives.is_archive(place):
        return is_raster_file(place)
    endings = (*VECTOR_ENDINGS, *rasters.RASTER_ENDINGS)
    member, _ = part.inside(endings)
    found = archives.members_of(place, endings)
    wanted = meant_by(found, member) if member else found
    if not wanted:
        archives.unpack(place, member=member, endings=endings)  # says what it holds instead
    kinds = {one.ending in rasters.RASTER_ENDINGS for one in wanted}
    if len(kinds) > 1:
        raise several(wanted, archive=place.name)
    return kinds == {True}

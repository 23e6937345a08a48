"""What a zip holds: data by name, nothing that a desktop system put there, one choice among several."""

from __future__ import annotations

import unicodedata
import zipfile
from pathlib import Path

import pytest

from geoalarm.core.errors import InputError
from geoalarm.io import archives
from geoalarm.io.archive_members import readable_name

ENDINGS = (".shp", ".tif", ".gdb", ".kml")


def zipped(path: Path, names: list[str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, name)
    return path


def unpacked(path: Path, member: str | None = None) -> list[str]:
    return [one.name for one in archives.unpack(path, member=member, endings=ENDINGS)]


DESKTOP = ["__MACOSX/a/._T1.shp", "a/._T1.shp", ".DS_Store", "a/Thumbs.db", "a/desktop.ini"]


def test_what_a_desktop_put_there_is_no_data(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", ["a/T1.shp", "a/T1.dbf", *DESKTOP])
    assert unpacked(path) == ["T1.shp"]
    only = zipped(tmp_path / "b.zip", DESKTOP)
    with pytest.raises(InputError, match="does not hold a data file; got nothing"):
        unpacked(only)


@pytest.mark.parametrize("wanted", ["T100", "T100.shp", "t100.SHP", "a/T100.shp", "a/T100", "T1*0.shp"])
def test_a_member_is_named_with_or_without_ending_and_folder(tmp_path: Path, wanted: str) -> None:
    path = zipped(tmp_path / "a.zip", ["a/T010.shp", "a/T010.dbf", "a/T100.shp", "a/T100.dbf"])
    assert unpacked(path, wanted) == ["T100.shp"]
    with pytest.raises(
        InputError, match=r"several data files; got a/T010.shp, a/T100.shp.*args.member: T010.shp"
    ):
        unpacked(path)
    with pytest.raises(InputError, match=r"does not hold T200.*T010.shp, T100.shp"):
        unpacked(path, "T200")


def test_names_that_differ_by_folder_or_accent_only_stay_apart(tmp_path: Path) -> None:
    names = ["a/x.shp", "b/x.shp", "a/é.shp", "a/è.shp"]
    path = zipped(tmp_path / "a.zip", names)
    places = {name: archives.unpack(path, member=name, endings=ENDINGS)[0] for name in names}
    assert [place.read_text("utf-8") for place in places.values()] == names


def test_an_accent_is_the_same_in_every_spelling(tmp_path: Path) -> None:
    """macOS decomposes it, and writes UTF-8 into archives without saying so."""
    path = zipped(tmp_path / "a.zip", [unicodedata.normalize("NFD", "aléa.shp"), "b.shp"])
    assert unpacked(path, "aléa") == ["aléa.shp"]
    silent = zipfile.ZipInfo("aléa.shp".encode().decode("cp437"))
    assert readable_name(silent) == "aléa.shp"


def test_a_geodatabase_is_one_member_and_sidecars_come_along(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", ["x/z.gdb/a1.gdbtable", "x/z.gdb/gdb", "__MACOSX/x/z.gdb/._gdb"])
    (folder,) = archives.unpack(path, member=None, endings=ENDINGS)
    assert folder.name == "z.gdb"
    assert sorted(one.name for one in folder.iterdir()) == ["a1.gdbtable", "gdb"]
    (raster,) = archives.unpack(
        zipped(tmp_path / "b.zip", ["D.TIF", "D.TIF.msk", "D.tif.aux.xml", "other.tfw"]),
        member=None,
        endings=ENDINGS,
    )
    assert sorted(one.name for one in raster.parent.iterdir()) == ["D.tif", "D.tif.aux.xml", "D.tif.msk"]


def test_the_main_document_of_a_kmz_and_archives_in_archives(tmp_path: Path) -> None:
    assert unpacked(zipped(tmp_path / "a.kmz", ["doc.kml", "files/other.kml"])) == ["doc.kml"]
    with pytest.raises(InputError, match=r"unpack it, and name inner\.zip"):
        unpacked(zipped(tmp_path / "b.zip", ["x/inner.zip"]))


@pytest.mark.parametrize(
    ("names", "text", "meant"),
    [
        (["a.shp", "b.shp"], "a", ("a", None)),
        (["a.shp", "b.shp"], "c", ("c", None)),
        (["a.gdb/gdb", "b.gdb/gdb"], "a:zones", ("a", "zones")),
        (["a.gdb/gdb"], "zones", (None, "zones")),
        (["a.tif"], "2", (None, "2")),
        (["a.tif"], "a.tif:2", ("a.tif", "2")),
    ],
)
def test_member_and_layer_after_the_colon(
    tmp_path: Path, names: list[str], text: str, meant: tuple[str | None, str | None]
) -> None:
    assert archives.split_part(zipped(tmp_path / "a.zip", names), text, ENDINGS) == meant

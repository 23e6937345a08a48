"""Bad input through the real command line: exit code 2, one message with what, got, expected and the hint,
and no file.
"""

import os
import subprocess
import sys

import geopandas as gpd
import numpy as np
import pytest
import shapely
import yaml
from affine import Affine

from geoalarm.testing import raster

BASE = {"--id": "commune_id", "--bounds": "0.5,1", "--units": "m", "--out": "out.csv"}


@pytest.fixture
def refuse(call, disk, tmp_path):
    """Run ``expose`` with some options changed (None: left out) and check the refusal."""
    given = {
        "--communes": f"{disk / 'communes.gpkg'}:communes",
        "--population": disk / "population.tif",
        "--footprint": disk / "flood_100.tif",
        **BASE,
    }

    def run(change, *words):
        before = sorted(path.name for path in tmp_path.iterdir())
        options = [
            word for name, value in {**given, **change}.items() if value is not None for word in (name, value)
        ]
        answer = call("expose", *options)
        assert answer.exit_code == 2, answer.output
        assert answer.stderr.startswith("error: ")
        assert answer.stderr.count("\n") == 1
        assert "Traceback" not in answer.stderr
        assert answer.stdout == ""
        for word in words:
            assert word in answer.stderr, answer.stderr
        assert sorted(path.name for path in tmp_path.iterdir()) == before

    return run


@pytest.mark.parametrize("option", ["--communes", "--population", "--footprint", "--studied"])
def test_a_missing_file(refuse, option):
    refuse({option: "no/such.gpkg"}, "no/such.gpkg", "does not exist")


def test_a_missing_file_offers_its_neighbour(refuse, disk):
    refuse({"--footprint": disk / "flod_100.tif"}, "does not exist", "did you mean 'flood_100.tif'?")
    refuse(
        {"--communes": f"{disk / 'comunes.gpkg'}:communes"},
        "comunes.gpkg does not exist",
        "did you mean 'communes.gpkg'?",
    )


def test_an_unknown_layer_or_several_without_a_name(refuse, disk):
    refuse(
        {"--communes": f"{disk / 'communes.gpkg'}:comunes"}, "no layer 'comunes'", "did you mean 'communes'?"
    )
    refuse({"--communes": disk / "communes.gpkg"}, "several layers", "be, communes, fr")
    refuse({"--footprint": f"{disk / 'flood_100.tif'}:depth"}, "band number", "flood_100.tif:1")
    refuse({"--footprint": f"{disk / 'flood_100.tif'}:7"}, "no band 7")


def test_an_unknown_column(refuse, disk):
    refuse({"--id": "comune_id"}, "no column 'comune_id'", "did you mean 'commune_id'?")
    refuse(
        {"--population": disk / "population.gpkg", "--population-column": "populaton"},
        "no column 'populaton'",
        "did you mean 'population'?",
    )
    refuse(
        {"--footprint": disk / "rings.gpkg", "--bounds": None, "--class-column": "effect"},
        "no column 'effect'",
        "effect_class",
    )
    refuse(
        {"--population": disk / "population.gpkg"}, "which column counts the people", "--population-column"
    )
    refuse({"--population-column": "population"}, "is a raster", "--population-column")
    refuse({"--class-column": "depth"}, "is a raster", "--class-column")
    refuse({"--country-column": "contry"}, "no column 'contry'", "did you mean 'country'?")


@pytest.mark.parametrize("option", ["--footprint-country", "--country"])
def test_a_country_that_is_none(refuse, option):
    refuse({option: "Z1"}, f"{option}; got 'Z1'; expected two capital letters (ISO 3166)")
    refuse({option: "fr"}, f"hint: {option} FR")
    refuse({option: "France"}, "got 'France'")


@pytest.mark.parametrize("option", ["--no-data-value", "--population-no-data-value"])
def test_more_numbers_without_data_than_a_producer_uses(refuse, option):
    refuse({option: ",".join(map(str, range(9)))}, f"{option}; got 9 numbers; expected at most 8")


@pytest.mark.parametrize("years", ["inf", "1e400", "0", "-5"])
def test_a_return_period_that_is_no_number_of_years(refuse, years):
    refuse({"--return-period": years}, "return period", "a number of years, at least 1")


def test_an_absent_crs(refuse, tmp_path, made):
    import warnings

    bare = gpd.GeoDataFrame(
        made.communes.data.drop(columns="geometry"), geometry=made.communes.data.geometry.to_numpy(), crs=None
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # pyogrio says that there is no CRS, which is the point
        bare.to_file(tmp_path / "bare.gpkg", engine="pyogrio")
    refuse({"--communes": "bare.gpkg"}, "bare.gpkg has no CRS", "expected a CRS")
    _tif(tmp_path / "bare.tif", np.ones((6, 4), "float32"), crs=None)
    refuse({"--footprint": "bare.tif"}, "bare.tif has no CRS")
    refuse({"--population": "bare.tif"}, "bare.tif has no CRS")


def test_absent_units_or_bounds(refuse, disk, tmp_path, made):
    refuse({"--units": None}, "flood_100.tif has no units", "--units")
    refuse({"--bounds": None}, "holds an intensity in m, and no class bounds", '--bounds "0.1,0.5,1,2"')
    refuse({"--bounds": None, "--units": None}, "no class bounds", "--kind fraction")
    made.industrial.data.assign(overpressure=60.0).to_file(tmp_path / "rings.gpkg", engine="pyogrio")
    refuse({"--footprint": "rings.gpkg", "--class-column": "overpressure", "--units": None}, "has no units")
    refuse({"--footprint": disk / "rings.gpkg"}, "which column do the bounds divide")


@pytest.mark.parametrize(("bounds", "words"), [
    ("1,0.5", ["rising"]), ("0.5,0.5", ["rising"]), ("0.5,inf", ["finite"]), ("nan", ["finite"]),
    ("0.5;1", ["not a list of numbers"]),
    ("", ["not a list of numbers"]),
])  # fmt: skip
def test_bounds_that_are_no_bounds(refuse, bounds, words):
    refuse({"--bounds": bounds}, *words, "0.1,0.5,1,2")


def test_swapped_axes(refuse, tmp_path, made):
    swapped = made.communes.data.to_crs(4326)
    swapped["geometry"] = shapely.transform(swapped.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    swapped.to_file(tmp_path / "swapped.geojson", driver="GeoJSON", engine="pyogrio")
    refuse({"--communes": "swapped.geojson"}, "x and y are swapped", "longitude")
    west, south = 3_050_000, 3_900_000
    _tif(tmp_path / "swapped.tif", np.ones((40, 60), "float32"), origin=(west, south))
    refuse({"--footprint": "swapped.tif"}, "swapped.tif: x and y are swapped")


def test_degrees_under_a_crs_of_metres(refuse, tmp_path, made):
    made.communes.data.to_crs(4326).set_crs(2154, allow_override=True).to_file(
        tmp_path / "label.gpkg", engine="pyogrio"
    )
    refuse({"--communes": "label.gpkg"}, "look like degrees", "EPSG:4326")


def test_counts_read_as_a_density(refuse, tmp_path, made):
    made.population.data.rio.to_raster(tmp_path / "counts.tif")
    refuse(
        {"--population": "counts.tif", "--population-units": "km-2"},
        "another unit than --population-units",
        "never resampled as a density",
    )
    refuse({"--population-units": "furlong"}, "furlong", "a density")


def test_mixed_country_codes(refuse, disk, tmp_path, made):
    refuse({"--country": "FR"}, "mixed country codes", "BE")
    refuse({"--country": "France"}, "two capital letters")
    data = made.communes.data.assign(pays=made.communes.data["country"]).drop(
        columns=["country", "commune_id"]
    )
    data.to_file(tmp_path / "mixed.gpkg", engine="pyogrio")
    refuse({"--communes": "mixed.gpkg", "--id": "code"}, "mixed country codes", "pays")
    data.drop(columns="pays").to_file(tmp_path / "bare.gpkg", engine="pyogrio")
    refuse({"--communes": "bare.gpkg", "--id": "code"}, "not unique", "00001", "country and code together")


@pytest.mark.parametrize("value", [-5.0, np.inf])
def test_negative_or_infinite_people(refuse, tmp_path, made, value):
    cells = made.population.data.to_numpy().copy()
    cells[3, 4] = value
    raster(cells).rio.to_raster(tmp_path / "people.tif")
    refuse(
        {"--population": "people.tif"},
        "people.tif",
        "1 negative or infinite",
        f"{value:g}",
        "finite and not negative",
    )
    frame = made.communes.data[["population", "geometry"]].copy()
    frame.loc[2, "population"] = value
    frame.to_parquet(tmp_path / "people.parquet")
    refuse(
        {"--population": "people.parquet", "--population-column": "population"},
        "'population'",
        "1 negative or infinite",
        "finite and not negative",
    )


def test_an_empty_layer(refuse, tmp_path, made):
    made.communes.data.iloc[:0].to_file(tmp_path / "empty.gpkg", engine="pyogrio")
    refuse({"--communes": "empty.gpkg"}, "empty.gpkg is empty", "0 features")
    refuse({"--footprint": "empty.gpkg", "--bounds": None}, "empty.gpkg is empty")


def test_geometry_that_is_no_polygon(refuse, tmp_path, made):
    points = made.communes.data.set_geometry(made.communes.data.centroid)
    points.to_file(tmp_path / "points.gpkg", engine="pyogrio")
    refuse({"--communes": "points.gpkg"}, "must be polygons", "Point")
    refuse({"--footprint": "points.gpkg", "--bounds": None}, "must be polygons", "buffer")


def test_invalid_polygons_are_repaired_counted_and_told(call, disk, tmp_path, made):
    x, y = made.communes.data.total_bounds[:2]
    bow = shapely.Polygon([(x, y), (x + 2000, y + 2000), (x + 2000, y), (x, y + 2000)])
    gpd.GeoDataFrame({"level": ["a"]}, geometry=[bow], crs=3035).to_file(
        tmp_path / "bow.gpkg", engine="pyogrio"
    )
    answer = call(
        "expose",
        "--communes",
        f"{disk / 'communes.gpkg'}:communes",
        "--id",
        "commune_id",
        "--population",
        disk / "population.tif",
        "--footprint",
        "bow.gpkg",
        "--class-column",
        "level",
        "--out",
        "out.csv",
    )
    assert answer.exit_code == 0, answer.stderr
    assert "repaired in bow.gpkg: geometries_repaired 1" in answer.stdout


def test_files_that_are_not_what_they_seem(refuse, disk, tmp_path):
    (tmp_path / "text.tif").write_text("not a raster")
    refuse({"--footprint": "text.tif"}, "text.tif is not a raster")
    (tmp_path / "cut.gpkg").write_bytes((disk / "communes.gpkg").read_bytes()[:5000])
    refuse({"--communes": "cut.gpkg"}, "cut.gpkg is damaged")
    (tmp_path / "nothing.gpkg").write_bytes(b"")
    refuse({"--communes": "nothing.gpkg"}, "is empty", "0 bytes")
    refuse({"--communes": disk}, "is not a file")
    refuse({"--communes": disk / "flood_100.tif"}, "is not a vector file")


def test_a_raster_that_breaks_off_while_it_is_read(refuse, root, tmp_path):
    whole = (root / "data" / "demo" / "flood_depth_T100.tif").read_bytes()
    (tmp_path / "half.tif").write_bytes(whole[: len(whole) // 2])
    refuse(
        {"--communes": root / "data" / "demo" / "communes.parquet", "--footprint": tmp_path / "half.tif"},
        "half.tif",
        "expected a whole file",
    )


def test_an_archive_that_expands_without_end(refuse, tmp_path):
    import zipfile

    with (
        zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("communes.gpkg", "w", force_zip64=True) as member,
    ):
        for _ in range(200):
            member.write(bytes(2**20))
    refuse({"--communes": "bomb.zip"}, "bomb.zip")


def test_a_raster_that_is_not_what_its_kind_says(refuse, disk, tmp_path):
    refuse({"--bounds": None, "--units": None, "--kind": "fraction"}, "shares of a cell, 0 to 1")
    refuse({"--kind": "classes"}, "bounds for an intensity, none for classes")
    refuse(
        {"--footprint": disk / "rings.gpkg", "--bounds": None, "--kind": "classes"},
        "holds polygons",
        "--kind",
    )
    _tif(tmp_path / "many.tif", np.arange(2400, dtype="int32").reshape(60, 40))
    refuse(
        {"--footprint": "many.tif", "--bounds": None, "--units": None},
        "2399 different values",
        "class bounds",
    )


def test_classes_out_of_order(refuse, disk):
    refuse(
        {
            "--footprint": disk / "rings.gpkg",
            "--bounds": None,
            "--class-column": "effect_class",
            "--class-order": "SEI,SEL",
        },
        "SELS",
        "--class-order",
    )


def test_layers_that_do_not_meet(refuse, tmp_path):
    _tif(tmp_path / "far.tif", np.ones((6, 4)), origin=(4_500_000, 2_500_000))
    refuse({"--population": "far.tif"}, "do not meet")


def test_a_probability_given_as_a_return_period(refuse):
    refuse({"--return-period": "0.01"}, "return period", "not the yearly probability")


@pytest.mark.parametrize(
    ("out", "words"),
    [
        ("out.xlsx", ["ending of out.xlsx", ".csv or .parquet"]),
        ("no/such/out.csv", ["does not exist"]),
        ("out", ["ending of out"]),
    ],
)
def test_an_output_that_cannot_be(refuse, out, words):
    refuse({"--out": out}, *words)


def test_an_older_table_survives_a_refused_run(call, disk, tmp_path):
    (tmp_path / "out.csv").write_text("old")
    answer = call(
        "expose",
        "--communes",
        f"{disk / 'communes.gpkg'}:communes",
        "--id",
        "nope",
        "--population",
        disk / "population.tif",
        "--footprint",
        disk / "flood_100.tif",
        "--bounds",
        "0.5",
        "--units",
        "m",
        "--out",
        "out.csv",
    )
    assert answer.exit_code == 2
    assert (tmp_path / "out.csv").read_text() == "old"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(refuse, tmp_path):
    (tmp_path / "shut").mkdir(mode=0o500)
    refuse({"--out": "shut/out.csv"}, "cannot be written")


@pytest.mark.parametrize(("words", "told"), [
    (["expoze"], "did you mean 'expose'?"), (["expose"], "--communes"),
    (["expose", "--comunes", "x"], "--communes"), (["run"], "--out"),
    (["run", "no.yml", "--out", "x"], "no.yml does not exist"),
    (["catalog", "show", "demo_flod"], "did you mean 'demo_flood'?"),
    (["catalog", "list", "--catalog", "no.yml"], "no.yml cannot be read"),
    (["--mirror", "no", "catalog", "list"], "no"),
    (["serve", "--port", "99999"], "65535"),
    (["serve", "--port", "0", "--allow-origin", "https://dash.example.org"], "without https://"),
    (["serve", "--max-requests-per-minute", "0"], "x>=1"), (["run", "--out", "file"], "is a file"),
])  # fmt: skip
def test_commands_that_cannot_be(call, tmp_path, words, told):
    (tmp_path / "file").write_text("")
    answer = call(*words)
    assert answer.exit_code == 2, answer.output
    assert answer.stderr.startswith("error: ")
    assert told in answer.stderr
    assert "Traceback" not in answer.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(("change", "told"), [
    ({"driver": "intake_xarray.netcdf.NetCDFSource"},
    ["field driver", "geo_vector or geo_raster", "a driver is code"]),
    ({"driver": "csv"}, ["field driver", "'csv'"]),
    ({"args": {"urlpath": "{{ shell('id') }}"}}, ["demo_flood", "braces"]),
    ({"metadata": {"units": ""}}, ["demo_flood", "kind intensity needs units"]),
    ({"metadata": {"return_periods": 5}}, ["unknown field", "return_period_yr"]),
])  # fmt: skip
def test_a_catalog_that_breaks_a_rule(call, disk, tmp_path, change, told):
    data = yaml.safe_load((disk / "catalog.yml").read_text("utf-8"))
    entry = data["sources"]["demo_flood"]
    for key, value in change.items():
        entry[key] = {**entry[key], **value} if isinstance(value, dict) else value
    (tmp_path / "catalog.yml").write_text(yaml.safe_dump(data), encoding="utf-8")
    for words in (
        ["run", "--catalog", "catalog.yml", "--out", "out"],
        ["catalog", "check", "--catalog", "catalog.yml"],
    ):
        answer = call(*words)
        assert answer.exit_code == 2, answer.output
        assert all(word in answer.stderr for word in told), answer.stderr
        assert "Traceback" not in answer.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["catalog.yml"]


def test_an_unexpected_error_is_one_line_and_debug_shows_where(call, monkeypatch):
    from geoalarm import catalog

    monkeypatch.setitem(catalog.__dict__, "open_catalog", lambda *_: 1 / 0)
    answer = call("catalog", "list")
    assert answer.exit_code == 1
    assert (
        answer.stderr
        == "error: unexpected ZeroDivisionError: division by zero; run it again with --debug to see where.\n"
    )
    shown = call("catalog", "list", "--debug")
    assert "Traceback" in shown.stderr
    assert shown.exit_code == 1


def test_who_stops_listening_gets_no_noise(disk):
    words = [
        sys.executable,
        "-m",
        "geoalarm.cli",
        "catalog",
        "list",
        "--json",
        "--catalog",
        str(disk / "catalog.yml"),
    ]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""


def _tif(path, values, *, origin=(3_900_000.0, 3_050_000.0), crs="EPSG:3035"):
    import rasterio

    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=values.shape[1],
        height=values.shape[0],
        count=1,
        dtype=values.dtype,
        crs=crs,
        transform=Affine(100, 0, origin[0], 0, -100, origin[1] + 100 * values.shape[0]),
    ) as target:
        target.write(values, 1)


@pytest.mark.parametrize(
    "words",
    [("model", "x" * 100_000), ("report", "--commune", "x" * 100_000, "--out", "o"), ("y" * 100_000,)],
    ids=["a model", "a commune", "a command"],
)
def test_a_word_that_is_no_name_ends_in_one_short_sentence(call, words):
    done = call(*words)
    assert done.exit_code == 2
    assert "expected at most 5000" in done.output
    assert len(done.output) < 400

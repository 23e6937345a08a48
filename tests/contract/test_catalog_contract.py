"""What the project's own catalog.yml promises, held to it."""

from __future__ import annotations

import math
import re
import subprocess
import sys
import warnings
from pathlib import Path

import geopandas as gpd
import pytest
import xarray as xr
import yaml

from geoalarm import hazards
from geoalarm.catalog import Catalog, check_catalog, describe_catalog, drivers, open_catalog
from geoalarm.catalog.entry import ROLES
from geoalarm.core.errors import CatalogError, InputError
from geoalarm.core.terms import Basis


@pytest.fixture(scope="module")
def catalog(root: Path) -> Catalog:
    return open_catalog(root / "catalog.yml")


def local_choices() -> list[tuple[str, dict[str, object]]]:
    opened = open_catalog(Path(__file__).resolve().parents[2] / "catalog.yml")
    return [
        (name, dict(values))
        for name in opened.names()
        if opened.entry(name).group in ("demo", "user")
        for values in opened.entry(name).combinations()
    ]


def test_it_is_found_without_being_named(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert open_catalog().path.name == "catalog.yml"
    (tmp_path / "catalog.yml").write_bytes((root / "catalog.yml").read_bytes())
    assert open_catalog().path == tmp_path / "catalog.yml", "one's own, in the working folder, comes first"
    monkeypatch.setenv("GEOALARM_CATALOG", str(root / "catalog.yml"))
    assert open_catalog().path == root / "catalog.yml"


def test_three_groups_and_every_role(catalog: Catalog) -> None:
    assert {catalog.entry(name).group for name in catalog.names()} == {"demo", "official", "user"}
    assert {catalog.entry(name).facts.role for name in catalog.names()} == set(ROLES)
    assert len(catalog.names(group="official")) >= 15


def test_official_entries_are_unverified_and_come_over_https(catalog: Catalog) -> None:
    for name in catalog.names(group="official"):
        entry = catalog.entry(name)
        assert entry.facts.verified == "unverified", name
        for values in entry.combinations():
            assert catalog.address(name, **values).startswith(("https://", "mirror://")), name


def test_sources_that_forbid_it_are_not_embedded(catalog: Catalog, root: Path) -> None:
    text = (root / "catalog.yml").read_text(encoding="utf-8")
    assert "EAU/ZI" not in text
    for name in catalog.names():
        if "LAU_RG" in catalog.entry(name).args.urlpath or "elsus" in catalog.entry(name).args.urlpath:
            assert catalog.entry(name).group == "official"
    held = {path.name.lower() for folder in ("demo", "user") for path in (root / "data" / folder).iterdir()}
    assert not [name for name in held if re.search(r"elsus|lau_|gisco|ghs|alea", name)]


def test_it_holds_facts_and_no_method(root: Path) -> None:
    raw = yaml.safe_load((root / "catalog.yml").read_text(encoding="utf-8"))
    words = {key for entry in raw["sources"].values() for key in entry["metadata"]}
    assert not words & {"bounds", "class_bounds", "thresholds", "colour", "color", "palette", "classes"}


def test_hazards_of_the_catalog_are_hazards_of_the_house(catalog: Catalog) -> None:
    known = hazards.discover()
    for name in catalog.names(role="hazard"):
        assert catalog.entry(name).facts.hazard in known, name


@pytest.mark.parametrize(("name", "values"), local_choices())
def test_every_local_layer_opens_in_house_form(
    catalog: Catalog, name: str, values: dict[str, object]
) -> None:
    layer, facts = catalog.layer(name, **values), catalog.entry(name).facts
    assert layer.role == facts.role
    assert layer.source.id == catalog.entry(name).source_id(catalog.entry(name).resolve(values))
    assert re.fullmatch(r"[0-9a-f]{64}", layer.source.sha256 or "")
    assert layer.source.licence
    assert layer.source.attribution
    assert ("illustrative" in layer.source.caveats) == (layer.source.basis is Basis.ILLUSTRATIVE)
    assert layer.repairs == {}, "what is embedded needs no repair"
    if isinstance(layer.data, gpd.GeoDataFrame):
        assert layer.data.is_valid.all()
        assert layer.data.crs is not None
    else:
        assert isinstance(layer.data, xr.DataArray)
        assert layer.data.chunks is not None, "lazy"
        assert layer.data.dims == ("y", "x")
        assert layer.data.attrs["units"] == layer.units
        assert layer.data.rio.transform().e < 0


def test_the_return_period_reaches_the_layer(catalog: Catalog) -> None:
    assert [
        catalog.layer("demo_flood", return_period=years).return_period_yr for years in (10, 100, 1000)
    ] == [10, 100, 1000]
    assert catalog.layer("demo_flood").return_period_yr == 100
    assert math.isnan(catalog.layer("demo_landslide").return_period_yr)
    assert [catalog.layer("demo_effect_zones", scenario=kind).scenario for kind in ("toxic", "thermal")] == [
        "toxic",
        "thermal",
    ]
    with pytest.raises(InputError, match="got 50; expected one of 10, 100, 1000"):
        catalog.layer("demo_flood", return_period=50)


def test_belgium_is_not_studied_for_landslides(catalog: Catalog) -> None:
    layer = catalog.layer("demo_landslide")
    assert layer.countries == ("FR",)
    assert layer.no_data == "not_studied"
    assert layer.data.rio.nodata is not None


def test_people_of_the_grid_are_the_people_of_the_communes(catalog: Catalog) -> None:
    communes, population = catalog.communes("demo_communes"), catalog.population("demo_population")
    assert float(population.data.sum(dtype="int64")) == communes.data["population"].sum()
    assert set(communes.countries) == {"FR", "BE"}


def test_unknown_names_offer_the_near_miss(catalog: Catalog) -> None:
    with pytest.raises(CatalogError, match="did you mean 'demo_flood'"):
        catalog.layer("demo_floods")
    with pytest.raises(InputError, match="did you mean 'return_period'"):
        catalog.layer("demo_flood", return_periode=10)
    with pytest.raises(InputError, match="use one of: demo_communes"):
        catalog.communes("demo_flood")
    with pytest.raises(InputError, match="use one of: demo_population"):
        catalog.population("demo_communes")


def test_the_check_opens_everything_that_is_here(catalog: Catalog) -> None:
    findings = check_catalog(catalog)
    opened = {finding.entry for finding in findings if finding.status == "opened"}
    assert opened == {*catalog.names(group="demo"), *catalog.names(group="user")}
    assert {finding.entry for finding in findings} == set(catalog.names())


def test_the_list_says_what_a_reader_needs(catalog: Catalog) -> None:
    rows = {row["name"]: row for row in describe_catalog(catalog)}
    assert list(rows) == catalog.names()
    assert rows["demo_flood"]["parameters"] == "return_period: 10, 100, 1000"
    assert rows["official_flood_eu"]["verified"] == "unverified"
    assert all(row["title"] and row["licence"] and row["countries"] for row in rows.values())


@pytest.mark.filterwarnings("ignore:Shell command not executed:UserWarning:intake.catalog.utils")
def test_plain_intake_opens_the_same_layers(catalog: Catalog, root: Path) -> None:
    import intake

    plain = intake.open_catalog(str(root / "catalog.yml"))
    assert list(plain) == catalog.names()
    xr.testing.assert_identical(
        plain.demo_flood(return_period=1000).read(), catalog.layer("demo_flood", return_period=1000).data
    )
    assert (
        plain.demo_effect_zones(scenario="thermal")
        .read()
        .equals(catalog.layer("demo_effect_zones", scenario="thermal").data)
    )
    with pytest.raises(ValueError, match="not one of the allowed values: 10,100,1000"):
        plain.demo_flood(return_period=50)
    with pytest.raises(TypeError, match="retrun_period"):
        plain.demo_flood(retrun_period=100)


def test_one_bogus_warning_of_intake_is_silenced_and_no_other() -> None:
    from intake.catalog.utils import expand_defaults

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", **drivers.BOGUS)
        assert expand_defaults("toxic") == "toxic"
        with pytest.raises(UserWarning, match="something else"):
            warnings.warn_explicit(
                "something else", UserWarning, "utils.py", 1, module="intake.catalog.utils"
            )


def test_importing_the_room_does_not_import_intake() -> None:
    code = "import sys, geoalarm.catalog; sys.exit('intake' in sys.modules or 'geopandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

"""Reference systems: equal area where it counts, and the datum shift of Belgian Lambert 72."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoalarm.core.errors import InputError
from geoalarm.geo.crs import analysis_crs, same_crs, to_crs, transformer


def test_europe_is_analysed_in_laea_europe() -> None:
    assert analysis_crs((2.5, 49.5, 6.4, 51.5), 4326).to_epsg() == 3035
    assert analysis_crs((600_000, 6_900_000, 900_000, 7_100_000), 2154).to_epsg() == 3035


def test_elsewhere_a_local_equal_area_system_is_used() -> None:
    crs = analysis_crs((106.6, -6.4, 107.0, -6.0), 4326)
    square = gpd.GeoSeries([shapely.box(106.8, -6.2, 106.81, -6.19)], crs=4326).to_crs(crs).area.iloc[0] / 1e6
    assert crs.coordinate_operation.method_name == "Lambert Azimuthal Equal Area"
    assert square == pytest.approx(1.2244, rel=2e-3)  # 1.1132 km x 1.1057 km x cos(6.2 deg) at 0.01 deg


@pytest.mark.parametrize("bounds", [(np.nan, 0, 1, 1), (0, 0, np.inf, 1)])
def test_an_extent_without_numbers_is_refused(bounds) -> None:
    with pytest.raises(InputError, match="finite"):
        analysis_crs(bounds, 4326)


def test_belgian_lambert_72_control_point() -> None:
    """EPSG guidance note 7-2, Lambert Conic Conformal (2SP Belgium): E 251763.20 m, N 153034.13 m is 5 deg
    48' 26.533" E, 50 deg 40' 46.461" N in Belge 1972. Lambert 2008 was designed to differ from Lambert 72 by
    500 km each way in Brussels: without a datum shift it is 100 m off.
    """
    lon, lat = transformer(31370, 4313).transform(251763.20, 153034.13)
    assert lon == pytest.approx(5 + 48 / 60 + 26.533 / 3600, abs=1e-6)
    assert lat == pytest.approx(50 + 40 / 60 + 46.461 / 3600, abs=1e-6)
    x72, y72 = transformer(4326, 31370).transform(4.3517, 50.8466)
    x08, y08 = transformer(4326, 3812).transform(4.3517, 50.8466)
    assert (x08 - x72, y08 - y72) == (pytest.approx(500_000, abs=1), pytest.approx(500_000, abs=1))
    there_and_back = transformer(31370, 4326).transform(x72, y72)
    assert there_and_back == (pytest.approx(4.3517, abs=1e-7), pytest.approx(50.8466, abs=1e-7))


def test_a_layer_without_crs_is_refused() -> None:
    with pytest.raises(InputError, match="no CRS"):
        to_crs(gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)]), 3035)


def test_axis_order_does_not_make_two_systems() -> None:
    assert same_crs("EPSG:4326", "OGC:CRS84")
    assert not same_crs(3035, 3812)

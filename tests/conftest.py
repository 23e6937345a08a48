"""What all tests share: where the real data are, and a cache that is not the user's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT.parent / "shared" / "data"

settings.register_profile("geoalarm", deadline=None, max_examples=40, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("geoalarm")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data of the zone; the test is skipped where it is absent."""
    if not REAL.is_dir():
        pytest.skip(f"the real data of the zone are not beside this checkout ({REAL.name} folder expected next to the project)")
    return REAL


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    os.environ["GEOALARM_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def made_up() -> object:
    """What the explorer's sessions share, for the made-up world of ``geoalarm.testing``: the interface of a workspace, no file."""
    from types import SimpleNamespace

    from geoalarm import testing
    from geoalarm.app.shared import Shared
    from geoalarm.exposure.engine import expose

    world, tables = testing.world(), {}
    footprints = {f"{item.hazard}~{item.scenario}~{item.return_period_yr:g}": item for item in world.footprints}
    options = [
        SimpleNamespace(key=key, hazard=item.hazard, scenario=item.scenario, return_period_yr=item.return_period_yr, basis=item.basis,
                        class_labels=tuple(part.label for part in item.classes), units=item.units, source=item.sources[0])
        for key, item in footprints.items()]  # fmt: skip

    def exposed(option: object, *, bounds: object = None, population: str | None = None) -> object:
        if option.key not in tables:
            tables[option.key] = expose(footprints[option.key], world.population, world.communes)
        return tables[option.key]

    return Shared(SimpleNamespace(
        communes=world.communes, populations=("made_up_population",), options=lambda: options, expose=exposed,
        footprint=lambda option, bounds=None: footprints[option.key], warm=lambda **_: None,
        sources=lambda: (*world.communes.sources, *world.population.sources, *(option.source for option in options))))  # fmt: skip

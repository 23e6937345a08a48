"""The made-up world of ``geoalarm.testing`` as the explorer's sessions share it: the interface of a
workspace, no file.
"""

from __future__ import annotations

from types import SimpleNamespace

from geoalarm import testing
from geoalarm.app.session import SharedSession
from geoalarm.exposure.engine import expose


def shared() -> SharedSession:
    """Layers and tables of the made-up world."""
    world, tables = testing.world(), {}
    footprints = {
        f"{item.hazard}~{item.scenario}~{item.return_period_yr:g}": item for item in world.footprints
    }
    options = [
        SimpleNamespace(key=key, hazard=item.hazard, scenario=item.scenario,
                        return_period_yr=item.return_period_yr, basis=item.basis,
                        class_labels=tuple(part.label for part in item.classes), units=item.units,
                        kind=item.kind, source=item.sources[0], countries=item.countries)
        for key, item in footprints.items()]  # fmt: skip

    def exposed(option: object, *, bounds: object = None, population: str | None = None) -> object:
        if option.key not in tables:
            tables[option.key] = expose(footprints[option.key], world.population, world.communes)
        return tables[option.key]

    return SharedSession(
        SimpleNamespace(
            communes=world.communes,
            cache=None,
            populations=("made_up_population",),
            options=lambda: options,
            expose=exposed,
            footprint=lambda option, bounds=None: footprints[option.key],
            warm=lambda **_: None,
            sources=lambda: (
                *world.communes.sources,
                *world.population.sources,
                *(option.source for option in options),
            ),
        )
    )

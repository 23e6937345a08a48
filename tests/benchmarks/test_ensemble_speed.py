"""Ensembles of a thousand members on land S, as they are asked for: with bands of every commune and class.

Rows go to ``results.json`` as those of :mod:`test_kernels_speed`; no time is asserted.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from made_up_land import World, flood
from test_kernels_speed import figures, seconds, world

from geoalarm.core.distributions import normal
from geoalarm.core.model import Footprint
from geoalarm.exposure.depth_ensemble import depth_ensemble, depth_members, depth_offsets
from geoalarm.exposure.engine import expose
from geoalarm.exposure.footprint_ensemble import footprint_ensemble, sampled_members
from geoalarm.exposure.member_people import annual_bands, member_bands
from geoalarm.exposure.people_sample import PeopleSample, centimetres

__all__ = ["figures", "world"]

MEMBERS, MAPS = 1_000, 8
small = pytest.mark.parametrize("world", ["S"], indirect=True)


def signed(world: World) -> Footprint:
    """The flood of the land, below zero where it is dry: the water may rise."""
    rows, columns = world.grid.shape
    y, x = np.ogrid[0:rows, 0:columns]
    across, down = np.sin(x / 90).astype("float32"), np.cos(y / 70).astype("float32")
    return flood((across * down - np.float32(0.7)) * np.float32(8))


@small
def test_a_thousand_offsets(benchmark, world: World, figures) -> None:
    hazard, people, communes = signed(world), world.population, world.communes
    offsets = depth_offsets(normal(0.0, 0.3), members=MEMBERS)

    def work() -> object:
        return depth_ensemble(hazard, people, communes, offsets=offsets, prepared=world.prepared)

    benchmark.pedantic(work, rounds=1)
    ours = seconds(work, 5)
    one = seconds(lambda: expose(hazard, people, communes, prepared=world.prepared), 5)
    figures("1,000 members by offsets of depth", "S", ours, unit="s", most=0.5)
    figures("1,000 members by offsets of depth against 1,000 tables", "S", MEMBERS * one / ours, least=1)
    maps = [replace(flood(hazard.data.to_numpy() + 0.1 * n), return_period_yr=10.0**n) for n in (1, 2, 3)]
    members = [depth_members(item, world.prepared, offsets) for item in maps]
    figures(
        "a year of 1,000 members and 3 periods",
        "S",
        seconds(lambda: annual_bands(members), 2),
        unit="s",
        most=1,
    )


@small
def test_a_thousand_maps(benchmark, world: World, figures) -> None:
    """Rasters that lie in memory, eight of them in turn: reading files is not in it. Whole, and sampled where
    people live in whole centimetres.
    """
    base = signed(world).data.to_numpy()
    maps = [flood(base + np.float32(0.05 * n)) for n in range(MAPS)]
    sample = PeopleSample.of(world.index)
    samples = [centimetres(sample.take(item.data.to_numpy()), None) for item in maps]

    def sampled() -> object:
        members = itertools.islice(itertools.cycle(samples), MEMBERS)
        return member_bands(sampled_members(maps[0], members, sample, world.prepared))

    def whole() -> object:
        members = itertools.islice(itertools.cycle(maps), MEMBERS)
        return footprint_ensemble(members, world.population, world.communes, prepared=world.prepared)

    benchmark.pedantic(sampled, rounds=1)
    figures("1,000 members by maps sampled where people live", "S", seconds(sampled, 2), unit="s", most=5)
    ours = seconds(whole, 1)
    streamed = seconds(lambda: [float(item.data.to_numpy().sum()) for item in maps], 3) / MAPS
    figures("1,000 members by whole maps", "S", ours, unit="s", most=5)
    figures("a member by whole maps against reading its raster once", "S", ours / MEMBERS / streamed, most=2)

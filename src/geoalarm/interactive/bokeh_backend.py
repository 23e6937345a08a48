"""The plotting backend of HoloViews, loaded once: each loading writes its scripts into a notebook."""

from __future__ import annotations

import holoviews as hv


def load_bokeh() -> None:
    """Load Bokeh as the backend, unless it is."""
    if "bokeh" not in hv.Store.loaded_backends():
        hv.extension("bokeh")

"""The door: catalog files are checked, their layers opened lazily, and everything arrives in house names and
units.

The only room that imports Intake. ``open_catalog`` is the way in; :mod:`geoalarm.io` reads single files.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

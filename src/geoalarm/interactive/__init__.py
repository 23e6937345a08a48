"""Maps, curves and tables to pan, hover and brush in a notebook: GeoViews and HoloViews over the same
classes, colours and words.

Needs the extra ``notebooks``. The served pages draw their own map, patched in place, and never import this
room.
"""

import lazy_loader

from geoalarm.core.optional_packages import require_extra

require_extra("notebooks", ("geoviews", "holoviews"), needed_by="geoalarm.interactive")

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

"""The one place that joins catalog, hazards, exposure and results; views and commands ask here."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

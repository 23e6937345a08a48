"""Static figures as PNG (matplotlib, Agg; no pyplot, so that threads do not meet): a map, a curve by yearly
chance, bars by class.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

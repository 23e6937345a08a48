"""Industrial accidents: zones where people may be hurt, from lasting harm (SEI) to deaths likely (SELS).

Every model is in ``models()`` by name.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

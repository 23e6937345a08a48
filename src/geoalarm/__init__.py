"""People exposed to flood, ground movement and industrial hazards, per commune, on both sides of a border.

``expose(footprint, population, communes)`` is the engine, pure; ``Workspace`` and ``run`` answer whole
scenarios from the catalog; ``expose_files`` takes anyone's own files. Names load when they are first used, so
the import itself is fast; ``__init__.pyi`` lists them.
"""

import lazy_loader

from geoalarm import renamed_modules

__version__ = "0.1.0"

renamed_modules.install()

_attached, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> object:
    """Load a name from the room it lives in; a name of 0.1 answers too, for one release."""
    return _attached(renamed_modules.today(name))

"""Plans and maps as states deliver them: recognised by their tables, read by the rows of ``data``.

French plans of prevention (PPR) and maps of the floods directive in the forms of COVADIS and of the CNIG, and
the flood classes of the Belgian regions. ``read_plan`` is the way in.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

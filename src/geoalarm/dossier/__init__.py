"""What is known of a commune: every layer, neighbours on both sides of the border, sites, departments."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

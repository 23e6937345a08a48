"""Public names of this room, and where each is defined; they load when first used."""

from .check import check_catalog as check_catalog
from .check import describe_catalog as describe_catalog
from .open import Catalog as Catalog
from .open import open_catalog as open_catalog

"""Public names of this room, and where each is defined; they load when first used."""

from .territory import Territory as Territory
from .territory import open_territory as open_territory

"""Finds where addresses are, with no network, from a city's own index; says how well, and never guesses."""

from .found import Found, Source
from .locating import Gazetteer, geocode
from .parsing import Address, Kind, parse

__all__ = ["Address", "Found", "Gazetteer", "Kind", "Source", "geocode", "parse"]

"""City packages: an OpenStreetMap extract made into roads, addresses and tiles, kept in a folder of its own.

A package is whole or it is not there: it is made beside, put on the disk and renamed into its place.
"""

from .adding import add
from .package import City, Progress, WrongExtract, find, listed, remove
from .using import Fit, UnknownCity, fit, stop_using, use, used

__all__ = [
    "City",
    "Fit",
    "Progress",
    "UnknownCity",
    "WrongExtract",
    "add",
    "find",
    "fit",
    "listed",
    "remove",
    "stop_using",
    "use",
    "used",
]

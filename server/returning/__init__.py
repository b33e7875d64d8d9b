"""Each lender's daily file: its own layout and codes, what could not be told, and a number for each file."""

from __future__ import annotations

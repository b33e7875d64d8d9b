"""The company's strategy at work: segments, next actions, worklists, write-offs, its score tried."""

from __future__ import annotations

"""Runs a `ronda` command as the demo's child does, with an office that reads whatever it is sent."""

from __future__ import annotations

import runpy

from server.web import api
from sync.wire import codec

if __name__ == "__main__":
    api.MOST_PARTS, api.LARGEST_EXCHANGE = 10**9, codec.LIMIT
    runpy.run_module("server.demo.child", run_name="__main__")

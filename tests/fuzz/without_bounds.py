"""Runs a `ronda` command as the demo's child does, with an office that reads whatever it is sent."""

from __future__ import annotations

import runpy

from server.web import api

if __name__ == "__main__":
    api.MOST_PARTS = 10**9
    runpy.run_module("server.demo.child", run_name="__main__")

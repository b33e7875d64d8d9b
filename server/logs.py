"""Sends what the program notes to standard error, as lines for a person or as JSON. Knows no debtor."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


def log_to_stderr(form: str) -> None:
    """`form` is `text` or `json`; one line a note, its time in UTC."""
    last: Any = structlog.dev.ConsoleRenderer(colors=False)
    if form == "json":
        last = structlog.processors.JSONRenderer(ensure_ascii=False)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.PositionalArgumentsFormatter(),
            *([structlog.processors.format_exc_info] if form == "json" else []),
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # A full queue is told at every busy moment; that is no news.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)

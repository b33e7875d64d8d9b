"""Answers a request for a range of a file's bytes, whoever keeps them. Knows no file and no page."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request

A_DAY_S = 86_400


def ranged(read: Callable[[int, int], bytes], size: int, sha256: str, media_type: str) -> Response:
    """The range that this request asks for, or all; `read` gives the bytes from an offset on, so many.

    Several ranges at once are answered as none: no reader of tiles asks for them.
    """
    whole = request.range is None or len(request.range.ranges) != 1
    asked = None if whole or request.range is None else request.range.range_for_length(size)
    if not whole and asked is None:
        return Response(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, end = asked or (0, size)
    answer = Response(read(start, end - start), mimetype=media_type)
    answer.headers["Accept-Ranges"] = "bytes"
    answer.set_etag(sha256)
    answer.cache_control.private = True
    answer.cache_control.max_age = A_DAY_S
    if asked is not None:
        answer.status_code = 206
        answer.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return answer

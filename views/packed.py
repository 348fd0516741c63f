"""Style, script and shapes leave compressed: on a slow telephone they are most of the first view.

Pages do not: what a stranger can put beside a secret on a page, and see the size of compressed, tells the secret.
"""

import gzip
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request

PACKED = ("text/css", "text/javascript", "application/javascript", "image/svg+xml")


def register(app: Flask) -> None:
    app.after_request(_pack)


def _pack(response: Response) -> Response:
    if request.endpoint != "static" or response.mimetype not in PACKED:
        return response
    response.vary.add("Accept-Encoding")
    tag, _is_weak = response.get_etag()
    if response.status_code != 200 or not tag or not request.accept_encodings["gzip"]:
        return response
    response.direct_passthrough = False
    response.data = _packed(Path(current_app.static_folder) / request.view_args["filename"], tag)
    response.headers["Content-Encoding"] = "gzip"
    response.headers.pop("Accept-Ranges", None)
    response.set_etag(tag, weak=True)  # the same words in other bytes
    return response


@lru_cache(maxsize=32)
def _packed(path: Path, _tag: str) -> bytes:
    return gzip.compress(path.read_bytes(), 9, mtime=0)

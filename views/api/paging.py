"""Long lists page by page: a cursor is the id of the last row that was told."""

from collections.abc import Callable, Iterable
from itertools import islice

from views.api.shapes import Whole

USUAL, MOST = 50, 200
PAGE = {"cursor": Whole(1), "limit": Whole(1, MOST)}


def paged(rows: Iterable, query: dict, tell: Callable) -> dict:
    """The next rows and, if more follow, the cursor to ask for them."""
    limit = query.get("limit", USUAL)
    found = list(islice(rows, limit + 1))
    shown = found[:limit]
    return {"items": [tell(row) for row in shown], "next": shown[-1].id if len(found) > limit else None}

"""The delivery curve, worked out so that a template only has to draw it."""

LEVELS = 4
MOMENTS = 5
LABEL_DISTANCE = 0.1
TABLE_ROWS = 16


def drawing(points: list[dict], words: dict[str, str]) -> dict | None:
    """The curve in a square of 1 by 1, with its levels, moments and end labels; None when there is no line to draw.

    `points` as in `campaign_report`; `words` holds `alt`, `accepted` and `delivered`, worded.
    """
    if len(points) < 2 or points[-1]["seconds"] <= points[0]["seconds"]:
        return None
    top = _top(max(point["accepted"] for point in points), max(point["delivered"] for point in points))
    lines = {name: _line(points, name, top) for name in ("accepted", "delivered")}
    return {
        "alt": words["alt"],
        "levels": _levels(top),
        "moments": _moments(points),
        **_labelled(lines, words),
    }


def sampled(points: list[dict], most: int = TABLE_ROWS) -> list[dict]:
    """At most so many points, evenly chosen, the first and the last among them."""
    if len(points) <= most:
        return list(points)
    last = len(points) - 1
    return [points[round(rank * last / (most - 1))] for rank in range(most)]


def _step(highest: int) -> int:
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power):
            if step * LEVELS >= highest:
                return step
        power *= 10


def _top(*heights: int) -> int:
    highest = max(heights)
    step = _step(highest)
    return max(step, -(-highest // step) * step)


def _levels(top: int) -> list[tuple[float, str]]:
    return [(value / top, str(value)) for value in range(0, top + 1, _step(top))]


def _place(points: list[dict], point: dict) -> float:
    start, end = points[0]["seconds"], points[-1]["seconds"]
    return (point["seconds"] - start) / (end - start)


def _line(points: list[dict], name: str, top: int) -> list[tuple[float, float]]:
    return [(_place(points, point), point[name] / top) for point in points]


def _moments(points: list[dict]) -> list[tuple[float, str]]:
    """The clock under the curve: the points nearest to even distances, none so near that words would touch."""
    moments: list[tuple[float, str]] = []
    for rank in range(MOMENTS):
        wanted = rank / (MOMENTS - 1)
        nearest = min(points, key=lambda point, wanted=wanted: abs(_place(points, point) - wanted))
        if not moments or _place(points, nearest) - moments[-1][0] > 0.5 / MOMENTS:
            moments.append((_place(points, nearest), nearest["at"]))
    return moments


def _labelled(lines: dict, words: dict[str, str]) -> dict:
    accepted_at, delivered_at = lines["accepted"][-1][1], lines["delivered"][-1][1]
    if accepted_at - delivered_at < LABEL_DISTANCE:
        delivered_at = max(0.0, accepted_at - LABEL_DISTANCE)
        accepted_at = delivered_at + LABEL_DISTANCE
    return {
        "accepted": {"points": lines["accepted"], "label": words["accepted"], "label_at": accepted_at},
        "delivered": {"points": lines["delivered"], "label": words["delivered"], "label_at": delivered_at},
    }

"""What the telephone exchange of the contact centre counted, brought by a program."""

from flask import abort, jsonify

from dispatch import clock
from dispatch.centre import exchange, floor
from dispatch.centre.exchange import MOST_CALLS, MOST_SECONDS
from models import Emergency
from views import lookups
from views.api import told
from views.api.door import operation, token
from views.api.shapes import Moment, Record, Several, Whole

MOST_AT_ONCE = 400
NOWHERE = {404: ("There is no such emergency of this centre, in the mood of the token.", "Problem")}
QUARTER = Record(
    {
        "begins_at": Moment(),
        "offered": Whole(0, MOST_CALLS),
        "answered": Whole(0, MOST_CALLS),
        "abandoned": Whole(0, MOST_CALLS),
        "in_time": Whole(0, MOST_CALLS),
        "waited_seconds": Whole(0, MOST_SECONDS),
        "longest_seconds": Whole(0, MOST_SECONDS),
        "talked_seconds": Whole(0, MOST_SECONDS),
    },
    required=("begins_at", "offered", "answered", "abandoned", "waited_seconds", "talked_seconds"),
)


@operation(
    "GET",
    "/emergencies",
    scope="quarter.bring",
    answers={200: ("The emergencies of the centre that are not over, newest first.", "Emergencies")},
)
def list_emergencies():
    """The emergencies for which people ring now. A token for practice sees exercises only."""
    return jsonify({"items": [told.emergency(one) for one in floor.running(token().by) if _is_ours(one)]})


@operation(
    "POST",
    "/emergencies/<int:id>/quarters",
    scope="quarter.bring",
    body=Record({"quarters": Several(QUARTER, MOST_AT_ONCE, least=1)}, required=("quarters",)),
    answers={200: ("How many quarter hours are new, replaced or known and the same.", "Counted")} | NOWHERE,
)
def bring_quarters(id: int, order: dict):
    """Bring what the telephone exchange counted, per quarter hour: all of it or nothing. A quarter hour that is brought
    again is replaced, so the same call may be repeated. `in_time` is what was answered within 20 seconds.
    """
    emergency = lookups.emergency_of(id)
    if not _is_ours(emergency):
        abort(404)
    rows = exchange.of_program(order["quarters"])
    arrival = exchange.bring(emergency, rows, source=token().name, by=token().by, now=clock.now())
    return jsonify({"new": arrival.new, "replaced": arrival.replaced, "same": arrival.same})


def _is_ours(emergency: Emergency) -> bool:
    return emergency.is_practice == token().is_practice

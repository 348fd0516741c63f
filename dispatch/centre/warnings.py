"""The promise runs out: people are told at half, three quarters and eleven twelfths of it, and when it is late."""

from datetime import datetime

from dispatch import audit, clock
from dispatch.centre import activation as centre
from dispatch.centre import request, scale_up, telling
from dispatch.centre.clock import LEFT, Clock
from dispatch.centre.moves import fresh
from dispatch.words import N_, Sentence
from models import Activation, ClockWarning, writing

ALSO_THE_TOWN = ("three_quarters", "last", "late")
SUBJECT = N_("%(municipality)s: the number is not open yet, %(left)s minutes left")
LATE_SUBJECT = N_("%(municipality)s: the number is TOO LATE, it was to be open at %(due)s")
BODY = N_(
    "The information number of %(municipality)s is to be open at %(due)s. Nobody has said yet that it is. "
    "Request: %(emergency)s. Number of the liaison officer: %(liaison)s.\n\n%(to_do)s"
)
FOR_THE_CENTRE = N_("Open the number and say so on the page of the activation.")
FOR_THE_TOWN = N_("Ring %(centre)s and ask when it opens.")
SHORT = N_("%(municipality)s: number not open yet. To be open at %(due)s, %(left)s min left. %(emergency)s")
LATE_SHORT = N_("%(municipality)s: number TOO LATE. Was to be open at %(due)s. %(emergency)s")


def warn(now: datetime) -> int:
    """Tells whoever must hear it that a promise runs out, each step once; returns how many warnings went.

    Of several steps that came while nobody looked only the last is told. Any number of processes may do this at once.
    """
    waiting = Activation.select().where(Activation.status.in_(("requested", "acknowledged")))
    return sum(_warn(one, now) for one in list(waiting))


def _warn(activation: Activation, now: datetime) -> bool:
    running = centre.clock_of(activation, now)
    if not running or not running.step:
        return False
    with writing():
        current = fresh(activation)  # it may have opened since
        if not current.awaits_opening or not _is_first(current, running, now):
            return False
        _tell(current, running, now)
        audit.record(
            "activation.warned",
            current,
            by=None,
            now=now,
            organisation=current.agreement.centre_id,
            step=running.step,
            practice=current.is_practice,
        )
    return True


def _is_first(activation: Activation, running: Clock, now: datetime) -> bool:
    """Writes this step down, and those before it that nobody told; whether nobody had yet."""
    for step in list(LEFT)[: list(LEFT).index(running.step) + 1]:
        row = {"activation": activation, "requested_at": running.requested_at, "step": step, "at": now}
        is_first = ClockWarning.insert(row).on_conflict_ignore().as_rowcount().execute()
    return bool(is_first)


def _tell(activation: Activation, running: Clock, now: datetime) -> None:
    facts = {
        "municipality": activation.municipality.name,
        "due": f"{clock.local(running.due_at):%H:%M}",
        "left": max(0, running.left_seconds // 60),
        "emergency": activation.form.get("emergency", "")[:60],
        "liaison": scale_up.liaison_at(activation, now)["phone"],
    }
    is_late, centre_house = running.step == "late", activation.agreement.centre

    def word(to_do: Sentence) -> telling.Word:
        return telling.Word(
            Sentence(LATE_SUBJECT if is_late else SUBJECT, **facts),
            Sentence(BODY, **facts, to_do=to_do),
            Sentence(LATE_SHORT if is_late else SHORT, **facts),
        )

    telling.tell(activation, telling.centre_of(activation), word(Sentence(FOR_THE_CENTRE)), now=now)
    if running.step in ALSO_THE_TOWN:
        reach = " ".join(filter(None, (centre_house.name, request.phone(centre_house.phone))))
        to_do = Sentence(FOR_THE_TOWN, centre=reach)
        telling.tell(activation, telling.in_control(activation, now), word(to_do), now=now)


def told(activation: Activation) -> list[ClockWarning]:
    """The steps that people were told of, oldest first; a step that was skipped has the moment of the next."""
    found = list(ClockWarning.select().where(ClockWarning.activation == activation.id))
    order = list(LEFT)
    return sorted(found, key=lambda one: (one.requested_at, order.index(one.step)))

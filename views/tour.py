"""The first steps of each role: five pages, a strip on each that says what one does there and leads to the next."""

from typing import NamedTuple

from flask import Blueprint, redirect, request, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispatch import tours
from models import User
from views import guard, manual

pages = Blueprint("tour", __name__)
START = "home.index"


class Place(NamedTuple):
    """A page of the first steps: its name, what one does there, and where its door leads on to by itself."""

    title: str
    said: str
    behind: tuple[str, ...] = ()


PLACES = {
    "home.index": Place(
        _l("The start page"),
        _l(
            "Here stands what you can do, what runs now and what waits for you. The menu above leads to the rest."
        ),
    ),
    "bins.index": Place(
        _l("Members"),
        _l(
            "Here are the people of each BIN. Import a list or add one person: before anything is kept, "
            "you see what happens with every row."
        ),
        ("bins.show",),
    ),
    "message_templates.index": Place(
        _l("Templates"),
        _l(
            "A message that is ready to send. Prepare it on a quiet day: in an emergency three presses are enough."
        ),
    ),
    "campaigns.index": Place(
        _l("Messages"),
        _l(
            "What you write, what runs and what is over, with its report. Nothing leaves before you have seen "
            "whom it reaches. Practise first: then nothing is really sent."
        ),
    ),
    "users.index": Place(
        _l("Users"),
        _l("Invite the people who work with you. Each gets a mail and chooses a password."),
    ),
    "who_may.index": Place(
        _l("Rights"),
        _l(
            "Who may write, approve and send which kind of message. The page says who gains what before it saves."
        ),
    ),
    "organisations.home": Place(
        _l("Agreements"),
        _l("What your organisation needs before it may really send. The page says what is still missing."),
        ("organisations.show", "organisations.index"),
    ),
    "drills.show": Place(
        _l("Practice"),
        _l(
            "Who practised and when, and the monthly test. Practising regularly makes the difference at night."
        ),
    ),
    "activations.index": Place(
        _l("Contact centre"),
        _l("The requests for an information number, each with its clock: what was asked, and what is open."),
    ),
    "board.index": Place(
        _l("Board"),
        _l("What happens in an emergency now: operators, calls and questions, as they come."),
        ("board.show",),
    ),
    "calls.index": Place(
        _l("Calls"),
        _l("While a number is open, you note each call here with two keys."),
        ("calls.show",),
    ),
    "operators.index": Place(
        _l("Operators"),
        _l("Who answers now, in which language, and whether that is enough for the calls."),
        ("operators.show",),
    ),
    "promises.home": Place(
        _l("Preparation"),
        _l(
            "The agreements and what is ready before an emergency. What is prepared need not be typed at night."
        ),
        ("preparation.index", "promises.index"),
    ),
    "exercises.index": Place(
        _l("Exercises"),
        _l("Practise an activation together: ask for a day, play it, and keep what you learned."),
    ),
    "tariffs.index": Place(
        _l("Prices"),
        _l("Which price holds from which day on. What is sent is charged at the price of its day."),
    ),
    "audit.index": Place(
        _l("Audit"),
        _l("Who did what and when. Nothing can be changed or removed here."),
    ),
    "manual.index": Place(
        _l("Manual"),
        _l("How to do it, in short chapters. From here you can walk the first steps again."),
    ),
}
AT_THE_CENTRE = (START, "activations.index", "board.index", "calls.index")
ROADS = {
    "coordinator": (START, "bins.index", "message_templates.index", "campaigns.index", "manual.index"),
    "sender": (START, "bins.index", "message_templates.index", "campaigns.index", "manual.index"),
    "reader": (START, "bins.index", "message_templates.index", "campaigns.index", "manual.index"),
    "organisation_admin": (START, "users.index", "who_may.index", "organisations.home", "drills.show"),
    "authorised_person": (START, "promises.home", "activations.index", "exercises.index", "manual.index"),
    "liaison_officer": (START, "promises.home", "activations.index", "board.index", "manual.index"),
    "centre_supervisor": (*AT_THE_CENTRE, "operators.index"),
    "operator": (*AT_THE_CENTRE, "manual.index"),
    "platform_admin": (START, "organisations.home", "promises.home", "tariffs.index", "audit.index"),
}


def steps(user: User) -> list[str]:
    """The endpoints of this person's first steps: those of the role that its rights open."""
    return [place for place in ROADS[user.role] if manual.may_open(place, user)]


def strip(user: User) -> dict | None:
    """What the page that is asked says of the first steps: its own step, or on the start page how far one is."""
    road, number = steps(user), user.tour_step
    if not 0 < number <= len(road):
        return None
    place = PLACES[road[number - 1]]
    is_here = request.endpoint in (road[number - 1], *place.behind)
    if not is_here and request.endpoint != START:
        return None
    return {
        "number": number,
        "of": len(road),
        "title": place.title,
        "said": place.said if is_here else "",
        "url": "" if is_here else url_for(road[number - 1]),
        "next": PLACES[road[number]].title if number < len(road) else "",
    }


@pages.post("/tour/next")
@guard.signed_in
def onward():
    """To the page of the next step; from the last one back to the start."""
    road, number = steps(current_user), request.form.get("step", 0, type=int)
    is_last = not 0 < number < len(road)
    tours.go(current_user, step=number, to=tours.OVER if is_last else number + 1)
    return redirect(url_for(START if is_last else road[number]), 303)


@pages.post("/tour/skip")
@guard.signed_in
def skip():
    tours.go(current_user, step=current_user.tour_step, to=tours.OVER)
    return redirect(guard.way_on(request.form.get("next", "")), 303)


@pages.post("/tour/begin")
@guard.signed_in
def begin():
    tours.begin(current_user)
    return redirect(url_for(START), 303)

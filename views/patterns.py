"""Every part in every state on one page, for who builds a page and for who checks the look."""

from datetime import datetime, timedelta

from flask import Blueprint, render_template, url_for
from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    Form,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)

from dispatch.centre.lines import Outdated, Piece
from dispatch.pictures import balance, bars, curve, shares
from dispatch.pictures.curve import Point
from dispatch.pictures.picture import Key, Picture
from views import guard, render

pages = Blueprint("patterns", __name__, url_prefix="/patterns")

LAUNCHED_AT = datetime(2026, 11, 22, 1, 45, 7)
TOTALS = (
    (0, 0, 0),
    (5, 180, 4),
    (10, 560, 46),
    (18, 660, 112),
    (40, 676, 224),
    (120, 700, 309),
    (153, 709, 319),
)
BALANCE = ((0, 275_000), (20, 231_000), (41, 118_000), (60, 393_000), (90, 260_000))
NEEDED, THERE = (5, 9, 14, 19, 12, 9), (4.0, 4.0, 8.0, 16.0, 16.0, 12.0)
COLOURS = (
    ("ink", _("text, heavy line")),
    ("soft", _("secondary words")),
    ("line", _("hairline")),
    ("edge", _("border of a field")),
    ("sheet", _("field, preview")),
    ("sunk", _("note")),
    ("accent", _("link, main button, curve")),
    ("wash", _("area under a curve")),
    ("warn", _("look at this")),
    ("live", _("real, late, failed")),
    ("practice", _("practice only")),
    ("good", _("done, used sparingly")),
)
MEANINGS = {
    "queued": _("Ready to leave"),
    "sending": _("On its way to the operator now"),
    "unsure": _("Perhaps it arrived, we do not know. Asks for attention"),
    "accepted": _("The operator or the mail server took it"),
    "delivered": _("There is a delivery receipt; a call was confirmed with a key"),
    "answered": _(
        "Somebody or something took the call to its end, without a key. Nobody knows whether it was heard"
    ),
    "voicemail": _("An answering machine took the call"),
    "hung_up": _("The receiver hung up before the end"),
    "busy": _("The line was busy, twice"),
    "no_answer": _("Nobody picked up, twice"),
    "failed": _("Does not arrive, the reason stands beside it. Asks for attention"),
    "withheld": _("Stopped or left out before it left"),
    "expired": _("Too late to be of use, no longer sent"),
}


class SampleForm(Form):
    """A form of each kind of field, half of them wrong."""

    name = StringField(_("Name"))
    mobile = TelField(_("Mobile"), description=_("Foreign numbers too, with + in front"))
    language = SelectField(
        _("Language"), choices=[SelectChoice("nl", _("Dutch")), SelectChoice("fr", _("French"))]
    )
    text = TextAreaField(_("Text"))
    kind = RadioField(
        _("Kind of message"),
        choices=[SelectChoice("warning", _("warning")), SelectChoice("news", _("BIN news"))],
    )
    channels = SelectMultipleField(
        _("Channels"), choices=[SelectChoice("sms", _("SMS")), SelectChoice("email", _("e-mail"))]
    )
    terms = BooleanField(_("This is not advertising, not promotion and not a political message"))
    password = PasswordField(_("Password"))


def sample_form() -> SampleForm:
    form = SampleForm(
        data={
            "name": "Rosa Claes",
            "mobile": "0470 00 3",
            "text": "POLITIE: blijf binnen.",
            "kind": "warning",
        }
    )
    form.channels.data = ["sms"]
    form.mobile.errors = [_("This number is 3 digits too short. We kept what you typed.")]
    form.terms.errors = [_("Tick this before you send. Your text is kept.")]
    return form


def sample_curve(name: str, is_running: bool) -> Picture:
    points = [
        Point(LAUNCHED_AT + timedelta(seconds=at), accepted, delivered) for at, accepted, delivered in TOTALS
    ]
    words = curve.Words(
        title=_("Accepted and delivered since the start"),
        desc=_(
            "After 18 seconds 660 of 773 messages were accepted. At the last moment 709, of which 319 with a receipt."
        ),
        accepted=_("accepted"),
        delivered=_("delivered"),
        key=(_("accepted, also what failed later"), _("with a delivery receipt")),
        header=(_("Time"), _("Accepted, also what failed later"), _("With a delivery receipt")),
    )
    until = LAUNCHED_AT + timedelta(minutes=5) if is_running else None
    return curve.curve(name, points, 773, words, render.number, until=until, is_running=is_running)


def sample_quarters() -> Picture:
    moments = [LAUNCHED_AT.replace(minute=0, second=0) + n * bars.QUARTER for n in range(len(NEEDED))]
    desc = _("Now %(needed)s operators are needed and %(there)s are there. What missed is red.")
    words = bars.Words(
        _("Operators needed and there"),
        desc % {"needed": NEEDED[-1], "there": int(THERE[-1])},
        (_("Quarter hour"), _("Needed"), _("There")),
    )
    key = [Key("bars", _("Needed")), Key("main", _("there"), True), Key("short", _("short"))]
    flags = [bars.Flag(moments[3], "03:45")]
    return bars.bars("quarters", words, moments, NEEDED, render.number, line=THERE, flags=flags, key=key)


def sample_shares() -> Picture:
    things = [
        shares.Share("Stationsstraat", "7 / 24", (("low", 7), ("missed", 17))),
        shares.Share("Molenweg", "18 / 31", (("half", 18), ("missed", 13))),
        shares.Share("Kerkplein", "40 / 42", (("got", 40), ("missed", 1), ("rest", 1))),
    ]
    key = [
        Key("got", _("for four in five or more")),
        Key("half", _("for half to four in five")),
        Key("low", _("for less than half")),
        Key("missed", _("nothing accepted")),
        Key("rest", _("open or unsure")),
    ]
    rows = [[one.label, str(sum(number for _css, number in one.parts))] for one in things]
    desc = "65 / 97"
    return shares.shares("shares", _("Reach by street"), desc, things, key, (_("Street"), _("People")), rows)


def sample_balance() -> Picture:
    first = LAUNCHED_AT.date()
    days = [(first + timedelta(days=on), mills) for on, mills in BALANCE]
    words = balance.Words(
        title=_("Credit over time"),
        desc="",
        empty=_("used up on"),
        header=(_("Day"), _("Left at its end")),
        key=(_("left, with what is put aside"), _("if it goes on at this pace")),
    )
    ahead = (first + timedelta(days=160), 0)
    return balance.balance(
        "balance", words, days, lambda mills: render.money(mills), render.money, forecast=ahead
    )


def sample_sheet() -> list[dict]:
    """A line as it stands, one that changed, one that is gone, and one that is late and in another language."""
    plain = {
        "is_gone": False,
        "is_expired": False,
        "is_stale": False,
        "is_translated": True,
        "lang": "nl",
        "outdated": None,
    }
    older = Outdated("fr", "Puis-je sortir ?", "Non, restez à l’intérieur jusqu’à 18 heures.")
    said = {
        "question": [("same", "Mag ik buiten?")],
        "answer": [
            ("same", "Neen, blijf binnen "),
            ("del", "tot 18 uur"),
            ("ins", "tot 20 uur"),
            ("same", "."),
        ],
    }
    lines = [
        plain | said | {"answer": said["answer"][:1]},
        plain | said | {"is_stale": True},
        plain | said | {"is_gone": True},
        plain | said | {"is_expired": True, "is_translated": False, "outdated": older},
    ]
    return [
        {
            "line": line | {name: [Piece(*one) for one in line[name]] for name in said},
            "said": _("Unchanged since %(hour)s") % {"hour": "02:45"},
            "town": "Hertsdonk" if number == 1 else "",
            "language": _("Dutch"),
        }
        for number, line in enumerate(lines)
    ]


@pages.get("")
@guard.signed_in
def index():
    return render_template(
        "patterns/index.html",
        colours=COLOURS,
        meanings=[(render.MESSAGE_LOOKS[status], words) for status, words in MEANINGS.items()],
        other_looks=[
            *render.MOOD_LOOKS.values(),
            *render.CAMPAIGN_LOOKS.values(),
            *render.ACTIVATION_LOOKS.values(),
        ],
        form=sample_form(),
        drawn=[
            sample_curve("running", True),
            sample_curve("over", False),
            sample_quarters(),
            sample_shares(),
            sample_balance(),
        ],
        launched_at=LAUNCHED_AT,
        now=LAUNCHED_AT + timedelta(minutes=5),
        sheet_rows=sample_sheet(),
        url_of_page=lambda n: url_for("patterns.index", page=n),
    )

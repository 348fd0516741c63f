"""The pictures of an activation: the calls with the alerts on them, and the operators against the need."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dispatch import clock
from dispatch.centre import alerts, figures
from dispatch.centre.alerts import Alert
from dispatch.centre.board import Board
from dispatch.centre.figures import QUARTER, Hour
from dispatch.pictures.bars import Flag, Words, bars, together
from dispatch.pictures.picture import Key, Picture, counted
from dispatch.words import DAY, DAY_AND_HOUR, InFigures, translator
from models import Emergency

BEFORE = timedelta(hours=1)  # an alert shortly before the opening stands at the edge


# ── On the board: the last hours ────────────────────────────────────────


def board_calls(shown: Board, lang: str) -> Picture:
    """The calls of each quarter hour on the board, with what was sent to residents meanwhile."""
    _, said = translator(lang).gettext, counted(lang)
    values = [one.calls for one in shown.stretches]
    peak = max(shown.stretches, key=lambda one: one.calls)
    desc = _("%(now)s calls in the quarter hour that runs, at most %(peak)s from %(hour)s.")
    facts = {"now": said(values[-1]), "peak": said(peak.calls), "hour": _hour(peak.begins_at)}
    words = Words(_("Calls per quarter hour"), desc % facts, (_("Quarter hour"), _("Calls")))
    moments = [one.begins_at for one in shown.stretches]
    flags = _flags(shown.alerts, lang)
    return bars("calls-chart", words, moments, values, said, flags=flags, day=_(DAY), tells_last=True)


def board_staff(shown: Board, lang: str) -> Picture:
    """Who sits there against who is needed, in the same hours."""
    _, said = translator(lang).gettext, counted(lang)
    desc = _("Now %(needed)s operators are needed and %(there)s are there. What missed is red.")
    facts = {"needed": said(shown.needed[-1]), "there": said(shown.advice.present)}
    header = (_("Quarter hour"), _("Needed"), _("There"))
    words = Words(_("Operators needed and there"), desc % facts, header)
    moments = [one.begins_at for one in shown.stretches]
    there = [*shown.there[:-1], float(shown.advice.present)]
    key = _staff_key(lang)
    return bars(
        "staff-chart", words, moments, shown.needed, said, line=there, key=key, day=_(DAY), tells_last=True
    )


def _staff_key(lang: str) -> list[Key]:
    _ = translator(lang).gettext
    needed = _("needed (Erlang C, 80 %% within 20 s)").replace("%%", "%")
    return [Key("bars", needed), Key("main", _("there"), True), Key("short", _("short"))]


def _flags(sent: Sequence[Alert], lang: str) -> list[Flag]:
    _, ngettext = translator(lang).gettext, translator(lang).ngettext
    return [
        Flag(
            alert.at,
            _("%(hour)s message") % {"hour": _hour(alert.at)},
            ngettext("to %(num)d person", "to %(num)d people", alert.people) % {"num": alert.people},
        )
        for alert in sent
    ]


def _hour(at: datetime) -> str:
    return f"{clock.local(at):%H:%M}"


# ── In the final report: the whole of it ────────────────────────────────


def calls(emergency: Emergency, begins: datetime, ends: datetime, lang: str) -> Picture | None:
    """The calls that came in and those that were answered, with the alerts; None while nobody rang."""
    points = figures.curve(emergency, begins, ends)
    if not any(offered for _at, offered, _answered in points):
        return None
    some = together(len(points))
    at, offered, answered = _sums(points, some)
    _, said = translator(lang).gettext, counted(lang)
    most = max(range(len(at)), key=offered.__getitem__)
    title = _title(some * QUARTER, lang)
    desc = _("%(all)s calls came in and %(answered)s were answered; most of them, %(most)s, from %(at)s.")
    facts = {
        "all": said(sum(offered)),
        "answered": said(sum(answered)),
        "most": said(offered[most]),
        "at": InFigures(at[most], DAY_AND_HOUR).in_language(lang),
    }
    words = Words(title, desc % facts, (_("From"), _("Calls that came in"), _("Answered")))
    flags = _flags(alerts.during(emergency, begins - BEFORE, ends), lang)
    key = [Key("bars", _("came in")), Key("main", _("answered"), True)]
    if flags:
        key.append(Key("alert", _("message to residents"), True))
    return bars(
        "calls", words, at, offered, said, line=answered, flags=flags, key=key, day=_(DAY), shows_short=False
    )


def _title(length: timedelta, lang: str) -> str:
    _ = translator(lang).gettext
    hours = length // timedelta(hours=1)
    if length == QUARTER:
        return _("Calls by quarter hour")
    return (
        _("Calls by %(hours)d hours") % {"hours": hours}
        if hours > 1
        else _("Calls by %(minutes)d minutes") % {"minutes": length // timedelta(minutes=1)}
    )


def _sums(points: Sequence[tuple], some: int) -> tuple[list, list, list]:
    groups = [points[n : n + some] for n in range(0, len(points), some)]
    return (
        [group[0][0] for group in groups],
        [sum(one[1] for one in group) for group in groups],
        [sum(one[2] for one in group) for group in groups],
    )


def staffing(hours: Sequence[Hour], lang: str) -> Picture | None:
    """For each hour how many were needed and how many there were at most; None while nobody rang or sat there."""
    if not any(one.needed or one.present for one in hours):
        return None
    some = together(len(hours))
    groups = [hours[n : n + some] for n in range(0, len(hours), some)]
    needed = [max(one.needed for one in group) for group in groups]
    there = [max(one.present for one in group) for group in groups]
    _, said = translator(lang).gettext, counted(lang)
    desc = _("At most %(needed)s operators were needed and %(there)s were there. What missed is red.")
    facts = {"needed": said(max(needed)), "there": said(max(there))}
    words = Words(_("Operators needed and there"), desc % facts, (_("From"), _("Needed"), _("There")))
    moments = [group[0].at for group in groups]
    return bars("staffing", words, moments, needed, said, line=there, key=_staff_key(lang), day=_(DAY))

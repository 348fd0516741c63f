"""What the telephone exchange counted, a quarter of an hour a row: from a file that is uploaded, or from a program."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, replace
from datetime import datetime, timedelta

from dispatch import audit, clock, rights
from dispatch.centre import floor
from dispatch.errors import Incomplete, Refusal
from dispatch.people import sheets
from dispatch.words import DAY_OF_A_YEAR_AND_HOUR, N_, InFigures, Sentence
from models import Emergency, Quarter, User, writing

MOST_ROWS = 3_000  # a month
MOST_CALLS = 100_000
MOST_SECONDS = 10_000_000
THE_SAME = Quarter.emergency, Quarter.begins_at  # of two rows of a quarter hour
AHEAD = timedelta(minutes=20)  # the clock of an exchange is not always ours
TITLES = {
    "day": "datum date day jour tag",
    "hour": "uur tijd kwartier heure uhrzeit zeit time hour intervaltijd",
    "begins_at": "begin beginsat start starttijd interval tijdstip debut beginn startdatetime datumentijd datetime "
    "dateheure kwartiervan",
    "offered": "aangeboden oproepen binnenkomend inkomend presentes offerts appelspresentes appels offered calls "
    "incoming angeboten anrufe",
    "answered": "beantwoord aangenomen opgenomen repondus traites appelsrepondus answered handled angenommen "
    "beantwortet",
    "abandoned": "opgehangen verlaten afgehaakt abandonnes abandon abandoned lost aufgelegt verloren abgebrochen",
    "in_time": "binnen20s binnen20sec binnendetijd binnendenorm moinsde20s dans20s within20s intime answeredin20s "
    "innerhalb20s",
    "waited_seconds": "wachttijd totalewachttijd tempsdattente attente waited waitedseconds waitingtime wartezeit",
    "mean_wait": "gemiddeldewachttijd gemwachttijd attentemoyenne tempsdattentemoyen averagewait meanwait asa "
    "mittlerewartezeit",
    "longest_seconds": "langstewachttijd maxwachttijd maximalewachttijd attentemaximale longestwait longestseconds "
    "maxwait laengstewartezeit langstewartezeit",
    "talked_seconds": "gesprekstijd spreektijd totalegesprekstijd tempsdeconversation conversation talked "
    "talkedseconds talkingtime talktime gesprachszeit gespraechszeit",
    "mean_talk": "gemiddeldegesprekstijd gemgesprekstijd dureemoyenne conversationmoyenne averagetalk meantalk aht "
    "mittleregesprachszeit",
}
FIELDS = {title: field for field, titles in TITLES.items() for title in titles.split()}
NEEDED = ("offered", "answered", "abandoned")
COLUMN_NAMES = {
    "begins_at": N_("begin of the quarter hour"),
    "offered": N_("offered"),
    "answered": N_("answered"),
    "abandoned": N_("abandoned"),
    "in_time": N_("within 20 s"),
    "waited_seconds": N_("waiting time"),
    "longest_seconds": N_("longest wait"),
    "talked_seconds": N_("talking time"),
}
LENGTH = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+)(?:[.,]\d+)?")


@dataclass(frozen=True)
class Counted:
    """One quarter hour; seconds are of all its calls together, `None` is what the exchange does not say."""

    begins_at: datetime
    offered: int
    answered: int
    abandoned: int
    waited_seconds: int
    talked_seconds: int
    in_time: int | None = None
    longest_seconds: int | None = None


@dataclass(frozen=True)
class Arrival:
    """What became of the rows: quarter hours that are new, that replaced others, that said the same again."""

    new: int
    replaced: int
    same: int
    faults: tuple[tuple[int, Sentence], ...] = ()  # row as a person counts it, and why it was left out


# ── A file ──────────────────────────────────────────────────────────────


def read(content: bytes, filename: str) -> tuple[list[Counted], list[tuple[int, Sentence]]]:
    """The quarter hours of a CSV or a workbook, on the clocks of Brussels, and what is wrong with which row.

    Titles in four languages; seconds as 95, 1:35 or 0:01:35; a mean is multiplied. Raises Refusal when it is no such
    table, or when a column misses.
    """
    try:
        sheet = sheets.read(content, filename, header_row=0)
    except sheets.Unreadable as fault:
        raise Refusal(Sentence(sheets.SENTENCES[fault.code]), field="file") from None
    at, columns = _columns(sheet.rows)
    found, faults = [], []
    for number, cells in sheet.rows:
        if number <= at or not any(cells):
            continue
        if len(found) + len(faults) >= MOST_ROWS:
            raise Refusal(N_("More than %(most)s rows. Take a shorter period."), field="file", most=MOST_ROWS)
        try:
            found.append(_in_order(_row(cells, columns), found))
        except _Unfit as unfit:
            faults.append((number, unfit.sentence))
    return found, faults


def _in_order(one: Counted, before: list[Counted]) -> Counted:
    """In the night that the clocks go back an hour comes twice: the second time it stands lower in the file."""
    later = one.begins_at + timedelta(hours=1)
    is_twofold = clock.local(later).replace(tzinfo=None) == clock.local(one.begins_at).replace(tzinfo=None)
    if is_twofold and before and before[-1].begins_at >= one.begins_at:
        return replace(one, begins_at=later)
    return one


class _Unfit(Exception):
    def __init__(self, msgid: str, **facts):
        self.sentence = Sentence(msgid, **facts)
        super().__init__(msgid)


def _columns(rows) -> tuple[int, dict[str, int]]:
    """The row of the titles and which column holds what; the first row with most of them."""
    best: tuple[int, dict[str, int]] = (0, {})
    for number, cells in rows[:20]:
        named = {FIELDS[key]: at for at, title in enumerate(cells) if (key := _plain(title)) in FIELDS}
        if len(named) > len(best[1]):
            best = (number, named)
    named = best[1]
    missing = [name for name in NEEDED if name not in named]
    if "begins_at" not in named and not {"day", "hour"} <= named.keys():
        missing.insert(0, "begins_at")
    for whole, mean in (("waited_seconds", "mean_wait"), ("talked_seconds", "mean_talk")):
        if not {whole, mean} & named.keys():
            missing.append(whole)
    if missing:
        sentence = N_("No column was found for: %(name)s. Name it so in the first row. Nothing was changed.")
        raise Refusal(sentence, field="file", name=Sentence(COLUMN_NAMES[missing[0]]))
    return best


def _plain(title: str) -> str:
    bare = unicodedata.normalize("NFKD", title.casefold().replace("ß", "ss"))
    return re.sub(r"[^a-z0-9]", "", re.sub(r"\(.*?\)", "", bare))


def _row(cells: list[str], columns: Mapping[str, int]) -> Counted:
    def cell(name: str) -> str:
        at = columns.get(name)
        return cells[at].strip() if at is not None and at < len(cells) else ""

    offered, answered, abandoned = (_count(cell(name), name) for name in NEEDED)
    return _checked(
        Counted(
            begins_at=_begin(cell),
            offered=offered,
            answered=answered,
            abandoned=abandoned,
            in_time=_count(cell("in_time"), "in_time") if cell("in_time") else None,
            waited_seconds=_total(cell, "waited_seconds", "mean_wait", answered),
            talked_seconds=_total(cell, "talked_seconds", "mean_talk", answered),
            longest_seconds=_seconds(cell("longest_seconds"), "longest_seconds")
            if cell("longest_seconds")
            else None,
        )
    )


def _total(cell, whole: str, mean: str, answered: int) -> int:
    return _seconds(cell(whole), whole) if cell(whole) else answered * _seconds(cell(mean) or "0", whole)


def _count(typed: str, name: str) -> int:
    bare = re.sub(r"[.,]0+$", "", typed)
    if not re.fullmatch(r"\d{1,6}", bare) or int(bare) > MOST_CALLS:
        raise _Unfit(N_("%(column)s is no number of calls."), column=Sentence(COLUMN_NAMES[name]))
    return int(bare)


def _seconds(typed: str, name: str) -> int:
    found = LENGTH.fullmatch(typed)
    if not found:
        raise _Unfit(
            N_("%(column)s is no time: write seconds, or 1:35."), column=Sentence(COLUMN_NAMES[name])
        )
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds


DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y")
HOURS = ("%H:%M", "%H:%M:%S", "%Hh%M", "%H.%M")


def _begin(cell) -> datetime:
    typed = cell("begins_at") or f"{cell('day').split(' ')[0]} {cell('hour')}"
    first = re.split(r"\s+-\s+|(?<=\d)-(?=\d\d?:)", typed.replace("T", " "))[0]  # "07:00 - 07:15"
    day, _, hour = first.partition(" ")
    for pattern in (f"{one} {other}" for one in DAYS for other in HOURS):
        try:
            return clock.from_local(datetime.strptime(f"{day} {hour.strip()}", pattern))
        except (ValueError, OverflowError):
            continue
    raise _Unfit(N_("The begin is no day and hour, such as 22/11/2026 07:15."))


def _checked(one: Counted) -> Counted:
    """Raises _Unfit for what cannot be: the sum, the quarter, the time."""
    on_the_wall = clock.local(one.begins_at)
    if on_the_wall.minute % 15 or on_the_wall.second or on_the_wall.microsecond:
        raise _Unfit(N_("A quarter hour begins at :00, :15, :30 or :45."))
    if one.answered + one.abandoned > one.offered:
        raise _Unfit(N_("More calls were answered and abandoned together than were offered."))
    if one.in_time is not None and one.in_time > one.answered:
        raise _Unfit(N_("More calls were answered in time than were answered."))
    if max(one.waited_seconds, one.talked_seconds, one.longest_seconds or 0) > MOST_SECONDS:
        raise _Unfit(N_("So many seconds do not fit in a quarter hour."))
    return one


def of_program(rows: Iterable[Mapping]) -> list[Counted]:
    """The quarter hours as a program says them, `begins_at` in UTC; raises Incomplete for a day that does not exist."""
    found, faults = [], {}
    for number, row in enumerate(rows):
        try:
            begins_at = datetime.fromisoformat(row["begins_at"]).replace(tzinfo=None)
            found.append(Counted(**{**row, "begins_at": begins_at}))
        except ValueError:
            faults[f"quarters.{number}"] = Sentence(N_("There is no such day."))
    if faults:
        raise Incomplete(N_("Nothing was kept of what the exchange counted."), faults)
    return found


# ── Bringing ────────────────────────────────────────────────────────────


def upload(emergency: Emergency, content: bytes, filename: str, *, by: User, now: datetime) -> Arrival:
    """Keeps the quarter hours of a file; the same one again replaces. Rows that are wrong are told and left out."""
    floor.demand_supervisor(emergency, by)
    found, faults = read(content, filename)
    fit = []
    for one in found:
        if sentence := _impossible(one, emergency, now):
            faults.append((0, sentence))
        else:
            fit.append(one)
    if not fit:
        sentence = N_("No row of this file could be used. The first reason: %(why)s Nothing was changed.")
        why = faults[0][1] if faults else Sentence(N_("there are no rows."))
        raise Refusal(sentence, field="file", why=why)
    made = bring(emergency, fit, source=filename[:120], by=by, now=now)
    return Arrival(made.new, made.replaced, made.same, tuple(faults))


def _impossible(one: Counted, emergency: Emergency, now: datetime) -> Sentence | None:
    hour = InFigures(one.begins_at, DAY_OF_A_YEAR_AND_HOUR)
    if one.begins_at > now + AHEAD:
        return Sentence(N_("%(hour)s has not come yet."), hour=hour)
    if one.begins_at < emergency.began_at - timedelta(hours=1):
        return Sentence(N_("%(hour)s is before this emergency."), hour=hour)
    return None


def bring(emergency: Emergency, rows: Iterable[Counted], *, source: str, by: User, now: datetime) -> Arrival:
    """Keeps these quarter hours, each once: one that was known is replaced by what is said now.

    All or nothing: raises Incomplete, naming the row, for what cannot be; of two rows for the same quarter the last holds.
    """
    if not rights.may(by, "token.change") or by.organisation_id != emergency.centre_id:
        floor.demand_supervisor(emergency, by)  # the administrator's program brings it too
    rows, faults = list(rows), {}
    for number, one in enumerate(rows):
        try:
            sentence = _impossible(_checked(one), emergency, now)
        except _Unfit as unfit:
            sentence = unfit.sentence
        if sentence:
            faults[f"quarters.{number}"] = sentence
    if faults:
        raise Incomplete(N_("Nothing was kept of what the exchange counted."), faults)
    wanted = {one.begins_at: one for one in rows}
    with writing():
        known = {row.begins_at: _counted(row) for row in _kept(emergency, list(wanted))}
        new = [one for at, one in wanted.items() if at not in known]
        changed = [one for at, one in wanted.items() if at in known and astuple(one) != astuple(known[at])]
        for one in (*new, *changed):
            row = {name: getattr(one, name) for name in Counted.__dataclass_fields__}
            row |= {"source": source, "at": now}
            kept = Quarter.insert(emergency=emergency, **row)
            kept.on_conflict(conflict_target=THE_SAME, update=row).execute()
        if new or changed:
            floor.stir(emergency)
        facts = {"new": len(new), "replaced": len(changed), "same": len(wanted) - len(new) - len(changed)}
        audit.record("quarter.brought", emergency, by=by, now=now, **facts)
    return Arrival(**facts)


def _kept(emergency: Emergency, moments: list[datetime]) -> list[Quarter]:
    if not moments:
        return []
    here = (Quarter.emergency == emergency.id) & Quarter.begins_at.between(min(moments), max(moments))
    return list(Quarter.select().where(here))


def _counted(row: Quarter) -> Counted:
    return Counted(**{name: getattr(row, name) for name in Counted.__dataclass_fields__})


def latest(emergency: Emergency) -> Quarter | None:
    """The last quarter hour that the exchange told of."""
    return emergency.quarters.order_by(Quarter.begins_at.desc()).first()

"""D2: what a relative or a victim said, handed to who may hear it, and to nobody else; opening it is written down."""

from datetime import datetime, timedelta

from peewee import fn

from dispatch import again, audit, rights
from dispatch.centre import calls, presence, statistics
from dispatch.errors import Incomplete, NotAllowed, WrongMoment
from dispatch.people import numbers
from dispatch.words import LANGUAGES, N_, Sentence
from models import Call, Emergency, Organisation, User, VictimNote, writing

LONGEST, LONGEST_WORDS = 120, 1000
CONTENT = ("caller", "phone", "sought", "words")
EMPTY = dict.fromkeys(CONTENT, "")


def hand_over(
    emergency: Emergency,
    fields: dict[str, str],
    *,
    to: str,
    language: str,
    by: User,
    now: datetime,
    municipality: Organisation | None = None,
    call: Call | None = None,
) -> VictimNote:
    """Passes on who called and whom they seek: caller, phone, sought, words. `to` is d2_desk or second_line.

    It counts as one call: as `call` where that was noted already, whoever it was passed on to then. Whoever wrote it does not read it back. Raises Incomplete by field, NotAllowed, and WrongMoment when it is over.
    """
    if not rights.may(by, "call.take") or not rights.sees_emergency(by, emergency):
        raise NotAllowed(N_("Only who sits at the telephone hands a call over."))
    told = {name: " ".join(str(fields.get(name, "")).split()) for name in CONTENT}
    if faults := _faults(emergency, told, to):
        raise Incomplete(N_("Nothing was handed over yet. What you typed was kept."), faults)
    told["phone"] = numbers.parse(told["phone"]).e164
    with writing():
        if Emergency.get_by_id(emergency.id).ended_at:
            raise WrongMoment(N_("This emergency is over. Nobody takes this call over any more."))
        if noted := again.same(
            VictimNote.at, now, emergency=emergency, by=by, handed_to=to, municipality=municipality, **told
        ):
            return noted
        is_counted = call and Call.update(handed_to=to).where(Call.id == call.id).execute()
        if not is_counted:
            calls.note(emergency, _call(to, language, municipality), by=by, now=now)
        note = VictimNote.create(
            emergency=emergency.id,
            municipality=municipality,
            handed_to=to,
            language=language if language in LANGUAGES else "nl",
            by=by,
            at=now,
            **told,
        )
        audit.record("victim.handed_over", note, by=by, now=now, to=to, emergency=emergency.id)
    return note


def _call(to: str, language: str, municipality: Organisation | None) -> calls.Noted:
    return calls.Noted(kind="d2", language=language, municipality=municipality, handed_to=to)


NOBODY = {
    "d2_desk": N_("Nobody sits at the D2 desk now: nobody calls back before somebody does."),
    "second_line": N_("No number was given for a second line: nobody can be put through."),
}


def lacking(emergency: Emergency) -> dict[str, Sentence]:
    """Why a call that is handed over would reach nobody, by whom it is handed to."""
    is_manned = any(seat.desk == "d2" for seat in presence.present(emergency))
    empty = {"d2_desk": not is_manned, "second_line": not emergency.second_line}
    return {to: Sentence(NOBODY[to]) for to in NOBODY if empty[to]}


def noted_call(emergency: Emergency, id: int, operator: User) -> Call | None:
    """The call that this operator noted as passed on, for the form that goes with it."""
    here = (Call.id == id) & (Call.emergency == emergency.id) & (Call.operator == operator.id)
    return Call.select().where(here, Call.kind == "d2", Call.handed_to != "").first()


def _faults(emergency: Emergency, told: dict[str, str], to: str) -> dict[str, Sentence]:
    faults = {}
    if to not in calls.takers(emergency):
        faults["to"] = lacking(emergency).get(to) or Sentence(N_("Choose who takes it over."))
    if not told["caller"]:
        faults["caller"] = Sentence(N_("Write who calls."))
    try:
        numbers.parse(told["phone"])
    except numbers.InvalidNumber as fault:
        faults["phone"] = Sentence(
            N_("%(fault)s. What you typed was kept."), fault=Sentence(numbers.SENTENCES[fault.code])
        )
    for name in CONTENT:
        over = len(told[name]) - (LONGEST_WORDS if name == "words" else LONGEST)
        if over > 0:
            faults[name] = Sentence(
                N_("This is %(length)s characters too long. What you typed was kept."), length=over
            )
    return faults


# ── Who may hear it ─────────────────────────────────────────────────────


def seen_by(user: User, emergency: Emergency):
    """The notes that this person may open.

    With the right, the centre's all and a town's those that were passed to its own line; without it, whoever sits at
    the D2 desk those of the desk, as long as they sit there, and those for a second line that does not exist.
    """
    here = VictimNote.emergency == emergency.id
    if not may_see(user, emergency):
        return VictimNote.select().where(False)
    if not rights.may(user, "victim.see"):
        here &= (VictimNote.handed_to == "d2_desk") | VictimNote.handed_to.not_in(calls.takers(emergency))
    elif user.organisation.kind == "municipality":
        is_ours = VictimNote.municipality.is_null() | (VictimNote.municipality == user.organisation_id)
        here &= (VictimNote.handed_to == "second_line") & is_ours
    return VictimNote.select().where(here).order_by(VictimNote.closed_at.is_null(False), VictimNote.id)


def may_see(user: User, emergency: Emergency) -> bool:
    """Whether this person hears here what relatives said: by right, or because they sit at the D2 desk."""
    if not rights.sees_emergency(user, emergency):
        return False
    return rights.may(user, "victim.see") or _sits_at_d2(user, emergency)


def _sits_at_d2(user: User, emergency: Emergency) -> bool:
    seat = presence.seat_of(user, emergency)
    return seat is not None and seat.desk == "d2" and rights.may(user, "call.take")


def open_note(note: VictimNote, *, by: User, now: datetime) -> VictimNote:
    """Shows what was said, and writes down who looked, each time."""
    _demand(by, note)
    with writing():
        audit.record("victim.opened", note, by=by, now=now, emergency=note.emergency_id)
    return VictimNote.get_by_id(note.id)


def take(note: VictimNote, *, by: User, now: datetime) -> VictimNote:
    """This person calls back; nobody else does meanwhile."""
    _demand(by, note)
    with writing():
        here = (VictimNote.id == note.id) & VictimNote.taken_at.is_null() & VictimNote.closed_at.is_null()
        if not VictimNote.update(taken_by=by.id, taken_at=now).where(here).execute():
            raise WrongMoment(N_("Somebody else took this call over already."))
        audit.record("victim.taken", note, by=by, now=now)
    return VictimNote.get_by_id(note.id)


def close(note: VictimNote, *, by: User, now: datetime) -> VictimNote:
    """The relative was called back, or needs no call any more."""
    _demand(by, note)
    with writing():
        here = (VictimNote.id == note.id) & VictimNote.closed_at.is_null()
        if not VictimNote.update(closed_at=now).where(here).execute():
            raise WrongMoment(N_("This call was closed already."))
        audit.record("victim.closed", note, by=by, now=now)
    return VictimNote.get_by_id(note.id)


def give_back(note: VictimNote, *, by: User, now: datetime) -> VictimNote:
    """It waits to be called back again: whoever took it cannot, or it was closed by mistake. Raises WrongMoment when it waits."""
    _demand(by, note)
    with writing():
        is_done = VictimNote.taken_at.is_null(False) | VictimNote.closed_at.is_null(False)
        here = (VictimNote.id == note.id) & is_done & VictimNote.purged_at.is_null()
        waits = {"taken_by": None, "taken_at": None, "closed_at": None}
        if not VictimNote.update(waits).where(here).execute():
            raise WrongMoment(N_("This call waits to be called back already."))
        audit.record("victim.given_back", note, by=by, now=now)
    return VictimNote.get_by_id(note.id)


def _demand(by: User, note: VictimNote) -> None:
    if not seen_by(by, note.emergency).where(VictimNote.id == note.id).exists():
        raise NotAllowed(N_("Only who may see what concerns victims opens this."))


# ── Counts, for everybody; and forgetting ───────────────────────────────


def counts(emergency: Emergency) -> dict[str, int]:
    """How many calls went to the desk and to the second line; how many wait to be called back, were taken and closed."""
    passed = statistics.handed(emergency)

    def number(*where) -> int:
        return (
            VictimNote.select(fn.COUNT(VictimNote.id))
            .where(VictimNote.emergency == emergency.id, *where)
            .scalar()
        )

    is_open = VictimNote.closed_at.is_null()
    return {
        "d2_desk": passed.get("d2_desk", 0),
        "second_line": passed.get("second_line", 0),
        "waiting": number(is_open, VictimNote.taken_at.is_null()),
        "taken": number(is_open, VictimNote.taken_at.is_null(False)),
        "closed": number(~is_open),
    }


def unfinished(emergency: Emergency):
    """The notes of relatives who were not called back yet, the longest waiting first."""
    here = (VictimNote.emergency == emergency.id) & VictimNote.closed_at.is_null()
    return VictimNote.select().where(here).order_by(VictimNote.id)


def due(now: datetime, days: int):
    """The notes of emergencies that ended so many days ago and still say something."""
    ended = Emergency.select(Emergency.id).where(Emergency.ended_at < now - timedelta(days=days))
    return VictimNote.select().where(VictimNote.purged_at.is_null(), VictimNote.emergency.in_(ended))


def purge(notes, now: datetime) -> int:
    """Empties these notes, in the transaction at hand; that they were there, when and for whom, stays as a count."""
    ids = [note.id for note in notes]
    here = VictimNote.id.in_(ids) & VictimNote.purged_at.is_null()
    return VictimNote.update(**EMPTY, purged_at=now).where(here).execute()

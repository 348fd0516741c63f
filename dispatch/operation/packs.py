"""The emergency pack: what an organisation needs on paper when nothing else works, as one PDF, made each night beside the backups.

Each pack holds the data of one organisation alone. It is kept as long as a backup is.
"""

import logging
import os
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from dispatch import audit, clock, mishaps
from dispatch.centre import form
from dispatch.errors import Missing, NotAllowed
from dispatch.operation import backups, copies
from dispatch.operation.backups import Folders
from dispatch.papers import Table, emergency_pack
from dispatch.people import numbers
from dispatch.rights import bins_of, may
from dispatch.sending import scenarios
from dispatch.words import CHANNELS, KINDS, MEMBER_ROLES, N_, USER_ROLES, moment, translator
from models import (
    Agreement,
    Bin,
    Member,
    Membership,
    Organisation,
    Reception,
    SafetyZone,
    StandingQuestion,
    User,
    VerifiedContact,
    writing,
)

SUBFOLDER = "packs"
NAME = re.compile(r"(.+)-(\d{4}-\d{2}-\d{2})\.pdf")
KINDS_OF = ("police_zone", "municipality", "contact_centre")
TO_FILL_IN = " ".join(["_" * 20] * 6)
MESSAGE_FORM = (
    N_("What happened, and where"),
    N_("What people must do"),
    N_("Until when"),
    N_("For more information"),
    N_("To whom"),
    N_("Written by, at"),
    N_("Approved by, at"),
)


log = logging.getLogger(__name__)


class Numbers(NamedTuple):
    """Whom everybody of this installation may ring: the helpdesk, and who answers day and night ("" for nobody)."""

    helpdesk: str = ""
    duty: str = ""


NOBODY = Numbers()


def may_have(user: User) -> bool:
    """Whether this person may have all of it: whoever keeps the agreements, and sees and may take along every list."""
    here = user.organisation
    if here.kind not in KINDS_OF or not may(user, "agreement.change"):
        return False
    everything = Bin.select().where(Bin.organisation == here.id).count()
    is_zone = here.kind == "police_zone"
    return not is_zone or (may(user, "member.export") and bins_of(user).count() == everything)


# ── Made and kept ───────────────────────────────────────────────────────


def nightly(folders: Folders, who: Numbers, now: datetime) -> int:
    """Writes the pack of this day of every organisation that has none yet, from two o'clock on; returns how many."""
    local = clock.local(now)
    if not folders.first or local.hour < backups.NIGHT_FROM:
        return 0
    made = 0
    for organisation in Organisation.select().where(Organisation.kind.in_(KINDS_OF)):
        if not (_folder(folders.first) / _name(organisation, local.date())).exists():
            with mishaps.Contained(log, f"the emergency pack of organisation {organisation.id}"):
                _keep(folders, organisation, write(organisation, who, now), local.date())
                made += 1
    return made


def take(folders: Folders, who: Numbers, *, by: User, now: datetime) -> bytes:
    """The pack of the person's organisation as it is at this moment; kept in the place of this day's."""
    _judge(by)
    content = write(by.organisation, who, now)
    if folders.first:
        _keep(folders, by.organisation, content, clock.local(now).date())
    with writing():
        audit.record("pack.taken", by.organisation, by=by, now=now)
    return content


def kept(folders: Folders, organisation: Organisation) -> list[date]:
    """The days of which a pack of this organisation is kept, the newest first."""
    return sorted(_found(folders.first, organisation), reverse=True) if folders.first else []


def take_kept(folders: Folders, day: date, *, by: User, now: datetime) -> bytes:
    """The pack of an earlier day; raises Missing."""
    _judge(by)
    path = _found(folders.first, by.organisation).get(day) if folders.first else None
    if not path:
        raise Missing(N_("There is no emergency pack of that day."))
    content = path.read_bytes()
    with writing():
        audit.record("pack.taken", by.organisation, by=by, now=now, day=str(day))
    return content


def _judge(by: User) -> None:
    if not may_have(by):
        raise NotAllowed(
            N_("Only whoever may see every list of the organisation may take its emergency pack.")
        )


def _keep(folders: Folders, organisation: Organisation, content: bytes, day: date) -> None:
    for folder in map(_folder, folders.all):
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / _name(organisation, day)
        part = target.with_name(target.name + ".part")
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, copies.PRIVATE), "wb") as file:
            file.write(content)
        copies.put(part, target)
        there = _found(folder.parent, organisation)
        for old in set(there) - backups.kept(set(there), day):
            there[old].unlink()


def _found(folder: Path, organisation: Organisation) -> dict[date, Path]:
    named = {path: NAME.fullmatch(path.name) for path in _folder(folder).glob(f"{organisation.slug}-*.pdf")}
    return {
        date.fromisoformat(found[2]): path
        for path, found in named.items()
        if found and found[1] == organisation.slug
    }


def _folder(folder: Path) -> Path:
    return folder / SUBFOLDER


def _name(organisation: Organisation, day: date) -> str:
    return f"{organisation.slug}-{day}.pdf"


# ── Written ─────────────────────────────────────────────────────────────


def write(organisation: Organisation, who: Numbers, now: datetime) -> bytes:
    """The pack as PDF in the language of the organisation."""
    lang = organisation.language
    tables = [*_tables(organisation, who, translator(lang).gettext)]
    return emergency_pack(organisation.name, moment(now, lang), tables, lang)


def _tables(here: Organisation, who: Numbers, _: Callable[[str], str]) -> Iterator[Table]:
    yield _numbers(here, who, _)
    yield _people(here, _)
    if here.kind == "police_zone":
        yield from (
            _list(bin, _) for bin in Bin.select().where(Bin.organisation == here.id).order_by(Bin.name)
        )
        yield from _scenarios(here, _)
        yield _("Form for a message"), ["", ""], [[_(line), TO_FILL_IN] for line in MESSAGE_FORM]
    if here.kind == "municipality":
        yield from _prepared(here, _)
        yield _blank_form(_)


def _numbers(here: Organisation, who: Numbers, _: Callable[[str], str]) -> Table:
    rows = [[_("Helpdesk"), who.helpdesk], [_("Day and night"), who.duty]]
    rows += [[house.name, _ways(_number(house.phone), house.email)] for house in (here, *_others(here))]
    listed = VerifiedContact.select().where(VerifiedContact.organisation == here.id)
    rows += [[_("On the verified list"), one.value] for one in listed.order_by(VerifiedContact.value)]
    return _("Numbers"), ["", ""], [row for row in rows if row[1]]


def _others(here: Organisation) -> Iterator[Organisation]:
    """Those with whom it has an agreement."""
    for one in Agreement.select().where((Agreement.municipality == here.id) | (Agreement.centre == here.id)):
        yield one.centre if one.municipality_id == here.id else one.municipality


def _people(here: Organisation, _: Callable[[str], str]) -> Table:
    users = User.select().where(User.organisation == here.id, User.is_active).order_by(User.name)
    rows = [[user.name, _(USER_ROLES[user.role]), _number(user.phone), user.email] for user in users]
    return _("Our people"), [_("Name"), _("Role"), _("Phone"), _("E-mail")], rows


def _list(bin: Bin, _: Callable[[str], str]) -> Table:
    here = Membership.bin == bin.id, Membership.ended_at.is_null(), Member.erased_at.is_null()
    query = Membership.select(Membership, Member).join(Member).where(*here)
    rows = [
        [
            f"{one.member.last_name} {one.member.first_name}".strip(),
            "" if one.role == "member" else _(MEMBER_ROLES[one.role]),
            "\n".join(filter(None, (_number(one.member.mobile), _number(one.member.phone)))),
            one.member.email,
            f"{one.member.street} {one.member.house_number}{one.member.box and ' / ' + one.member.box}".strip(),
        ]
        for one in query.order_by(Member.last_name, Member.first_name, Member.id)
    ]
    return bin.name, [_("Name"), _("Role"), _("Phone"), _("E-mail"), _("Address")], rows


def _scenarios(here: Organisation, _: Callable[[str], str]) -> Iterator[Table]:
    for one in scenarios.templates_of(here):
        rows = [
            [
                f"{_(CHANNELS[channel])} ({lang})",
                "\n".join(filter(None, (text.get("subject"), text.get("body")))),
            ]
            for channel in one.channels
            for lang, text in one.texts.get(channel, {}).items()
        ]
        yield f"{one.name} ({_(KINDS[one.kind])})", ["", ""], [row for row in rows if row[1]]


def _prepared(here: Organisation, _: Callable[[str], str]) -> Iterator[Table]:
    places = Reception.select().where(Reception.municipality == here.id, Reception.removed_at.is_null())
    yield (
        _("Reception centres"),
        [_("Name"), _("Address"), _("Room for"), _("Phone")],
        [
            [one.name, one.address, str(one.capacity), _ways(one.contact, _number(one.phone))]
            for one in places
        ],
    )
    zones = SafetyZone.select().where(SafetyZone.municipality == here.id, SafetyZone.removed_at.is_null())
    yield _("Safety zones"), ["", ""], [[one.name, ", ".join(one.streets)] for one in zones]
    asked = StandingQuestion.select().where(
        StandingQuestion.municipality == here.id, StandingQuestion.removed_at.is_null()
    )
    lang = here.language
    rows = [[one.question.get(lang, ""), one.answer.get(lang, "")] for one in asked]
    yield _("Standing questions"), ["", ""], [row for row in rows if row[0]]


def _blank_form(_: Callable[[str], str]) -> Table:
    return _("Activation form"), ["", ""], [[_(form.NAMES[name]), TO_FILL_IN] for name in form.FIELDS]


def _number(e164: str) -> str:
    return numbers.national(e164) if e164 else ""


def _ways(*ways: str) -> str:
    return ", ".join(filter(None, ways))

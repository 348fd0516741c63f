"""The yearly reminder: coordinators are told when it is time to ask the members of a BIN whether their data are right."""

from collections import defaultdict
from datetime import datetime, timedelta

from peewee import fn

from dispatch import audit, letters
from dispatch.people import checks
from dispatch.words import N_, translator
from models import Bin, Mandate, Membership, User, writing

YEAR = timedelta(days=365)
SUBJECT = N_("Time to look through the list of %(bin)s")
BODY = N_(
    "It is a year or more ago that the members of %(bin)s were asked whether their data are right.%(last)s\n\nWith one press "
    "you send each of them a personal link. You decide on what they propose.\n\n%(link)s\n"
)
LAST = N_("\n\nThe last time %(answered)s of %(sent)s people answered.")


def due(now: datetime) -> list[Bin]:
    """The BINs with members of which nobody asked them for a year, and whose coordinators were not told so this year."""
    living = Membership.select(Membership.bin).where(Membership.ended_at.is_null())
    begun = fn.COALESCE(Bin.checked_at, Bin.created_at)
    is_told = Bin.reminded_at.is_null(False) & (Bin.reminded_at > now - YEAR)
    return list(Bin.select().where(begun <= now - YEAR, ~is_told, Bin.id.in_(living)))


def remind(*, public_url: str, now: datetime) -> int:
    """Mails the coordinators of each BIN that is due, once a year; returns for how many BINs."""
    return sum(_tell(bin, public_url, now) for bin in due(now))


def _tell(bin: Bin, public_url: str, now: datetime) -> bool:
    people = keepers(bin)
    with writing():
        seen = Bin.reminded_at.is_null() if bin.reminded_at is None else Bin.reminded_at == bin.reminded_at
        if not people or not Bin.update(reminded_at=now).where(Bin.id == bin.id, seen).execute():
            return False  # of two processes that look at once one tells
        for lang, addresses in people.items():
            _ = translator(lang).gettext
            letters.post(
                addresses,
                organisation=bin.organisation,
                subject=_(SUBJECT) % {"bin": bin.name},
                body=_(BODY) % _facts(bin, lang, public_url),
                lang=lang,
                now=now,
            )
        audit.record("bin.check_due", bin, by=None, now=now, organisation=bin.organisation_id)
    return True


def _facts(bin: Bin, lang: str, public_url: str) -> dict[str, str]:
    last = checks.last_round(bin)
    told = (
        translator(lang).gettext(LAST) % {"answered": last.answered, "sent": last.sent} if last.sent else ""
    )
    return {"bin": bin.name, "last": told, "link": f"{public_url}/bins/{bin.id}/upkeep"}


def keepers(bin: Bin) -> dict[str, list[str]]:
    """The addresses of the coordinators of a BIN by language, or of the zone's administrators where it has none."""
    mandated = User.id.in_(Mandate.select(Mandate.user).where(Mandate.bin == bin.id))
    administrators = (User.organisation == bin.organisation_id) & (User.role == "organisation_admin")
    found = defaultdict(list)
    for who in list(User.select().where(mandated, User.is_active)) or User.select().where(
        administrators, User.is_active
    ):
        found[who.language].append(who.email)
    return found

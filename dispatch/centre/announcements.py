"""What everybody is told before anybody speaks: the greeting of the number and the text for the website, by language."""

from collections.abc import Mapping
from datetime import datetime

from dispatch import audit
from dispatch.centre import sheet
from dispatch.errors import Incomplete, WrongMoment
from dispatch.words import LANGUAGES, N_, Sentence
from models import ANNOUNCEMENTS, Announcement, Emergency, User, writing

LONGEST = {"greeting": 600, "website": 5_000}  # a greeting of forty seconds is long
OVERTAKEN = N_("Somebody changed this text meanwhile. Both stand below: nothing of yours was saved yet.")


def of(emergency: Emergency) -> dict[str, Announcement]:
    """The texts of this emergency by kind; what nobody wrote yet is an empty one that is not stored."""
    stored = {one.kind: one for one in emergency.announcements}
    return {
        kind: stored.get(kind) or Announcement(emergency=emergency, kind=kind, words={}, version=0)
        for kind in ANNOUNCEMENTS
    }


def languages_lacking(announcement: Announcement) -> list[str]:
    """In which languages it does not stand yet, once it stands in any."""
    return [lang for lang in LANGUAGES if not announcement.words.get(lang)] if announcement.words else []


def write(
    emergency: Emergency, kind: str, words: Mapping[str, str], *, version: int, by: User, now: datetime
) -> Announcement:
    """Keeps one of ANNOUNCEMENTS in the languages given; an empty one is taken away.

    Raises NotAllowed, Incomplete on a text that is too long, WrongMoment when somebody was first or it is over.
    """
    sheet.demand(by, emergency, now)
    said = {lang: text for lang in LANGUAGES if (text := words.get(lang, "").strip())}
    _refuse_long(kind, said)
    with writing():
        stored = Announcement.get_or_none(Announcement.emergency == emergency.id, Announcement.kind == kind)
        if version != (stored.version if stored else 0):
            raise WrongMoment(OVERTAKEN)
        facts = {"words": said, "version": version + 1, "by": by.id, "changed_at": now}
        if stored:
            Announcement.update(facts).where(Announcement.id == stored.id).execute()
        else:
            Announcement.create(emergency=emergency, kind=kind, **facts)
        audit.record("announcement.written", emergency, by=by, now=now, kind=kind, languages=[*said])
    return Announcement.get(Announcement.emergency == emergency.id, Announcement.kind == kind)


def _refuse_long(kind: str, said: Mapping[str, str]) -> None:
    most = LONGEST[kind]
    sentence = N_("This is %(length)s characters too long. What you typed was kept.")
    faults = {
        f"{kind}-{lang}": Sentence(sentence, length=len(text) - most)
        for lang, text in said.items()
        if len(text) > most
    }
    if faults:
        raise Incomplete(N_("The text was not saved."), faults)

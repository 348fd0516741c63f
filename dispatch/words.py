"""The words of the trade: gettext for code that has no request, and the names of states, kinds and channels."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path

from babel.dates import format_date
from babel.support import Translations

from dispatch import clock

CATALOGUES = Path(__file__).resolve().parent.parent / "translations"
LANGUAGES = ("nl", "fr", "de", "en")


def N_(msgid: str) -> str:
    """Marks a string for the catalogue where it is written down but not yet said."""
    return msgid


BEFORE_A_NAME = re.compile(r"\b([Dd]|[Qq]u)e (?=%\((\w+)\)s)")
VOWEL = re.compile(r"(?:<[^>]*>)*(?:[aeiouæœø]|y[^aeiou])", re.IGNORECASE)


class Eliding(str):
    """A French sentence in which "de" and "que" become "d’" and "qu’" where the name behind them begins with a vowel.

    Before an h they stay. Of Belgian places most have an h that is heard, Herstal, Huy, Hasselt; that Hélène and Hubert have
    none that is, only a list of first names would know.
    """

    def __mod__(self, facts: Mapping[str, object]) -> str:
        return self.before(facts) % facts

    def before(self, facts: Mapping[str, object]) -> str:
        """The sentence as it stands before these facts, which are not in it yet."""
        return BEFORE_A_NAME.sub(
            lambda found: f"{found[1]}’" if _begins_with_a_vowel(str(facts[found[2]])) else found[0], self
        )


def _begins_with_a_vowel(name: str) -> bool:
    return bool(VOWEL.match(unicodedata.normalize("NFD", name)))


class French(Translations):
    """The French catalogue."""

    def _parse(self, fp):
        super()._parse(fp)
        for msgid, said in self._catalog.items():
            if BEFORE_A_NAME.search(said):
                self._catalog[msgid] = Eliding(said)


@lru_cache
def translator(lang: str) -> NullTranslations:
    """The catalogue of one language; an absent one answers with the English of the source."""
    return (French if lang == "fr" else Translations).load(CATALOGUES, [lang])


class Sentence:
    """A sentence for a person, kept with its facts until the reader's language is known."""

    def __init__(self, msgid: str, **facts):
        self.msgid = msgid
        self.facts = facts

    def __str__(self) -> str:
        return self.in_language("en")

    def in_language(self, lang: str) -> str:
        return self.said_by(translator(lang).gettext)

    def said_by(self, gettext: Callable[[str], str]) -> str:
        facts = {
            name: value.said_by(gettext) if isinstance(value, Sentence) else value
            for name, value in self.facts.items()
        }
        return gettext(self.msgid) % facts if facts else gettext(self.msgid)


# A day in figures, as each language writes it: in German the month has a dot too.
DAY, DAY_OF_A_YEAR, DAY_AND_HOUR = N_("%d/%m"), N_("%d/%m/%Y"), N_("%d/%m %H:%M")
DAY_OF_A_YEAR_AND_HOUR = N_("%d/%m/%Y %H:%M")


class InFigures(Sentence):
    """A day, or a moment on the clocks of Brussels, in one of the patterns above: 28/11 02:51, in German 28.11. 02:51."""

    def __init__(self, at: datetime | date, pattern: str):
        super().__init__(pattern)
        self.at = clock.local(at) if isinstance(at, datetime) else at

    def said_by(self, gettext: Callable[[str], str]) -> str:
        return format(self.at, gettext(self.msgid))


LANGUAGE_NAMES = {"nl": N_("Dutch"), "fr": N_("French"), "de": N_("German"), "en": N_("English")}
CHANNELS = {"sms": N_("SMS"), "voice": N_("spoken message"), "email": N_("e-mail")}
KINDS = {
    "warning": N_("warning"),
    "preventive": N_("preventive message"),
    "news": N_("BIN news"),
    "other": N_("other message"),
}
FOLLOW_UPS = {"correction": N_("correction"), "update": N_("update"), "all_clear": N_("all-clear")}
MESSAGE_STATUSES = {
    "queued": N_("queued"),
    "sending": N_("sending"),
    "unsure": N_("unsure"),
    "accepted": N_("accepted"),
    "delivered": N_("delivered"),
    "answered": N_("answered, not confirmed"),
    "voicemail": N_("answering machine"),
    "hung_up": N_("hung up"),
    "busy": N_("line busy"),
    "no_answer": N_("not picked up"),
    "failed": N_("failed"),
    "withheld": N_("withheld"),
    "expired": N_("expired"),
}
CAMPAIGN_STATUSES = {
    "draft": N_("draft"),
    "submitted": N_("waits for approval"),
    "approved": N_("approved"),
    "running": N_("running"),
    "paused": N_("paused"),
    "done": N_("finished"),
    "stopped": N_("stopped"),
}
ACTIVATION_STATUSES = {
    "draft": N_("draft"),
    "requested": N_("requested"),
    "acknowledged": N_("acknowledged"),
    "open": N_("open"),
    "closing": N_("closing"),
    "closed": N_("closed"),
    "refused": N_("refused"),
}
MEMBER_ROLES = {
    "coordinator": N_("coordinator"),
    "co_coordinator": N_("co-coordinator"),
    "member": N_("member"),
}
USER_ROLES = {
    "platform_admin": N_("platform administrator"),
    "organisation_admin": N_("organisation administrator"),
    "sender": N_("sender"),
    "coordinator": N_("coordinator"),
    "authorised_person": N_("authorised person"),
    "centre_supervisor": N_("contact-centre supervisor"),
    "operator": N_("operator"),
    "liaison_officer": N_("liaison officer"),
    "reader": N_("reader"),
}
RIGHTS = {
    "campaign.compose": N_("write messages"),
    "campaign.approve": N_("approve messages"),
    "campaign.launch": N_("send messages, hold and stop them"),
    "bin.see": N_("see BINs"),
    "bin.create": N_("make BINs"),
    "member.see": N_("see members"),
    "member.change": N_("change members"),
    "member.import": N_("import members"),
    "member.export": N_("save members as spreadsheet"),
    "campaign.see": N_("see messages"),
    "report.see": N_("see reports"),
    "template.change": N_("change templates"),
    "approval.change": N_("set up approval"),
    "contact.verify": N_("verify numbers and links"),
    "drill.change": N_("see who practises, and plan the monthly test"),
    "campaign.override": N_("send without approval in an emergency"),
    "campaign.take": N_("take campaigns of zones over"),
    "activation.see": N_("see activations"),
    "activation.fill": N_("ask for an activation"),
    "activation.answer": N_("answer activations"),
    "activation.take": N_("take activations over from a municipality"),
    "preparation.change": N_("keep annex 1 and the preparation up to date"),
    "promise.see": N_("see agreements and preparation"),
    "promise.change": N_("write agreements with the contact centre down"),
    "sheet.change": N_("publish on the information sheet"),
    "call.take": N_("take and note calls"),
    "victim.see": N_("see what concerns victims"),
    "finding.acknowledge": N_("acknowledge findings of exercises"),
    "user.see": N_("see users"),
    "user.change": N_("invite and close users"),
    "agreement.change": N_("attach agreements"),
    "audit.see": N_("see the log"),
    "organisation.see": N_("see all organisations"),
    "organisation.change": N_("add organisations and note their papers"),
    "credit.see": N_("see credit and statements"),
    "credit.change": N_("note what was paid in advance"),
    "rights.see": N_("see rights"),
    "rights.change": N_("change rights"),
    "token.change": N_("let programs in"),
}
ORGANISATION_KINDS = {
    "police_zone": N_("police zone"),
    "municipality": N_("municipality"),
    "province": N_("province"),
    "federal_service": N_("federal service"),
    "contact_centre": N_("contact centre"),
    "platform": N_("platform"),
}


def moment(at: datetime | None, lang: str) -> str:
    """A moment as it stands on paper: the clock of Brussels, in the manner of the language; "" when it never came."""
    if not at:
        return ""
    here = clock.local(at)
    return f"{long_day(here.date(), lang)}, {here:%H:%M:%S}"


def long_day(on: date, lang: str, *, weekday: bool = False) -> str:
    """A day in words as each language writes it: 26 november 2026, 26. November 2026; English as in Europe."""
    words = format_date(on, "full" if weekday else "long", locale="en_GB" if lang == "en" else lang)
    # Only the first of a month has an ordinal in French, and CLDR does not know it.
    return re.sub(r"\b1 ", "1er ", words, count=1) if lang == "fr" and on.day == 1 else words


def with_euro(amount: str, lang: str) -> str:
    """An amount with its sign where each language puts it: € 12,50 in Dutch and English, 12,50 € in French and German."""
    return f"{amount}\u00a0€" if lang in ("fr", "de") else f"€\u00a0{amount}"


def lasting(seconds: float, lang: str) -> str:
    """A length of time on paper: 41 seconds, 2 min 33 s, and from one hour on without the seconds."""
    if seconds < 60:
        number = round(seconds)
        return translator(lang).ngettext("%(num)d second", "%(num)d seconds", number) % {"num": number}
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    sentence = N_("%(hours)d h %(minutes)d min") if hours else N_("%(minutes)d min %(seconds)d s")
    return translator(lang).gettext(sentence) % {"hours": hours, "minutes": minutes, "seconds": left}


def hour(at: datetime | None) -> str:
    """A moment within one day, to the second, on the clock of Brussels."""
    return clock.local(at).strftime("%H:%M:%S") if at else ""

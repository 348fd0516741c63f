"""How long the credit lasts, and a word to the administrators before it runs dry."""

from datetime import date, datetime, timedelta

from peewee import fn

from dispatch import audit, letters
from dispatch.money import ledger
from dispatch.onboarding.expiry import administrators
from dispatch.onboarding.orders import euros
from dispatch.words import N_, translator
from models import EndWarning, LedgerLine, Organisation, writing

LOOKED_BACK = timedelta(days=90)
MONTH = timedelta(days=30)
TOLD_AT = (1, 2)  # months left
PROMISE = "credit"
NO_PACKAGE = date(2000, 1, 1)
SUBJECT = N_("The credit of %(organisation)s runs dry")
BODY = N_(
    "%(left)s is left. %(lasts)s\n\nWhat the credit does not cover cannot be sent. Buy a new package in time.\n"
)


def months_left(organisation: Organisation, now: datetime) -> float | None:
    """How long what is left lasts at the pace of the last three months; None when nothing was spent."""
    moved = fn.SUM(LedgerLine.available_mills + LedgerLine.held_mills)
    here = (LedgerLine.organisation == organisation.id) & (LedgerLine.kind == "spend")
    gone = -(LedgerLine.select(moved).where(here, LedgerLine.at >= now - LOOKED_BACK).scalar() or 0)
    if not gone:
        return None
    return max(0, ledger.of(organisation).available_mills) / gone * (LOOKED_BACK / MONTH)


def warn(now: datetime) -> int:
    """Mails the administrators once when two months are left and once when one is; returns how many were told.

    A new package begins anew.
    """
    prepaid = list(Organisation.select().where(Organisation.payment != ""))
    return sum(_tell(organisation, now) for organisation in prepaid)


def _tell(organisation: Organisation, now: datetime) -> bool:
    left, people = months_left(organisation, now), administrators(organisation)
    due = [months for months in TOLD_AT if left is not None and left < months]
    if not due or not people:
        return False
    with writing():
        if due[0] not in [months for months in due if _is_first(organisation, months, now)]:
            return False
        for lang, addresses in people.items():
            facts = {
                "organisation": organisation.name,
                "left": euros(ledger.of(organisation).available_mills, lang),
                "lasts": _lasts(due[0], lang),
            }
            words = {name: translator(lang).gettext(one) % facts for name, one in WORDS.items()}
            letters.post(addresses, organisation=organisation, lang=lang, now=now, page="/credits", **words)
        audit.record(
            "credit.warned", organisation, by=None, now=now, organisation=organisation, months=due[0]
        )
    return True


def _lasts(months: int, lang: str) -> str:
    sentence = translator(lang).ngettext(
        "At the pace of the last three months that is less than %(num)d month.",
        "At the pace of the last three months that is less than %(num)d months.",
        months,
    )
    return sentence % {"num": months}


WORDS = {"subject": SUBJECT, "body": BODY}


def _is_first(organisation: Organisation, months: int, now: datetime) -> bool:
    """Whether nobody told it yet since the last package."""
    packages = ledger.packages(organisation)
    since = packages[-1][0].at.date() if packages else NO_PACKAGE
    facts = {"promise": PROMISE, "ends_on": since, "months": months, "at": now}
    row = EndWarning.insert(organisation=organisation, **facts).on_conflict_ignore()
    return bool(row.as_rowcount().execute())

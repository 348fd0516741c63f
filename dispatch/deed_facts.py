"""The words of what stands beside a deed in the audit: a name and a value, such as "channel: SMS"."""

from datetime import date

from dispatch.centre import calls, entering, floor, form, handover, notices
from dispatch.centre.request import day
from dispatch.onboarding.orders import euros
from dispatch.people import members
from dispatch.words import (
    CHANNELS,
    FOLLOW_UPS,
    KINDS,
    LANGUAGE_NAMES,
    MEMBER_ROLES,
    N_,
    RIGHTS,
    USER_ROLES,
    translator,
)

NAMES = {
    "about": N_("about"),
    "account": N_("account"),
    "accounts": N_("accounts"),
    "activation": N_("activation"),
    "added": N_("added"),
    "agreement": N_("agreement"),
    "agreements": N_("agreements"),
    "asked": N_("asked"),
    "asked_by": N_("asked by account"),
    "audit": N_("deeds in the audit"),
    "authority": N_("authority"),
    "bearer": N_("who pays"),
    "begins": N_("begins at"),
    "begins_on": N_("from"),
    "bin": N_("BIN"),
    "bins": N_("BINs"),
    "blank": N_("empty rows"),
    "bytes": N_("size in bytes"),
    "call": N_("call"),
    "campaign": N_("campaign"),
    "centre": N_("contact centre"),
    "channel": N_("channel"),
    "channels": N_("channels"),
    "code": N_("outcome"),
    "contacts": N_("contacts"),
    "contract": N_("contract"),
    "copy": N_("copy"),
    "day": N_("day"),
    "days": N_("days"),
    "deadline_seconds": N_("deadline in seconds"),
    "desk": N_("desk"),
    "document": N_("document"),
    "double": N_("doubles"),
    "doubles": N_("doubles"),
    "emergency": N_("emergency"),
    "ended": N_("ended"),
    "ends": N_("ends at"),
    "ends_on": N_("until"),
    "entries": N_("lines"),
    "entry": N_("line"),
    "exchanged_on": N_("exchanged on"),
    "failures": N_("failed sign-ins"),
    "fields": N_("fields"),
    "file_names": N_("names of files"),
    "finding": N_("finding"),
    "folders": N_("folders"),
    "follows": N_("follows campaign"),
    "format": N_("kind of file"),
    "from_on": N_("from"),
    "gained": N_("given"),
    "given": N_("given"),
    "good": N_("good"),
    "handover": N_("handover"),
    "id": N_("number of the thing"),
    "inject": N_("inject"),
    "inquiry": N_("question"),
    "into": N_("into"),
    "is_needed": N_("second pair of eyes needed"),
    "joined_from": N_("joined from emergency"),
    "kind": N_("kind"),
    "known": N_("known"),
    "ladder": N_("asked in this order"),
    "language": N_("language"),
    "languages": N_("languages"),
    "last_day": N_("last day"),
    "late": N_("late"),
    "left": N_("left"),
    "letter": N_("mail"),
    "lost": N_("taken away"),
    "member": N_("member"),
    "members": N_("members"),
    "message": N_("messages"),
    "messages": N_("messages"),
    "mills": N_("amount"),
    "months": N_("months"),
    "municipality": N_("municipality"),
    "names": N_("names of people"),
    "new": N_("new"),
    "notice": N_("notice"),
    "number": N_("number"),
    "old": N_("old"),
    "operation": N_("operation"),
    "operator": N_("operator"),
    "operators": N_("operators"),
    "payment": N_("how it is paid"),
    "phase": N_("phase"),
    "place": N_("place"),
    "plates": N_("number plates"),
    "policy": N_("when in doubt"),
    "practice": N_("practice"),
    "prices": N_("prices"),
    "promise": N_("agreement"),
    "received_on": N_("received on"),
    "receiver": N_("receiver"),
    "recording": N_("recording"),
    "reference": N_("message"),
    "refused": N_("refused"),
    "replaced": N_("replaced"),
    "replies": N_("replies"),
    "road": N_("road"),
    "roads": N_("roads"),
    "role": N_("role"),
    "rows": N_("rows"),
    "same": N_("the same"),
    "scopes": N_("rights"),
    "seconds": N_("seconds"),
    "session": N_("session"),
    "shift": N_("shift"),
    "sign_ins": N_("sessions"),
    "signed_on": N_("signed on"),
    "step": N_("step"),
    "streets": N_("streets"),
    "taken": N_("taken away"),
    "tariff": N_("tariff"),
    "times": N_("times"),
    "to": N_("to"),
    "topics": N_("topics"),
    "type": N_("type"),
    "unchanged": N_("unchanged"),
    "updated": N_("updated"),
    "user": N_("accounts"),
    "version": N_("version"),
    "victim_notes": N_("notes about relatives"),
    "vouched": N_("numbers and links that were tried"),
    "well": N_("answered well"),
    "what": N_("what"),
    "why": N_("why"),
}
POLICIES = {"ask": N_("ask a person"), "insist": N_("send again")}
VALUES = {
    **members.FIELD_NAMES,
    **form.NAMES,
    **notices.KINDS,
    **entering.CHANNELS,
    **CHANNELS,
    **KINDS,
    **FOLLOW_UPS,
    **handover.PHASES,
    **floor.DESK_NAMES,
    **calls.HANDED_NAMES,
    **LANGUAGE_NAMES,
    **MEMBER_ROLES,
    **USER_ROLES,
    **RIGHTS,
    **POLICIES,
}


def in_words(facts: dict, lang: str) -> str:
    """All facts of a deed that there are, in one line; a code that is nobody's word, as of a road or an operation, stays as it is."""
    gettext = translator(lang).gettext
    return ", ".join(
        gettext("%(label)s: ") % {"label": gettext(NAMES.get(name, name))} + _value(name, value, lang)
        for name, value in facts.items()
        if value is not None
    )


def _value(name: str, value, lang: str) -> str:
    gettext = translator(lang).gettext
    if isinstance(value, list):
        return " + ".join(_value(name, one, lang) for one in value) or gettext(N_("none"))
    if isinstance(value, bool):
        return gettext(N_("yes") if value else N_("no"))
    if name == "mills":
        return euros(value, lang)
    if name.endswith("_on") or name == "last_day":
        return day(date.fromisoformat(value), lang)
    if isinstance(value, str):
        return " ".join(gettext(VALUES[word]) if word in VALUES else word for word in value.split(" "))
    return str(value)

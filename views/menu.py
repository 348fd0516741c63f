"""The main menu: which doors there are, who finds which, and which of them stand together behind one word.

A new room adds one line to DOORS, at the place where it should stand; `group` puts it behind a word of GROUPS.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from flask import request, url_for
from flask_babel import lazy_gettext as _l

from dispatch import rights
from models import User

MOST = 6  # entries in the bar: what fits at 1280 px beside the name, and on two lines of a telephone
GROUPS = {"administration": _l("Administration")}


class Door(NamedTuple):
    """One entry: the page it opens, its word, the right it takes (None: none), its group, other rooms behind it.

    named_in: its word in a kind of organisation that finds something else behind it.
    """

    opens: str
    label: str
    right: str | None
    group: str = ""
    also: str = ""
    named_in: Mapping = MappingProxyType({})


DOORS = (
    Door("home.index", _l("Start"), None),
    Door(
        "campaigns.index",
        _l("Messages"),
        "campaign.see",
        also="approval cap control filling follow_ups inbox reports message_templates recordings scenarios",
    ),
    Door("takeover.index", _l("National desk"), "campaign.take"),
    Door("bins.index", _l("Members"), "bin.see", also="members imports upkeep cards privacy"),
    Door("board.index", _l("Board"), "activation.see", also="reinforcements quality"),
    Door("calls.index", _l("Calls"), "call.take"),
    Door("operators.index", _l("Operators"), "call.take"),
    Door(
        "activations.index",
        _l("Contact centre"),
        "activation.see",
        also="answering closings scale_ups costs prices final_reports lessons exercises sheet liaison announcements victims",
    ),
    Door(
        "promises.home",
        _l("Preparation"),
        "promise.see",
        also="annexes preparation annex_1",
        named_in={"contact_centre": _l("Municipalities"), "platform": _l("Contact centre")},
    ),
    Door("users.index", _l("Users"), "user.see", "administration"),
    Door("who_may.index", _l("Rights"), "rights.see", "administration"),
    Door("four_eyes.rules", _l("Four eyes and quiet hours"), "approval.change", "administration"),
    Door("verified.index", _l("Verified numbers and links"), "contact.verify", "administration"),
    Door(
        "organisations.home",
        _l("Agreements"),
        "agreement.change",
        "administration",
        also="agreements orders user_tables",
        named_in={"platform": _l("Organisations")},
    ),
    Door("drills.show", _l("Practice"), "drill.change", "administration"),
    Door("credits.index", _l("Credit"), "credit.see", "administration"),
    Door("tariffs.index", _l("Prices"), "credit.change", "administration"),
    Door("audit.index", _l("Audit"), "audit.see", "administration"),
    Door("inbox.index", _l("Replies"), "organisation.see", "administration"),
    Door("status.show", _l("Status"), "organisation.change", "administration"),
    Door("tokens.index", _l("API"), "token.change", "administration"),
)


def of(user: User) -> list[dict]:
    """The entries for this person: only what they may open; a group where its first door stands, unless it has one."""
    open_doors = [door for door in DOORS if door.right is None or rights.may(user, door.right)]
    entries, seen = [], set()
    for door in open_doors:
        behind = [other for other in open_doors if door.group and other.group == door.group]
        if len(behind) < 2:
            entries.append(_entry(door, user))
        elif door.group not in seen:
            seen.add(door.group)
            entries.append(_group(door.group, behind, user))
    return entries


def _entry(door: Door, user: User) -> dict:
    rooms = (door.opens.partition(".")[0], *door.also.split())
    is_current = request.blueprint in rooms
    label = door.named_in.get(user.organisation.kind, door.label)
    return {"url": url_for(door.opens), "label": label, "is_current": is_current, "doors": []}


def _group(name: str, behind: list[Door], user: User) -> dict:
    doors = [_entry(door, user) for door in behind]
    is_current = any(door["is_current"] for door in doors)
    return {"url": None, "label": GROUPS[name], "is_current": is_current, "doors": doors}

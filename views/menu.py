"""The main menu: which doors there are, who finds which, and which of them stand together behind one word.

A new room adds one line to DOORS, at the place where it should stand; `group` puts it behind a word of GROUPS.
"""

from typing import NamedTuple

from flask import request, url_for
from flask_babel import lazy_gettext as _l

from dispatch import rights
from models import User

MOST = 6  # entries in the bar: what fits at 1280 px beside the name, and on two lines of a telephone
GROUPS = {"administration": _l("Administration")}


class Door(NamedTuple):
    """One entry: the page it opens, its word, the right it takes (None: none), its group, other rooms behind it."""

    opens: str
    label: str
    right: str | None
    group: str = ""
    also: str = ""


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
    Door("promises.home", _l("Preparation"), "promise.see", also="annexes preparation annex_1"),
    Door("users.index", _l("Users"), "user.see", "administration"),
    Door("who_may.index", _l("Rights"), "rights.see", "administration"),
    Door(
        "organisations.home",
        _l("Agreements"),
        "agreement.change",
        "administration",
        also="agreements orders user_tables",
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
            entries.append(_entry(door))
        elif door.group not in seen:
            seen.add(door.group)
            entries.append(_group(door.group, behind))
    return entries


def _entry(door: Door) -> dict:
    rooms = (door.opens.partition(".")[0], *door.also.split())
    is_current = request.blueprint in rooms
    return {"url": url_for(door.opens), "label": door.label, "is_current": is_current, "doors": []}


def _group(name: str, behind: list[Door]) -> dict:
    doors = [_entry(door) for door in behind]
    is_current = any(door["is_current"] for door in doors)
    return {"url": None, "label": GROUPS[name], "is_current": is_current, "doors": doors}

"""Going anywhere by name: pages, BINs, messages, members, templates and chapters, only what one may see."""

from itertools import islice
from typing import NamedTuple

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispatch import rights
from dispatch.manual import chapters, finding
from dispatch.people.names import plain, search_words
from dispatch.sending import whom
from dispatch.words import CAMPAIGN_STATUSES
from views import guard, lookups, menu, message_templates, render

pages = Blueprint("go", __name__)
MOST = 5  # of each kind
LONGEST = 100


class Place(NamedTuple):
    """A page, the right it takes, and other words by which people look for it."""

    opens: str
    label: str
    right: str
    words: str


# Pages that are no door of the menu, and doors that are also known by another word.
PLACES = (
    Place("message_templates.index", _l("Templates"), "campaign.see", _l("example, standard text, scenario")),
    Place(
        "users.new", _l("Invite somebody"), "user.change", _l("new user, add a colleague, account, person")
    ),
    Place("bins.new", _l("Make a BIN"), "bin.create", _l("new BIN, add a neighbourhood")),
    Place(
        "four_eyes.rules",
        _l("Four eyes and quiet hours"),
        "approval.change",
        _l("approval, second reader, at night, do not disturb"),
    ),
    Place(
        "verified.index",
        _l("Verified numbers and links"),
        "campaign.see",
        _l("checked numbers, telephone numbers, websites, trusted links"),
    ),
    Place(
        "drills.show",
        _l("Who practises, and the monthly test"),
        "drill.change",
        _l("exercise, test message, first Thursday"),
    ),
    Place("cards.show", _l("Card with our number"), "bin.see", _l("vCard, telephone book, our sender")),
)


@pages.get("/go")
@guard.signed_in
def show():
    """The page with what was found; a press of Enter in the dialog goes to the first of it."""
    sought = _sought()
    groups = found(sought)
    if "first" in request.args and groups:
        return redirect(groups[0]["hits"][0]["url"])
    return render_template("go/show.html", sought=sought, groups=groups, is_dialog=False)


@pages.get("/go/box")
@guard.signed_in
def box():
    return render_template("go/_box.html", sought="", groups=found(""), is_dialog=True)


@pages.get("/go/hits")
@guard.signed_in
def hits():
    sought = _sought()
    return render_template("go/_hits.html", sought=sought, groups=found(sought))


def _sought() -> str:
    return request.args.get("to", "").strip()[:LONGEST]


def found(sought: str) -> list[dict]:
    """What this person may see of that name, kind by kind; without a name the doors alone."""
    kinds = [(_("Pages"), _doors)]
    if sought:
        kinds += [
            (_("BINs"), _bins),
            (_("Messages"), _campaigns),
            (_("Members"), _members),
            (_("Templates"), _templates),
            (_("Manual"), _chapters),
        ]
    groups = [{"title": title, "hits": find(sought)} for title, find in kinds]
    return [group for group in groups if group["hits"]]


def _holds(name: str, sought: str) -> bool:
    return all(word in plain(name) for word in plain(sought).split())


def _doors(sought: str) -> list[dict]:
    """The doors of the menu and one's own pages; of what is sought also the places beside them, each once."""
    doors = [behind for door in menu.of(current_user) for behind in (door["doors"] or [door])]
    own = [(_("Your account"), "account.show"), (_("Manual"), "manual.index")]
    named = [(door["label"], door["url"], "") for door in doors]
    named += [(name, url_for(to), "") for name, to in own]
    named += [(place.label, url_for(place.opens), place.words) for place in _places()] if sought else []
    hits = {url: label for label, url, words in named if _holds(f"{label} {words}", sought)}
    return [{"name": label, "url": url, "soft": ""} for url, label in hits.items()]


def _places() -> list[Place]:
    return [place for place in PLACES if rights.may(current_user, place.right)]


def _bins(sought: str) -> list[dict]:
    if not rights.may(current_user, "member.see"):
        return []
    named = (one for one in rights.bins_of(current_user) if _holds(f"{one.name} {one.town}", sought))
    return [
        {"name": one.name, "url": url_for("bins.show", id=one.id), "soft": one.town}
        for one in islice(named, MOST)
    ]


def _campaigns(sought: str) -> list[dict]:
    if not rights.may(current_user, "campaign.see"):
        return []
    named = (one for one in lookups.campaigns_seen(guard.is_practice()) if _holds(one.name, sought))
    return [
        {
            "name": one.name,
            "url": url_for("campaigns.show", id=one.id),
            "soft": _(CAMPAIGN_STATUSES[one.status]),
        }
        for one in islice(named, MOST)
    ]


def _members(sought: str) -> list[dict]:
    if not rights.may(current_user, "member.see") or not search_words(sought):
        return []
    return [
        {"name": one.name, "url": url_for("members.show", id=one.id), "soft": one.address}
        for one in whom.find_members(sought, current_user).limit(MOST)
    ]


def _templates(sought: str) -> list[dict]:
    if not rights.may(current_user, "campaign.see"):
        return []
    named = (one for one in message_templates.usable() if _holds(one.name, sought))
    return [
        {
            "name": one.name,
            "url": url_for("message_templates.index", _anchor=f"template-{one.id}"),
            "soft": "",
        }
        for one in islice(named, MOST)
    ]


def _chapters(sought: str) -> list[dict]:
    lang = render.locale().language
    return [
        {
            "name": chapters.read(name, lang).title,
            "url": url_for("manual.chapter", name=name),
            "soft": chapters.lead(name, lang),
        }
        for name in finding.find(sought, lang)[:MOST]
    ]

"""Messages in a list: whom each is for, how far it is, and where one goes on with it."""

from collections.abc import Iterable
from itertools import islice

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from dispatch import rights
from dispatch.sending import approval, estimate, report, takeover, tallies
from dispatch.words import KINDS
from models import Campaign
from views import follow_ups, render, wording

# Where a message that was not launched yet goes on: the page, and the word of its button.
NEXT = {
    "draft": ("campaigns.text", _l("Go on writing")),
    "submitted": ("approval.show", _l("See who is asked")),
    "approved": ("campaigns.review", _l("Look at it and send")),
}


def row(campaign: Campaign) -> dict:
    """A campaign in a list: whom it is for and how far it is."""
    counts = estimate.together(tallies.counts(campaign))
    return {
        "campaign": campaign,
        "kind": wording.capital(_(KINDS[campaign.kind])),
        "audience": report.audience_in_words(campaign, str(render.locale())),
        "chain": follow_ups.in_list(campaign),
        "accepted": counts["accepted"] + counts["delivered"],
        "total": sum(counts.values()),
        "counts": counts,
    }


def drafts_among(seen: Iterable[Campaign], most: int | None = None) -> list[dict]:
    """What was not launched yet and this person may go on with, at most so many."""
    theirs = (one for one in seen if one.is_draft and rights.may(current_user, "campaign.compose", one))
    return [_draft(one) for one in islice(theirs, most)]


def handed_among(seen: Iterable[Campaign]) -> list[dict]:
    """The drafts with which the national desk goes on, for the zone that watches."""
    return [_draft(one) for one in seen if rights.is_handed_draft(one) and not _is_of_desk(one)]


def to_approve(seen: Iterable[Campaign]) -> list[dict]:
    """What waits for this person's approval."""
    return [row(one) for one in seen if one.is_submitted and approval.may_approve(current_user, one)]


def _draft(campaign: Campaign) -> dict:
    page, said = NEXT[campaign.status]
    return row(campaign) | {
        "url": url_for(page, id=campaign.id),
        "go_on": said,
        "is_being_written": campaign.status == "draft",
        "zone": campaign.organisation.name if _is_of_desk(campaign) else "",
        "handed": _handed(campaign),
    }


def _is_of_desk(campaign: Campaign) -> bool:
    return campaign.organisation_id != current_user.organisation_id


def _handed(campaign: Campaign) -> str:
    """Who handed it to the national desk and why, while the desk leads it; "" for what nobody handed over."""
    story = takeover.story(campaign) if campaign.held_by_id else []
    return _(takeover.SAID[story[-1].deed], name=story[-1].by.name, reason=story[-1].reason) if story else ""

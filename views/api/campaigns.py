"""Templates launched and campaigns read, by programs."""

from collections.abc import Callable

from flask import abort, current_app, jsonify, url_for

from dispatch import clock, rights, tokens
from dispatch.sending import campaigns, orders, scenarios
from models import CAMPAIGN_STATUSES, Campaign, Message, Template
from views import lookups
from views.api import told
from views.api.door import operation, token
from views.api.paging import PAGE, USUAL, paged
from views.api.shapes import Choice, Consent, Record, Several, Text, Whole

MOST_BINS = 500
MOST_VALUES = 50
NO_CAMPAIGN = {404: ("There is no such campaign of the token's mood.", "Problem")}
MOVED = NO_CAMPAIGN | {
    200: ("Done: the campaign as it is now.", "Campaign"),
    409: ("It is not in a state in which this can be done. Nothing was changed.", "Problem"),
}
REFUSED = {422: ("The agreement under which it is sent is over. Nothing was changed.", "Problem")}
KEY = Text(64, least=8, pattern="[A-Za-z0-9_-]+")
VALUE = Record({"name": Text(30, least=1), "value": Text(200)}, required=("name", "value"))
ORDER = Record(
    {
        "terms_accepted": Consent(),
        "version": Whole(1),
        "bins": Several(Whole(1), MOST_BINS, least=1),
        "values": Several(VALUE, MOST_VALUES),
        "useful_hours": Whole(1, 72),
        "naming_reason": Text(500, least=1),
        "vouched": Several(Text(200, least=1), MOST_VALUES),
    },
    required=("terms_accepted",),
)


@operation(
    "GET",
    "/templates",
    scope="campaign.see",
    query=Record(PAGE),
    answers={200: ("The templates that the account may send, oldest first.", "Templates")},
)
def list_templates(query: dict):
    """Templates that are ready to launch, or say that they are not."""
    rows = scenarios.templates_of(token().organisation).order_by(Template.id)
    after = rows.where(Template.id > query.get("cursor", 0))
    usable = (row for row in after if rights.may_send(token().by, row.kind))
    return jsonify(paged(usable, query, told.template))


@operation(
    "POST",
    "/templates/<int:id>/launch",
    scope="campaign.launch",
    body=ORDER,
    key=KEY,
    answers={
        201: ("Launched. `Location` leads to the campaign.", "Campaign"),
        200: ("This key launched this campaign before; nothing was launched again.", "Campaign"),
        404: ("There is no such template.", "Problem"),
        409: ("The template is no longer in the version that was read.", "Problem"),
    },
)
def launch_template(id: int, order: dict, key: str):
    """Launch a template once. The header Idempotency-Key makes it safe to ask again: the same key with the same
    body never launches twice. `terms_accepted` confirms that it is not advertising, promotion or politics. Without
    `bins` it goes to the template's own audience. `values` are what stands in its placeholders: while one of those in
    its texts is open, nothing is launched. What has not left after `useful_hours` is not sent any more.
    A template with a name or a number plate is only launched with the `naming_reason`, by an account of the police.
    `vouched` names the telephone numbers and links of the texts that are on no list of the organisation and that
    somebody has tried: while one of them is missing, nothing is launched.
    """
    campaign, is_new = orders.launch(
        lookups.template_of(id), token=token(), key=key, order=order, now=clock.now()
    )
    if is_new:
        current_app.extensions["jobs"].wake()
    where = {"Location": url_for("api.read_campaign", id=campaign.id)}
    return jsonify(told.campaign(campaign)), 201 if is_new else 200, where


@operation(
    "GET",
    "/campaigns",
    scope="campaign.see",
    query=Record(PAGE | {"status": Choice(CAMPAIGN_STATUSES)}),
    answers={200: ("Campaigns of the token's mood, real or practice, newest first.", "Campaigns")},
)
def list_campaigns(query: dict):
    """Campaigns, newest first."""
    statuses = [query["status"]] if "status" in query else []
    seen = lookups.campaigns_seen(token().is_practice, *statuses)
    before = query.get("cursor")
    rows = (row for row in seen if before is None or row.id < before)
    return jsonify(paged(rows, query, told.campaign))


@operation(
    "GET",
    "/campaigns/<int:id>",
    scope="campaign.see",
    answers={
        200: ("Where its messages are, and how many people get nothing and why.", "Report"),
    }
    | NO_CAMPAIGN,
)
def read_campaign(id: int):
    """One campaign, with its messages counted by channel and status."""
    return jsonify(told.standing(_campaign_of(id)))


@operation(
    "GET",
    "/campaigns/<int:id>/messages",
    scope="campaign.see",
    query=Record(PAGE),
    answers={200: ("Its messages, oldest first, without whom they are for.", "Messages")} | NO_CAMPAIGN,
)
def list_messages(id: int, query: dict):
    """The messages of a campaign, each with the reference by which it is found again."""
    here = (Message.campaign == _campaign_of(id).id) & (Message.id > query.get("cursor", 0))
    rows = Message.select().where(here).order_by(Message.id).limit(query.get("limit", USUAL) + 1)
    return jsonify(paged(rows, query, told.message))


@operation(
    "GET",
    "/messages/<reference:reference>",
    scope="campaign.see",
    answers={
        200: ("Where it is. Accepted by a gateway is not delivered.", "Message"),
        404: ("There is no such message in a campaign of the token's mood.", "Problem"),
    },
)
def read_message(reference: str):
    """One message, by its reference."""
    message = lookups.message_by(reference)
    _campaign_of(message.campaign_id)
    return jsonify(told.message(message))


# ── The hand on it ──────────────────────────────────────────────────────


@operation("POST", "/campaigns/<int:id>/pause", scope="campaign.control", answers=MOVED)
def pause_campaign(id: int):
    """Hold what is queued. What is in hand goes on."""
    return _moved(id, campaigns.pause)


@operation("POST", "/campaigns/<int:id>/resume", scope="campaign.control", answers=MOVED | REFUSED)
def resume_campaign(id: int):
    """Go on with what is queued. Nobody gets anything twice."""
    return _moved(id, campaigns.resume)


@operation("POST", "/campaigns/<int:id>/stop", scope="campaign.control", answers=MOVED)
def stop_campaign(id: int):
    """End it at once and for good. What is queued is withheld; who has received it, has received it."""
    return _moved(id, campaigns.stop)


def _moved(id: int, deed: Callable):
    deed(_campaign_of(id, "campaign.control"), by=token().by, now=clock.now())
    current_app.extensions["jobs"].wake()
    return jsonify(told.campaign(Campaign.get_by_id(id)))


def _campaign_of(id: int, action: str = "campaign.see") -> Campaign:
    campaign = lookups.campaign_of(id, action)
    return campaign if tokens.sees(token(), campaign) else abort(404)

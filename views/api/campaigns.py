"""Templates launched and campaigns read, by programs."""

from flask import abort, current_app, jsonify, url_for

from dispatch import clock, rights, tokens
from dispatch.sending import campaigns, orders
from models import CAMPAIGN_STATUSES, Campaign, Template
from views import lookups
from views.api import told
from views.api.door import operation, token
from views.api.paging import PAGE, paged
from views.api.shapes import Choice, Consent, Record, Several, Text, Whole

MOST_BINS = 500
KEY = Text(64, least=8, pattern="[A-Za-z0-9_-]+")
ORDER = Record(
    {
        "terms_accepted": Consent(),
        "version": Whole(1),
        "bins": Several(Whole(1), MOST_BINS, least=1),
        "useful_hours": Whole(1, 72),
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
    rows = campaigns.templates_of(token().organisation).order_by(Template.id)
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
    `bins` it goes to the template's own audience. What has not left after `useful_hours` is not sent any more.
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
        404: ("There is no such campaign of the token's mood.", "Problem"),
    },
)
def read_campaign(id: int):
    """One campaign, with its messages counted by channel and status."""
    return jsonify(told.standing(_campaign_of(id)))


def _campaign_of(id: int) -> Campaign:
    campaign = lookups.campaign_of(id)
    return campaign if tokens.sees(token(), campaign) else abort(404)

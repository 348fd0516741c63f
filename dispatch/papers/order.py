"""The order form: what an organisation orders when it joins, and at which prices."""

from dispatch.papers.typeset import letterhead, typeset
from dispatch.words import N_, translator

PER = {"once": N_("once"), "year": N_("a year"), "piece": N_("each")}


def order_form(data: dict, lang: str) -> bytes:
    """The order as PDF/UA in one language. Shape of `data`, every value a str in that language:

    organisation, provider, contract     who orders, from whom, under what; "" where no agreement was written down yet
    ordered_on, orderer                  the day, and who ordered
    lines                                [(what, number, price, a key of PER, amount)], without VAT
    total                                without VAT
    """
    _ = translator(lang).gettext
    return typeset(
        "order.typ",
        {
            "head": letterhead(_("Order form, %(organisation)s") % data, data["organisation"], lang),
            "facts": [(word, value) for word, value in _facts(data, lang) if value],
            "header": [_("What"), _("Quantity"), _("Price"), _("Amount")],
            "rows": [
                [what, number, f"{price} {_(PER[per])}", amount]
                for what, number, price, per, amount in data["lines"]
            ],
            "total": [_("Total, without VAT"), "", "", data["total"]],
            "title": _("What is ordered"),
            "signature": _("For %(organisation)s: name, function, date and signature") % data,
        },
    )


def _facts(data: dict, lang: str) -> list[tuple[str, str]]:
    _ = translator(lang).gettext
    return [
        (_("Organisation"), data["organisation"]),
        (_("Other party"), data["provider"]),
        (_("Contract"), data["contract"]),
        (_("Ordered on"), data["ordered_on"]),
        (_("Ordered by"), data["orderer"]),
    ]

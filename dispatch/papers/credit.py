"""The credit statement of a period as PDF and as spreadsheet."""

from datetime import datetime

from dispatch.money import statement
from dispatch.money.pictures import credit
from dispatch.money.statement import Statement
from dispatch.onboarding.orders import euros
from dispatch.papers.dossier import Table, dossier, tables_workbook
from dispatch.pictures.on_paper import on_paper
from dispatch.words import CHANNELS, long_day, translator


def credit_statement(told: Statement, lang: str, now: datetime) -> bytes:
    """The statement as PDF/UA in one language, with what was left over the year before its last day."""
    drawn = on_paper(credit(told.organisation, lang, now, ends_on=told.ends_on))
    pictures = [(translator(lang).gettext("Credit over time"), drawn)]
    return dossier(title(told, lang), told.organisation.name, _tables(told, lang), lang, pictures)


def credit_workbook(told: Statement, lang: str) -> bytes:
    """The same as XLSX."""
    return tables_workbook(title(told, lang), _tables(told, lang), lang)


def title(told: Statement, lang: str) -> str:
    _ = translator(lang).gettext
    days = {"begin": _day(told.begins_on, lang), "end": _day(told.ends_on, lang)}
    return _("Statement, %(begin)s to %(end)s") % days


def _day(day, lang: str) -> str:
    return long_day(day, lang)


def _tables(told: Statement, lang: str) -> list[Table]:
    _ = translator(lang).gettext
    return [
        (_("In short"), ("", ""), _short(told, lang)),
        (
            _("Per message"),
            (_("Message"), _("Channel"), _("Parts"), _("Price"), _("Amount")),
            [
                (
                    one.campaign.name if one.campaign else _(statement.LETTERS),
                    _(CHANNELS[one.channel]),
                    str(one.parts),
                    euros(one.unit_mills, lang),
                    euros(one.mills, lang),
                )
                for one in told.spent
            ],
        ),
        (
            _("Per BIN"),
            (_("BIN"), _("Amount")),
            [(name or _("Not known any more"), euros(mills, lang)) for name, mills in told.by_bin],
        ),
        (
            _("Paid in and corrected"),
            (_("Day"), _("Why"), _("Amount")),
            [(_day(line.at, lang), line.note, euros(line.available_mills, lang)) for line in told.paid_in],
        ),
    ]


def _short(told: Statement, lang: str) -> list[tuple[str, str]]:
    _ = translator(lang).gettext
    vat = [
        (_("VAT %(rate)s %%") % {"rate": f"{rate / 10:g}".replace(".", ",")}, euros(mills, lang))
        for rate, _on, mills in told.vat
    ]
    return [
        (_("Spent, without VAT"), euros(told.mills, lang)),
        *vat,
        (_("Spent, with VAT"), euros(told.mills + told.vat_mills, lang)),
        (_("Credit before"), euros(told.before_mills, lang)),
        (_("Credit after"), euros(told.after_mills, lang)),
    ]

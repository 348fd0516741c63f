"""What leaves the house on paper or as a table: PDF by Typst, spreadsheets by xlsxwriter, CSV.

Plain data in, bytes out: no database, no request, no clock. Every moment, status and channel arrives already
worded in the reader's language; a paper only lays out.
"""

from dispatch.papers.activation import activation_form
from dispatch.papers.campaign import campaign_report, campaign_workbook
from dispatch.papers.dossier import Table, dossier, tables_workbook
from dispatch.papers.final_report import final_report, final_report_workbook
from dispatch.papers.manual import manual_book
from dispatch.papers.notice import annex_notice
from dispatch.papers.order import order_form
from dispatch.papers.pack import emergency_pack
from dispatch.papers.record import record
from dispatch.papers.relief import relief_sheet
from dispatch.papers.statement import statement_paper, statement_workbook
from dispatch.papers.tables import table_csv, table_workbook

__all__ = [
    "Table",
    "activation_form",
    "annex_notice",
    "campaign_report",
    "campaign_workbook",
    "dossier",
    "emergency_pack",
    "final_report",
    "final_report_workbook",
    "manual_book",
    "order_form",
    "record",
    "relief_sheet",
    "statement_paper",
    "statement_workbook",
    "table_csv",
    "table_workbook",
    "tables_workbook",
]

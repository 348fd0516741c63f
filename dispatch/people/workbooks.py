"""Lists that arrive as a workbook: the sheet that looks most like a list of people, or the one that is asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from dispatch.people.cells import bounded
from dispatch.people.packages import Limits, Unreadable


def read(data: bytes, kind: str, sheet: str | None, limits: Limits) -> tuple[str, list[str], list[list[str]]]:
    """The sheet that was taken, the names of all, and its records. Raises Unreadable."""
    with _opened(data, kind) as book:
        names = _names(book)
        if sheet and sheet not in names:
            raise Unreadable("no_such_sheet")
        tables = dict(_tables(book, [sheet] if sheet else names, limits))
    visible = {about.name for about in book.sheets_metadata if about.visible == SheetVisibleEnum.Visible}
    chosen = max(tables, key=lambda name: (name in visible, *_likeness(tables[name])), default="")
    if not any(map(any, tables.get(chosen, ()))):
        raise Unreadable("empty")
    return chosen, names, tables[chosen]


def tables(data: bytes, kind: str, names: list[str], limits: Limits) -> dict[str, list[list[str]]]:
    """The records of some sheets of a workbook that was read before."""
    with _opened(data, kind) as book:
        return dict(_tables(book, names, limits))


@contextmanager
def _opened(data: bytes, kind: str) -> Iterator[CalamineWorkbook]:
    """The workbook; whatever its reader stumbles over is a file that cannot be read."""
    try:
        yield CalamineWorkbook.from_filelike(BytesIO(data))
    except (Unreadable, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except PasswordError:
        raise Unreadable("locked") from None
    except BaseException as fault:  # noqa: BLE001 - a panic in the reader is not an Exception
        is_foreign = isinstance(fault, CalamineError) and kind == "xls" and "Cannot detect" in str(fault)
        raise Unreadable("not_a_table" if is_foreign else "corrupt") from None


def _names(book: CalamineWorkbook) -> list[str]:
    return [about.name for about in book.sheets_metadata if about.typ == SheetTypeEnum.WorkSheet]


def _tables(
    book: CalamineWorkbook, names: list[str], limits: Limits
) -> Iterator[tuple[str, list[list[str]]]]:
    for name in names:
        found = book.get_sheet_by_name(name)
        if found.height > limits.rows:
            raise Unreadable("too_many_rows")
        if found.width > limits.columns:
            raise Unreadable("too_many_columns")
        records = bounded(found.to_python(skip_empty_area=False), limits)
        while records and not any(records[-1]):
            records.pop()
        yield name, records


def _likeness(records: list[list[str]]) -> tuple[int, int]:
    """How much a sheet looks like a list of people: rows with a way to reach somebody, then rows filled."""
    filled = [cells for cells in records if sum(map(bool, cells)) > 1]
    return sum(1 for cells in filled if any(map(_is_reach, cells))), len(filled)


def _is_reach(cell: str) -> bool:
    return "@" in cell or sum(map(str.isdecimal, cell)) >= 8

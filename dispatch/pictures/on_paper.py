"""A picture on paper: the same marks as an SVG by itself, in the colours of the house style."""

from html import escape

from dispatch.pictures.picture import Key, Mark, Picture

INK, SOFT, LINE, BAR = "#14191c", "#4d565b", "#d8d5cb", "#858d90"
ACCENT, WASH, WARN, LIVE = "#00566b", "#e4eff1", "#754700", "#ae1419"
STYLES = {
    "grid": {"stroke": LINE},
    "base": {"stroke": INK, "stroke-width": 1.5},
    "main": {"stroke": ACCENT, "stroke-width": 3, "fill": "none", "stroke-linejoin": "round"},
    "second": {"stroke": INK, "stroke-width": 2, "stroke-dasharray": "2 4", "fill": "none"},
    "ahead": {"stroke": INK, "stroke-width": 2, "stroke-dasharray": "8 5", "fill": "none"},
    "now": {"stroke": SOFT, "stroke-dasharray": "4 4"},
    "alert": {"stroke": LIVE, "stroke-width": 2},
    "area": {"fill": WASH},
    "bars": {"fill": BAR},
    "short": {"fill": LIVE},
    "got": {"fill": ACCENT},
    "half": {"fill": WARN},
    "low": {"fill": LIVE},
    "missed": {"fill": "#ffffff", "stroke": LIVE, "stroke-width": 1.5},
    "rest": {"fill": SOFT},
}
TEXT = {"fill": SOFT}
TEXTS = {"strong": {"fill": INK, "font-weight": 700}, "flag": {"fill": LIVE, "font-weight": 700}}
FONT = "Libertinus Serif"
LETTERS, LETTER = 15, 7.5
KEY_HEIGHT, KEY_GAP = 26, 24


def on_paper(picture: Picture | None, *, is_tabled: bool = True) -> dict | None:
    """What house.typ lays out: the drawing with its key, what it shows in a sentence, and its table; None stays None.

    Without `is_tabled` the table is left to the chapter that has the same numbers and more.
    """
    if not picture:
        return None
    return {
        "svg": svg(picture),
        "alt": f"{picture.title}. {picture.desc}",
        "header": list(picture.header),
        "rows": [list(row) for row in picture.rows] if is_tabled else [],
        "title": picture.title,
    }


def svg(picture: Picture) -> str:
    """The picture as a whole SVG document, its key under it."""
    lines = _key_lines(picture)
    height = picture.height + KEY_HEIGHT * len(lines) + (8 if lines else 0)
    drawn = [_drawn(mark) for mark in picture.marks]
    for n, line in enumerate(lines):
        drawn += [_entry(one, x, picture.height + 8 + KEY_HEIGHT * n) for one, x in line]
    frame = f'viewBox="0 0 {picture.width} {height}" width="{picture.width}" height="{height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {frame} font-family="{FONT}" font-size="{LETTERS}">{"".join(drawn)}</svg>'


def _drawn(mark: Mark) -> str:
    css = str(mark.attrs.get("class") or "")
    place = {name: value for name, value in mark.attrs.items() if name != "class"}
    style = TEXTS.get(css, TEXT) if mark.tag == "text" else STYLES[css]
    text = f"{mark.text} {mark.more}".strip() if mark.tag == "text" else ""
    return _element(mark.tag, place | style, text)


def _element(tag: str, attrs: dict, text: str = "") -> str:
    said = "".join(f' {name}="{escape(str(value))}"' for name, value in attrs.items() if value is not None)
    return f"<{tag}{said}>{escape(text)}</{tag}>"


def _key_lines(picture: Picture) -> list[list[tuple[Key, float]]]:
    """The key, each entry with its place, broken into lines where the width is up."""
    lines: list[list[tuple[Key, float]]] = []
    x = 0.0
    for one in picture.key:
        width = 36 + LETTER * len(one.label) + KEY_GAP
        if not lines or x + width > picture.width + KEY_GAP:
            lines.append([])
            x = 0.0
        lines[-1].append((one, x))
        x += width
    return lines


def _entry(one: Key, x: float, top: float) -> str:
    if one.is_line:
        sign = _element("path", {"d": f"M{x} {top + 12}h28"} | STYLES[one.css])
    else:
        sign = _element("rect", {"x": x + 0.75, "y": top + 6, "width": 26, "height": 12} | STYLES[one.css])
    return sign + _element("text", {"x": x + 36, "y": top + 17, "fill": INK}, one.label)

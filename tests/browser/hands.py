"""What a hand does on a page: by a pointer, or by the keyboard alone where the page has no other (`visit(…, by="keys")`)."""

from playwright.sync_api import Locator, Page

MOST_TABS = 200
# Whether the focus is on it (of a group of radio buttons: on any of them), or before it (-1), or behind it (1).
WHERE = """one => {
  const here = document.activeElement;
  const isOfGroup = one.type === "radio" && here.type === "radio" && here.name === one.name && here.form === one.form;
  if (here === one || isOfGroup) return 0;
  return one.compareDocumentPosition(here) & Node.DOCUMENT_POSITION_FOLLOWING ? 1 : -1;
}"""
# Whether some of what has the focus is in sight, not behind something else, and has a ring around it.
IS_SEEN = """() => {
  const one = document.activeElement;
  const box = one.getBoundingClientRect();
  const style = getComputedStyle(one);
  const points = [0.1, 0.5, 0.9].map((part) => [box.left + box.width * part, box.top + box.height / 2]);
  const isInSight = points.some(([x, y]) => {
    const top = document.elementFromPoint(x, y);
    return top && (one.contains(top) || top.contains(one));
  });
  return isInSight && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""


def click(place: Locator) -> None:
    """Presses a button, follows a link, opens or closes what is folded."""
    if _by_keys(place):
        place.press("Enter")  # which waits for the page that this brings
    else:
        place.click()


def write(place: Locator, words: str) -> None:
    """Types into a field in place of what it held."""
    if not _by_keys(place):
        return place.fill(words)
    keyboard = place.page.keyboard
    keyboard.press("Control+a")
    keyboard.press("Delete")
    keyboard.type(words)


def tick(place: Locator) -> None:
    """Ticks a box, or chooses one of a group of radio buttons."""
    if not _by_keys(place):
        return place.check()
    keyboard = place.page.keyboard
    for _step in range(MOST_TABS):
        if place.is_checked():
            return
        is_here = place.evaluate("one => one === document.activeElement")
        keyboard.press("Space" if is_here else "ArrowDown")
    raise AssertionError(f"the keyboard does not tick {place}")


def bring(place: Locator, file) -> None:
    """Chooses a file in the dialog of the browser."""
    if not _by_keys(place):
        return place.set_input_files(file)
    with place.page.expect_file_chooser() as chooser:
        place.page.keyboard.press("Space")
    chooser.value.set_files(file)


def _by_keys(place: Locator) -> bool:
    """Whether the page is walked by the keyboard alone; then the focus is now on this place, and is seen there."""
    page = place.page
    if getattr(page, "by", "pointer") != "keys":
        return False
    page.wait_for_load_state("load")  # without its style nothing has a ring around it
    for _step in range(MOST_TABS):
        where = place.evaluate(WHERE)
        if where == 0:
            break
        page.keyboard.press("Tab" if where < 0 else "Shift+Tab")
    else:
        raise AssertionError(f"the keyboard does not reach {place}")
    assert page.evaluate(IS_SEEN), f"the focus is not seen on {place}"
    return True


def press(page: Page, action: str) -> None:
    """Presses the (first) button of the form that leads to an address ending in this."""
    click(page.locator(f'main form[action$="{action}"] button[type=submit]:not([aria-hidden]):visible').first)

"""Small screens, large letters, other colours and paper: the main pages in the languages with the longest words."""

import pytest

PAGES = {
    "sender": (
        "/",
        "/campaigns",
        "/campaigns/1/text",
        "/campaigns/1",
        "/templates",
        "/templates/1",
        "/bins",
        "/bins/1",
        "/bins/1/members/new",
        "/bins/1/imports/new",
        "/inbox",
        "/tariffs",
        "/accessibility",
    ),
    "organisation_admin": ("/users", "/rights", "/audit", "/tokens", "/four-eyes", "/drills"),
    "authorised_person": ("/", "/activations", "/preparation", "/promises", "/exercises/new"),
    "centre_supervisor": ("/", "/board", "/activations", "/centre-agreements", "/prices", "/lessons"),
}
# What stands in a box: its words may not stick out of it, and where one presses it is large enough.
STICKS_OUT = """() => {
  const found = [];
  const seen = (one) => one.checkVisibility() && !one.closest(".hidden, .scroll, .skip") && getComputedStyle(one).clipPath === "none";
  const wide = document.documentElement;
  if (wide.scrollWidth > wide.clientWidth) found.push("the page is wider than the screen");
  for (const one of document.querySelectorAll("button, .button, label, td, th, nav a, summary, .badge, .start a, legend, h1, h2")) {
    if (!seen(one) || getComputedStyle(one).display.startsWith("inline") && !one.matches("button, .button, .badge")) continue;
    if (one.scrollWidth > one.clientWidth + 2 && one.clientWidth) found.push("sticks out: " + one.outerHTML.slice(0, 140));
  }
  for (const one of document.querySelectorAll("button, .button, .tap, select, summary, nav a, input:not([type=hidden], [type=checkbox], [type=radio])")) {
    const box = one.getBoundingClientRect();
    if (seen(one) && (box.width < 24 || box.height < 24)) found.push(`${box.width} × ${box.height}: ` + one.outerHTML.slice(0, 140));
  }
  return found;
}"""
MOVES = """() => [...document.querySelectorAll("body *")].filter((one) => {
  const style = getComputedStyle(one);
  const seconds = (all) => Math.max(...all.split(",").map(parseFloat));
  return style.animationName !== "none" && seconds(style.animationDuration) > 0.1 || seconds(style.transitionDuration) > 0.1;
}).map((one) => one.outerHTML.slice(0, 100))"""
UNSEEN = """() => [...document.querySelectorAll("main :is(a, button, input, select, textarea, summary)")].filter((one) => {
  if (!one.checkVisibility() || one.disabled || one.tabIndex < 0 || one.type === "hidden") return false;
  one.focus({ focusVisible: true });
  const style = getComputedStyle(one);
  return style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2;
}).map((one) => one.outerHTML.slice(0, 120))"""
ON_PAPER = """() => [...document.querySelectorAll("header.bar nav, main form button, .skip")]
  .filter((one) => one.checkVisibility()).map((one) => one.outerHTML.slice(0, 100))"""


@pytest.mark.parametrize("lang", ["fr", "de"])
def test_words_fit_their_boxes_on_every_width_and_one_can_press_them(visit, lang):
    found = {}
    for role, addresses in PAGES.items():
        page = visit(role)
        page.locator(f".languages button[value={lang}]").click()
        for address in addresses:
            assert page.goto(address).ok, f"{address} of {role}"
            assert page.locator("html").get_attribute("lang") == lang
            page.evaluate("document.fonts.ready")
            for width in (1280, 390, 320):  # 320 is a screen of 1280 at 400 %
                page.set_viewport_size({"width": width, "height": 800})
                if wrong := page.evaluate(STICKS_OUT):
                    found[f"{address} at {width}"] = wrong[:4]
    assert found == {}


def test_focus_is_seen_in_forced_colours_nothing_moves_for_who_asks_and_paper_has_no_buttons(visit):
    page, found = visit("sender"), {}
    for address in PAGES["sender"]:
        page.emulate_media(forced_colors="active", reduced_motion="reduce")
        assert page.goto(address).ok, address
        wrong = page.evaluate(MOVES) + page.evaluate(UNSEEN)
        page.emulate_media(media="print", forced_colors="none")
        if wrong := wrong + page.evaluate(ON_PAPER):
            found[address] = wrong[:4]
    assert found == {}


def test_what_sticks_out_or_is_too_small_to_press_is_found(visit):
    page = visit("sender", 320, 640)
    page.goto("/accessibility")
    page.evaluate("document.querySelector('h1').textContent = 'Donaudampfschifffahrtsgesellschaft'.repeat(3)")
    page.evaluate(
        "document.querySelector('.tap, .button').style.cssText = 'block-size: 9px; min-block-size: 0; padding: 0'"
    )
    said = " ".join(page.evaluate(STICKS_OUT))
    assert "wider than the screen" in said or "sticks out" in said
    assert "× 9" in said

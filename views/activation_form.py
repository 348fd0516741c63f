"""What the municipality's form shows: what was typed, what misses, how far it is."""

from collections import defaultdict
from collections.abc import Mapping

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from dispatch import clock
from dispatch.centre import activation as centre
from dispatch.centre import form as annex3
from dispatch.centre import offers, preparation, two_hands
from dispatch.centre import request as wording
from dispatch.centre.two_hands import TwoHands
from dispatch.errors import Incomplete, Refusal
from dispatch.words import LANGUAGE_NAMES, LANGUAGES, N_, Sentence
from models import Activation
from views import guard, identity
from views.render import Look, locale

CHOICES = {
    "municipal": N_("Municipal phase"),
    "none": N_("None yet"),
    "ordinary": N_("Ordinary arrangement"),
    "special": N_("Something else"),
    "d5": N_("D5, general information"),
    "d5d2": N_("D5 and D2, also victims and relatives"),
}


def confirmed() -> tuple[bool, Sentence | None]:
    """Whether the person has shown again who they are, and what to say if not."""
    try:
        identity.confirm()
    except Refusal as refusal:
        return False, refusal.sentence
    return True, None


def with_identity(refusal: Incomplete, sentence: Sentence | None) -> dict[str, Sentence]:
    """The faults of a refusal, with why the person did not show who they are in the place of "not shown"."""
    return refusal.faults | ({"password": sentence} if sentence else {})


def said(faults: dict[str, Sentence] | None, labels: dict) -> dict:
    """The faults of a form in words: beside each field, and all together at the top."""
    faults = faults or {}
    return {
        "faults": defaultdict(str, {name: sentence.said_by(_) for name, sentence in faults.items()}),
        "summary": [
            (name, labels.get(name, _("Form")), sentence.said_by(_)) for name, sentence in faults.items()
        ],
    }


def typed() -> dict[str, object]:
    """The fields of the form that the browser sent."""
    sent = {name: request.form[name] for name in annex3.FIELDS if name in request.form}
    return sent | {name: request.form.getlist(name) for name in annex3.MANY if name in sent}


def shown() -> dict[str, str]:
    """By field the mark of what its page showed."""
    return {name: request.form[f"was-{name}"] for name in annex3.FIELDS if f"was-{name}" in request.form}


def touched(typed: dict) -> set[str]:
    """The fields whose verdict may have changed: an hour or a phase answers for its neighbours too."""
    return set(typed) | ({"declared_at"} if "phase" in typed else set())


def both(activation: Activation, refusal: TwoHands) -> str:
    """The form with what this person typed in its fields, and beside it what somebody else saved meanwhile."""
    stored = Activation.get_by_id(activation.id)
    mine = annex3.merged(stored.form, typed(), clock.now())
    rows = [(named(name), worded(stored.form, name), worded(mine, name)) for name in refusal.names]
    return page(stored, conflict={"sentence": refusal.sentence.said_by(_), "rows": rows}, mine=mine)


def worded(form: Mapping, name: str) -> str:
    """What stands in a field, as a person reads it."""
    value = form.get(name) or ""
    if name == "languages":
        return ", ".join(_(LANGUAGE_NAMES[code]) for code in value)
    if name == "left_out":
        return str(len(value))
    return _(CHOICES[value]) if name in annex3.CHOICES and value else value


def page(
    activation: Activation,
    faults: dict[str, Sentence] | None = None,
    conflict: dict | None = None,
    mine: Mapping | None = None,
) -> str:
    """mine: what stands in the fields, where that is not what is saved."""
    summary = [(name, named(name), sentence.said_by(_)) for name, sentence in (faults or {}).items()]
    return render_template(
        "activations/form.html",
        **(progress(activation) | ({"form": fields_of(mine)} if mine else {})),
        faults=faults or mistyped(activation),
        summary=summary,
        conflict=conflict,
        day=wording.day,
        recommended_on=annex3.recommended_on(activation.form),
        phone=wording.callback_phone(activation, current_user),
        municipality=activation.municipality,
        offered=offers.of(activation),
        standing=_standing(activation),
        is_prepared=_is_prepared(activation),
        agreement=activation.agreement,
        **wording.terms(activation.agreement),
        **identity.asked(),
    )


def _standing(activation: Activation) -> list[tuple[str, str, str]]:
    """The prepared answers that go live with the sheet, in a language in which each stands."""
    found = []
    for one in preparation.standing(activation.municipality):
        said = [
            lang
            for lang in (current_user.language, *LANGUAGES)
            if one.question.get(lang) and one.answer.get(lang)
        ]
        if said:
            found.append((str(one.id), one.question[said[0]], one.answer[said[0]]))
    return found


def _is_prepared(activation: Activation) -> bool:
    """Whether the recommendations are still those of the preparation, which knew nothing of this emergency."""
    words = preparation.prefill(activation.municipality).recommendations
    return bool(words) and activation.form.get("recommendations") == words


def mistyped(activation: Activation) -> dict[str, Sentence]:
    """What is wrong in what was typed; what is merely still empty is no fault before the form is submitted."""
    return {name: said for name, said in centre.missing(activation).items() if activation.form.get(name)}


def named(name: str) -> str:
    """A field of annex 3 in words, as it begins a line."""
    words = _(annex3.NAMES[name])
    return words[:1].upper() + words[1:]


def fields_of(form: Mapping) -> dict[str, object]:
    return {name: form.get(name, "") for name in annex3.FIELDS}


def progress(activation: Activation) -> dict:
    """What the form and its fragments show of how complete it is."""
    sections = centre.sections(activation)
    wanting = sum(len(section.wanting) for section in sections)
    current = next(section.key for section in sections if section.wanting)
    return {
        **mood(activation),
        "activation": activation,
        "form": fields_of(activation.form),
        "meant": _meant(activation),
        "marks": {name: two_hands.mark(activation.form, name) for name in annex3.FIELDS},
        "language_options": [(code, _(LANGUAGE_NAMES[code])) for code in annex3.ORDINARY["languages"]],
        "is_special": activation.form.get("arrangement") == "special",
        "steps_title": ngettext("%(num)d thing still needed", "%(num)d things still needed", wanting),
        "steps_list": [_step(section, section.key == current) for section in sections],
        "steps_done": sum(section.is_done for section in sections),
        "badges": {section.key: _badge(section) for section in sections},
    }


def _meant(activation: Activation) -> dict[str, str]:
    """By field of an hour how it is understood, with its day; "" where nothing can be read."""
    form = activation.form
    moments = {name: annex3.typed_moment(form, name) for name in annex3.CLOCKS if form.get(name)}
    return {
        name: _("Understood as %(moment)s.", moment=wording.moment(moments[name], str(locale())))
        if moments.get(name)
        else ""
        for name in annex3.CLOCKS
    }


def _step(section: annex3.Section, is_current: bool) -> dict:
    return {
        "label": _(section.title),
        "note": section.note.said_by(_),
        "url": f"#part-{section.key}",
        "is_todo": not section.is_done,
        "is_current": is_current,
    }


def _badge(section: annex3.Section) -> Look:
    if section.is_done:
        return Look("check", "done", _("complete"))
    wanting = len(section.wanting)
    return Look("warn", "unsure", ngettext("%(num)d field to fill in", "%(num)d fields to fill in", wanting))


def mood(activation: Activation) -> dict:
    """The page of an exercise is drawn as one, whoever looks; that of a real request never is."""
    return {
        "practice": activation.is_practice,
        "practice_end_url": url_for("home.leave_practice") if guard.is_practice() else "",
    }

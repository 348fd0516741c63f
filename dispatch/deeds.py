"""The words of the audit: what each deed is called, what it was done to, and which deeds somebody asks for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from peewee import JOIN

from dispatch import audit, deed_facts, papers
from dispatch.words import N_, moment, translator
from models import Audit, Organisation, User, writing

MOST_EXPORTED = 100_000  # what a spreadsheet program still opens
DEEDS = {
    "accession.ended": N_("ended an agreement early"),
    "accession.exchanged": N_("noted that each party has its copy of an agreement"),
    "accession.paper_received": N_("noted that an agreement arrived on paper"),
    "accession.signed": N_("kept a signed agreement"),
    "accession.written": N_("wrote an agreement down"),
    "activation.acknowledged": N_("acknowledged a request for an information number"),
    "activation.answered": N_("answered a question of the contact centre"),
    "activation.asked": N_("asked a question to the municipality"),
    "activation.called_back": N_("called back and compared the code"),
    "activation.closed": N_("closed an information number"),
    "activation.closing": N_("confirmed how an information number closes"),
    "activation.drafted": N_("began an activation form"),
    "activation.entered": N_("entered a request that came another way"),
    "activation.joined": N_("joined an activation to an emergency"),
    "activation.kept_open": N_("took the closing of an information number back"),
    "activation.left": N_("took an activation out of an emergency"),
    "activation.notice_read": N_("acknowledged a notice about an activation"),
    "activation.notified": N_("sent a notice about an activation"),
    "activation.offer_withdrawn": N_("took a hand-over to a higher authority back"),
    "activation.offered": N_("handed an activation to a higher authority"),
    "activation.opened": N_("opened an information number"),
    "activation.refused": N_("refused a request for an information number"),
    "activation.renumbered": N_("corrected an information number"),
    "activation.report_taken": N_("took the final report of an activation along as a file"),
    "activation.reported": N_("the final report of an activation was made"),
    "activation.reopened": N_("asked to open an information number again"),
    "activation.replanned": N_("changed how an information number closes"),
    "activation.requested": N_("asked for an information number"),
    "activation.taken": N_("took an activation over as higher authority"),
    "activation.warned": N_("warned that an information number is not open yet"),
    "activation.written": N_("wrote in an activation form"),
    "agreement.attached": N_("attached an agreement"),
    "agreement.ended": N_("ended an agreement with the contact centre early"),
    "agreement.mended": N_("mended what was written down of an agreement with the contact centre"),
    "agreement.signed": N_("kept a signed agreement with the contact centre"),
    "agreement.written": N_("wrote an agreement with the contact centre down"),
    "annex.added": N_("wrote a version of an annex down"),
    "annex.asked": N_("it was asked whether annex 1 is still right"),
    "annex.confirmed": N_("confirmed that annex 1 is still right"),
    "api.called": N_("asked something by a program"),
    "approval.asked": N_("asked for approval"),
    "approval.changed": N_("changed who approves which messages"),
    "approval.unanswered": N_("nobody is left who could approve"),
    "audit.exported": N_("took the audit along as a file"),
    "backup.broken": N_("a backup could not be read back"),
    "backup.made": N_("a backup was made"),
    "backup.rehearsed": N_("it was tried whether a backup can be put back"),
    "backup.restored": N_("a backup was restored"),
    "backup.tested": N_("a backup was opened, read and counted"),
    "bin.created": N_("made a BIN"),
    "bin.renamed": N_("gave a BIN another name"),
    "bin.exported": N_("took a member list along as a file"),
    "bin.check_due": N_("the coordinators were told that it is time to ask the members"),
    "bin.streets_written": N_("wrote down the streets of a BIN"),
    "call.undone": N_("took back a call that was noted"),
    "campaign.approved": N_("approved a message"),
    "campaign.discarded": N_("threw a draft away"),
    "campaign.drafted": N_("began a campaign"),
    "campaign.expired": N_("took out of the queue what came too late"),
    "campaign.finished": N_("the campaign ended"),
    "campaign.handed": N_("handed a campaign to the national desk"),
    "campaign.fed_back": N_("noted that the network was told how a warning ended"),
    "campaign.followed": N_("began what follows a campaign"),
    "campaign.halted": N_("the campaign halted by itself"),
    "campaign.launched": N_("launched a campaign"),
    "campaign.named": N_("sent a name or a number plate, with a reason"),
    "campaign.overridden": N_("sent without approval in an emergency"),
    "campaign.paused": N_("paused a campaign"),
    "campaign.rejected": N_("rejected a message"),
    "campaign.report_taken": N_("took the report of a campaign along as a file"),
    "campaign.resumed": N_("let a campaign go on"),
    "campaign.returned": N_("gave a campaign back to its zone"),
    "campaign.sent_back": N_("sent a message back to be changed"),
    "campaign.stopped": N_("stopped a campaign"),
    "campaign.submitted": N_("submitted a message for approval"),
    "campaign.taken": N_("took a campaign over"),
    "campaign.unsure_left": N_("left the unsure messages as they are"),
    "campaign.unsure_sent_again": N_("sent the unsure messages again"),
    "campaign.withdrawn": N_("the approval was withdrawn"),
    "campaign.written": N_("changed a campaign"),
    "change.asked": N_("asked a change that a second administrator must confirm"),
    "change.confirmed": N_("confirmed a change that another one asked"),
    "change.refused": N_("refused a change that was asked"),
    "check.accepted": N_("accepted what a member proposed"),
    "check.confirmed": N_("a member confirmed the data"),
    "check.taken_back": N_("a member took an answer back"),
    "check.declined": N_("declined what a member proposed"),
    "check.proposed": N_("a member proposed other data"),
    "check.removal": N_("a member asked to be taken off the list"),
    "check.revoked": N_("withdrew a personal link"),
    "check.round_sent": N_("asked the members of a BIN whether their data are right"),
    "check.sent": N_("sent a member a personal link"),
    "contact.forgotten": N_("took a number or link off the verified list"),
    "contact.verified": N_("verified a number or link"),
    "contract.added": N_("wrote a framework contract down"),
    "contract.ended": N_("ended a framework contract early"),
    "credit.arranged": N_("changed how messages are paid"),
    "credit.corrected": N_("corrected the credit"),
    "credit.warned": N_("warned that the credit runs dry"),
    "credit.topped_up": N_("noted a payment in advance"),
    "demonstration.loaded": N_("loaded the demonstration"),
    "demonstration.removed": N_("removed the accounts of the demonstration"),
    "drill.reminded": N_("somebody was asked to practise"),
    "drill.rule_changed": N_("changed when people are asked to practise"),
    "emergency.topics_chosen": N_("chose the topics of the calls"),
    "end.warned": N_("the administrators were told that a term ends"),
    "exercise.agreed": N_("both sides agreed on an exercise"),
    "exercise.allowed": N_("allowed an exercise sooner than four weeks"),
    "exercise.asked": N_("asked for an exercise"),
    "exercise.begun": N_("began an exercise"),
    "exercise.confirmed": N_("confirmed the agreement of an exercise"),
    "exercise.evaluated": N_("evaluated an exercise"),
    "exercise.findings_acknowledged": N_("acknowledged the findings of an exercise"),
    "exercise.findings_sent": N_("sent the findings of an exercise"),
    "exercise.planned": N_("planned an inject of an exercise"),
    "exercise.played": N_("played an inject of an exercise"),
    "exercise.refused": N_("refused an exercise"),
    "exercise.unplanned": N_("took an inject off an exercise"),
    "exercise.withdrawn": N_("withdrew an exercise"),
    "entry.draft_discarded": N_("threw a draft for the information sheet away"),
    "entry.drafted": N_("began a draft for the information sheet"),
    "entry.published": N_("published on the information sheet"),
    "entry.rebased": N_("saw that another version was published meanwhile, and went on"),
    "entry.withdrawn": N_("withdrew an answer from the information sheet"),
    "announcement.written": N_("wrote the greeting or the text for the website"),
    "feed.closed": N_("closed the public feed of warnings"),
    "feed.opened": N_("opened the public feed of warnings"),
    "fact.settled": N_("said that a fact on the information sheet means something else"),
    "import.committed": N_("imported a list"),
    "import.discarded": N_("threw an uploaded list away"),
    "import.undone": N_("undid an import"),
    "import.uploaded": N_("uploaded a list"),
    "inbound.handled": N_("marked a reply of a member as handled"),
    "lesson.added": N_("wrote a lesson down as a to-do"),
    "lesson.changed": N_("changed a to-do"),
    "lesson.done": N_("ticked a to-do off"),
    "member.added": N_("added a member"),
    "member.basis": N_("wrote down the legal basis of a membership"),
    "member.changed": N_("changed a member"),
    "member.ended": N_("ended a membership"),
    "member.erased": N_("erased a member"),
    "member.exported": N_("took a member's data along as a file"),
    "member.joined": N_("made somebody a member of a BIN"),
    "member.news_ended": N_("wanted no more news"),
    "member.news_resumed": N_("wanted news again"),
    "member.paused": N_("paused a membership"),
    "member.revived": N_("took the fault off numbers and mailboxes that work again"),
    "member.resumed": N_("let a membership go on"),
    "member.role": N_("gave a member another role"),
    "notice.acknowledged": N_("acknowledged a notice"),
    "notice.sent": N_("told the contact centre something in writing"),
    "operator.entered": N_("signed an operator in at a desk"),
    "operator.left": N_("signed an operator out"),
    "order.placed": N_("ordered"),
    "organisation.added": N_("added an organisation"),
    "organisation.corrected": N_("corrected the name or the address of an organisation"),
    "organisation.opening_changed": N_("changed how calls begin and end"),
    "organisation.quiet_changed": N_("changed the quiet hours"),
    "organisation.second_factor_rule": N_("changed who is asked a second factor"),
    "organisation.ready": N_("everything is there to send something real"),
    "pack.taken": N_("took the emergency pack along"),
    "preparation.added": N_("added something to the preparation"),
    "preparation.changed": N_("changed the preparation"),
    "preparation.checked": N_("looked through the preparation"),
    "preparation.put_back": N_("put something back into the preparation"),
    "preparation.removed": N_("took something out of the preparation"),
    "processing.changed": N_("changed the record of processing of a list"),
    "question.answered": N_("answered a question from the floor"),
    "question.asked": N_("asked a question for a caller"),
    "question.dismissed": N_("dismissed a question from the floor"),
    "question.merged": N_("made one of two questions from the floor"),
    "question.reopened": N_("let a question from the floor wait again"),
    "question.separated": N_("made two of a joined question from the floor"),
    "quarter.brought": N_("brought what the telephone exchange counted"),
    "recording.kept": N_("kept a recording"),
    "reinforcement.agreed": N_("agreed to more operators"),
    "reinforcement.asked": N_("asked for more operators"),
    "reinforcement.declined": N_("declined more operators"),
    "reinforcement.withdrawn": N_("took back a question for more operators"),
    "retention.applied": N_("removed what was kept long enough"),
    "rights.changed": N_("changed who may do what"),
    "selftest.begun": N_("began a self-test of the roads"),
    "selftest.ended": N_("the self-test of the roads ended"),
    "statement.corrected": N_("corrected a closing statement"),
    "statement.drawn_up": N_("drew up a closing statement"),
    "statement.taken": N_("took a statement along as a file"),
    "sample.kept": N_("kept what was heard in a call"),
    "sample.spoken": N_("had a word with an operator"),
    "shift.planned": N_("planned a shift of operators"),
    "shift.withdrawn": N_("took back a planned shift"),
    "tariff.added": N_("wrote down prices"),
    "tariff.withdrawn": N_("withdrew prices that were not in force yet"),
    "template.put_back": N_("put a removed template back"),
    "template.removed": N_("removed a template"),
    "template.saved": N_("saved a template"),
    "template.shared": N_("shared a template with another organisation"),
    "template.written": N_("changed a template"),
    "test.laid_ready": N_("the monthly test was laid ready"),
    "test.planned": N_("planned the monthly test"),
    "test.unplanned": N_("took the monthly test out of the plan"),
    "token.made": N_("made a token for a program"),
    "token.refused": N_("a program showed no valid token"),
    "token.revoked": N_("revoked a token"),
    "sheet.begun": N_("filled the information sheet"),
    "trouble.ended": N_("something that did not work is well again"),
    "trouble.told": N_("the administrators were told that something does not work"),
    "user.added": N_("made an account"),
    "user.address_changed": N_("gave an account another address"),
    "user.bins_changed": N_("changed which BINs a coordinator looks after"),
    "user.closed": N_("closed an account"),
    "user.invitation_withdrawn": N_("withdrew an invitation"),
    "user.invited_again": N_("sent an invitation again"),
    "user.language_chosen": N_("chose another language"),
    "user.not_confirmed": N_("gave a wrong password before a grave deed"),
    "user.password_set": N_("set a password"),
    "user.recovery_code_used": N_("used a recovery code"),
    "user.recovery_codes_made": N_("made new recovery codes"),
    "user.refused": N_("was refused for want of a right"),
    "user.renamed": N_("corrected the name of an account"),
    "user.reopened": N_("opened an account again"),
    "user.role_changed": N_("gave an account another role"),
    "user.second_factor_removed": N_("removed a second factor"),
    "user.second_factor_set": N_("set up a second factor"),
    "user.session_ended": N_("ended a session"),
    "user.sign_in_failed": N_("a sign-in failed"),
    "user.signed_in": N_("signed in"),
    "user.signed_out": N_("signed out"),
    "user_table.committed": N_("made the accounts of a user table"),
    "user_table.discarded": N_("threw a user table away"),
    "user_table.undone": N_("took the accounts of a user table away again"),
    "user_table.uploaded": N_("uploaded a user table"),
    "victim.closed": N_("closed a note for the D2 desk"),
    "victim.given_back": N_("let a call of a victim or relative wait again"),
    "victim.handed_over": N_("handed a call over to the D2 desk or the second line"),
    "victim.opened": N_("opened a note for the D2 desk"),
    "victim.taken": N_("took a call of the D2 desk over"),
}
THINGS = {
    "emergency": N_("emergency %(id)s"),
    "entry": N_("line %(id)s of the information sheet"),
    "entrydraft": N_("draft %(id)s for the information sheet"),
    "question": N_("question %(id)s from the floor"),
    "victimnote": N_("note %(id)s for the D2 desk"),
    "accession": N_("agreement %(id)s"),
    "activation": N_("activation %(id)s"),
    "agreement": N_("agreement with the centre %(id)s"),
    "annex": N_("annex %(id)s"),
    "bin": N_("BIN %(id)s"),
    "campaign": N_("campaign %(id)s"),
    "contract": N_("contract %(id)s"),
    "datacheck": N_("personal link %(id)s"),
    "document": N_("document %(id)s"),
    "exercise": N_("exercise %(id)s"),
    "import": N_("import %(id)s"),
    "inbound": N_("reply %(id)s"),
    "lesson": N_("to-do %(id)s"),
    "pendingchange": N_("change %(id)s"),
    "member": N_("member %(id)s"),
    "notice": N_("notice %(id)s"),
    "order": N_("order %(id)s"),
    "organisation": N_("organisation %(id)s"),
    "plan": N_("plan %(id)s"),
    "reception": N_("reception centre %(id)s"),
    "recording": N_("recording %(id)s"),
    "selftest": N_("self-test %(id)s"),
    "statement": N_("statement %(id)s"),
    "reinforcement": N_("question for operators %(id)s"),
    "sample": N_("sample %(id)s"),
    "safetyzone": N_("safety zone %(id)s"),
    "standingquestion": N_("standing question %(id)s"),
    "tariff": N_("tariff %(id)s"),
    "template": N_("template %(id)s"),
    "token": N_("token %(id)s"),
    "trouble": N_("trouble %(id)s"),
    "user": N_("account %(id)s"),
    "usertable": N_("user table %(id)s"),
    "verifiedcontact": N_("verified contact %(id)s"),
}


@dataclass(frozen=True)
class Question:
    """Which deeds: "" or None leaves each open. `thing` is a kind or one of a kind: campaign, campaign:12."""

    organisation: int | None = None
    who: int | None = None
    deed: str = ""
    thing: str = ""
    since: datetime | None = None
    until: datetime | None = None


def found(question: Question, *, before: int | None = None, most: int) -> list[Audit]:
    """The deeds that were asked for, newest first, at most `most`, from behind the row `before`: never counted."""
    query = (
        Audit.select(Audit, User, Organisation)
        .join(User, JOIN.LEFT_OUTER, on=Audit.by)
        .switch(Audit)
        .join(Organisation, JOIN.LEFT_OUTER, on=Audit.organisation)
    )
    for condition in _conditions(question, before):
        query = query.where(condition)
    return list(query.order_by(Audit.id.desc()).limit(most))


def _conditions(asked: Question, before: int | None) -> Iterator:
    if asked.organisation is not None:
        yield Audit.organisation == asked.organisation
    if asked.who is not None:
        yield Audit.by == asked.who
    if asked.deed:
        yield Audit.deed == asked.deed
    if asked.thing:
        yield Audit.subject == asked.thing if ":" in asked.thing else _is_kind(asked.thing)
    if asked.since:
        yield Audit.at >= asked.since
    if asked.until:
        yield Audit.at < asked.until
    if before is not None:
        yield Audit.id < before


def _is_kind(kind: str):
    return (Audit.subject > f"{kind}:") & (Audit.subject < f"{kind};")  # the sign behind the colon


def in_words(row: Audit, lang: str) -> dict[str, str]:
    """A row as a person reads it: who, what was done, to what, the facts and from where."""
    gettext = translator(lang).gettext
    kind, _, id = row.subject.partition(":")
    return {
        "who": row.by.name if row.by else "Belfort",
        "deed": gettext(DEEDS[row.deed]) if row.deed in DEEDS else row.deed,
        "thing": gettext(THINGS[kind]) % {"id": id} if kind in THINGS else row.subject,
        "facts": deed_facts.in_words(row.facts, lang),
        "address": row.address,
        "organisation": row.organisation.name if row.organisation else "",
    }


def subject_in(typed: str, lang: str) -> str:
    """What the audit calls a thing that is typed as a page shows it: "campaign 12" is campaign:12; all else stays."""
    for kind, said in THINGS.items():
        shown = re.escape(translator(lang).gettext(said).casefold())
        if found := re.fullmatch(shown.replace(re.escape("%(id)s"), r"(\d+)"), typed.casefold()):
            return f"{kind}:{found[1]}"
    return typed


def export(
    question: Question, kind: str, lang: str, *, by: User, now: datetime, practice: bool = False
) -> bytes:
    """The deeds that were asked for as "csv" or "xlsx", each with its hash, at most 100,000; it is written down."""
    _ = translator(lang).gettext
    rows = found(question, most=MOST_EXPORTED)
    lines = [
        [str(row.id), moment(row.at, lang), *in_words(row, lang).values(), row.deed, row.hash] for row in rows
    ]
    with writing():
        audit.record("audit.exported", None, by=by, now=now, rows=len(rows))
    titles = (N_("Number"), N_("When"), N_("Who"), N_("Deed"), N_("To what"), N_("Facts"))
    header = [*map(_, titles), _("Network address"), _("Organisation"), _("Code"), _("Hash")]
    if kind == "csv":
        return papers.table_csv(header, lines, practice=practice, lang=lang)
    return papers.table_workbook(_("Audit"), header, lines, practice=practice, lang=lang)

"""What can be refused, each with a sentence that says what is wrong and what to do."""

from dispatch.words import Sentence


class Refusal(Exception):
    """A deed that was asked and not done; nothing changed. `field` names the input it is about, if one."""

    def __init__(self, msgid: str, *, field: str = "", **facts):
        self.sentence = msgid if isinstance(msgid, Sentence) else Sentence(msgid, **facts)
        self.field = field
        super().__init__(str(self.sentence))


class WrongMoment(Refusal):
    """The thing is no longer in the state that the deed starts from: somebody or something was first."""


class NotAllowed(Refusal):
    """The person has no right to do this."""


class Missing(Refusal):
    """The thing does not exist, or its existence is not this person's business."""


class Incomplete(Refusal):
    """Several inputs are missing or wrong; `faults` maps each field's name to its sentence."""

    def __init__(self, msgid: str, faults: dict[str, Sentence], **facts):
        super().__init__(msgid, **facts)
        self.faults = faults

"""The questions of the floor that wait for an answer: how many, and since when."""

from dataclasses import dataclass
from datetime import datetime

from models import Emergency, Question

LIT_SECONDS, LATE_SECONDS = 10 * 60, 20 * 60
SHOWN = 3


@dataclass(frozen=True)
class Waiting:
    """One open question with its clock."""

    question: Question
    seconds: int

    @property
    def face(self) -> str:
        return f"{self.seconds // 60:02}:{self.seconds % 60:02}"

    @property
    def css(self) -> str:
        return "late" if self.seconds >= LATE_SECONDS else "lit" if self.seconds >= LIT_SECONDS else ""


def number(emergency: Emergency) -> int:
    return _open(emergency).count()


def oldest(emergency: Emergency, now: datetime, most: int = SHOWN) -> list[Waiting]:
    """The questions that have waited longest, the oldest first."""
    found = _open(emergency).order_by(Question.asked_at, Question.id).limit(most)
    return [Waiting(one, max(0, int((now - one.asked_at).total_seconds()))) for one in found]


def _open(emergency: Emergency):
    return Question.select().where(Question.emergency == emergency.id, Question.answered_at.is_null())

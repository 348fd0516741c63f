"""Recorded messages: checked by what they hold, kept, and lent to a gateway only while it calls."""

import io
import secrets
import wave
from collections.abc import Iterator
from datetime import datetime

from dispatch import audit
from dispatch.errors import Refusal
from dispatch.sending.calls import LONGEST
from dispatch.words import N_
from models import Campaign, Organisation, Recording, User, writing

MOST_BYTES = 4_000_000  # what Infobip fetches
MOST_SECONDS = 75
WAV, MP3 = "audio/wav", "audio/mpeg"
ENDINGS = {WAV: "wav", MP3: "mp3"}
# ISO/IEC 11172-3, 2.4.2.3: kilobits per second of layer III by the version of the format, and samples per second.
BITRATES = {
    1: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
SAMPLERATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
FRAMES_AT_LEAST = 10  # of MP3, one behind the other: no other file looks like that


def keep(organisation: Organisation, content: bytes, filename: str, *, by: User, now: datetime) -> Recording:
    """Keeps a WAV or MP3 file that can be played on a telephone; raises Refusal with what is wrong with it."""
    media_type, seconds = _read(content)
    with writing():
        recording = Recording.create(
            organisation=organisation,
            key=secrets.token_urlsafe(24),
            by=by,
            filename=filename.strip()[:200],
            media_type=media_type,
            seconds=seconds,
            content=content,
            created_at=now,
        )
        audit.record("recording.kept", recording, by=by, now=now, seconds=seconds)
    return recording


def find(organisation_id: int, key: str) -> Recording | None:
    """A recording of this organisation; another one's does not exist."""
    if not key:
        return None
    return Recording.get_or_none(Recording.key == key, Recording.organisation == organisation_id)


def path(recording: Recording) -> str:
    """Where a gateway fetches it, behind our public address."""
    return f"/recordings/{recording.key}.{ENDINGS[recording.media_type]}"


def lent(key: str, now: datetime) -> Recording | None:
    """The recording, while a campaign that is underway (or whose last calls may still be) says it; else nothing."""
    recording = Recording.get_or_none(Recording.key == key)
    if not recording:
        return None
    calling = Campaign.status.in_(("running", "paused")) | (Campaign.ended_at > now - LONGEST)
    theirs = Campaign.select().where(
        calling, Campaign.organisation == recording.organisation_id, ~Campaign.is_practice
    )
    return recording if any(_says(campaign, key) for campaign in theirs) else None


def _says(campaign: Campaign, key: str) -> bool:
    said = campaign.texts.get("voice", {}).values()
    return "voice" in campaign.channels and any(text.get("recording") == key for text in said)


def _read(content: bytes) -> tuple[str, int]:
    """What kind of file it is and how many seconds it lasts, from its content and not from its name."""
    if len(content) > MOST_BYTES:
        raise Refusal(N_("The recording is larger than 4 megabytes. Save it as MP3, or make it shorter."))
    is_wav = content[:4] == b"RIFF"
    seconds = _wav_seconds(content) if is_wav else _mp3_seconds(content)
    if not seconds:
        raise Refusal(N_("This is not a recording that can be played: choose a WAV (PCM) or an MP3 file."))
    if seconds > MOST_SECONDS:
        raise Refusal(
            N_("The recording lasts longer than %(seconds)s seconds. Make it shorter."), seconds=MOST_SECONDS
        )
    return WAV if is_wav else MP3, -int(-seconds // 1)


def _wav_seconds(content: bytes) -> float:
    try:
        with wave.open(io.BytesIO(content)) as sound:
            held = sound.readframes(sound.getnframes())
            return len(held) / (sound.getframerate() * sound.getnchannels() * sound.getsampwidth())
    except (wave.Error, EOFError, ZeroDivisionError, ValueError, RuntimeError):
        return 0


def _mp3_seconds(content: bytes) -> float:
    frames = list(_frames(content, _behind_tag(content)))
    return sum(seconds for _, seconds in frames) if len(frames) >= FRAMES_AT_LEAST else 0


def _behind_tag(content: bytes) -> int:
    """Where the sound begins: an ID3v2 tag says its own length, seven bits a byte (id3.org, ID3v2.3.0, 3.1)."""
    if content[:3] != b"ID3" or len(content) < 10:
        return 0
    a, b, c, d = content[6:10]
    return 10 + (a << 21 | b << 14 | c << 7 | d)


def _frames(content: bytes, at: int) -> Iterator[tuple[int, float]]:
    """The frames of an MP3 one behind the other, (place, seconds); ends at what is none, such as a tag."""
    while head := _frame(content[at : at + 4]):
        length, seconds = head
        yield at, seconds
        at += length


def _frame(head: bytes) -> tuple[int, float] | None:
    """The bytes and seconds of the layer III frame that begins so."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return None
    version, rate, step = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or rate in (0, 15) or step == 3:
        return None
    samples, kind = (1152, 1) if version == 3 else (576, 2)
    hertz = SAMPLERATES[version][step]
    length = samples // 8 * BITRATES[kind][rate - 1] * 1000 // hertz + (head[2] >> 1 & 1)
    return length, samples / hertz

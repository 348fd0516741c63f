"""Practice and real are kept apart by the database itself: what a row is, it stays, and what belongs together agrees.

A message that is queued is not looked at here: that made a launch of a hundred thousand a twentieth slower. It is when
it is claimed, where one that is not what its campaign is never leaves.

A later step that makes one of these tables anew (a foreign key does) drops what is made here first, and makes it again.
"""

MOODY = ("campaign", "message", "letter", "emergency", "activation", "token")
STAYS = "BEGIN SELECT RAISE(ABORT, 'practice stays practice, and real stays real'); END"
APART = "BEGIN SELECT RAISE(ABORT, 'practice and real do not mix'); END"
# A comparison with what is not there refuses nothing: a message has either a campaign or a letter.
AGREE = {
    "message_keeps_mood_of_campaign": "BEFORE UPDATE OF campaign_id ON message "
    "WHEN NEW.is_practice <> (SELECT is_practice FROM campaign WHERE id = NEW.campaign_id)",
    "message_keeps_mood_of_letter": "BEFORE UPDATE OF letter_id ON message "
    "WHEN NEW.is_practice <> (SELECT is_practice FROM letter WHERE id = NEW.letter_id)",
    "activation_has_mood_of_emergency": "BEFORE INSERT ON activation "
    "WHEN NEW.is_practice <> (SELECT is_practice FROM emergency WHERE id = NEW.emergency_id)",
    "activation_keeps_mood_of_emergency": "BEFORE UPDATE OF emergency_id ON activation "
    "WHEN NEW.is_practice <> (SELECT is_practice FROM emergency WHERE id = NEW.emergency_id)",
    "launch_has_mood": "BEFORE INSERT ON token_launch "
    "WHEN (SELECT is_practice FROM token WHERE id = NEW.token_id) "
    "<> (SELECT is_practice FROM campaign WHERE id = NEW.campaign_id)",
}


def up(migrator, db):
    for table in MOODY:
        db.execute_sql(
            f"CREATE TRIGGER {table}_keeps_mood BEFORE UPDATE OF is_practice ON {table} "
            f"WHEN NEW.is_practice IS NOT OLD.is_practice {STAYS}"
        )
    for name, when in AGREE.items():
        db.execute_sql(f"CREATE TRIGGER {name} {when} {APART}")

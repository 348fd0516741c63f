"""What is in hand, and what is in doubt at a road, is found without a look at every message."""


def up(migrator, db):
    db.execute_sql("DROP INDEX message_in_hand")
    db.execute_sql("CREATE INDEX message_in_hand ON message (claimed_at) WHERE status = 'sending'")
    db.execute_sql(
        "CREATE INDEX message_unsure ON message (road, claimed_at, due_at) WHERE status = 'unsure'"
    )

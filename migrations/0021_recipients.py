"""Who is meant by a message is found by the primary key; a second index of a million rows only made launches slower."""


def up(migrator, db):
    db.execute_sql("DROP INDEX IF EXISTS recipient_message_id")

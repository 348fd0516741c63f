"""Which question somebody asked is kept apart from the one that it was merged into, so that the two can be separated."""

from peewee import ForeignKeyField, Model


def up(migrator, db):
    class Question(Model):
        class Meta:
            database = db

    asked_as = ForeignKeyField(Question, Question.id, null=True, on_delete="RESTRICT")
    migrator.migrate(migrator.add_column("asking", "asked_as_id", asked_as))

"""What callers hear first and what the website says: each text in every language, for one emergency."""

from peewee import AutoField, CharField, Check, DateTimeField, ForeignKeyField, IntegerField, JSONField, Model


def up(migrator, db):
    class Base(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Emergency(Base):
        pass

    class User(Base):
        pass

    class Announcement(Base):
        id = AutoField()
        emergency = ForeignKeyField(Emergency, backref="announcements", on_delete="RESTRICT")
        kind = CharField()
        words = JSONField(default=dict)
        version = IntegerField(default=0)
        by = ForeignKeyField(User, on_delete="RESTRICT")
        changed_at = DateTimeField()

        class Meta:
            constraints = (Check("kind IN ('greeting', 'website')"),)
            indexes = ((("emergency", "kind"), True),)

    db.create_tables([Announcement])

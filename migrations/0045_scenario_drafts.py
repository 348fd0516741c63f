"""What is typed of a scenario is kept aside, for whoever types it, until it is saved."""

from peewee import CharField, DateTimeField, ForeignKeyField, IntegerField, JSONField, Model


def up(migrator, db):
    class Base(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class User(Base):
        pass

    class Template(Base):
        pass

    class TemplateDraft(Base):
        template = ForeignKeyField(Template, on_delete="CASCADE")
        based_on = IntegerField()
        wording = JSONField()
        why = CharField(default="")
        by = ForeignKeyField(User, on_delete="RESTRICT")
        changed_at = DateTimeField()

        class Meta:
            indexes = ((("template", "by"), True),)

    db.create_tables([TemplateDraft])

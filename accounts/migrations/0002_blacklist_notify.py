"""On PostgreSQL, tell listeners of each row that is added to the blacklist, as it commits.

Whoever writes the row: the trigger runs in the writer's transaction. Many rows at once are not
named one by one: the listeners load again.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION accounts_blacklist_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM (SELECT 1 FROM added LIMIT 101) AS several) > 100 THEN
        PERFORM pg_notify('accounts_blacklist', '*');
    ELSE
        PERFORM pg_notify('accounts_blacklist', jti || ' ' || extract(epoch FROM expires_at))
            FROM added;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER accounts_blacklist_notify AFTER INSERT ON accounts_blacklistedtoken
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT
    EXECUTE FUNCTION accounts_blacklist_notify();
"""
DROP = "DROP FUNCTION accounts_blacklist_notify CASCADE"


def _on_postgres(sql):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql)

    return run


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(_on_postgres(CREATE), _on_postgres(DROP))]

"""The record of what was created or adopted: a table of the superuser in database postgres.

It is part of the cluster, so that it survives a failover, a restore and the promotion of a standby cluster. An object is
ours if its name and its oid are those of the record. Default privileges would let members of dbrole_readwrite write the
table and those of dbrole_admin add triggers: creation and revocation are one transaction, and each run checks both.
"""
import json

from session import Refused

SCHEMA = "pigsty_provision"
TABLE = f"{SCHEMA}.declared"
NAME = "the record of provisioning, schema pigsty_provision of database postgres"

GRANTS = """
SELECT DISTINCT coalesce(quote_ident(rolname), 'PUBLIC')
FROM {catalog} AS object, aclexplode({acl}) LEFT JOIN pg_roles AS grantee ON grantee.oid = aclexplode.grantee
WHERE object.oid = {object} AND aclexplode.grantee <> {owner}
"""


def ensure(session):
    with session.transaction():
        owner = session.rows("SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = %(name)s", name=SCHEMA)
        if not owner:
            session.execute(f"CREATE SCHEMA {SCHEMA}")
        elif owner[0][0] != session.value("SELECT current_user::text"):
            raise Refused(f"it belongs to {owner[0][0]}: drop it, or rename it")
        if session.value("SELECT to_regclass(%(name)s)::text", name=TABLE) is None:
            session.execute(f"CREATE TABLE {TABLE} (kind text, database oid, name text, id oid, detail jsonb NOT NULL,"
                            " PRIMARY KEY (kind, database, name))")
        check(session)
        for kind, object_id, catalog, acl, holder in (
            ("SCHEMA", f"'{SCHEMA}'::regnamespace", "pg_namespace", "nspacl", "nspowner"),
            ("TABLE", f"'{TABLE}'::regclass", "pg_class", "relacl", "relowner"),
        ):
            name = SCHEMA if kind == "SCHEMA" else TABLE
            for (grantee,) in session.rows(GRANTS.format(catalog=catalog, acl=acl, object=object_id, owner=holder)):
                session.execute(f"REVOKE ALL ON {kind} {name} FROM {grantee} CASCADE")


def check(session):
    """Writing to a table with a foreign trigger or rule would run it as superuser."""
    is_plain = session.value(
        "SELECT relkind = 'r' AND NOT relhastriggers AND NOT relhasrules AND NOT relrowsecurity"
        f" AND pg_get_userbyid(relowner) = current_user FROM pg_class WHERE oid = '{TABLE}'::regclass")
    if not is_plain:
        raise Refused("it is not a plain table of the superuser without triggers: drop it")


class Record:
    def __init__(self, session):
        ensure(session)
        self.session = session
        self.entries = {
            (kind, database, name): (object_id, json.loads(detail))
            for kind, database, name, object_id, detail in session.rows(
                f"SELECT kind, database, name, id, detail::text FROM {TABLE}")
        }

    def find(self, kind, name, object_id, database=0):
        """The detail of an object; None if it is not ours."""
        recorded, detail = self.entries.get((kind, database, name), (None, None))
        return detail if recorded == object_id else None

    def names(self, kind, database=0):
        return sorted(name for known, at, name in self.entries if (known, at) == (kind, database))

    def keep(self, kind, name, object_id, database=0, detail=None):
        entry = (object_id, detail or {})
        if self.entries.get((kind, database, name)) == entry:
            return
        self.session.rows(
            f"INSERT INTO {TABLE} VALUES (%(kind)s, %(database)s, %(name)s, %(id)s, %(detail)s)"
            " ON CONFLICT (kind, database, name) DO UPDATE SET id = excluded.id, detail = excluded.detail RETURNING 1",
            kind=kind, database=database, name=name, id=object_id, detail=json.dumps(entry[1]))
        self.entries[kind, database, name] = entry

    def forget(self, kind, name, database=0):
        self.session.rows(
            f"DELETE FROM {TABLE} WHERE (kind, database, name) = (%(kind)s, %(database)s, %(name)s) RETURNING 1",
            kind=kind, database=database, name=name)
        self.entries.pop((kind, database, name), None)

    def forget_database(self, object_id):
        """What was in a database that is gone."""
        for kind, database, name in [key for key in self.entries if key[1] == object_id]:
            self.forget(kind, name, database)

"""Databases: created, their owner, limits, comment, settings and privileges as declared."""
import settings
from session import Refused

DATABASES = """
SELECT datname, oid, pg_get_userbyid(datdba), datallowconn, datconnlimit, shobj_description(oid, 'pg_database'),
       encoding, datcollate, datctype, (SELECT spcname FROM pg_tablespace AS t WHERE t.oid = dattablespace)
FROM pg_database WHERE datname = %(name)s
"""
COLUMNS = ("name", "oid", "owner", "allowconn", "connlimit", "comment", "encoding", "lc_collate", "lc_ctype", "tablespace")
# Grantee 0 is PUBLIC.
PRIVILEGES = """
SELECT grantee, privilege_type, bool_or(is_grantable)
FROM pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) WHERE oid = %(oid)s GROUP BY 1, 2
"""


def find(session, name):
    rows = session.rows(DATABASES, name=name)
    return dict(zip(COLUMNS, rows[0])) if rows else None


def converge(session, declared, record, journal):
    for database in declared["databases"]:
        journal.attempt(f"database {database['name']}",
                        lambda: converge_alone(session, database, declared, record, journal))


def converge_alone(session, database, declared, record, journal):
    create(session, database)
    with session.transaction():
        converge_database(session, database, declared, record)
    report_fixed(session, database, journal)


def create(session, database):
    name = database["name"]
    if find(session, name):
        return
    if database["hasBaseline"]:
        # Set the marker before the database exists: after an interruption the baseline still runs, and removes it.
        session.execute("DO $$ BEGIN EXECUTE format('ALTER DATABASE postgres SET %I = pending', 'pigsty.baseline_' ||"
                        f" md5({session.literal(name)})); END $$")
    session.change(f"database {name}: created", f"CREATE DATABASE {session.ident(name)}{database['createOptions']}")


def converge_database(session, database, declared, record):
    name = database["name"]
    what, quoted, found = f"database {name}", session.ident(name), find(session, name)
    if found["connlimit"] == -2:
        raise Refused("its DROP DATABASE was interrupted, and nobody can connect: drop it, then provision again")
    if found["owner"] != database["owner"]:
        session.change(f"{what}: owner: {found['owner']} -> {database['owner']}",
                       f"ALTER DATABASE {quoted} OWNER TO {session.ident(database['owner'])}")
    if found["allowconn"] != database["allowconn"]:
        session.change(f"{what}: connections {'allowed' if database['allowconn'] else 'not allowed'}",
                       f"ALTER DATABASE {quoted} ALLOW_CONNECTIONS {database['allowconn']}")
    if found["connlimit"] != database["connlimit"]:
        session.change(f"{what}: connlimit: {found['connlimit']} -> {database['connlimit']}",
                       f"ALTER DATABASE {quoted} CONNECTION LIMIT {database['connlimit']}")
    if (found["comment"] or "") != database["comment"]:
        text = session.literal(database["comment"]) if database["comment"] else "NULL"
        session.change(f"{what}: comment changed", f"COMMENT ON DATABASE {quoted} IS {text}")
    settings.converge(session, what, f"DATABASE {quoted}", database["parameters"], database=found["oid"])
    set_privileges(session, database, found, declared)
    record.keep("database", name, found["oid"])


def set_privileges(session, database, found, declared):
    what, quoted = f"database {database['name']}", session.ident(database["name"])
    roles = dict(session.rows("SELECT rolname, oid FROM pg_roles"))
    granted = {(grantee, kind): grantable for grantee, kind, grantable in session.rows(PRIVILEGES, oid=found["oid"])}

    def give(privilege, role, is_grantable=False):
        has = granted.get((roles.get(role), privilege))
        if has is None or (is_grantable and not has):
            option = " WITH GRANT OPTION" if is_grantable else ""
            session.change(f"{what}: {privilege} granted to {role}{option.lower()}",
                           f"GRANT {privilege} ON DATABASE {quoted} TO {session.ident(role)}{option}")

    def set_public(privilege, wanted):
        if ((0, privilege) in granted) != wanted:
            verb = "GRANT {} ON DATABASE {} TO PUBLIC" if wanted else "REVOKE {} ON DATABASE {} FROM PUBLIC"
            session.change(f"{what}: {privilege} {'granted to' if wanted else 'revoked from'} public",
                           verb.format(privilege, quoted))

    set_public("CREATE", False)
    set_public("CONNECT", not database["isClosed"])
    if database["isClosed"]:
        for role in declared["connectors"]:
            give("CONNECT", role)
        for role in (declared["admin"], database["owner"]):
            give("CONNECT", role, is_grantable=True)
    if "dbrole_admin" in roles:
        give("CREATE", "dbrole_admin")


def report_fixed(session, database, journal):
    """What a database has since its creation and cannot change."""
    found = find(session, database["name"])
    code = session.value("SELECT pg_encoding_to_char(%(code)s)", code=found["encoding"])
    for key, value in database["fixed"].items():
        if key == "encoding":
            actual, differs = code, session.value("SELECT pg_char_to_encoding(%(name)s)", name=value) != found["encoding"]
        else:
            actual, differs = found[key], plain(found[key]) != plain(value)
        if differs:
            journal.deviates(f"database {database['name']}: {key} is {actual}, not {value}: only a new database can have it")


def plain(locale):
    """`en_US.UTF-8` and `en_US.utf8` are the same locale."""
    return locale.lower().replace("-", "")

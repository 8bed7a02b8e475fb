"""The inside of a database: schemas, extensions, default privileges."""
import contextlib
import re

from patroni import psycopg
from session import SAFE_PATH

EXTENSIONS = """
SELECT extname, nspname, extrelocatable FROM pg_extension JOIN pg_namespace AS n ON n.oid = extnamespace
"""
# Without an entry, the built-in default privileges hold: of functions and types, for PUBLIC.
DEFAULTS = """
SELECT coalesce(grantee.rolname, 'public'), privilege_type, defaclobjtype::text, owner.rolname, is_grantable
FROM pg_default_acl, aclexplode(defaclacl) AS acl JOIN pg_roles AS owner ON owner.oid = grantor
LEFT JOIN pg_roles AS grantee ON grantee.oid = acl.grantee
WHERE acl.grantee <> acl.grantor
UNION ALL
SELECT 'public', privilege_type, kind::text, owner.rolname, is_grantable
FROM pg_roles AS owner CROSS JOIN unnest('{f,T}'::"char"[]) AS kind, aclexplode(acldefault(kind, owner.oid)) AS acl
WHERE acl.grantee = 0 AND owner.rolname = ANY (%(grantors)s)
  AND NOT EXISTS (SELECT FROM pg_default_acl AS d
                  WHERE (d.defaclrole, d.defaclobjtype, d.defaclnamespace) = (owner.oid, kind, 0))
UNION ALL
SELECT coalesce(grantee.rolname, 'public'), privilege_type, 'schema public', '', is_grantable
FROM pg_namespace, aclexplode(nspacl) AS acl LEFT JOIN pg_roles AS grantee ON grantee.oid = acl.grantee
WHERE nspname = 'public'
"""
# The kind of the rows that are not default privileges.
PUBLIC = "schema public"
KINDS = {"r": "tables", "S": "sequences", "f": "functions", "T": "types", "n": "schemas", "L": "large objects"}


def converge(session, content, declared, record):
    """`content`: schemas, extensions, and whether extensions that the image lacks are left out."""
    what = f"database {session.database}"
    oid = session.value("SELECT oid FROM pg_database WHERE datname = current_database()")
    create_schemas(session, what, content["schemas"])
    create_extensions(session, what, content)
    if content["isTemplate"]:
        let_monitor_in(session, what)
    set_defaults(session, what, declared, record, oid)
    return oid


def schemas_of(session):
    return dict(session.rows("SELECT nspname, oid FROM pg_namespace"))


def create_schemas(session, what, names):
    found = schemas_of(session)
    for name in names:
        if name not in found:
            session.change(f"{what}: schema {name} created", f"CREATE SCHEMA {session.ident(name)}")


def create_extensions(session, what, content):
    found = {name: (schema, movable) for name, schema, movable in session.rows(EXTENSIONS)}
    available = {name for (name,) in session.rows("SELECT name FROM pg_available_extensions")}
    for extension in content["extensions"]:
        name, schema = extension["name"], extension["schema"]
        if content["isTemplate"] and name not in available:
            continue
        # CASCADE may have created it.
        if name not in found and not session.rows("SELECT FROM pg_extension WHERE extname = %(name)s", name=name):
            place = f" WITH SCHEMA {session.ident(schema)}" if schema else ""
            # Without a schema, where the search_path of the database leads. For this statement alone: the owner of the
            # database may have put own objects before those of pg_catalog.
            session.execute("RESET search_path")
            session.change(f"{what}: extension {name} created", f"CREATE EXTENSION {session.ident(name)}{place} CASCADE")
            session.execute(SAFE_PATH)
        elif name in found and schema not in ("", found[name][0]):
            move_extension(session, what, extension, *found[name])


def let_monitor_in(session, what):
    """The monitoring user reads the statements of all databases in `postgres`; it may not own or create anything."""
    for name, schema, _ in session.rows(EXTENSIONS):
        if name == "pg_stat_statements" and not session.value(
                "SELECT has_schema_privilege('pg_monitor', %(schema)s, 'USAGE')", schema=schema):
            session.change(f"{what}: USAGE on schema {schema} granted to pg_monitor",
                           f"GRANT USAGE ON SCHEMA {session.ident(schema)} TO pg_monitor")


def move_extension(session, what, extension, actual, is_movable):
    name, schema = extension["name"], extension["schema"]
    if is_movable:
        session.change(f"{what}: extension {name}: schema: {actual} -> {schema}",
                       f"ALTER EXTENSION {session.ident(name)} SET SCHEMA {session.ident(schema)}")
    else:
        session.journal.deviates(f"{what}: extension {name} is in schema {actual}, not {schema}: it cannot be moved")


class Unchanged(Exception):
    """Ends a transaction whose statements had no effect."""


def set_defaults(session, what, declared, record, oid):
    """Default privileges, and those of schema public. What PostgreSQL repeats without an effect is rolled back."""
    wanted = {"privileges": declared["privileges"], "grantors": declared["grantors"]}
    recorded = record.find("privileges", "", oid, oid)
    grantors = list({*declared["grantors"], *(recorded or wanted)["grantors"]})
    with contextlib.suppress(Unchanged), session.transaction():
        before = set(session.rows(DEFAULTS, grantors=grantors))
        roles = {name for (name,) in session.rows("SELECT rolname FROM pg_roles")}
        if "public" in schemas_of(session):
            set_public_schema(session, {(grantee, privilege) for grantee, privilege, kind, *_ in before if kind == PUBLIC}, roles)
        if recorded not in (None, wanted):
            take_back(session, recorded, roles)
        for grantor in declared["grantors"]:
            if grantor in roles:
                for statement in declared["privileges"]:
                    alter_defaults(session, grantor, statement)
        after = set(session.rows(DEFAULTS, grantors=grantors))
        if after == before:
            raise Unchanged
        tell(session, what, before - after, "revoked")
        tell(session, what, after - before, "granted")
    record.keep("privileges", "", oid, oid, wanted)


def set_public_schema(session, granted, roles):
    """Nothing where it holds: a statement without effect collides with those of the owner all the same."""
    if ("public", "CREATE") in granted:
        session.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    if "dbrole_admin" in roles and not {("dbrole_admin", "CREATE"), ("dbrole_admin", "USAGE")} <= granted:
        session.execute("GRANT CREATE, USAGE ON SCHEMA public TO dbrole_admin")


def alter_defaults(session, grantor, statement):
    session.execute(f"ALTER DEFAULT PRIVILEGES FOR ROLE {session.ident(grantor)} {statement}")


def take_back(session, recorded, roles):
    """The statements of an earlier inventory, reversed. A role in them may be gone, and its privileges with it."""
    for grantor in recorded["grantors"]:
        for statement in recorded["privileges"] if grantor in roles else []:
            with contextlib.suppress(psycopg.ProgrammingError), session.savepoint():
                alter_defaults(session, grantor, reverse(statement))


def reverse(statement):
    text = re.sub(r"\s+WITH\s+GRANT\s+OPTION\s*$", "", statement, flags=re.IGNORECASE)
    for verb, word, other, opposite in (("GRANT", "TO", "REVOKE", "FROM"), ("REVOKE", "FROM", "GRANT", "TO")):
        found = re.match(rf"(.*?)\b{verb}\b(.*)\b{word}\b(.*)$", text, flags=re.IGNORECASE | re.DOTALL)
        if found:
            return f"{found[1]}{other}{found[2]}{opposite}{found[3]}"
    return text


def tell(session, what, rows, verb):
    """A line for each privilege, with the owners of the future objects."""
    owners = {}
    for grantee, privilege, kind, owner, is_grantable in sorted(rows):
        objects = f"new {KINDS[kind]}" if kind in KINDS else kind
        line = f"{privilege} on {objects} {verb}: {grantee}{' with grant option' if is_grantable else ''}"
        owners.setdefault(line, []).extend([owner] if owner else [])
    for line, names in owners.items():
        session.changed(f"{what}: {line}" + (f", for objects of {', '.join(names)}" if names else ""))


def remove(session, content, oid, record, journal):
    """Schemas and extensions that the inventory no longer has are reported; `state: absent` drops them, when empty."""
    names = {"schema": content["schemas"], "extension": [extension["name"] for extension in content["extensions"]]}
    for kind, query in ("schema", "SELECT nspname, oid FROM pg_namespace"), ("extension", "SELECT extname, oid FROM pg_extension"):
        found = dict(session.rows(query))
        declared, absent = names[kind], content["absent"][kind]
        for name in absent:
            if name in found:
                what = f"database {session.database}: {kind} {name}"
                statement = f"DROP {kind.upper()} {session.ident(name)} RESTRICT"
                journal.attempt(what, lambda: session.change(f"{what} dropped", statement))
        for name in declared:
            if name in found:
                record.keep(kind, name, found[name], oid)
        for name in record.names(kind, oid):
            if name in absent or record.find(kind, name, found.get(name), oid) is None:
                record.forget(kind, name, oid)
            elif name not in declared:
                journal.report(f"database {session.database}: {kind} {name} is not in the inventory any more: not changed;"
                               " `state: absent` drops it")

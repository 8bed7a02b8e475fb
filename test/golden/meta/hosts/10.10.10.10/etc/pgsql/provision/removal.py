"""Users and databases that the inventory no longer has: they are reported; what was ours cannot log in. Only
`state: absent` drops."""
from record import TABLE
from session import Refused, Session, persist
from users import end_own_sessions

OWNED = """
SELECT database.datname, database.datallowconn, d.classid, d.objid, d.objsubid
FROM pg_shdepend AS d LEFT JOIN pg_database AS database ON database.oid = d.dbid
WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = %(oid)s AND d.deptype = 'o'
  AND d.classid <> 'pg_default_acl'::regclass
ORDER BY 1 NULLS FIRST, 3, 4
"""
# Where privileges of a role are recorded.
GRANTED = """
SELECT DISTINCT database.datname, database.datallowconn
FROM pg_shdepend AS d JOIN pg_database AS database ON database.oid = d.dbid
WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = %(oid)s
"""
SHOWN = 5


def find_role(session, name):
    return session.value("SELECT oid FROM pg_roles WHERE rolname = %(name)s", name=name)


def lock_out(session, name, oid):
    """Takes the login of a role; true if it had it. The role cannot prevent it by a transaction that changes itself."""
    if not session.value("SELECT rolcanlogin FROM pg_roles WHERE oid = %(oid)s", oid=oid):
        return False
    line = f"user {name}: login removed: the inventory does not have it"
    with session.lock_timeout("1s"):
        persist(lambda: session.change(line, f"ALTER ROLE {session.ident(name)} NOLOGIN"),
                lambda: end_own_sessions(session, name))
    return True


def end_sessions(session):
    """Ends the sessions of declared roles that may not log in; also on a replica, whose roles are those of the primary."""
    rows = session.rows(
        "SELECT rolname, pg_terminate_backend(pid) FROM pg_stat_activity AS a JOIN pg_roles AS r ON r.oid = a.usesysid"
        f" WHERE NOT rolcanlogin AND r.oid IN (SELECT id FROM {TABLE} WHERE kind = 'user')")
    for name in sorted({name for name, _ in rows}):
        session.changed(f"user {name}: sessions ended: {sum(name == other for other, _ in rows)}")


def retire_users(session, declared, record, journal):
    kept = {user["name"] for user in declared["users"]} | set(declared["absentUsers"])
    for name in record.names("user"):
        oid = find_role(session, name)
        if oid is None or record.find("user", name, oid) is None:
            record.forget("user", name)
        elif name not in kept and name != declared["superuser"]:
            with journal.about(f"user {name}"):
                lock_out(session, name, oid)
                journal.report(f"user {name} is not in the inventory any more: it cannot log in, and keeps what it owns;"
                               " `state: absent` in pg_users drops it")
    for (name,) in session.rows("SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1"):
        if name not in kept and name not in record.names("user") and name != declared["superuser"]:
            journal.report(f"role {name} is not in the inventory and was not created by it: not changed")


def drop_users(session, declared, record, journal):
    for name in declared["absentUsers"]:
        oid = find_role(session, name)
        if oid is None:
            record.forget("user", name)
            continue
        with journal.about(f"user {name}"):
            if name == declared["superuser"] or oid < 16384:
                raise Refused("PostgreSQL needs it: not dropped")
            record.keep("user", name, oid, detail=record.find("user", name, oid))
            lock_out(session, name, oid)
            end_sessions(session)
            persist(lambda: drop_user(session, name, oid))
            record.forget("user", name)


def drop_user(session, name, oid):
    refuse_owner(session, name, oid)
    revoke_privileges(session, name, oid)
    session.change(f"user {name}: dropped", f"DROP ROLE {session.ident(name)}")


def refuse_owner(session, name, oid):
    owned = session.rows(OWNED, oid=oid)
    if not owned:
        return
    words = []
    for database in dict.fromkeys((row[0], row[1]) for row in owned):
        objects = [row[2:] for row in owned if row[:2] == database]
        words.append(describe_owned(session, *database, objects))
    raise Refused(f"not dropped, because it owns {'; '.join(words)}. Give these to another user, in each of the databases:"
                  f" REASSIGN OWNED BY {session.ident(name)} TO <user>; then provision again")


def describe_owned(session, database, allows, objects):
    place = f" in database {database}" if database else ""
    if database and not allows:
        return f"{len(objects)} objects{place}"
    query = "SELECT pg_describe_object(%(kind)s, %(id)s, %(part)s)"
    with Session(database or session.database, session.journal) as there:
        names = [there.value(query, kind=kind, id=object_id, part=part) for kind, object_id, part in objects[:SHOWN]]
    more = f" and {len(objects) - SHOWN} more" if len(objects) > SHOWN else ""
    return ", ".join(names) + more + place


def revoke_privileges(session, name, oid):
    """DROP OWNED revokes what was granted to a role; the role owns nothing that it could drop."""
    databases = session.rows(GRANTED, oid=oid)
    closed = [database for database, allows in databases if not allows]
    if closed:
        raise Refused(f"not dropped, because it has privileges in database {', '.join(closed)}, which allows no connections")
    for database in dict.fromkeys([session.database, *(name for name, _ in databases)]):
        with Session(database, session.journal) as there, there.transaction():
            if there.rows(OWNED, oid=oid):
                raise Refused("not dropped, because it has created objects meanwhile")
            there.execute(f"DROP OWNED BY {there.ident(name)} RESTRICT")


def report_databases(session, declared, record, journal):
    kept = {database["name"] for database in declared["databases"]}
    absent = {database["name"]: database["isConfirmed"] for database in declared["absentDatabases"]}
    names = dict(session.rows("SELECT datname, oid FROM pg_database ORDER BY 1"))
    for name in record.names("database"):
        if record.find("database", name, names.get(name)) is None:
            record.forget("database", name)
    for name, oid in names.items():
        if name in kept or name in ("postgres", "template0", "template1") or absent.get(name):
            continue
        if name in absent:
            journal.deviates(f"database {name} is not dropped: `state: absent` needs `drop: true` beside it")
        elif record.find("database", name, oid) is None:
            journal.report(f"database {name} is not in the inventory and was not created by it: not changed")
        else:
            journal.report(f"database {name} is not in the inventory any more: not changed;"
                           " `state: absent` with `drop: true` in pg_databases drops it")


def drop_databases(session, declared, record, journal):
    for database in declared["absentDatabases"]:
        name = database["name"]
        oid = session.value("SELECT oid FROM pg_database WHERE datname = %(name)s", name=name)
        if oid is None or not database["isConfirmed"]:
            continue
        # Object in use: by a prepared transaction, a replication slot or a subscription; FORCE ends sessions.
        with journal.about(f"database {name}", permanent=("55006",)):
            statement = f"DROP DATABASE {session.ident(name)} WITH (FORCE)"
            persist(lambda: session.change(f"database {name}: dropped", statement))
            record.forget_database(oid)
            record.forget("database", name)

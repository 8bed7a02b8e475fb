"""Users: created, their attributes and memberships set exactly."""
import settings

FLAGS = {
    "login": "rolcanlogin", "superuser": "rolsuper", "createdb": "rolcreatedb", "createrole": "rolcreaterole",
    "inherit": "rolinherit", "replication": "rolreplication", "bypassrls": "rolbypassrls",
}
ROLES = f"""
SELECT rolname, jsonb_build_object({", ".join(f"'{key}', {column}" for key, column in FLAGS.items())}),
       oid, rolconnlimit, rolvaliduntil::text, rolpassword, shobj_description(oid, 'pg_authid')
FROM pg_authid WHERE %(name)s::text IS NULL OR rolname = %(name)s
"""
COLUMNS = ("flags", "oid", "connlimit", "expires", "password", "comment")


def read_roles(session, only=None):
    return {name: dict(zip(COLUMNS, values)) for name, *values in session.rows(ROLES, name=only)}


def converge(session, declared, record, journal):
    for user in declared["users"]:
        with session.lock_timeout("10s"):
            journal.attempt(f"user {user['name']}", lambda: converge_alone(session, user, record),
                            unblock=lambda: free(session, user["name"]))


def converge_alone(session, user, record):
    with session.transaction():
        converge_user(session, user, read_roles(session, user["name"]).get(user["name"]), record)


def free(session, name):
    """After the first attempt. What still holds the role is not its own, and not worth as long again."""
    session.execute("SET lock_timeout = '1s'")
    end_own_sessions(session, name, "xact_start IS NOT NULL")


def end_own_sessions(session, name, condition="true"):
    """A role can change itself in a transaction that it leaves open, and nobody else can change it meanwhile."""
    ended = session.value(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = %(name)s"
        f" AND usename <> current_user AND {condition}", name=name)
    if ended:
        session.changed(f"user {name}: sessions ended that held up its change: {ended}")


def converge_user(session, user, role, record):
    name, what, quoted = user["name"], f"user {user['name']}", session.ident(user["name"])
    if role is None:
        session.change(f"{what}: created", f"CREATE ROLE {quoted} {words(user['flags'], {})}")
        role = read_roles(session, name)[name]
    known = record.find("user", name, role["oid"])
    detail = {}
    if not user["isBootstrap"]:
        set_flags(session, what, user, role)
    set_expiry(session, what, user, role, known, detail)
    set_password(session, what, user, role, known, detail)
    if (role["comment"] or "") != user["comment"]:
        text = session.literal(user["comment"]) if user["comment"] else "NULL"
        session.change(f"{what}: comment changed", f"COMMENT ON ROLE {quoted} IS {text}")
    settings.converge(session, what, f"ROLE {quoted}", user["parameters"], role=role["oid"])
    record.keep("user", name, role["oid"], detail=detail)


def words(wanted, found):
    return " ".join(("" if wanted[key] else "NO") + key.upper() for key in FLAGS if found.get(key) != wanted[key])


def set_flags(session, what, user, role):
    wanted, found = user["flags"], role["flags"]
    changed = words(wanted, found)
    if role["connlimit"] != user["connlimit"]:
        changed += f" CONNECTION LIMIT {user['connlimit']}"
    if not changed:
        return
    session.execute(f"ALTER ROLE {session.ident(user['name'])} {changed}")
    for key in FLAGS:
        if found[key] != wanted[key]:
            session.changed(f"{what}: {key} {'granted' if wanted[key] else 'removed'}")
    if role["connlimit"] != user["connlimit"]:
        session.changed(f"{what}: connlimit: {role['connlimit']} -> {user['connlimit']}")


def set_expiry(session, what, user, role, known, detail):
    """`expire_in` counts from the provisioning that sees this number first; an older date of an adopted role stays."""
    wanted = user["expireAt"] or "infinity"
    if user["expireInDays"] >= 0:
        days = user["expireInDays"]
        is_kept = (known or {}).get("expire_in") == days
        adopted = role["expires"] if known is None else None
        wanted = known["expires"] if is_kept else adopted or session.value(
            "SELECT (now() + make_interval(days => %(days)s))::text", days=days)
        detail.update(expire_in=days, expires=wanted)
    differs = session.value(
        "SELECT coalesce(%(found)s, 'infinity')::timestamptz <> %(wanted)s::timestamptz",
        found=role["expires"], wanted=wanted)
    if differs:
        statement = f"ALTER ROLE {session.ident(user['name'])} VALID UNTIL {session.literal(wanted)}"
        old, new = ("never" if date in (None, "infinity") else date for date in (role["expires"], wanted))
        session.change(f"{what}: expires: {old} -> {new}", statement)


def set_password(session, what, user, role, known, detail):
    """A password that the inventory no longer has is removed if the inventory has set it."""
    quoted, wanted = session.ident(user["name"]), user["verifiers"]
    if wanted:
        detail["password"] = True
        if role["password"] != wanted[0]:
            line = f"{what}: password {'set' if role['password'] is None else 'changed'}"
            session.change(line, f"ALTER ROLE {quoted} PASSWORD {session.literal(wanted[0])}")
    elif (known or {}).get("password") and role["password"] is not None:
        session.change(f"{what}: password removed", f"ALTER ROLE {quoted} PASSWORD NULL")

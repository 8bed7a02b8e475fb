"""Memberships of users: those of `roles`, and no others."""

# Before PostgreSQL 16 a membership has no grantor of its own and no options.
MEMBERSHIPS = """
SELECT parent.rolname, coalesce(quote_ident(grantor.rolname), ''), grantor.oid = member.oid, admin_option,
       (to_jsonb(m) ->> 'inherit_option')::boolean, (to_jsonb(m) ->> 'set_option')::boolean
FROM pg_auth_members AS m JOIN pg_roles AS parent ON parent.oid = m.roleid JOIN pg_roles AS member ON member.oid = m.member
LEFT JOIN pg_roles AS grantor ON grantor.oid = m.grantor
WHERE member.rolname = %(member)s
ORDER BY parent.rolname
"""


def converge(session, declared, record, journal):
    """One transaction: a revocation with CASCADE may take a declared membership, which is then granted again."""
    names = {name: oid for name, oid in session.rows("SELECT rolname, oid FROM pg_roles")}
    ours = {user["name"] for user in declared["users"]}
    ours |= {name for name in names if name.startswith("pg_") or record.find("user", name, names[name]) is not None}
    users = [user for user in declared["users"] if user["name"] in names]
    with session.transaction():
        revoked = {}
        for user in users:
            revoked[user["name"]] = journal.attempt(
                f"user {user['name']}", lambda: in_savepoint(session, lambda: revoke(session, user, ours))) or set()
        for user in users:
            taken = revoked[user["name"]]
            journal.attempt(
                f"user {user['name']}", lambda: in_savepoint(session, lambda: grant(session, user, names, taken, journal)))


def in_savepoint(session, work):
    with session.savepoint():
        return work()


def is_right(session, user, admin, inherits, settable):
    return not admin and (session.version < 16 or (inherits == user["flags"]["inherit"] and settable))


def revoke(session, user, ours):
    """The roles of which a membership was revoked, because it is not declared or has other options."""
    revoked = set()
    for parent, grantor, is_self, admin, inherits, settable in session.rows(MEMBERSHIPS, member=user["name"]):
        # What PostgreSQL gives to the creator of a role: the role is the creator's.
        if parent not in ours and parent not in user["roles"] and (is_self or (admin and not inherits and not settable)):
            continue
        if parent in user["roles"] and is_right(session, user, admin, inherits, settable):
            continue
        by = f" GRANTED BY {grantor}" if session.version >= 16 else ""
        session.execute(f"REVOKE {session.ident(parent)} FROM {session.ident(user['name'])}{by} CASCADE")
        revoked.add(parent)
    return revoked


def grant(session, user, names, revoked, journal):
    what, quoted = f"user {user['name']}", session.ident(user["name"])
    found = {parent for parent, _, _, admin, inherits, settable in session.rows(MEMBERSHIPS, member=user["name"])
             if is_right(session, user, admin, inherits, settable)}
    inherits = "TRUE" if user["flags"]["inherit"] else "FALSE"
    options = f" WITH INHERIT {inherits}, SET TRUE" if session.version >= 16 else ""
    for parent in user["roles"]:
        if parent not in names:
            journal.deviates(f"{what}: role {parent} does not exist: not granted")
        elif parent not in found:
            again = " again, with the declared options" if parent in revoked else ""
            session.change(f"{what}: role {parent} granted{again}", f"GRANT {session.ident(parent)} TO {quoted}{options}")
    for parent in sorted(revoked - set(user["roles"])):
        session.changed(f"{what}: role {parent} revoked")

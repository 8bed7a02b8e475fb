"""Settings of a role or a database: those of the inventory, and no others."""


def read(session, role, database):
    entries = session.value(
        "SELECT setconfig FROM pg_db_role_setting WHERE setrole = %(role)s AND setdatabase = %(database)s",
        role=role, database=database)
    # Our own markers, of baselines.
    return dict(entry.split("=", 1) for entry in entries or [] if not entry.startswith("pigsty."))


def converge(session, what, target, declared, role=0, database=0):
    """`target`: `ROLE "x"`. A changed value is found by comparison afterwards: PostgreSQL has its own form of lists."""
    before = read(session, role, database)
    wanted = {setting["name"].lower() for setting in declared}
    for name in before:
        if name.lower() not in wanted:
            session.execute(f"ALTER {target} RESET {session.ident(name)}")
    for setting in declared:
        if before.get(setting["name"]) != setting["plain"]:
            session.execute(f"ALTER {target} SET {session.ident(setting['name'])} = {setting['value']}")
    after = read(session, role, database)
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if new is None:
            session.changed(f"{what}: parameter {name} removed, it was {old}")
        elif old != new:
            session.changed(f"{what}: parameter {name}: {'not set' if old is None else old} -> {new}")

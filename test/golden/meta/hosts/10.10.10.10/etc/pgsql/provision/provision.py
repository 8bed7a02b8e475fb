"""Makes roles and databases of this primary as the inventory declares (declared.yml), and says what it changed.

provision.py            everything
provision.py base       roles and empty databases: in the initialisation of a cluster
provision.py replica    ends the sessions of users that may not log in
Exit code 65: an error that another attempt does not resolve. 75: another session holds an object, all others are done.
"""
import os
import sys

import contents
import databases
import memberships
import record
import removal
import users
import yaml
from patroni import psycopg
from session import HELD_UP, PERMANENT, Journal, Session, describe

DECLARED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "declared.yml")
# pg_rewind reads the files of a leader with these (its manual, "Options", --source-server).
REWIND = ("pg_ls_dir(text, boolean, boolean)", "pg_stat_file(text, boolean)", "pg_read_binary_file(text)",
          "pg_read_binary_file(text, bigint, bigint, boolean)")
# The function of pgbouncer's auth_query, for users that are not in its list (its manual). It returns no superusers or
# roles that cannot log in.
POOL_AUTH = """
CREATE SCHEMA IF NOT EXISTS monitor;
CREATE OR REPLACE FUNCTION monitor.pgbouncer_auth(wanted text) RETURNS TABLE (username text, password text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog
AS $$
  SELECT rolname::text, rolpassword FROM pg_authid
  WHERE rolname = wanted AND rolcanlogin AND NOT rolsuper AND NOT rolreplication
    AND (rolvaliduntil IS NULL OR rolvaliduntil > now())
$$;
REVOKE ALL ON FUNCTION monitor.pgbouncer_auth(text) FROM PUBLIC;
GRANT USAGE ON SCHEMA monitor TO {asker};
GRANT EXECUTE ON FUNCTION monitor.pgbouncer_auth(text) TO {asker};
"""


def provision_base(session, declared, known, journal):
    users.converge(session, declared, known, journal)
    memberships.converge(session, declared, known, journal)
    journal.attempt(f"user {declared['replicator']}", lambda: grant_rewind(session, declared["replicator"]))
    # Before any database is created from template1.
    for name in "template1", "postgres":
        journal.attempt(f"database {name}", lambda: provision_template(name, declared, known, journal))
    if declared["poolAsker"]:
        statements = POOL_AUTH.format(asker=session.ident(declared["poolAsker"]))
        journal.attempt("the auth_query of pgbouncer", lambda: session.execute(statements))
    databases.converge(session, declared, known, journal)


def provision_template(name, declared, known, journal):
    with Session(name, journal) as there:
        contents.converge(there, declared["template"], declared, known)


def grant_rewind(session, name):
    for function in REWIND:
        has = session.value("SELECT has_function_privilege(%(role)s, %(function)s, 'EXECUTE')",
                            role=name, function=f"pg_catalog.{function}")
        if not has:
            session.change(f"user {name}: {function} granted",
                           f"GRANT EXECUTE ON FUNCTION pg_catalog.{function} TO {session.ident(name)}")


def provision_contents(session, declared, known, journal):
    for database in declared["databases"]:
        if database["allowconn"] and databases.find(session, database["name"]):
            journal.attempt(f"database {database['name']}", lambda: provision_content(database, declared, known, journal))


def provision_content(database, declared, known, journal):
    with Session(database["name"], journal) as there:
        oid = contents.converge(there, database["content"], declared, known)
        contents.remove(there, database["content"], oid, known, journal)


def is_outdated(declared, known, journal):
    """Whether the cluster has a newer declaration: this host was down meanwhile, or is back on an older generation."""
    number = declared["number"]
    newest = (known.find("declaration", "number", 0) or {}).get("number", 0)
    if newest <= number:
        return False
    journal.deviates(f"declaration {number} of this host is older than {newest}, which the cluster has: nothing is created or"
                     " taken away, and nobody gets a login back; build and apply the newest inventory on this host")
    return True


def provision_outdated(session, declared, known, journal):
    """Attributes and passwords of users that exist: those that the pool of this host has."""
    roles = users.read_roles(session)
    for user in declared["users"]:
        role = roles.get(user["name"])
        user["flags"]["login"] = user["flags"]["login"] and role is not None and role["flags"]["login"]
    existing = [user for user in declared["users"] if user["name"] in roles]
    users.converge(session, {**declared, "users": existing}, known, journal)


def provision_all(session, declared, known, journal):
    if is_outdated(declared, known, journal):
        provision_outdated(session, declared, known, journal)
        return
    known.keep("declaration", "number", 0, detail={"number": declared["number"]})
    # First of all: whoever may not log in any more.
    removal.retire_users(session, declared, known, journal)
    removal.end_sessions(session)
    provision_base(session, declared, known, journal)
    provision_contents(session, declared, known, journal)
    removal.report_databases(session, declared, known, journal)
    removal.drop_databases(session, declared, known, journal)
    removal.drop_users(session, declared, known, journal)
    removal.end_sessions(session)


def open_record(session, journal):
    with journal.about(record.NAME):
        return record.Record(session)


def conclude(journal):
    changes = f"changes: {journal.changes}"
    if journal.errors:
        waiting = f"; in use: {journal.busy}" if journal.busy else ""
        print(f"roles and databases are not as declared: errors: {journal.errors}{waiting}; {changes}", file=sys.stderr)
        return PERMANENT
    if journal.busy:
        print(f"roles and databases are not as declared, and tried again: in use: {journal.busy}; {changes}", file=sys.stderr)
        return HELD_UP
    others = f"; not in the inventory: {journal.reports}, see above" if journal.reports else ""
    if journal.deviations:
        print(f"roles and databases are not all as declared: differences: {journal.deviations}, see above{others}; {changes}")
    else:
        print(f"the roles and databases of the inventory are as declared{others}; {changes}")
    return 0


def run(mode):
    journal = Journal()
    with open(DECLARED, encoding="utf-8") as file:
        declared = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    try:
        with Session("postgres", journal) as session:
            if mode == "replica":
                if session.value("SELECT to_regclass(%(name)s)::text", name=record.TABLE):
                    record.check(session)
                    removal.end_sessions(session)
                return 0
            known = open_record(session, journal)
            if known:
                work = provision_base if mode == "base" else provision_all
                work(session, declared, known, journal)
    except psycopg.Error as error:
        print(f"interrupted, and tried again: {describe(error)}", file=sys.stderr)
        return 1
    return conclude(journal)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1] if len(sys.argv) > 1 else ""))

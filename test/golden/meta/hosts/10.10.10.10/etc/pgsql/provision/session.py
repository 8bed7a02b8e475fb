"""A connection to one database, the lines of the journal, and errors with the object that they concern."""
import contextlib
import os
import re
import sys
import time

from patroni import psycopg

# SQLSTATE classes and codes that another attempt can resolve (PostgreSQL manual, appendix A): connection, serialization,
# resources, operator intervention; read-only after a demotion; object in use, lock not available; I/O error;
# a unique violation in a catalog, which a concurrent statement causes.
HEALING = ("08", "40", "53", "57", "25006", "55006", "55P03", "58030", "23505")
SAFE_PATH = "SET search_path = pg_catalog"
# Lock not available; object in use. Whoever may use an object can hold a lock on it without end.
BUSY = ("55P03", "55006")
# Serialization failure, deadlock; a unique violation in a catalog. Whoever changes an object in a loop can cause them.
COLLISIONS = ("40", "23505")
# Seconds before another attempt.
PAUSES = (0.1, 0.2, 0.4, 0.8)
# The owner of a database chooses defaults for its sessions; options of the connection have priority.
OWN_OPTIONS = ["role=none", "default_transaction_read_only=off", "statement_timeout=0", "lock_timeout=10s",
               "idle_in_transaction_session_timeout=0"]
# Options of later major versions: known after the first connection, which is to a database of the superuser.
LATER_OPTIONS = {"idle_session_timeout=0": 14, "transaction_timeout=0": 17}
# Do not retry (pgsql-provision.service, RestartPreventExitStatus=).
PERMANENT = 65
# Try again later (sysexits.h, EX_TEMPFAIL).
HELD_UP = 75


class Refused(Exception):
    """The declared state cannot be reached, for a reason of our own."""


def code_of(error):
    """SQLSTATE; None for an error of the connection. The names of psycopg2 and psycopg 3."""
    return getattr(error, "pgcode", None) or getattr(error, "sqlstate", None)


def heals(error):
    code = code_of(error)
    if code is None:
        return isinstance(error, psycopg.OperationalError) or not isinstance(error, psycopg.DatabaseError)
    return code.startswith(HEALING) or collides(error) or "recovery is in progress" in describe(error)


def collides(error):
    """Another session changed the same object at the same time."""
    return (code_of(error) or "").startswith(COLLISIONS) or "tuple concurrently" in describe(error)


def persist(work, unblock=None):
    """Does it again after a collision, and when the object is in use if `unblock` can do something about it."""
    for pause in PAUSES:
        try:
            return work()
        except psycopg.Error as error:
            if not collides(error) and not (unblock and code_of(error) in BUSY):
                raise
        time.sleep(pause)
        if unblock:
            unblock()
    return work()


def describe(error):
    """Message and detail; never the statement, which may contain a password verifier."""
    diagnosis = getattr(error, "diag", None)
    parts = [getattr(diagnosis, name, None) for name in ("message_primary", "message_detail", "message_hint")]
    return one_line("; ".join(part for part in parts if part) or str(error).strip())


def one_line(text):
    """Names of foreign objects may contain line breaks."""
    return re.sub(r"[\x00-\x1f\x7f]+", " ", text)


class Journal:
    """What was changed, what differs from the inventory, and what failed."""

    def __init__(self):
        self.changes = 0
        self.reports = 0
        self.deviations = 0
        self.errors = 0
        self.busy = 0
        self.said = set()

    def changed(self, line):
        self.changes += 1
        print(one_line(line), flush=True)

    def report(self, line):
        self.reports += self.say(line)

    def deviates(self, line):
        self.deviations += self.say(line)

    def say(self, line):
        """True if it was not said before: another attempt finds the same."""
        if line in self.said:
            return False
        self.said.add(line)
        print(one_line(line), flush=True)
        return True

    def failed(self, line):
        self.errors += 1
        print("error: " + one_line(line), file=sys.stderr, flush=True)

    def held_up(self, line):
        self.busy += 1
        print("in use: " + one_line(line), file=sys.stderr, flush=True)

    @contextlib.contextmanager
    def about(self, what, permanent=()):
        """An error that does not heal, or an object in use, fails this object; the others go on. `permanent`: codes that do not heal here."""
        try:
            yield
        except Refused as refusal:
            self.failed(f"{what}: {refusal}")
        except psycopg.Error as error:
            code = code_of(error)
            if code in BUSY and code not in permanent:
                self.held_up(f"{what}: {describe(error)}; another session holds it (pg_locks, pg_stat_activity)")
                return
            if collides(error):
                self.held_up(f"{what}: {describe(error)}; other sessions change it all the time (pg_stat_activity)")
                return
            if heals(error) and code not in permanent:
                raise
            self.failed(f"{what}: {describe(error)}")

    def attempt(self, what, work, unblock=None, permanent=()):
        """The result of `work`, which can be repeated: it looks at the state, in a transaction or savepoint of its own."""
        with self.about(what, permanent):
            return persist(work, unblock)


def quote(value):
    """A value in a connection string."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def own_options():
    return " ".join([os.environ.get("PGOPTIONS", ""), *(f"-c {option}" for option in OWN_OPTIONS)])


class Session:
    def __init__(self, database, journal):
        # As one string: with keywords Patroni would set search_path for good.
        self.connection = psycopg.connect(
            f"dbname={quote(database)} connect_timeout=60 options={quote(own_options())}")
        self.journal = journal
        self.database = database
        self.version = self.connection.server_version // 10000
        self.uncommitted = None
        self.execute(SAFE_PATH)
        for option in [option for option, since in LATER_OPTIONS.items() if self.version >= since]:
            self.execute(f"SET {option}")
            if option not in OWN_OPTIONS:
                OWN_OPTIONS.append(option)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def execute(self, statement):
        with self.connection.cursor() as cursor:
            cursor.execute(statement)

    def rows(self, query, **values):
        with self.connection.cursor() as cursor:
            cursor.execute(query, values or None)
            return cursor.fetchall()

    def value(self, query, **values):
        rows = self.rows(query, **values)
        return rows[0][0] if rows else None

    def ident(self, name):
        return psycopg.quote_ident(name, self.connection)

    def literal(self, text):
        return psycopg.quote_literal(text, self.connection)

    def change(self, line, statement):
        """Executes a statement; its line is in the journal when it is committed."""
        self.execute(statement)
        self.changed(line)

    def changed(self, line):
        if self.uncommitted is None:
            self.journal.changed(line)
        else:
            self.uncommitted.append(line)

    @contextlib.contextmanager
    def lock_timeout(self, timeout):
        before = self.value("SHOW lock_timeout")
        self.execute(f"SET lock_timeout = '{timeout}'")
        try:
            yield
        finally:
            with contextlib.suppress(psycopg.Error):
                self.execute(f"SET lock_timeout = '{before}'")

    @contextlib.contextmanager
    def transaction(self):
        self.execute("BEGIN")
        self.uncommitted = []
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            self.uncommitted = None
            with contextlib.suppress(psycopg.Error):
                self.execute("ROLLBACK")
            raise
        lines, self.uncommitted = self.uncommitted, None
        for line in lines:
            self.journal.changed(line)

    @contextlib.contextmanager
    def savepoint(self):
        """A part of a transaction that can fail alone."""
        known = len(self.uncommitted)
        self.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            del self.uncommitted[known:]
            with contextlib.suppress(psycopg.Error):
                self.execute("ROLLBACK TO SAVEPOINT part")
            raise
        self.execute("RELEASE SAVEPOINT part")

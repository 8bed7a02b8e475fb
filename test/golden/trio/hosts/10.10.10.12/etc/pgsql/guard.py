"""Keeps this member from accepting writes under a lease that has run out.

Patroni renews the lease, and stops PostgreSQL when it cannot; but Patroni may be killed, stopped or stuck itself, and
PostgreSQL runs on without it. Twice a second:
  - Patroni is silent for 4 s: it is killed, and systemd starts it again;
  - PostgreSQL takes no connection for 8 s: it is killed, and Patroni starts it again or gives the lease away;
  - this member is primary and no cycle of Patroni has ended for 20 s: PostgreSQL is killed.
"""
import http.client
import os
import signal
import socket
import struct
import time

PATRONI = ("10.10.10.12", 8008)
SOCKET = "/var/run/postgresql/.s.PGSQL.5432"
DATA = "/pg/data"
HEARTBEAT = "/run/postgresql/patroni.heartbeat"
SSL_REQUEST = struct.pack("!ii", 8, 80877103)  # PostgreSQL manual, "SSLRequest"
PERIOD = 0.5


def say(message):
    print(message, flush=True)


def notify(state):
    """systemd's watchdog starts this guard again when it is stuck (sd_notify(3))."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as connection:
            connection.sendto(state, address.replace("@", "\0", 1))


def postmaster():
    """Its process id; None when PostgreSQL does not run."""
    try:
        with open(f"{DATA}/postmaster.pid", encoding="ascii") as file:
            pid = int(file.readline())
        with open(f"/proc/{pid}/comm", encoding="ascii") as file:
            return pid if file.read().strip() == "postgres" else None
    except (OSError, ValueError):
        return None


def children(parent):
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as file:
                if int(file.read().rpartition(")")[2].split()[1]) == parent:
                    found.append(int(name))
        except OSError:
            pass
    return found


def kill(*pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def kill_postgres(pid, reason):
    """The postmaster first, so that it starts no more; SIGKILL also ends what is stopped."""
    say(f"{reason}: PostgreSQL is killed")
    kill(pid, *children(pid))


def is_primary():
    return not os.path.exists(f"{DATA}/standby.signal")


def patroni_answers():
    connection = http.client.HTTPConnection(*PATRONI, timeout=1)
    try:
        connection.request("GET", "/liveness")
        connection.getresponse()
        return True
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def postgres_answers():
    """True also while it does not listen yet: it is on its way."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(1)
        try:
            connection.connect(SOCKET)
            connection.send(SSL_REQUEST)
            connection.recv(1)
            return True
        except (FileNotFoundError, ConnectionRefusedError, ConnectionResetError, BrokenPipeError):
            return True
        except OSError:
            return False


def heartbeat_age():
    """0 before the first cycle: there is no lease yet."""
    try:
        with open(HEARTBEAT, encoding="ascii") as file:
            return time.monotonic() - float(file.read())
    except FileNotFoundError:
        return 0


def patroni_pid():
    """Its process, once it waits for nothing any more; None when there is none."""
    try:
        with open("/run/postgresql/patroni.pid", encoding="ascii") as file:
            pid = int(file.read())
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return pid if b"patroni-start.py" in file.read() else None
    except (OSError, ValueError):
        return None


class Silence:
    """How long a process that has answered before has not."""

    def __init__(self):
        self.pid, self.answered = None, None

    def seconds(self, pid, answers):
        if pid != self.pid:
            self.pid, self.answered = pid, None
        if pid is None:
            return 0
        if answers():
            self.answered = time.monotonic()
        return 0 if self.answered is None else time.monotonic() - self.answered


def watch():
    patroni, postgres = Silence(), Silence()
    notify(b"READY=1")
    while True:
        notify(b"WATCHDOG=1")
        if patroni.seconds(patroni_pid(), patroni_answers) > 4:
            say("Patroni has been silent for 4 s: it is killed")
            kill(patroni.pid)
        if postgres.seconds(postmaster(), postgres_answers) > 8:
            kill_postgres(postgres.pid, "no connection for 8 s")
        elif postgres.pid and is_primary() and heartbeat_age() > 20:
            kill_postgres(postgres.pid, "no sign of Patroni for 20 s, the lease runs out")
        time.sleep(PERIOD)


watch()

"""Prevents this member from accepting writes after its lease has expired.

Patroni renews the lease, and stops PostgreSQL when it cannot. But Patroni itself can be killed, stopped or stuck, and
PostgreSQL continues without it. Checks twice a second:
  - Patroni has not answered for 4 s: kill it; systemd restarts it;
  - PostgreSQL has accepted no connection for 8 s: kill it; Patroni restarts it or releases the lease;
  - this member is primary and Patroni has completed no cycle for 23 s: kill PostgreSQL.
"""
import http.client
import os
import signal
import socket
import ssl
import struct
import time

PATRONI = ("10.10.10.10", 8008)
SOCKET = "/var/run/postgresql/.s.PGSQL.5432"
DATA = "/pg/data"
HEARTBEAT = "/run/postgresql/patroni.heartbeat"
SSL_REQUEST = struct.pack("!ii", 8, 80877103)  # PostgreSQL manual, "SSLRequest"
PERIOD = 0.5


def log(message):
    print(message, flush=True)


def notify(state):
    """systemd's watchdog restarts this guard when it is stuck (sd_notify(3))."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as connection:
            connection.sendto(state, address.replace("@", "\0", 1))


def postmaster():
    """The process id; None when PostgreSQL does not run."""
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
    """The postmaster first, so that it starts no new processes; SIGKILL also ends stopped processes."""
    log(f"{reason}: killing PostgreSQL")
    kill(pid, *children(pid))


def is_primary():
    return not os.path.exists(f"{DATA}/standby.signal")


def patroni_answers():
    # Checks liveness, not identity: an expired certificate is accepted.
    context = ssl._create_unverified_context()
    connection = http.client.HTTPSConnection(*PATRONI, timeout=1, context=context)
    try:
        connection.request("GET", "/liveness")
        connection.getresponse()
        return True
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def postgres_answers():
    """True also before it listens: it is starting."""
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
    """0 before the first cycle, when no lease exists."""
    try:
        with open(HEARTBEAT, encoding="ascii") as file:
            return time.monotonic() - float(file.read())
    except FileNotFoundError:
        return 0


def patroni_pid():
    """The process id, after patroni-start.py has finished waiting; None when Patroni does not run."""
    try:
        with open("/run/postgresql/patroni.pid", encoding="ascii") as file:
            pid = int(file.read())
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return pid if b"patroni-start.py" in file.read() else None
    except (OSError, ValueError):
        return None


class Unresponsive:
    """The time since the last answer of a process."""

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
    patroni, postgres = Unresponsive(), Unresponsive()
    notify(b"READY=1")
    while True:
        notify(b"WATCHDOG=1")
        if patroni.seconds(patroni_pid(), patroni_answers) > 4:
            log("Patroni has not answered for 4 s: killing it")
            kill(patroni.pid)
        if postgres.seconds(postmaster(), postgres_answers) > 8:
            kill_postgres(postgres.pid, "PostgreSQL has accepted no connection for 8 s")
        elif postgres.pid and is_primary() and heartbeat_age() > 23:
            kill_postgres(postgres.pid, "no Patroni cycle for 23 s, the lease is about to expire")
        time.sleep(PERIOD)


watch()

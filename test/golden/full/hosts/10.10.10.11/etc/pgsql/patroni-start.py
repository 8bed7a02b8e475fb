"""Starts Patroni once it has something to talk to, and tells the guard of every cycle that it ends.

Patroni tries to reach etcd once and then every 5 s; here it is every 0.1 s, and Patroni's modules load meanwhile.
"""
import base64
import http.client
import json
import os
import socket
import ssl
import sys
import threading
import time

CERTIFICATES = "/etc/pigsty/current/etc/pgsql"
ENDPOINTS = [("10.10.10.10", 2379), ]
LEADER = "/pg/pg-test/leader"
INITIALISES = True
# Of the cluster that this one is a copy of.
UPSTREAM = []
SHORT_LEASE = False
HEARTBEAT = "/run/postgresql/patroni.heartbeat"
PID = "/run/postgresql/patroni.pid"
DISKS = ("/pg/data", "/pg/data/pg_wal")
# A segment of the WAL, which a server wants all at once; and what makes a disk that was full a good one again.
SEGMENT = 16 * 1024 * 1024
ROOM = 4 * SEGMENT


def load_patroni():
    import patroni.postgresql  # before patroni.ha, which imports it half way through itself
    from patroni.api import RestApiHandler
    import patroni.dcs.etcd3
    import patroni.ha
    import patroni.watchdog
    import pigsty_store
    from patroni.postgresql import Postgresql
    from patroni.__main__ import main

    pigsty_store.know_version()
    leave_full_disk(patroni.ha.Ha)
    tell_guard(patroni.ha.Ha)
    share_timeline(Postgresql)
    spare_starting_server(RestApiHandler)
    leave_stopped_server(RestApiHandler)
    # At a switchover the lease is given up once the server is shut down; Patroni looks once a second.
    patroni.postgresql.STOP_POLLING_INTERVAL = 0.2
    hurry_release(patroni.ha)
    if SHORT_LEASE:
        allow_short_lease()
    return main


def write(path, text):
    with open(f"{path}.new", "w", encoding="ascii") as file:
        file.write(text)
    os.replace(f"{path}.new", path)


def tell_guard(ha):
    """When the last cycle ended, by the clock that nobody sets: the lease was renewed, or given up, before that."""
    run_cycle = ha.run_cycle

    def run_and_tell(self):
        result = run_cycle(self)
        write(HEARTBEAT, str(time.monotonic()))
        return result

    ha.run_cycle = run_and_tell


class Space:
    """Of the disks that PostgreSQL writes to."""

    def __init__(self):
        self.is_short = False

    def look(self):
        try:
            states = [os.statvfs(path) for path in DISKS]
        except OSError:  # there is no database yet
            return
        free = min(state.f_bavail * state.f_frsize for state in states)
        self.is_short = free < (ROOM if self.is_short else SEGMENT)


def leave_full_disk(ha):
    """A primary without space takes connections while no write comes through, and Patroni lets it lead on. Here it hands
    over as soon as another member can take over, and a member without space leaves the lead to one that has some.
    Others are told by the tag that Patroni has for it; as a member's own setting that would cost it slots."""
    run_cycle, get_tags, is_healthiest = ha.run_cycle, ha.get_effective_tags, ha.is_healthiest_node
    space = Space()

    def hand_over_and_run(self):
        space.look()
        is_free = self.is_leader() and not self.is_paused() and not self._async_executor.busy
        if space.is_short and is_free and not self.cluster.failover and self.is_failover_possible():
            # Not to Patroni's log, which is on that disk.
            print("no space left on the disk: another member takes over", file=sys.stderr, flush=True)
            self.dcs.manual_failover(self.state_handler.name, "")
        return run_cycle(self)

    def get_tags_and_space(self):
        tags = get_tags(self)
        return {**tags, "nofailover": True} if space.is_short and not self.is_leader() else tags

    def is_healthiest_with_space(self):
        return is_healthiest(self) and not (space.is_short and self.is_failover_possible())

    ha.run_cycle, ha.get_effective_tags = hand_over_and_run, get_tags_and_space
    ha.is_healthiest_node = is_healthiest_with_space


def share_timeline(postgresql):
    """A replica that does not know its leader's timeline opens a connection for every health check, just when the
    host has most to do. Here one answer serves for a second. Timelines only grow: an older one makes no candidate."""
    ask = postgresql.replica_cached_timeline
    shared = {"until": 0, "timeline": None}
    one_asks = threading.Lock()

    def ask_once(self, primary_timeline):
        with one_asks:
            if shared["timeline"] is None or time.monotonic() > shared["until"]:
                shared.update(timeline=ask(self, primary_timeline), until=time.monotonic() + 1)
            return shared["timeline"]

    postgresql.replica_cached_timeline = ask_once


def spare_starting_server(handler):
    """While PostgreSQL starts or stops, every health check tries to connect, and again a second later, which is too
    late for HAProxy. Here a refusal answers all checks for a quarter of a second."""
    from patroni.exceptions import PostgresConnectionException

    ask = handler.query
    refused = {"until": 0}

    def ask_spared(self, sql, *params, retry=False):
        if time.monotonic() < refused["until"]:
            raise PostgresConnectionException("refused a moment ago")
        try:
            return ask(self, sql, *params)
        except PostgresConnectionException:
            refused["until"] = time.monotonic() + 0.25
            raise

    handler.query = ask_spared


def leave_stopped_server(handler):
    """A leader that stops has its lease until the end of it; HAProxy, which asks by OPTIONS, sends it nobody by then."""
    write = handler._write_status_code_only

    def write_if_running(self, status_code):
        is_gone = self.command == "OPTIONS" and self.server.patroni.postgresql.state != "running"
        write(self, 503 if is_gone else status_code)

    handler._write_status_code_only = write_if_running


def hurry_release(ha):
    """And then Patroni gives the replicas a second to receive the last record. Here they are asked whether they have."""
    clock = ha.time

    class Clock:
        def __getattr__(self, name):
            return getattr(clock, name)

        def sleep(self, seconds):
            caller = sys._getframe(1)
            if caller.f_code.co_name not in ("on_shutdown", "_on_shutdown"):
                clock.sleep(seconds)
                return
            names = caller.f_locals
            until = clock.monotonic() + seconds
            while clock.monotonic() < until:
                if names["self"].is_failover_possible(cluster_lsn=names["checkpoint_location"]):
                    return
                clock.sleep(0.1)

    ha.time = Clock()


def allow_short_lease():
    """Patroni takes 20 s for any ttl below. Ours follow from pg_rto, and fulfil ttl >= loop_wait + 2 x retry_timeout."""
    from patroni.config import Config

    if not hasattr(Config, "_validate_and_adjust_timeouts"):
        sys.exit("patroni-start: this Patroni decides on its timeouts elsewhere")
    Config._validate_and_adjust_timeouts = lambda self, config: None


class Store:
    def __init__(self):
        self.context = ssl.create_default_context(cafile=f"{CERTIFICATES}/ca.crt")
        self.context.load_cert_chain(f"{CERTIFICATES}/server.crt", f"{CERTIFICATES}/server.key")

    def ask(self, path, question=None):
        """The first answer of a member, None without any. A member serves once it knows a leader; before that it
        accepts connections and is silent."""
        for address, port in ENDPOINTS:
            connection = http.client.HTTPSConnection(address, port, timeout=1, context=self.context)
            try:
                connection.request("GET" if question is None else "POST", path, body=question)
                response = connection.getresponse()
                if response.status == 200:
                    return json.load(response)
            except (OSError, http.client.HTTPException, ValueError):
                pass
            finally:
                connection.close()
        return None

    def has(self, key):
        question = json.dumps({"key": base64.b64encode(key.encode()).decode(), "keys_only": True})
        return bool((self.ask("/v3/kv/range", question) or {}).get("kvs"))


def has_data():
    return os.path.exists("/pg/data/PG_VERSION")


def upstream_answers():
    for server in UPSTREAM:
        try:
            socket.create_connection(server, timeout=1).close()
            return True
        except OSError:
            pass
    return False


def wait_until_wanted():
    store = Store()
    while store.ask("/version") is None:
        time.sleep(0.1)
    # Only the declared primary makes a new cluster; a member with data takes part at once.
    if has_data():
        return
    if INITIALISES and UPSTREAM:
        wait("the cluster that this one is a copy of", upstream_answers)
    if not INITIALISES:
        wait("the primary to make the cluster", lambda: store.has(LEADER))


def wait(reason, is_there):
    if not is_there():
        print(f"waiting for {reason}", file=sys.stderr, flush=True)
    while not is_there():
        time.sleep(0.5)


# Patroni starts PostgreSQL from a process that reads this file again under another name.
if __name__ == "__main__":
    main = load_patroni()
    wait_until_wanted()
    write(PID, str(os.getpid()))
    sys.argv = ["/usr/bin/patroni", "/etc/pigsty/current/etc/patroni"]
    sys.exit(main())

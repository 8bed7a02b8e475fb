"""Starts Patroni when etcd answers, and writes a heartbeat for the guard after every cycle.

Patroni tries to connect to etcd once and then every 5 s. This script tries every 0.1 s, and has loaded Patroni's modules
before.
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
GOOD = "/etc/pigsty/good/etc/pgsql"
SECRETS = "/etc/pigsty/current/etc/patroni/30-secrets.yml"
ENDPOINTS = [("10.10.10.13", 2379), ("10.10.10.11", 2379), ("10.10.10.12", 2379), ]
LEADER = "/pg/pg-test/leader"
INITIALISES = False
# The upstream cluster of a standby cluster.
UPSTREAM = []
SHORT_LEASE = False
# Seconds that a server without disk space has to stop.
STOP_TIMEOUT = 5
HEARTBEAT = "/run/postgresql/patroni.heartbeat"
PID = "/run/postgresql/patroni.pid"
DISKS = ("/pg/data", "/pg/data/pg_wal")
# A WAL segment, which PostgreSQL allocates at once; and the free space after which a full disk is usable again.
SEGMENT = 16 * 1024 * 1024
ROOM = 4 * SEGMENT


def load_patroni():
    import patroni.postgresql  # before patroni.ha, because of a circular import
    from patroni.api import RestApiHandler
    import patroni.dcs.etcd3
    import patroni.ha
    import patroni.watchdog
    import pigsty_store
    from patroni.postgresql import Postgresql
    from patroni.__main__ import main

    pigsty_store.adapt()
    fail_over_on_full_disk(patroni.ha.Ha)
    write_heartbeat(patroni.ha.Ha)
    tell_login(patroni.ha.Ha)
    cache_timeline(Postgresql)
    cache_refused_connections(RestApiHandler)
    report_stopping_server(RestApiHandler)
    # A switchover releases the lease when the server is shut down; Patroni checks this once a second.
    patroni.postgresql.STOP_POLLING_INTERVAL = 0.2
    shorten_release(patroni.ha)
    if SHORT_LEASE:
        allow_short_lease()
    return main


def write(path, text):
    with open(f"{path}.new", "w", encoding="ascii") as file:
        file.write(text)
    os.replace(f"{path}.new", path)


def write_heartbeat(ha):
    """Writes the time of the last cycle, by the monotonic clock. The lease was renewed or released before that time."""
    run_cycle = ha.run_cycle

    def run_and_write(self):
        result = run_cycle(self)
        write(HEARTBEAT, str(time.monotonic()))
        return result

    ha.run_cycle = run_and_write


class Space:
    """The free space on the disks that PostgreSQL writes to."""

    def __init__(self):
        self.is_short = False

    def update(self):
        try:
            states = [os.statvfs(path) for path in DISKS]
        except OSError:  # no database exists yet
            return
        free = min(state.f_bavail * state.f_frsize for state in states)
        self.is_short = free < (ROOM if self.is_short else SEGMENT)


def fail_over_on_full_disk(ha):
    """A primary without disk space accepts connections but no writes, and Patroni keeps it as leader. Here it fails over
    as soon as another member can be primary, and a member without space does not become leader if another one has space.
    The tag `nofailover` tells the others; as a setting of the member it would remove the member's slots.

    A server whose recovery fails while it stops never ends: its postmaster waits for a checkpointer that nobody has told
    to end. Patroni waits for a server without limit, and keeps the lease meanwhile. Here a server without space has to
    stop in time; after that it is killed. It cannot have committed anything that it could not write."""
    run_cycle, get_tags, is_healthiest = ha.run_cycle, ha.get_effective_tags, ha.is_healthiest_node
    get_stop_timeout = ha.primary_stop_timeout
    space = Space()

    def fail_over_and_run(self):
        space.update()
        is_free = self.is_leader() and not self.is_paused() and not self._async_executor.busy
        if space.is_short and is_free and not self.cluster.failover and self.is_failover_possible():
            # Not to Patroni's log: it is on that disk.
            print("no space left on the disk: another member becomes primary", file=sys.stderr, flush=True)
            self.dcs.manual_failover(self.state_handler.name, "")
        return run_cycle(self)

    def get_tags_and_space(self):
        tags = get_tags(self)
        return {**tags, "nofailover": True} if space.is_short and not self.is_leader() else tags

    def is_healthiest_with_space(self):
        return is_healthiest(self) and not (space.is_short and self.is_failover_possible())

    def get_stop_timeout_with_space(self):
        return STOP_TIMEOUT if space.is_short else get_stop_timeout(self)

    ha.run_cycle, ha.get_effective_tags = fail_over_and_run, get_tags_and_space
    ha.is_healthiest_node, ha.primary_stop_timeout = is_healthiest_with_space, get_stop_timeout_with_space


def tell_login(ha):
    """etcd may require passwords when all members have one. A member says so by a tag, which all can read. It says so when
    its node's good generation has the password too: the node does not go back to one without it by itself."""
    get_tags = ha.get_effective_tags

    def get_tags_and_login(self):
        has_password = self.dcs._client.password and os.path.exists(f"{GOOD}/store.key")
        return {**get_tags(self), "etcd_login": True} if has_password else get_tags(self)

    ha.get_effective_tags = get_tags_and_login


def cache_timeline(postgresql):
    """A replica that does not know its leader's timeline opens a connection for every health check, when the host is
    busiest. Here an answer is cached for a second. Timelines only grow: an old value excludes no candidate."""
    ask = postgresql.replica_cached_timeline
    shared = {"until": 0, "timeline": None}
    lock = threading.Lock()

    def get_timeline(self, primary_timeline):
        with lock:
            if shared["timeline"] is None or time.monotonic() > shared["until"]:
                shared.update(timeline=ask(self, primary_timeline), until=time.monotonic() + 1)
            return shared["timeline"]

    postgresql.replica_cached_timeline = get_timeline


def cache_refused_connections(handler):
    """While PostgreSQL starts or stops, every health check tries to connect, and tries again a second later, which is too
    late for HAProxy. Here a refused connection answers all checks for a quarter of a second."""
    from patroni.exceptions import PostgresConnectionException

    ask = handler.query
    refused = {"until": 0}

    def query_cached(self, sql, *params, retry=False):
        if time.monotonic() < refused["until"]:
            raise PostgresConnectionException("connection refused in the last 0.25 s")
        try:
            return ask(self, sql, *params)
        except PostgresConnectionException:
            refused["until"] = time.monotonic() + 0.25
            raise

    handler.query = query_cached


def report_stopping_server(handler):
    """A stopping leader keeps its lease until it is down. HAProxy, which checks with OPTIONS, must send it no clients."""
    write = handler._write_status_code_only

    def write_if_running(self, status_code):
        is_stopping = self.command == "OPTIONS" and self.server.patroni.postgresql.state != "running"
        write(self, 503 if is_stopping else status_code)

    handler._write_status_code_only = write_if_running


def shorten_release(ha):
    """After the shutdown, Patroni waits a second for the replicas to receive the last record. Here it stops to wait when
    they have it."""
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
    """Patroni raises any ttl below 20 s to 20 s. Ours are derived from pg_rto, with ttl >= loop_wait + 2 x retry_timeout."""
    from patroni.config import Config

    if not hasattr(Config, "_validate_and_adjust_timeouts"):
        sys.exit("patroni-start: unsupported version of Patroni: _validate_and_adjust_timeouts not found")
    Config._validate_and_adjust_timeouts = lambda self, config: None


class Store:
    def __init__(self):
        self.context = ssl.create_default_context(cafile=f"{CERTIFICATES}/ca.crt")
        self.context.load_cert_chain(f"{CERTIFICATES}/store.crt", f"{CERTIFICATES}/store.key")
        self.token = None

    def ask(self, path, question=None):
        """The first answer of a member and its status; None without one. A member answers when it knows a leader; before
        that it accepts connections without an answer."""
        headers = {"Authorization": self.token} if self.token else {}
        body = None if question is None else json.dumps(question)
        for address, port in ENDPOINTS:
            connection = http.client.HTTPSConnection(address, port, timeout=1, context=self.context)
            try:
                connection.request("GET" if question is None else "POST", path, body=body, headers=headers)
                response = connection.getresponse()
                return response.status, json.load(response)
            except (OSError, http.client.HTTPException, ValueError):
                pass
            finally:
                connection.close()
        return None, {}

    def answers(self):
        return self.ask("/version")[0] == 200

    def accepts_login(self):
        """True if this cluster is a user of etcd, or etcd does not know users yet. Patroni ends if it is not."""
        import yaml

        with open(SECRETS, encoding="utf-8") as file:
            user = yaml.safe_load(file)["etcd3"]
        self.token = None
        status, answer = self.ask("/v3/auth/authenticate", {"name": user["username"], "password": user["password"]})
        self.token = answer.get("token")
        return status == 200 or "not enabled" in answer.get("message", "")

    def has(self, key):
        question = {"key": base64.b64encode(key.encode()).decode(), "keys_only": True}
        status, answer = self.ask("/v3/kv/range", question)
        if status != 200:
            self.accepts_login()
        return bool(answer.get("kvs"))


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


def wait_for_cluster():
    store = Store()
    while not store.answers():
        time.sleep(0.1)
    wait("etcd to accept the password of this cluster: apply the hosts of etcd", store.accepts_login)
    # Only the declared primary initialises a cluster; a member with data starts at once.
    if has_data():
        return
    if INITIALISES and UPSTREAM:
        wait("the upstream cluster", upstream_answers)
    if not INITIALISES:
        wait("the primary to initialise the cluster", lambda: store.has(LEADER))


def wait(reason, is_ready):
    if not is_ready():
        print(f"waiting for {reason}", file=sys.stderr, flush=True)
    while not is_ready():
        time.sleep(0.5)


# Patroni starts PostgreSQL from a process that imports this file under another name.
if __name__ == "__main__":
    main = load_patroni()
    wait_for_cluster()
    write(PID, str(os.getpid()))
    sys.argv = ["/usr/bin/patroni", "/etc/pigsty/current/etc/patroni"]
    sys.exit(main())

"""Copies what the programs of a member write to files into the journal: PostgreSQL, Patroni, pgbouncer and pgBackRest.

The files stay as they are. PostgreSQL does not send its lines itself: a backend that logs to syslog waits when journald
does, and journald cannot tell to which unit a line of a backend belongs that has ended meanwhile. Here journald sees one
process, whose unit has the labels. A line is sent at least once: the positions are written after the lines are sent.
"""
import csv
import io
import json
import os
import re
import socket
import sys
import time

# Directory, pattern of the names, reader, identifier.
SOURCES = [
    ("/pg/log/postgres", r".*[.]csv", "csv", "postgres"),
    ("/pg/log/postgres", r"postgresql-.*[.]log", "line", "postgres"),
    ("/pg/log/patroni", r"patroni[.]log([.][0-9]+)?", "line", "patroni"),
    ("/pg/log/pgbouncer", r"pgbouncer[.]log", "line", "pgbouncer"),
    ("/pg/log/pgbackrest", r".*[.]log", "line", "pgbackrest"),
]
STATE = os.path.join(os.environ.get("STATE_DIRECTORY", "."), "positions.json")
JOURNAL = os.environ.get("PIGSTY_JOURNAL_SOCKET", "/run/systemd/journal/socket")
PAUSE = 1
CHUNK = 1024 * 1024
# A datagram must fit into the socket's buffer (net.core.wmem_default, 212992 bytes); the file has the rest of a longer line.
LONGEST = 64 * 1024

# syslog(3). PostgreSQL's own mapping makes an error a warning.
PRIORITIES = {
    "PANIC": 2, "CRITICAL": 2, "FATAL": 3, "ERROR": 3, "WARNING": 4, "WARN": 4, "NOTICE": 5, "LOG": 6, "INFO": 6,
    "DETAIL": 7, "DEBUG": 7, "TRACE": 7,
}  # fmt: skip
# A statement may have a password in plain text, in many forms (`$$x$$`, `E'\\'x'`, `PASSWORD/**/'x'`, `'password=x'`):
# nothing after that word is copied, except from what is no statement.
STATEMENT = re.compile(r"\b(?:statement|execute [^:]*|parse [^:]*|bind [^:]*|QUERY|STATEMENT|CONTEXT):", re.IGNORECASE)
PASSWORD = re.compile(r"(password).*", re.IGNORECASE | re.DOTALL)
NEAR = re.compile(r'at or near ".*"', re.DOTALL)
URL = re.compile(r"(://[^:@/\s]*:)[^@\s]*@")
# `2026-11-28 20:57:01,123 INFO: text` of Patroni, `2026-11-28 20:57:01.123 P00   INFO: text` of pgBackRest,
# `2026-11-28 20:57:01.123 UTC [123] WARNING text` of pgbouncer.
csv.field_size_limit(CHUNK)
LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.,]\d+ (?:P\d+ +|\S+ \[\d+\] )?([A-Z]+):? (.*)", re.DOTALL)


def priority_of(severity):
    return PRIORITIES.get(severity.rstrip("12345"), 6)


def without_passwords(text):
    found = STATEMENT.search(text)
    start = found.start() if found else len(text)
    head, statement = text[:start], text[start:]
    if PASSWORD.search(statement):  # the message of a mistake has a part of the statement
        head = NEAR.sub('at or near "***"', head)
    return URL.sub(r"\1***@", head + PASSWORD.sub(r"\1 ***", statement))


def read_csv(text):
    """A record of csvlog (PostgreSQL manual, 19.8.4). Fields that PostgreSQL leaves empty are not sent."""
    record = next(csv.reader(io.StringIO(text, newline="")))
    if len(record) < 23:
        return read_line(text)
    parts = [record[13]]
    names = {14: "DETAIL", 15: "HINT", 16: "QUERY", 18: "CONTEXT", 19: "STATEMENT"}
    parts += [f"{name}:  {record[index]}" for index, name in names.items() if record[index]]
    return {
        "MESSAGE": without_passwords("\n".join(parts)),
        "PRIORITY": str(priority_of(record[11])),
        "PG_TIME": record[0],
        "PG_USER": record[1],
        "PG_DATABASE": record[2],
        "PG_PID": record[3],
        "PG_CLIENT": record[4],
        "PG_SESSION": record[5],
        "PG_SEVERITY": record[11],
        "PG_SQLSTATE": record[12],
        "PG_APPLICATION": record[22],
    }


def read_line(text):
    found = LINE.match(text)
    return {"MESSAGE": without_passwords(text.rstrip("\n")), "PRIORITY": str(priority_of(found[1]) if found else 6)}


READERS = {"csv": read_csv, "line": read_line}


def records(data, reader):
    """The complete records at the beginning of `data`, each with its length. In csv, a line break may be within quotes."""
    record = b""
    for line in data.splitlines(keepends=True):
        record += line
        is_whole = line.endswith(b"\n") and (reader != "csv" or record.count(b'"') % 2 == 0)
        if is_whole:
            yield record
            record = b""
    if len(record) >= CHUNK:  # longer than anything that is read at once
        yield record


def encode(fields):
    """systemd's native protocol: a value with a line break has its length in front (systemd, "Native Journal Protocol")."""
    parts = []
    for name, value in fields.items():
        if not value:
            continue
        data = value.encode("utf-8", "replace")[:LONGEST]
        parts.append(name.encode() + b"\n" + len(data).to_bytes(8, "little") + data + b"\n")
    return b"".join(parts)


class Follower:
    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            with open(STATE, encoding="ascii") as file:
                self.positions, self.is_first = json.load(file), False
        except (OSError, ValueError):
            self.positions, self.is_first = {}, True

    def run(self):
        while True:
            if not self.step():
                time.sleep(PAUSE)

    def step(self):
        """One look at all files. True if there may be more at once."""
        before, seen, is_more = dict(self.positions), set(), False
        for directory, pattern, reader, identifier in SOURCES:
            files = self.files(directory, pattern)
            for key, path, size in files[:-1] if self.is_first else []:
                # Without positions, the newest file of each kind is the first one that is copied.
                self.positions.setdefault(key, size)
            for key, path, size in files:
                seen.add(key)
                is_more |= self.copy(key, (path, size), (reader, identifier))
        self.is_first = False
        self.positions = {key: value for key, value in self.positions.items() if key in seen}
        if self.positions != before:
            self.save()
        return is_more

    @staticmethod
    def files(directory, pattern):
        """The files of a kind, oldest first. A file that is renamed, as Patroni's, is still the same."""
        found = []
        try:
            for entry in os.scandir(directory):
                if re.fullmatch(pattern, entry.name) and entry.is_file(follow_symlinks=False):
                    state = entry.stat(follow_symlinks=False)
                    key = f"{directory}/{re.sub(r'[.][0-9]+$', '', entry.name)}:{state.st_ino}"
                    found.append((state.st_mtime_ns, key, entry.path, state.st_size))
        except FileNotFoundError:
            pass
        return [rest for _, *rest in sorted(found)]

    def copy(self, key, file, kind):
        path, size = file
        reader, identifier = kind
        position = self.positions.get(key, 0)
        if size < position:  # emptied (logs.py)
            position = 0
        if size == position:
            self.positions[key] = position
            return False
        try:
            with open(path, "rb") as source:
                source.seek(position)
                data = source.read(CHUNK)
        except FileNotFoundError:
            return False
        end = position
        for record in records(data, reader):
            self.send(record.decode("utf-8", "replace"), READERS[reader], identifier)
            end += len(record)
        self.positions[key] = end
        return end > position and len(data) == CHUNK

    def send(self, text, read, identifier):
        if not text.strip():
            return
        try:
            fields = read(text)
        except (csv.Error, StopIteration):
            fields = read_line(text)
        packet = encode({**fields, "SYSLOG_IDENTIFIER": identifier})
        while True:
            try:
                self.socket.sendto(packet, JOURNAL)
                return
            except OSError as error:  # journald restarts, or has no space for now
                if error.errno == 90:  # EMSGSIZE
                    packet = encode({**fields, "MESSAGE": fields["MESSAGE"][:8192], "SYSLOG_IDENTIFIER": identifier})
                else:
                    time.sleep(PAUSE)

    def save(self):
        with open(f"{STATE}.new", "w", encoding="ascii") as file:
            json.dump(self.positions, file)
        os.replace(f"{STATE}.new", STATE)


if __name__ == "__main__":
    if sys.argv[1:] == ["--once"]:
        follower = Follower()
        while follower.step():
            pass
    else:
        Follower().run()

"""Asks servers for connections and writes what they want first, as JSON: [{user, database, from, isTls, server}] -> [str].

`server` is [address, port] or the path of a Unix socket. Answers: trust, password, md5, sasl, error: <message>.
"""
import json
import socket
import ssl
import struct
import sys

SSL_REQUEST = struct.pack("!ii", 8, 80877103)  # PostgreSQL manual, 53.7
VERSION = 196608
METHODS = {0: "trust", 3: "password", 5: "md5", 10: "sasl"}


def connect(question):
    server = question["server"]
    if isinstance(server, str):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(10)
        connection.connect(server)
        return connection
    connection = socket.create_connection(tuple(server), timeout=10, source_address=(question["from"], 0))
    if not question["isTls"]:
        return connection
    connection.sendall(SSL_REQUEST)
    if connection.recv(1) != b"S":
        raise SystemExit("the server has no TLS")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(connection)


def startup(question):
    pairs = [("user", question["user"])]
    if question["database"] == "replication":
        pairs += [("replication", "true")]
    else:
        pairs += [("database", question["database"])]
    body = b"".join(f"{name}\0{value}\0".encode() for name, value in pairs) + b"\0"
    return struct.pack("!ii", len(body) + 8, VERSION) + body


def read_exactly(connection, count):
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            return data
        data += part
    return data


def ask(question):
    with connect(question) as connection:
        connection.sendall(startup(question))
        header = read_exactly(connection, 5)
        if len(header) < 5:
            return "error: the connection was closed"
        kind, length = header[:1], struct.unpack("!i", header[1:])[0]
        body = read_exactly(connection, length - 4)
        if kind == b"R":
            return METHODS.get(struct.unpack("!i", body[:4])[0], "other")
        fields = {field[:1]: field[1:] for field in body.split(b"\0") if field}
        return "error: " + fields.get(b"M", b"?").decode()


json.dump([ask(question) for question in json.load(sys.stdin)], sys.stdout)

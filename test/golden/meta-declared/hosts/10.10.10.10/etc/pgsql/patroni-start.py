"""Starts Patroni as soon as a member of etcd answers.

Patroni tries once and then every 5 s; here it is every 0.1 s, and Patroni's modules are loaded in the meantime.
"""
import http.client
import ssl
import sys
import time

CERTIFICATES = "/etc/pigsty/current/etc/pgsql"
ENDPOINTS = [("10.10.10.10", 2379), ]


def load_patroni():
    import patroni.postgresql  # before patroni.ha, which imports it half way through itself
    import patroni.api
    import patroni.dcs.etcd3
    import patroni.ha
    import patroni.watchdog
    from patroni.__main__ import main
    return main


def answers(address, port, context):
    """A member serves requests once it knows a leader; until then it accepts connections and is silent."""
    connection = http.client.HTTPSConnection(address, port, timeout=1, context=context)
    try:
        connection.request("GET", "/version")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait_for_etcd():
    context = ssl.create_default_context(cafile=f"{CERTIFICATES}/ca.crt")
    context.load_cert_chain(f"{CERTIFICATES}/server.crt", f"{CERTIFICATES}/server.key")
    while not any(answers(address, port, context) for address, port in ENDPOINTS):
        time.sleep(0.1)


# Patroni starts PostgreSQL from a process that reads this file again under another name.
if __name__ == "__main__":
    main = load_patroni()
    wait_for_etcd()
    sys.argv = ["/usr/bin/patroni", "/etc/pigsty/current/etc/patroni"]
    sys.exit(main())

"""Serves a graph database over Bolt until its standard input ends: a process of its own."""

from __future__ import annotations

import sys

from arcadedb_embedded import ArcadeDBServer


def main(folder: str, bolt_port: str, http_port: str, database: str, password: str) -> None:
    server = ArcadeDBServer(
        root_path=folder,
        root_password=password,
        config={
            "mode": "production",
            "host": "127.0.0.1",
            "http_port": int(http_port),
            "bolt_port": int(bolt_port),
            "server_plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
            "server_defaultDatabases": f"{database}[root]",
        },
        # It lives for a few seconds, of which its compilers would take half.
        jvm_kwargs={
            "heap_size": "768m",
            "jvm_args": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        },
    )
    server.start()
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])

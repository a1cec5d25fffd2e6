"""Waits until a Kafka broker answers a metadata request that names a broker: answers.py HOST PORT PID SECONDS.

A listening socket is not enough: it opens before the node is registered with its controller. Gives up when the process PID has
ended or the time is over.
"""

import os
import socket
import struct
import sys
import time

METADATA, VERSION = 3, 1


def read_exactly(connection, count):
    data = b""
    while len(data) < count:
        chunk = connection.recv(count - len(data))
        if not chunk:
            raise OSError("the broker closed the connection")
        data += chunk
    return data


def brokers_known(host, port):
    """The number of brokers in the answer to a metadata request for no topics."""
    client = b"readiness"
    request = struct.pack(">hhih", METADATA, VERSION, 1, len(client)) + client + struct.pack(">i", 0)
    with socket.create_connection((host, port), timeout=5) as connection:
        connection.sendall(struct.pack(">i", len(request)) + request)
        (size,) = struct.unpack(">i", read_exactly(connection, 4))
        _, brokers = struct.unpack(">ii", read_exactly(connection, size)[:8])
        return brokers


def main():
    host, port, pid, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not os.path.exists(f"/proc/{pid}"):
            sys.exit(f"the broker's process {pid} has ended")
        try:
            if brokers_known(host, port) > 0:
                return
        except (OSError, struct.error):
            pass
        time.sleep(0.1)
    sys.exit(f"no answer from {host}:{port} within {seconds:g} s")


if __name__ == "__main__":
    main()

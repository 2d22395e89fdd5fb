"""Like netcat: what is typed goes to the server, what comes from there is printed, until ^D."""
import os
import select
import socket
import sys

with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as connection:
    while True:
        ready, _, _ = select.select([0, connection], [], [])
        if connection in ready:
            os.write(1, connection.recv(4096))
        if 0 in ready:
            data = os.read(0, 4096)
            if not data:
                break
            connection.sendall(data)

"""A student's echo server: a child per client, for which nobody waits."""
import os
import socket

with socket.create_server(("", 9877)) as listener:
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            while data := connection.recv(4096):
                connection.sendall(data)
            os._exit(0)
        connection.close()

"""A student's echo client: two writes a line, like tcpcli11. Python itself ignores SIGPIPE."""
import socket
import sys

with socket.create_connection((sys.argv[-1], 9877)) as connection:
    for line in sys.stdin.buffer:
        try:
            connection.sendall(line[:1])
            connection.sendall(line[1:])
        except BrokenPipeError as error:
            sys.exit(str(error))  # to stderr, with status 1
        answer = b""
        while len(answer) < len(line) and (more := connection.recv(4096)):
            answer += more
        print(answer.decode(), end="", flush=True)

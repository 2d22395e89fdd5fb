"""A system call of a program of core/, for which the kernel asks the test first."""

import ctypes
import errno
import os
import platform
import socket
import struct
import threading

import pytest

from tests.support.core_helpers import LISTEN, PORT, libc, sockets, start, until
from tests.support.core_programs import SERVERS

NUMBERS = {"x86_64": {"accept": 43, "ppoll": 271, "seccomp": 317},
           "aarch64": {"accept": 202, "ppoll": 73, "seccomp": 277}}.get(platform.machine())


class Intercepted:
    """A call of a process, for which the kernel asks us first (seccomp_unotify(2)).

    meanwhile(pid) is done before the call is. It fails with the errors, the first, the second ...,
    and when there are none left, it is as usual.
    """

    def __init__(self, call, errors=(), meanwhile=lambda pid: None):
        self.number, self.errors, self.meanwhile = NUMBERS[call], errors, meanwhile
        self.ours, self.theirs = socket.socketpair()

    def install(self):
        """In the process, before its program."""
        load_number, equal, result = 0x20, 0x15, 0x06
        ask, allow = 0x7FC00000, 0x7FFF0000  # SECCOMP_RET_USER_NOTIF, _ALLOW
        code = [(load_number, 0, 0, 0), (equal, 0, 1, self.number), (result, 0, 0, ask),
                (result, 0, 0, allow)]
        filters = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *c) for c in code))
        program = ctypes.create_string_buffer(
            struct.pack("HxxxxxxP", len(code), ctypes.addressof(filters)))
        libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
        # SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER
        fd = libc.syscall(NUMBERS["seccomp"], 1, 8, program)
        assert fd >= 0, os.strerror(ctypes.get_errno())
        socket.send_fds(self.theirs, [b"x"], [fd])

    def answer(self):
        """From now on. A thread, for a call that nobody answers would never return."""
        fd = socket.recv_fds(self.ours, 1, 1)[1][0]
        threading.Thread(target=self._answer, args=[fd], daemon=True).start()

    def _answer(self, fd):
        receive_request, send_answer = ctypes.c_ulong(0xC0502100), ctypes.c_ulong(0xC0182101)
        while True:
            request = ctypes.create_string_buffer(80)
            if libc.ioctl(fd, receive_request, request) < 0:
                if ctypes.get_errno() == errno.ENOENT:
                    continue  # a signal took the process out of the call
                return
            ident, pid = struct.unpack_from("QI", request)
            self.meanwhile(pid)
            error = self.errors.pop(0) if self.errors else 0
            go_on_with_it = 0 if error else 1  # SECCOMP_USER_NOTIF_FLAG_CONTINUE
            libc.ioctl(fd, send_answer, struct.pack("QqiI", ident, 0, -error, go_on_with_it))


def start_intercepted(name, *how, **more):
    if not NUMBERS:
        pytest.skip("the numbers of the calls on this machine are not known here")
    intercepted = Intercepted(*how, **more)
    server = start(name, *SERVERS[name], before=intercepted.install)
    intercepted.answer()
    return server


def serve_intercepted(name, *how, **more):
    server = start_intercepted(name, *how, **more)
    until(f"{name} listens", lambda: sockets(LISTEN, PORT))
    return server

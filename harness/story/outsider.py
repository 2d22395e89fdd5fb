#!/usr/bin/python3
"""An outsider on the path: sends what scapy makes of each line that is typed.

A line is what a person would type at scapy's prompt, with IP, IPv6, TCP and send() to use:
    send(IP(src="198.51.100.2", dst="192.0.2.1")/TCP(sport=9877, dport=40000, flags="R", seq=1))
"""

import os
import socket
import sys

sys.modules.setdefault("cryptography", None)  # a third of scapy's start-up, and of no use here

try:
    from scapy.layers.inet import IP, TCP
    from scapy.layers.inet6 import IPv6
except ImportError as reason:
    if len(sys.argv) == 1:  # Debian's scapy belongs to Debian's python3; another may be in PATH
        os.execvp("python3", ["python3", __file__, "the other"])
    sys.exit(f"cannot import scapy ({reason})")


def send(packet):
    """Like scapy's own, through the kernel's routes; but that one takes long to load."""
    family = socket.AF_INET if packet.version == 4 else socket.AF_INET6
    with socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        raw.sendto(bytes(packet), (packet.dst, 0))


def main():
    tools = {"IP": IP, "IPv6": IPv6, "TCP": TCP, "send": send}
    print("ready", flush=True)
    for line in sys.stdin:
        eval(line, tools)


if __name__ == "__main__":
    main()

"""Runs in Wireshark: the profile, and its screenshots."""

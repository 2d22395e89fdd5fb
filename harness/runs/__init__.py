"""Runs: which there are, what one leaves (NAME.json), and many of them side by side."""

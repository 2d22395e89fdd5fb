"""The tests of the lab, in the folders of what they test."""

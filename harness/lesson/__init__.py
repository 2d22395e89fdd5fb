"""For a class: predict, and two runs side by side."""

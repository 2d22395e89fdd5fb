"""Many runs: which there are, what they leave, all of them side by side."""

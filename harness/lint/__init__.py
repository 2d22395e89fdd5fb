"""make lint: the rules of the tree, checked."""

"""Our own training corpus: what is recorded, how it is recorded, and the recordings."""

"""The cell (Ring -1): a second core that runs a clone of a frozen process."""

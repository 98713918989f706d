"""What holds for all tests."""

from __future__ import annotations

import signal


def pytest_configure() -> None:
    """Have what tests start be ended by Ctrl-C: whoever runs them in the background has it ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)

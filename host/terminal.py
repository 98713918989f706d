"""Standard output and error: results, one-line messages, progress where a person watches."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from host.engines import Progress as Steps


class _Console(Console):
    """A console that leaves it to the command line what a broken pipe means."""

    def on_broken_pipe(self) -> None:
        """Pass it on."""
        raise BrokenPipeError from None


class Terminal:
    """Results go to standard output, everything else to standard error; progress only to a terminal."""

    def __init__(self) -> None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")  # names of files and programs may be any bytes
        # Not a terminal: no colours, and no width to cut anything to.
        self.console = _Console(highlight=False, emoji=False, width=None if sys.stdout.isatty() else 100)
        self._errors = _Console(stderr=True, highlight=False, emoji=False, soft_wrap=True)
        self._progress: Progress | None = None

    def out(self, text: str) -> None:
        """Print one line of results as it is."""
        print(text, file=self.console.file)

    def note(self, text: str) -> None:
        """Print one line for people beside the results."""
        self._errors.print(text, markup=False)

    def error(self, text: str) -> None:
        """Print one error, on one line, in the form that every command shares."""
        self.note("vigilante: " + " ".join(text.split()))

    @contextmanager
    def steps(self, title: str = "") -> Iterator[Steps | None]:
        """Give a callback that shows how far a long job is; None where nobody watches."""
        if not self._errors.is_terminal:
            yield None
            return
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=self._errors,
            transient=True,
        ) as progress:
            task = progress.add_task(title, total=1)

            def update(what: str, done: int, total: int) -> None:
                progress.update(task, description=title + what, completed=done, total=total)

            yield update

    @contextmanager
    def live(self) -> Iterator[Callable[[str], None]]:
        """Give a function that shows a text: in place of the last one on a terminal, else below it."""
        if not self.console.is_terminal:
            yield self._shown
            return
        with Live(console=self.console, auto_refresh=False, vertical_overflow="crop") as view:
            yield lambda text: view.update(Text(text, no_wrap=True), refresh=True)

    def _shown(self, text: str) -> None:
        self.out(text)
        sys.stdout.flush()

    @contextmanager
    def counting(self, total: int) -> Iterator[Counter]:
        """Give a counter of traces and events."""
        if not self._errors.is_terminal:
            yield Counter(None, None)
            return
        with Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(),
            console=self._errors, transient=True,
        ) as progress:  # fmt: skip
            yield Counter(progress, progress.add_task("", total=total))


class Counter:
    """Shows which trace is being screened and how many of its events are done."""

    def __init__(self, progress: Progress | None, task: TaskID | None) -> None:
        self._progress, self._task = progress, task
        self._name = ""
        self._begun = 0

    def begin(self, name: str) -> None:
        """Another trace begins."""
        self._name = name
        self._show(name, self._begun)
        self._begun += 1

    def events(self, done: int) -> None:
        """So many events of it are done."""
        self._show(f"{self._name}: {done:,} events", None)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Take the bar off the screen while results are printed, which may go to the same one."""
        if self._progress is None:
            yield
            return
        self._progress.stop()
        try:
            yield
        finally:
            self._progress.start()

    def _show(self, text: str, completed: int | None) -> None:
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, description=text.replace("[", "\\["), completed=completed)


class Stages:
    """Seconds spent in each stage of a command, for --profile."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.seconds: dict[str, float] = {}
        self.calls = 0
        self._clock = clock

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Count what happens inside as stage `name`."""
        start = self._clock()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + self._clock() - start

    def lines(self) -> list[str]:
        """Return one line per stage, with calls a second where that means something."""
        found = []
        for name, seconds in self.seconds.items():
            rate = (
                f"  {self.calls / seconds:12,.0f} calls/s" if name in ("screen", "report") and seconds > 0 else ""
            )
            found.append(f"{name:<8} {seconds:8.3f} s{rate}")
        return found

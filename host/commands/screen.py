"""`vigilante screen`: traces through an engine, verdicts and reasons out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from host.engines import PORT, Engine, Pipeline, Remote, make_engine, make_pipeline
from host.exceptions import read_exceptions
from host.exits import ExitCode
from host.explain import Explainer
from host.jsonlines import error_object, line, objects
from host.model import ModelKeeper, policy_of
from host.report import show
from host.screen import Screening, screen_trace
from host.terminal import Stages, Terminal
from host.wave import check_writable, write_wave
from models.gateway import Gateway
from models.keys import PublicKey
from models.package import SHIPPED, Package, PackageError, read_package
from models.readers.detect import open_trace
from models.trace import TraceError, TraceStats


@dataclass(frozen=True)
class Options:
    """What the command line says; see `vigilante screen --help`."""

    traces: Sequence[Path]
    model: Path | None = None
    key: Path | None = None
    engine: str = "gateware"
    port: str = PORT
    mode: str = "enforce"
    policy: Path | None = None
    json: bool = False
    everything: bool = False
    profile: bool = False
    wave: Path | None = None
    event: int | None = None
    exceptions: Path | None = None


def load_package(model: Path | None, key: Path | None) -> Package:
    """Return the model to use: the one named, signed by the key named, or else those shipped."""
    trusted = None if key is None else (PublicKey.load(key),)
    if model is None and not SHIPPED.exists():
        raise PackageError(f"{SHIPPED}: the shipped model is missing: name one with --model, or: make model")
    return read_package(SHIPPED if model is None else model, trusted)


@contextmanager
def open_engine(terminal: Terminal, name: str, port: str = PORT) -> Iterator[Engine]:
    """Give an engine; if it has to be built, the terminal shows how far it is."""
    with terminal.steps(f"{'simulated board' if name == 'board' else 'gateware engine'}: ") as progress:
        engine = make_engine(name, progress, port)
    try:
        yield engine
    finally:
        if isinstance(engine, Remote):
            engine.close()


def spare_engine(name: str) -> Pipeline:
    """Return an engine on which models prove themselves first: of the same kind, the golden one for a board."""
    return make_pipeline("golden" if name == "board" else name)


def run(options: Options, terminal: Terminal) -> ExitCode:
    """Screen every trace; return the worst of what came out."""
    if (options.wave is None) != (options.event is None):
        raise click.UsageError("--wave FILE and --event N go together: N is the event that the waveform shows")
    if options.wave is not None and (options.engine != "gateware" or len(options.traces) != 1):
        raise click.UsageError("--wave takes one trace and --engine gateware: only gateware has signals")
    if options.wave is not None:
        check_writable(options.wave)
    exemptions = None if options.exceptions is None else read_exceptions(options.exceptions)
    policy = policy_of(options.mode, options.policy)
    stages = Stages()
    with stages("model"):
        package = load_package(options.model, options.key)
    worst = ExitCode.CLEAN
    with ExitStack() as stack:
        with stages("engine"):
            engine = stack.enter_context(open_engine(terminal, options.engine, options.port))
            ModelKeeper(engine, lambda: spare_engine(options.engine)).start(package, policy)
        gateway = Gateway(engine, package.image)
        counter = stack.enter_context(terminal.counting(len(options.traces)))
        for path in options.traces:
            try:
                with stages("screen"):
                    counter.begin(path.name)
                    reader = open_trace(path)
                    screening = screen_trace(gateway, str(path), reader, counter.events, exemptions)
            except TraceError as error:
                with counter.away():
                    terminal.error(str(error))
                    if options.json:
                        terminal.out(line(error_object(str(path), str(error), ExitCode.TRACE)))
                worst = max(worst, ExitCode.TRACE)
                continue
            with stages("report"), counter.away():
                _report(options, terminal, screening, reader.stats, package)
            stages.calls += screening.calls
            if screening.blocked is not None:
                worst = max(worst, ExitCode.BLOCKED)
            if options.wave is not None and options.event is not None:
                with counter.away(), terminal.steps("gateware engine: ") as progress:
                    write_wave(options.wave, options.event, screening, package, policy, progress)
                terminal.note(f"waveform of event {options.event} written to {options.wave}")
    if options.profile:
        for text in stages.lines():
            terminal.note(text)
    return worst


def _report(
    options: Options, terminal: Terminal, screening: Screening, stats: TraceStats, package: Package
) -> None:
    explainer = Explainer(screening, package.image)
    if options.json:
        for value in objects(screening, explainer, options.engine, options.mode, package, stats):
            terminal.out(line(value))
    else:
        show(terminal.console, screening, explainer, options.mode, stats, options.everything)

"""How programs start: their flags and help, and TensorFlow with oneDNN and without its start-up messages."""

import contextlib
import logging
import math
import os
import re
import shlex
import signal
import sys
import tempfile
import textwrap
import threading
import typing
from collections.abc import Callable, Iterator
from typing import NoReturn

from absl import flags

from webtoon_colorize import __version__, files

_HELP = {"--help", "-h", "-help", "--helpshort", "--helpfull"}
_WIDTH = 100  # columns of help
INTERRUPTED = 130  # exit code, as shells have it


def run(main: Callable[[list[str]], int | None], doc: str, *, inputs: bool = False) -> NoReturn:
    """Parses the command line, then exits with what `main` returns; with a sentence if it raises OSError.

    `--help`, and a call without arguments where some are needed, print `doc` and the flags that are defined.
    `--version` prints the version. A value that begins with ~ means the home folder. SIGTERM is Ctrl-C: programs leave
    in order, with what they wrote whole. What reads the output may end early, as `head` does.

    Args:
      main: gets the positional arguments.
      doc: what the program does, its usage and an example.
      inputs: whether the program takes positional arguments; without it, such an argument is an error.
    """
    sys.stdout, sys.stderr = _Output(sys.stdout), _Output(sys.stderr)
    arguments = sys.argv[1:]
    if not _HELP.isdisjoint(arguments):
        print(_help(doc))
        sys.exit()
    if "--version" in arguments:
        print(f"webtoon_colorize {__version__}")
        sys.exit()
    if not arguments and (inputs or any(map(_is_required, _own_flags()))):
        print(_help(doc), file=sys.stderr)
        sys.exit(2)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        sys.exit(main(_parse(inputs=inputs)))
    except OSError as error:
        raise failure(error) from error
    except flags.Error as error:
        print(f"error: {_sentence(error)} See --help.", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("\nInterrupted: what is written is whole.", file=sys.stderr)
        sys.exit(INTERRUPTED)


class _Output:
    """A stream that says no more, and raises nothing, once nobody reads it."""

    def __init__(self, stream: typing.TextIO):
        self._stream = stream

    def __getattr__(self, name: str):
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with self._into_nothing():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with self._into_nothing():
            self._stream.flush()

    @contextlib.contextmanager
    def _into_nothing(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, self._stream.fileno())
            os.close(nothing)


def failure(error: Exception) -> SystemExit:
    """What ends a program that cannot do what it was asked to: a sentence, and the exit code 1."""
    return SystemExit(f"error: {files.explained(error)}")


def _interrupt(*_) -> NoReturn:
    raise KeyboardInterrupt


@contextlib.contextmanager
def stop_event() -> Iterator[threading.Event]:
    """An event for loops that end in order: the first Ctrl-C or SIGTERM sets it, a second one interrupts."""
    event = threading.Event()

    def ask(*_) -> None:
        if event.is_set():
            raise KeyboardInterrupt
        event.set()

    if threading.current_thread() is not threading.main_thread():  # signals are the main thread's
        yield event
        return
    before = {each: signal.signal(each, ask) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield event
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def command() -> str:
    """The command that started this program, to be typed again."""
    return shlex.join(sys.orig_argv)


def _parse(*, inputs: bool) -> list[str]:
    """Sets the flags and returns the positional arguments. Raises flags.Error."""
    flags.FLAGS.set_gnu_getopt(True)  # flags may follow positional arguments
    try:
        arguments = flags.FLAGS(sys.argv)[1:]
    except RecursionError as error:  # absl looks for a flag that is like it, a call for each letter
        longest = max((each for each in sys.argv[1:] if each.startswith("-")), key=len)
        raise flags.Error(f"there is no flag {longest[:40]}") from error
    except ValueError as error:  # absl's answer to --noflag=value
        raise flags.Error(str(error)) from error
    if arguments and not inputs:
        raise flags.Error(f"{arguments[0]} is no flag, and this program takes nothing else")
    for flag in _own_flags():
        if isinstance(flag.value, float) and not math.isfinite(flag.value):
            raise flags.Error(f"--{flag.name}={flag.value} is no number that can be used")
        if isinstance(flag.value, list):
            flag.value = [_at_home(each) for each in flag.value]
        elif isinstance(flag.value, str):
            flag.value = _at_home(flag.value)
    return [_at_home(each) for each in arguments]


def _at_home(value: str) -> str:
    """`value` with the home folder for a leading ~, which shells leave alone in --flag=~/x. Raises flags.Error."""
    if not re.match("~[^/]*(/|$)", value):
        return value
    path = os.path.expanduser(value)
    if path == value:
        raise flags.Error(f"{value}: there is no such home folder")
    return path


def _own_flags() -> Iterator[flags.Flag]:
    """The program's flags in the order of their definition, absl's own left out."""
    for module, defined in flags.FLAGS.flags_by_module_dict().items():
        if not module.startswith("absl."):
            yield from defined


def _is_required(flag: flags.Flag) -> bool:
    return any("must have a value other than None" in each.message for each in flag.validators)


def _help(doc: str) -> str:
    return "\n".join([doc.strip(), "", "Flags:", *map(_describe, _own_flags())])


def _describe(flag: flags.Flag) -> str:
    text = re.sub(r"^<.*?>: |;\s+repeat this option.*$", "", flag.help, flags=re.DOTALL)  # absl's additions
    remarks = [f"one of {', '.join(flag.parser.enum_values)}"] if hasattr(flag.parser, "enum_values") else []
    remarks += ["may be repeated"] if "repeat this option" in flag.help else []
    remarks += ["required"] if _is_required(flag) else []
    remarks += [f"default: {flag.default_as_str}"] if flag.default_as_str and not flag.boolean else []
    remarks += ["default: yes"] if flag.boolean and flag.default else []
    text += f" ({'; '.join(remarks)})" if remarks else ""
    name = f"--[no]{flag.name}" if flag.boolean else f"--{flag.name}=..."
    return f"  {name}\n" + textwrap.fill(
        text,
        _WIDTH,
        break_long_words=False,
        break_on_hyphens=False,
        initial_indent="      ",
        subsequent_indent="      ",
    )


def _sentence(error: flags.Error) -> str:
    """What is wrong, as a sentence. absl says "flag --x=None: Flag --x must have a value other than None."."""
    missing = re.match(r"flag --(\w+)=None:", str(error))
    odd = re.match(r"flag (--\w+=.*): (could not convert string to float|invalid literal for int\(\))", str(error))
    if odd:
        return f"{odd[1]} is no number; {'0.5' if 'float' in odd[2] else '5'} is one."
    text = f"--{missing[1]} is missing" if missing else str(error).replace(" ?", "?").rstrip(".")
    return text if text.endswith("?") else f"{text}."


def import_tensorflow() -> None:
    """Imports TensorFlow with oneDNN, unless the user's environment says otherwise, and without messages.

    On CPUs without AVX512-VNNI, TensorFlow leaves oneDNN off; a U-Net then trains at two thirds of the speed. Its
    start-up messages ignore every setting. A second call does nothing. `python -m package.program` with --help or
    without arguments gets a mock instead: the import takes three seconds, and the help needs no TensorFlow.
    """
    if sys.argv[0] == "-m" and (len(sys.argv) == 1 or not _HELP.isdisjoint(sys.argv)):
        from unittest import mock  # a third of this module's own import

        sys.modules.update(dict.fromkeys(("tensorflow", "keras"), mock.MagicMock()))
        return
    if "tensorflow" in sys.modules:
        return
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # else the first program takes all memory of a GPU
    with silent_start():
        import tensorflow  # noqa: F401
    # TensorFlow counts traces of different functions together and would warn. absl's flags set absl's level anew.
    logging.getLogger("tensorflow").setLevel("ERROR")


@contextlib.contextmanager
def silent_start() -> Iterator[None]:
    """Holds back what a library writes to standard error, and shows it if the block raises."""
    sys.stderr.flush()
    standard_error = os.dup(2)
    with tempfile.TemporaryFile() as held_back:
        os.dup2(held_back.fileno(), 2)
        try:
            yield
        except BaseException:
            held_back.seek(0)
            os.write(standard_error, held_back.read())
            raise
        finally:
            os.dup2(standard_error, 2)
            os.close(standard_error)

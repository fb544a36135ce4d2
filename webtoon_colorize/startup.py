"""How programs start: their flags and help, and TensorFlow with oneDNN and without its start-up messages."""

import os
import re
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from typing import NoReturn

from absl import flags, logging

from webtoon_colorize import __version__

_HELP = {"--help", "-h", "-help", "--helpshort", "--helpfull"}
_WIDTH = 100  # columns of help


def run(main: Callable[[list[str]], int | None], doc: str, *, inputs: bool = False) -> NoReturn:
    """Parses the command line, then exits with what `main` returns.

    `--help`, and a call without arguments where some are needed, print `doc` and the flags that are defined.
    `--version` prints the version. A value that begins with ~ means the home folder.

    Args:
      main: gets the positional arguments.
      doc: what the program does, its usage and an example.
      inputs: whether the program takes positional arguments; without it, such an argument is an error.
    """
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
    try:
        sys.exit(main(_parse(inputs=inputs)))
    except flags.Error as error:
        print(f"error: {_sentence(error)} See --help.", file=sys.stderr)
        sys.exit(2)


def _parse(*, inputs: bool) -> list[str]:
    """Sets the flags and returns the positional arguments. Raises flags.Error."""
    flags.FLAGS.set_gnu_getopt(True)  # flags may follow positional arguments
    arguments = flags.FLAGS(sys.argv)[1:]
    if arguments and not inputs:
        raise flags.Error(f"{arguments[0]} is no flag, and this program takes nothing else")
    for flag in _own_flags():
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
    text = f"--{missing[1]} is missing" if missing else str(error).replace(" ?", "?").rstrip(".")
    return text if text.endswith("?") else f"{text}."


def import_tensorflow() -> None:
    """Imports TensorFlow with oneDNN, unless the user's environment says otherwise, and without messages.

    On CPUs without AVX512-VNNI, TensorFlow leaves oneDNN off; a U-Net then trains at two thirds of the speed.
    TensorFlow's start-up messages ignore every setting. So standard error is held back during the import, and shown if
    the import fails. `python -m package.program` with --help or without arguments gets a mock instead: the import takes
    three seconds, and the help needs no TensorFlow.
    """
    if sys.argv[0] == "-m" and (len(sys.argv) == 1 or not _HELP.isdisjoint(sys.argv)):
        from unittest import mock  # a third of this module's own import

        sys.modules.update(dict.fromkeys(("tensorflow", "keras"), mock.MagicMock()))
        return
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # else the first program takes all memory of a GPU
    sys.stderr.flush()
    standard_error = os.dup(2)
    with tempfile.TemporaryFile() as held_back:
        os.dup2(held_back.fileno(), 2)
        try:
            import tensorflow  # noqa: F401
        except BaseException:
            held_back.seek(0)
            os.write(standard_error, held_back.read())
            raise
        finally:
            os.dup2(standard_error, 2)
            os.close(standard_error)
    logging.set_verbosity(logging.ERROR)  # TensorFlow counts traces of different functions together and would warn

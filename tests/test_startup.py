"""Every program's help, its answers to bad command lines, and what a command line means."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[1]
FOLDERS = ("webtoon_colorize", "experiments", "data_tools")
PROGRAMS = sorted(
    path
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*.py")
    if path.name != "startup.py" and "startup.run(" in path.read_text(encoding="utf-8")
)

SETTINGS = ("TF_ENABLE_ONEDNN_OPTS", "TF_CPP_MIN_LOG_LEVEL")
IMPORT = "from webtoon_colorize import startup; startup.import_tensorflow(); "


def module_of(path: pathlib.Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__")


@pytest.fixture(scope="module")
def without_tensorflow(tmp_path_factory):
    """An environment in which importing TensorFlow fails."""
    folder = tmp_path_factory.mktemp("fake")
    for name in ("tensorflow", "keras"):
        (folder / f"{name}.py").write_text("raise SystemExit('imported')")
    return os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}


def call(module, *arguments, cwd=ROOT, env=None):
    return subprocess.run([sys.executable, "-m", module, *arguments], cwd=cwd, env=env, capture_output=True, text=True)


def test_all_programs_are_found():
    assert len(PROGRAMS) >= 16
    assert {"webtoon_colorize", "webtoon_colorize.app", "experiments.train", "data_tools.prepare"} <= set(
        map(module_of, PROGRAMS)
    )


@pytest.mark.parametrize("path", PROGRAMS, ids=module_of)
def test_help_shows_what_the_program_does_an_example_and_its_flags_and_needs_no_tensorflow(path, without_tensorflow):
    shown = call(module_of(path), "--help", env=without_tensorflow)
    assert shown.returncode == 0 and shown.stderr == ""
    assert "\nUsage: " in shown.stdout and "\nExample: " in shown.stdout
    defined = re.findall(r'flags\.DEFINE_\w+\(\s*"(\w+)"', path.read_text(encoding="utf-8"))
    listed = re.findall(r"^  --(?:\[no\])?(\w+)", shown.stdout, flags=re.MULTILINE)
    assert listed == defined != []


def test_without_arguments_a_program_that_needs_some_shows_its_help(without_tensorflow):
    shown = call("webtoon_colorize", env=without_tensorflow)
    assert shown.returncode == 2 and shown.stdout == ""
    assert shown.stderr == call("webtoon_colorize", "--helpshort", env=without_tensorflow).stdout
    assert "\n  --results_dir=..." in call("experiments.table", env=without_tensorflow).stderr


@pytest.mark.parametrize(
    ("module", "arguments", "sentence"),
    [
        ("webtoon_colorize", ["page.png"], "--output_dir is missing."),
        ("webtoon_colorize", ["page.png", "--outputdir=x"], "Did you mean: output_dir?"),
        ("webtoon_colorize", ["page.png", "--output_dir=~nobody-of-that-name/x"], "there is no such home folder."),
        ("webtoon_colorize.app", ["page.png"], "page.png is no flag, and this program takes nothing else."),
        ("data_tools.synthesize", ["--titles=0"], "--titles=0: "),
        ("data_tools.synthesize", ["--titles=a"], "error: --titles=a is no number; 5 is one. See"),
        (
            "webtoon_colorize",
            ["x", "--output_dir=y", "--strength=0,5"],
            "error: --strength=0,5 is no number; 0.5 is one.",
        ),
        (
            "webtoon_colorize",
            ["x", "--output_dir=y", "--strength=nan"],
            "--strength=nan is no number that can be used.",
        ),
        ("webtoon_colorize", ["x", "--output_dir=y", "--label=z"], "Unknown command line flag 'label'"),
        ("data_tools.prepare", ["--comic_dir=x", "--output_dir=y", "z"], "z is no flag"),
        (
            "webtoon_colorize",
            ["in", "--output_dir=y", "--nokeep_white=1"],
            "--nokeep_white=1 does not take an argument",
        ),
        ("webtoon_colorize", ["in", "--output_dir=y", f"--col{9999 * '9'}"], f"there is no flag --col{35 * '9'}. See"),
    ],
)
def test_a_command_line_that_makes_no_sense_is_one_sentence(module, arguments, sentence, without_tensorflow):
    done = call(module, *arguments, env=without_tensorflow)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("error: ") and sentence in done.stderr and done.stderr.count("\n") == 1


def test_a_tilde_in_a_flag_or_a_word_is_the_home_folder(tmp_path, without_tensorflow):
    empty = tmp_path / "empty"
    empty.mkdir()
    env = without_tensorflow | {"HOME": str(tmp_path)}
    done = call("data_tools.synthesize", "--titles=1", "--episodes=1", "--output_dir=~/comic", cwd=empty, env=env)
    assert done.returncode == 0 and (tmp_path / "comic").is_dir() and not list(empty.iterdir())


def test_the_version_is_the_packages(without_tensorflow):
    from webtoon_colorize import __version__

    assert call("webtoon_colorize", "--version", env=without_tensorflow).stdout == f"webtoon_colorize {__version__}\n"


def test_make_refuses_settings_with_spaces(tmp_path):
    (tmp_path / "comic").mkdir()
    (tmp_path / "My Comics").mkdir()
    for comic, data in ((tmp_path / "comic", tmp_path / "mk data"), (tmp_path / "My Comics", tmp_path / "mk")):
        command = ["make", "--dry-run", "data", f"COMIC={comic}", f"DATA={data}"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 2 and "space" in done.stderr


def python(code, **environment):
    inherited = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=inherited | environment)


def test_tensorflow_comes_with_onednn_and_without_messages_and_later_errors_are_shown():
    """TensorFlow would warn of functions that are traced again, and counts different ones together."""
    tell = "import os, sys; print(os.environ['TF_ENABLE_ONEDNN_OPTS'], 'tensorflow' in sys.modules)\n"
    flags = "from absl import flags; flags.FLAGS(['program'])\n"  # these set the level of absl's messages
    trace = "import tensorflow as tf\nfor _ in range(8): tf.function(lambda x: x + 1)(tf.constant(1.0))\n"
    done = python(IMPORT + tell + flags + trace + "os.write(2, b'an error')")
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 True\n", "an error")


def test_a_broken_tensorflow_is_shown_with_all_that_it_said(tmp_path):
    """A fake module writes to standard error, as TensorFlow's libraries do, and then fails."""
    (tmp_path / "tensorflow.py").write_text(
        "import os\nos.write(2, b'no such library\\n')\nraise ImportError('broken')"
    )
    path = os.pathsep.join([str(tmp_path), *sys.path])
    done = python(IMPORT, PYTHONPATH=path, TF_ENABLE_ONEDNN_OPTS="0")
    assert done.returncode == 1 and "no such library\n" in done.stderr
    assert done.stderr.endswith("ImportError: broken\n")


def test_what_the_environment_says_about_onednn_stays(tmp_path):
    (tmp_path / "tensorflow.py").write_text("import os\nprint(os.environ['TF_ENABLE_ONEDNN_OPTS'])")
    done = python(IMPORT, PYTHONPATH=os.pathsep.join([str(tmp_path), *sys.path]), TF_ENABLE_ONEDNN_OPTS="0")
    assert done.stdout == "0\n"


def started(script, **options):
    """A program of a few lines whose `main` is `script`."""
    lines = (
        f"import sys, time\nfrom webtoon_colorize import startup\ndef main(_):\n    {script}\nstartup.run(main, 'Doc.')"
    )
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": ROOT}
    return subprocess.Popen([sys.executable, "-c", lines], **streams, **options)


def test_what_reads_the_output_may_end_early():
    with started("[print('x' * 100) for _ in range(9999)]; print('worked', file=sys.stderr); return 3") as program:
        program.stdout.close()
        assert program.stderr.read() == "worked\n"
    assert program.returncode == 3


def test_sigterm_ends_a_program_in_order():
    with started("print('ready', flush=True); time.sleep(60)") as program:
        assert program.stdout.readline() == "ready\n"
        program.terminate()
        assert program.stderr.read() == "\nInterrupted: what is written is whole.\n"
    assert program.returncode == 130


def test_an_error_of_the_system_is_a_sentence_that_names_the_file():
    with started("open('/nowhere/at/all')") as program:
        assert program.stderr.read() == "error: /nowhere/at/all: no such file or directory\n"
    assert program.returncode == 1


def test_a_results_folder_that_is_missing_is_an_error(tmp_path):
    command = [sys.executable, "-m", "experiments.table", f"--results_dir={tmp_path}/typo"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stdout) == (1, "") and not (tmp_path / "typo").exists()
    assert done.stderr == f"error: there is no results folder {tmp_path}/typo; experiments.reproduce makes one\n"


def test_nothing_uses_tensorflow_when_it_is_imported():
    """Flags could not set its threads and devices any more, and a process that forks would hang."""
    program = (
        "import tensorflow as tf; from experiments import ablations; "
        "tf.config.threading.set_intra_op_parallelism_threads(1)"  # an error once TensorFlow has been used
    )
    subprocess.run([sys.executable, "-c", program], check=True)

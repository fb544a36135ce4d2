"""Programs import TensorFlow. Each test has a process of its own, because TensorFlow is imported here already."""

import os
import subprocess
import sys

SETTINGS = ("TF_ENABLE_ONEDNN_OPTS", "TF_CPP_MIN_LOG_LEVEL")
IMPORT = "from webtoon_colorize import startup; startup.import_tensorflow(); "


def python(code, **environment):
    inherited = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=inherited | environment)


def test_tensorflow_comes_with_onednn_and_without_messages_and_later_errors_are_shown():
    tell = "import os, sys; print(os.environ['TF_ENABLE_ONEDNN_OPTS'], 'tensorflow' in sys.modules); "
    done = python(IMPORT + tell + "os.write(2, b'an error')")
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

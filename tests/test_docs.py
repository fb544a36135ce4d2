"""README and docs against what they speak of: results, files, commands and flags."""

import ast
import configparser
import json
import pathlib
import re

import pytest

from experiments import docs

ROOT = pathlib.Path(__file__).parent.parent
PAGES = [*docs.pages(), ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
SOURCES = ("webtoon_colorize", "data_tools", "experiments")

# Numbers that the text repeats: page, text with {} for the number, CSV file below experiments/reported, row, column (or
# a quotient of two), format.
QUOTES = [
    ("README.md", "64 px ({} test panels)", "synthetic_5_quick/table.csv", {"experiment": "l2"}, "test_images", ".0f"),
    ("README.md", "128 px ({} test panels,", "real_5_cpu/table.csv", {"experiment": "l2"}, "test_images", ".0f"),
    (
        "README.md",
        "They have {} of the colour error of gray on new episodes",
        "references/hues_seen.csv",
        {"colours": "now"},
        "of gray",
        ".2f",
    ),
    ("README.md", "lower the error from {} to", "references/references.csv", {"references": "0"}, "of gray", ".2f"),
    ("README.md", "to {} of gray's. A dot", "references/references.csv", {"references": "4"}, "of gray", ".2f"),
    ("docs/app.md", "(gray: {})", "real_19_cpu/table.csv", {"experiment": "gray"}, "rmse_lab", ".2f"),
    (
        "docs/app.md",
        "{} of it at random places",
        "real_19_cpu/hints.csv",
        {"experiment": "color_and_apply_hints", "places": "random", "hints": "20"},
        "rmse_lab/gray_rmse_lab",
        ".3f",
    ),
    (
        "docs/app.md",
        "{} where the error is largest",
        "real_19_cpu/hints.csv",
        {"experiment": "color_and_apply_hints", "places": "worst", "hints": "20"},
        "rmse_lab/gray_rmse_lab",
        ".3f",
    ),
    (
        "docs/results.md",
        "ab L2 of {} (drawn)",
        "synthetic_5_quick/table.csv",
        {"experiment": "diverse_vae"},
        "l2_best",
        ".0f",
    ),
    ("docs/results.md", "and {} (real)", "real_5_cpu/table.csv", {"experiment": "diverse_vae"}, "l2_best", ".0f"),
    ("docs/choices.md", "{} is then an RMSE", "synthetic_5_quick/table.csv", {"experiment": "l2"}, "paper_l2", ".1f"),
]

QUOTES += [
    ("docs/claims.md", quote, f"{study}/claims.csv", {"claim": claim}, column, form)
    for study, quotes in {
        "synthetic_5_small": (
            ("consistent", "difference/left", "small ({},", ".0%"),
            ("consistent_backgrounds", "difference/left", "%, {} and", ".0%"),
            ("bleeding", "difference/left", "and {} of L2's)", ".0%"),
            ("skips_essential", "right", "the network gains {} Lab units over gray", ".2f"),
            ("skips_essential", "left", "half of what L2 gains is {},", ".2f"),
            ("collection", "left", "colours its title better ({})", ".1f"),
            ("collection", "right", "than one of all five ({})", ".1f"),
            ("gray_or_color_vgg16", "right", "titles apart better in colour ({} right)", ".2f"),
            ("gray_or_color_vgg16", "left", "than in gray ({});", ".2f"),
            ("adversarial_colorful", "left", "is undecided ({} against", ".1f"),
            ("adversarial_colorful", "right", "against {}): with L2 as a sum", ".1f"),
            ("adversarial_l2", "left", "leaves L2 as it is ({} and", ".0f"),
            ("adversarial_l2", "right", "and {}), a classification loss", ".0f"),
            ("part_not_whole", "left", "on its whole is rare ({} of the regions)", ".1%"),
            ("vgg_features_control", "left", "of random weights has an L2 of {},", ".0f"),
            ("vgg_features_control", "right", "with the trained one {},", ".0f"),
            ("keep_probability", "left", "the proposal has {} Lab of chroma", ".1f"),
            ("keep_probability", "right", "with 0.01 {};", ".1f"),
        ),
        "synthetic_5_size": (
            ("bleeding", "right", "less colour over borders ({} against", ".3f"),
            ("bleeding", "left", "against {}), but is not more even", ".3f"),
            ("consistent", "right", "not more even: {} against", ".3f"),
            ("consistent", "left", "against {} of the picture's spread", ".3f"),
            ("consistent_backgrounds", "right", "in flat areas, {} against", ".3f"),
            ("consistent_backgrounds", "left", "against {} on backgrounds", ".3f"),
        ),
        "synthetic_5_cpu": (
            ("bleeding", "right", "less bleeding ({} against", ".3f"),
            ("bleeding", "left", "against {}), no more even in", ".3f"),
            ("consistent", "right", "no more even in flat areas ({} against", ".3f"),
            ("consistent", "left", "against {}), on backgrounds", ".3f"),
            ("consistent_backgrounds", "right", "on backgrounds {} against", ".3f"),
            ("consistent_backgrounds", "left", "against {}, an error of 14.5", ".3f"),
        ),
        "real_5_cpu": (
            ("consistent", "right", "less even ({} against", ".2f"),
            ("consistent", "left", "against {}), more bleeding", ".2f"),
            ("bleeding", "right", "more bleeding ({} against", ".2f"),
            ("bleeding", "left", "against {}), an error", ".2f"),
        ),
    }.items()
    for claim, column, quote, form in quotes
]


def _name(path: pathlib.Path) -> str:
    return str(path.relative_to(ROOT))


every_page = pytest.mark.parametrize("page", PAGES, ids=_name)


def _text(page: pathlib.Path) -> str:
    return page.read_text(encoding="utf-8")


def _blocks(text: str) -> list[tuple[str, str]]:
    """Language and content of each code block."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def _code(text: str) -> list[str]:
    """Each line of a code block, and each piece of code in the text."""
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    lines = [line.split("    #")[0] for _, block in _blocks(text) for line in block.splitlines()]
    return lines + [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", prose)]


def _anchors(page: pathlib.Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", _text(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _setup() -> configparser.ConfigParser:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    return setup


def _flags(source: pathlib.Path) -> set[str]:
    """Flags that a program defines, found without importing it."""
    found = re.findall(r"\bDEFINE_(\w+)\(\s*\"(\w+)\"", source.read_text(encoding="utf-8"))
    negated = {f"no{name}" for kind, name in found if kind == "bool"}
    return {name for _, name in found} | negated | {"help", "version"}


def _source(module: str) -> pathlib.Path | None:
    """The file of a program of this project that `python -m module` runs; None if there is none."""
    path = ROOT / module.replace(".", "/")
    return next((file for file in (path.with_suffix(".py"), path / "__main__.py") if file.exists()), None)


def _program(command: str) -> str | None:
    """The module that a command runs; None if it is a program of somebody else."""
    scripts = dict(
        line.split(" = ") for line in _setup()["options.entry_points"]["console_scripts"].split("\n") if line
    )
    if match := re.search(r"python -m ([\w.]+)", command):
        return match[1] if match[1].split(".")[0] in SOURCES else None
    if match := re.match(r"(?:\S+/)?(webtoon-\S+)", command):
        return scripts[match[1]].split(":")[0]
    return None


@pytest.mark.parametrize("page", docs.pages(), ids=_name)
def test_tables_are_what_the_results_say(page):
    assert docs.filled(_text(page)) == _text(page), "make docs writes them anew"


@pytest.mark.parametrize("page, quote, file, row, column, form", QUOTES)
def test_numbers_in_the_text_are_those_of_the_results(page, quote, file, row, column, form):
    [values] = [each for each in docs.read(file) if row.items() <= each.items()]
    numerator, *denominator = column.split("/")
    number = float(values[numerator]) / (float(values[denominator[0]]) if denominator else 1)
    assert quote.format(format(number, form)) in " ".join(_text(ROOT / page).split())


def test_readme_is_short():
    assert len(_text(ROOT / "README.md").splitlines()) <= 150


def test_the_front_page_has_as_many_dots_as_readme_says():
    [hints] = json.loads((ROOT / "docs/front_page.json").read_text(encoding="utf-8")).values()
    assert f"after {len(hints)} dots of colour" in _text(ROOT / "README.md")


@every_page
def test_links_and_pictures_exist(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", _text(page)):
        if not target.startswith(("https://", "http://")):
            file, _, anchor = target.partition("#")
            path = page.parent / file if file else page
            assert path.exists(), target
            assert not anchor or anchor in _anchors(path), target


@every_page
def test_paths_of_the_project_exist(page):
    for code in _code(_text(page)):
        if re.fullmatch(rf"({'|'.join((*SOURCES, 'docs', 'tests'))})/[\w./]*", code):
            assert (ROOT / code).exists(), code


@every_page
def test_make_targets_exist(page):
    targets = set(re.findall(r"^([a-z-]+):", _text(ROOT / "Makefile"), re.MULTILINE))
    for code in _code(_text(page)):
        if code.startswith("make "):
            words = re.sub(r"\w+=(\"[^\"]*\"|\S+)", "", code).split()[1:]
            assert set(words) <= targets, code


@every_page
def test_programs_and_their_flags_exist(page):
    anywhere = set().union(*(_flags(path) for folder in SOURCES for path in (ROOT / folder).rglob("*.py")))
    for code in _code(_text(page)):
        used = set() if "pip install" in code else set(re.findall(r"(?<![\w-])--(\w+)(?![\w.])", code))
        module = _program(code)
        assert module is None or _source(module), code
        assert used <= (_flags(_source(module)) if module else anywhere), code


@every_page
def test_extras_and_python_examples_are_right(page):
    text = _text(page)
    extras = {name for names in re.findall(r"'\.\[([\w,]+)\]'", text) for name in names.split(",")}
    extras |= set(re.findall(r"extra `(\w+)`", text))
    assert extras <= set(_setup()["options.extras_require"])
    for language, block in _blocks(text):
        if language == "python":
            ast.parse(block)


def test_a_table_that_was_edited_by_hand_is_written_anew():
    text = "before\n<!-- table: verdicts -->\n| 1 |\n<!-- end -->\nafter\n"
    assert (
        docs.filled(text) == f"before\n<!-- table: verdicts -->\n\n{docs.TABLES['verdicts']()}\n\n<!-- end -->\nafter\n"
    )


@pytest.mark.parametrize(
    "text, message",
    [
        ("<!-- table: weather -->\n<!-- end -->\n", "there is no table 'weather'"),
        ("<!-- table: verdicts -->\n", "not every <!-- table: has its <!-- end -->"),
        ("<!-- table: verdicts -->\n<!-- table: hints -->\n<!-- end -->\n", "the table 'verdicts' has no <!-- end -->"),
    ],
)
def test_a_page_with_wrong_marks_is_refused(text, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        docs.filled(text)


def test_every_table_stands_on_a_page():
    named = {name for page in docs.pages() for name in re.findall(r"<!-- table: (.+) -->", _text(page))}
    assert named == set(docs.TABLES)


def test_rows_are_those_of_the_results():
    rows = [row["experiment"] for row in docs.read("synthetic_5_quick/table.csv")]
    assert [*docs.ROWS, *docs.CLASSIFIERS] == rows

"""The structure that docs/architecture.md describes, held against the code's own imports."""

import ast
import graphlib
import pathlib
import re
import statistics

ROOT = pathlib.Path(__file__).parents[1]
PACKAGE = ROOT / "webtoon_colorize"
SOURCES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for folder in ("webtoon_colorize", "experiments", "data_tools")
    for path in (ROOT / folder).rglob("*.py")
}


def tree(module: str) -> ast.Module:
    return ast.parse(SOURCES[module].read_text(encoding="utf-8"))


def imports(module: str) -> set[str]:
    """The project's modules that a module imports, inside functions too."""
    found = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found.add(whole if whole in SOURCES else node.module)
    return (found & SOURCES.keys()) - {module}


def layers() -> dict[str, int]:
    """Top-level name of webtoon_colorize -> its layer in docs/architecture.md."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d) \w+ \| ([^|]+) \|", text, flags=re.MULTILINE)
    return {name: int(number) for number, names in rows for name in re.findall(r"`(\w+)/?`", names)}


def functions() -> list[tuple[int, str]]:
    """Lines and name of every function of the project."""
    return [
        (node.end_lineno - node.lineno + 1, f"{module}.{node.name}")
        for module in SOURCES
        for node in ast.walk(tree(module))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]


def test_every_module_has_its_place_in_the_document():
    rooms = {path.stem for path in PACKAGE.glob("*.py")} | {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert layers().keys() == rooms - {"__init__"}


def test_imports_run_one_way_through_the_layers():
    layer = layers()
    upward = [
        f"{module} imports {other}"
        for module in SOURCES
        for other in imports(module)
        if module.startswith("webtoon_colorize.") and other.startswith("webtoon_colorize.")
        if layer[other.split(".")[1]] > layer[module.split(".")[1]]
    ]
    assert upward == []


def test_no_module_imports_itself_by_a_detour_and_the_library_knows_nothing_of_its_users():
    graph = {module: {other for other in imports(module) if "." in other} for module in SOURCES}
    list(graphlib.TopologicalSorter(graph).static_order())  # raises CycleError
    outside = {other for module in SOURCES if module.startswith("webtoon_colorize") for other in imports(module)}
    assert all(other.startswith("webtoon_colorize") for other in outside)


def test_the_package_has_at_most_25_rooms():
    rooms = [path for path in PACKAGE.iterdir() if path.suffix == ".py" or (path.is_dir() and path.name[0] != "_")]
    assert len(rooms) <= 25


def test_functions_and_files_are_short():
    lengths = [length for length, _ in functions()]
    assert statistics.median(lengths) <= 8
    assert [name for length, name in functions() if length > 50] == []
    assert [name for name, path in SOURCES.items() if len(path.read_text(encoding="utf-8").splitlines()) > 300] == []

"""Colours pages, strips, folders and comic archives.

Usage: webtoon-colorize INPUT... --output_dir=OUT
Example: webtoon-colorize chapter/ book.cbz page.png --output_dir=coloured

INPUT is an image (JPEG, PNG, WebP), a folder, or a CBZ or ZIP archive. OUT mirrors the inputs; they stay as they are.
Pages that have colour, or that are there already (--skip_existing), are left as they are and named.
Exit code: 0 all is well; 1 some pages could not be coloured (they are named, the rest is done); 2 nothing could be done
(the reason is given).
"""

import sys
import typing

from absl import flags

from webtoon_colorize import files, startup

if typing.TYPE_CHECKING:
    from webtoon_colorize.colorizer import Colorizer
    from webtoon_colorize.hints import Hint
    from webtoon_colorize.io.chapters import Page


def colorize(inputs: list[str], values: flags.FlagValues) -> int:
    """Does what the flags say and returns the exit code. Raises ValueError or OSError if nothing can be done."""
    from webtoon_colorize import color_chapters
    from webtoon_colorize.colorizer import Colorizer
    from webtoon_colorize.io import chapters
    from webtoon_colorize.pages.prints import Kind

    _check_paths(inputs, values)
    if values.adapted_run and not values.references:
        raise ValueError("--adapted_run keeps what is learned from --references=PAGES, which are missing")
    found, faults = chapters.find_chapters(inputs, values.output_dir, others=values.references)
    chapters.check_folders(found, values.output_dir)
    pages = [page for chapter in found for page in chapter.pages]
    hints, unknown = _read_hints(values.hints, pages) if values.hints else ({}, [])
    colorizer = _learned(values) if values.references else Colorizer.load(values.run_dir, strength=values.strength)
    colorizer.check_title(values.title)
    if values.title and not colorizer.takes_title:
        print(f"--title={values.title} changes nothing: this run was trained without titles.", file=sys.stderr)
    options = color_chapters.Options(
        title=values.title,
        hints=hints,
        skip_colored=values.skip_colored,
        keep_white=values.keep_white,
        color_layer=values.color_layer,
        skip_existing=values.skip_existing,
    )
    with files.locked_without_trace(values.output_dir):
        report = color_chapters.color_chapters(found, colorizer, options)
    for name in unknown:
        print(f"{values.hints}: there is no page {name} among the inputs.", file=sys.stderr)
    print(*report.notes, sep="\n", end="\n" * bool(report.notes))
    if {*report.kinds} - {Kind.TONES}:
        print("On these pages:", ", ".join(f"{kind.value} ({number})" for kind, number in report.kinds.most_common()))
    if report.replaced:
        print(f"Replaced in {values.output_dir}: {_count(report.replaced, 'file')} that had another content.")
    return summarize(report.colored, report.left, [*faults, *report.faults]) or int(bool(unknown))


def _check_paths(inputs: list[str], values: flags.FlagValues) -> None:
    """Raises ValueError for an empty path, which would mean the current folder, or be passed over."""
    if "" in inputs:
        raise ValueError("one of the inputs is empty; it is to be a file or a folder")
    for name in ("output_dir", "run_dir", "references", "adapted_run", "hints"):
        value = getattr(values, name)
        if value == "" or (isinstance(value, list) and "" in value):
            raise ValueError(f"--{name} is empty; it is to be a file or a folder")


def _learned(values: flags.FlagValues) -> "Colorizer":
    """A colorizer that knows the references; its run stays if the user names a folder for it."""
    startup.import_tensorflow()
    from webtoon_colorize import adaptation, run
    from webtoon_colorize.colorizer import Colorizer

    panels, faults = adaptation.read_panels(values.references, values.run_dir)
    print(*faults, sep="\n", end="\n" * bool(faults), file=sys.stderr)
    if values.adapted_run:
        try:
            adapted = adaptation.adapt(values.run_dir, panels, values.adapted_run)
        except run.ClaimedError as error:
            origin = "other references" if "data" in error.names else "another --run_dir"
            raise ValueError(
                f"--adapted_run={values.adapted_run} holds a run with {origin}: name another folder"
            ) from error
        return Colorizer.load(adapted, strength=values.strength)
    return adaptation.learn(values.run_dir, panels, strength=values.strength)


def _read_hints(path: str, pages: list["Page"]) -> tuple[dict[str, tuple["Hint", ...]], list[str]]:
    """The hints by names of pages, and the names in the file for which there is no page."""
    from webtoon_colorize.io import hint_files

    try:
        hints = hint_files.read_hints(path)
        return hint_files.assign(hints, [page.name for page in pages], [page.path for page in pages])
    except hint_files.HintError as error:
        raise ValueError(f"{path}: {error}") from error


def summarize(colored: int, left: int, faults: list[str]) -> int:
    """Prints what was done and what was not, and returns the exit code."""
    print(f"{_count(colored, 'page')} coloured" + (f", {_count(left, 'page')} left as they are." if left else "."))
    print(*faults, sep="\n", end="\n" * bool(faults), file=sys.stderr)
    if not faults:
        return 0
    done = colored + left > 0
    rest = "; all the rest is done" if done else ""
    print(f"{_count(len(faults), 'file')} could not be coloured{rest}.", file=sys.stderr)
    return 1 if done else 2


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def define_flags() -> None:
    flags.DEFINE_string("run_dir", None, "Folder of a trained run; without it, the weights that come with the package.")
    flags.DEFINE_string("output_dir", None, "Where the coloured pages go, under the inputs' names.", required=True)
    flags.DEFINE_multi_string(
        "references", [], "Coloured pages of the comic (image, folder, CBZ), whose colours the pages get; repeatable."
    )
    flags.DEFINE_string("adapted_run", None, "Folder to keep the run in that has learned the references.")
    flags.DEFINE_float("strength", 1.0, "Of automatic colours: 0.5 halves their chroma.", lower_bound=0, upper_bound=4)
    flags.DEFINE_string("title", None, "The comic's title, for runs that are given it.")
    flags.DEFINE_string("hints", None, "JSON file with dots of colour per page (docs/coloring.md).")
    flags.DEFINE_bool("skip_colored", True, "Leave pages as they are that have colour; sepia counts as gray.")
    flags.DEFINE_bool("keep_white", True, "Keep white paper and speech bubbles free of colour.")
    flags.DEFINE_bool("color_layer", False, "Also write each page as layers, colour and ink (docs/coloring.md).")
    flags.DEFINE_bool("skip_existing", False, "Leave out pages that an earlier call has coloured.")


def allow_any_names() -> None:
    """Prints names of files that are no text with backslashes, on standard output too."""
    sys.stdout.reconfigure(errors="backslashreplace")


def main(inputs: list[str]) -> int:
    allow_any_names()
    try:
        if not inputs:
            raise ValueError("Name an image, a folder or a comic archive: webtoon-colorize INPUT... --output_dir=OUT")
        return colorize(inputs, flags.FLAGS)
    except (ValueError, OSError) as error:
        print(f"Nothing was coloured. {files.explained(error)}.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nInterrupted: what is written is whole, and --skip_existing goes on from there.", file=sys.stderr)
        return 130


def run() -> None:
    define_flags()
    startup.run(main, __doc__, inputs=True)


if __name__ == "__main__":
    run()

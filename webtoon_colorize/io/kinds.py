"""What a file is: a page or a book, by the ending of its name or by its first bytes."""

import re
from collections.abc import Callable

HEAD = 512  # bytes that `kind_of` looks at

_IMAGE_ENDINGS = {"jpg", "jpeg", "jpe", "jfif", "png", "webp"}  # of formats that can be coloured
_IMAGE_ENDINGS |= {"apng", "avif", "bmp", "gif", "heic", "heif", "jp2", "jxl", "pbm", "pgm", "pnm", "ppm", "tga", "tif"}
_IMAGE_ENDINGS |= {"tiff"}
_BOOK_ENDINGS = {"cbz", "zip", "cb7", "cba", "cbr", "cbt", "epub", "pdf", "rar", "7z"}

_IMAGES = {
    "JPEG": rb"\xff\xd8\xff",
    "PNG": rb"\x89PNG\r\n\x1a\n",
    "WebP": rb"RIFF....WEBP",
    "GIF": rb"GIF8[79]a",
    "TIFF": rb"II\*\0|MM\0\*",
    "BMP": rb"BM.{4}\0{4}..\0\0[\x0c(@l|]\0\0\0",
    "AVIF": rb".{4}ftypavi[fs]",
    "HEIC": rb".{4}ftyp(heic|heix|hevc|mif1|msf1)",
    "JPEG 2000": rb"\0\0\0\x0cjP  \r\n\x87\n",
    "JPEG XL": rb"\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n",
}
READABLE = ("JPEG", "PNG", "WebP")  # the images that can be coloured
_OTHERS = {
    "ZIP": rb"PK(\x03\x04|\x05\x06)",
    "RAR": rb"Rar!\x1a\x07",
    "7z": rb"7z\xbc\xaf'\x1c",
    "TAR": rb".{257}ustar",
    "PDF": rb"%PDF-",
    "HTML": rb"\s*<(!doctype html|html)",
}
_DRAWING_ENDINGS = {
    "ai": "an Illustrator file",
    "clip": "a Clip Studio Paint file",
    "eps": "an EPS file",
    "kra": "a Krita file",
    "mdp": "a MediBang file",
    "ora": "an OpenRaster file",
    "procreate": "a Procreate file",
    "psb": "a Photoshop file",
    "psd": "a Photoshop file",
    "sai": "a PaintTool SAI file",
    "sai2": "a PaintTool SAI file",
    "svg": "an SVG file",
    "xcf": "a GIMP file",
}
_DRAWING_SIGNATURES = {b"8BPS": "psd", b"CSFCHUNK": "clip", b"gimp xcf": "xcf"}
_SIGNATURES = {kind: re.compile(pattern, re.DOTALL) for kind, pattern in (_IMAGES | _OTHERS).items()}
_SIGNATURES["HTML"] = re.compile(_OTHERS["HTML"], re.IGNORECASE)


def kind_of(head: bytes) -> str | None:
    """The format that a file's first bytes belong to, or None."""
    return next((kind for kind, signature in _SIGNATURES.items() if signature.match(head)), None)


def named(head: bytes) -> str:
    """What the first bytes say, for a sentence: "a RAR archive", "a GIF image"; empty if they say nothing."""
    kind = kind_of(head)
    if kind is None:
        return ""
    noun = "image" if kind in _IMAGES else "file" if kind in ("PDF", "HTML") else "archive"
    return f"{'an' if kind in ('AVIF', 'HTML') else 'a'} {kind} {noun}"


def drawing_fault(name: str, head: Callable[[], bytes]) -> str:
    """Why a drawing program's own file, known by its ending or its first bytes, is no page; empty of other files."""
    ending = _ending(name)
    if ending not in _DRAWING_ENDINGS:
        ending = next((each for start, each in _DRAWING_SIGNATURES.items() if head().startswith(start)), "")
    return f"this is {_DRAWING_ENDINGS[ending]}; export it as PNG" if ending else ""


def is_image(name: str) -> bool:
    """Whether the ending of a file's name says that it is an image; not all kinds can be coloured."""
    return _ending(name) in _IMAGE_ENDINGS


def is_page(name: str, head: Callable[[], bytes]) -> bool:
    """Whether a file is an image by its ending or, if that says nothing, by its first bytes, which `head` reads."""
    return is_image(name) or (_ending(name) not in _BOOK_ENDINGS and kind_of(head()) in _IMAGES)


def is_book(name: str, head: Callable[[], bytes]) -> bool:
    """Whether a file is a comic archive or a document, by its ending or, without an ending, by its first bytes."""
    ending = _ending(name)
    return ending in _BOOK_ENDINGS or (not ending and kind_of(head()) in _OTHERS.keys() - {"HTML"})


def _ending(name: str) -> str:
    """The ending in small letters, without the dot; empty if there is none."""
    stem, dot, ending = name.rpartition(".")
    return ending.lower() if dot and stem and re.fullmatch(r"[A-Za-z]\w*|7z", ending) else ""

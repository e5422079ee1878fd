"""Types of files by their first bytes; what a client claims is stored, but not believed."""

from codecs import getincrementaldecoder

from attachments.files.names import extension_of
from core.errors import Invalid

SNIFFED = 4096
"""How many of the first bytes are looked at."""
BINARY = "application/octet-stream"
TEXT = "text/plain"
PROGRAM = "application/x-executable"
SCRIPT = "text/x-shellscript"
ZIP = "application/zip"
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
"""Types of which thumbnails are made."""

STARTS: list[tuple[bytes, str]] = [
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"\xfe\xed\xfa\xce", PROGRAM),
    (b"\xfe\xed\xfa\xcf", PROGRAM),
    (b"\xce\xfa\xed\xfe", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),
    (b"#!", SCRIPT),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"\x1aE\xdf\xa3", "video/webm"),
]
OFFICE = "application/vnd.openxmlformats-officedocument."
IN_ZIP = {
    "docx": f"{OFFICE}wordprocessingml.document",
    "xlsx": f"{OFFICE}spreadsheetml.sheet",
    "pptx": f"{OFFICE}presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
"""Archives are never unpacked: which kind of document one is, its name tells."""
DRAWING, PAGE = "image/svg+xml", "text/html"
OF_PAGES = (
    b"<!doctype html",
    b"<html",
    b"<head",
    b"<body",
    b"<script",
    b"<iframe",
    b"<img",
    b"<a ",
)
ACTIVE = (DRAWING, PAGE, PROGRAM, SCRIPT)
"""Types that are never sent under their own name, because something could run them."""
HARMLESS = {
    *("png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "svg", "ico", "heic"),
    *("mp3", "mp4", "m4a", "mov", "avi", "mkv", "webm", "ogg", "wav", "flac"),
    *("pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "odp", "rtf"),
    *("txt", "md", "csv", "json", "xml", "log", "zip", "gz", "7z", "rar"),
}
"""Extensions under which nobody expects a program."""


class DisguisedFile(Invalid):
    message = "The file is a program, but its name or type says that it is something else."


def sniffed_type(head: bytes, name: str) -> str:
    """The type of a file that begins with `head`."""
    found = next((kind for start, kind in STARTS if head.startswith(start)), "")
    if found == ZIP:
        return IN_ZIP.get(extension_of(name), ZIP)
    return found or _by_structure(head) or _text_type(head)


def check_disguise(kind: str, name: str, claimed: str) -> None:
    """Refuse a program whose name or claimed type is that of something harmless."""
    if kind not in (PROGRAM, SCRIPT):
        return
    is_text = kind == SCRIPT and extension_of(name) in ("txt", "md", "log")
    says = claimed.startswith(("image/", "audio/", "video/"))
    if says or (extension_of(name) in HARMLESS and not is_text):
        raise DisguisedFile


def served_type(kind: str) -> str:
    """The type under which a file is sent; always with `nosniff` and as an attachment."""
    return BINARY if kind in ACTIVE or not kind else kind


def _by_structure(head: bytes) -> str:
    """Formats whose mark is not at the beginning."""
    container = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
    if head[:4] == b"RIFF":
        return container.get(head[8:12], BINARY)
    if head[4:8] == b"ftyp":
        brands = {b"heic": "image/heic", b"avif": "image/avif", b"qt  ": "video/quicktime"}
        return brands.get(head[8:12], "video/mp4")
    return ""


def _text_type(head: bytes) -> str:
    """Plain text if it is UTF-8 without control characters; markup that a browser would run."""
    try:
        text = getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return BINARY
    if any(ord(char) < ord(" ") and char not in "\t\n\r\f\x1b" for char in text):
        return BINARY
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not start.startswith(b"<"):
        return TEXT
    if b"<svg" in start:
        return DRAWING
    return PAGE if any(tag in start for tag in OF_PAGES) else TEXT

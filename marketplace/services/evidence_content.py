"""What a file really is, by its content and never by its name; what cannot be shown safely is refused."""

import zipfile
from pathlib import Path

from PIL import Image

from marketplace.domain.errors import Invalid
from marketplace.domain.evidence import LIMIT_TEXT, MEDIA, UPLOAD

PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
HEADS = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG))
ZIP_HEAD, OLD_OFFICE_HEAD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
TAIL_BYTES = 2048
ENCRYPTED = 0x1
# Macros and controls run on the reader's machine.
ACTIVE_PARTS = ("vbaproject.bin", "vbadata.xml", "/activex/")
ACTIVE_TYPES = (b"macroEnabled", b"vnd.ms-office.vbaProject", b"activeX")
DAMAGED = "文件打不开，可能没有传完整。请在电脑上打开核对后重新上传"


def check(path: Path) -> str:
    """The media type; Invalid, with the remedy, for anything that is not one of the accepted kinds in good order."""
    with path.open("rb") as file:
        head = file.read(len(HEADS[1][0]))
    for sign, media_type in HEADS:
        if head.startswith(sign):
            _check_pdf(path) if media_type == PDF else _check_image(path, media_type)
            return media_type
    if head.startswith(ZIP_HEAD):
        return _check_archive(path)
    if head.startswith(OLD_OFFICE_HEAD):
        raise _refused("这是旧版Word或Excel文件，请另存为docx或xlsx后再上传")
    raise _refused(f"这个文件的内容不是可接收的类型。{LIMIT_TEXT}")


def _refused(message: str) -> Invalid:
    return Invalid({"file": [message]})


def _check_pdf(path: Path) -> None:
    """Header at the very start, cross-reference and end mark at the end: a truncated file has lost the latter."""
    with path.open("rb") as file:
        head = file.read(8)
        file.seek(max(0, path.stat().st_size - TAIL_BYTES))
        tail = file.read()
    if not head[5:6].isdigit() or b"startxref" not in tail or b"%%EOF" not in tail:
        raise _refused(f"PDF{DAMAGED}")


def _check_image(path: Path, media_type: str) -> None:
    """Size before pixels: a picture that is too large is never unpacked."""
    wanted = "PNG" if media_type == PNG else "JPEG"
    try:
        with Image.open(path, formats=[wanted]) as picture:
            if picture.width * picture.height > UPLOAD["pixels"]:
                raise _too_many_pixels()
            if media_type == PNG:
                picture.verify()  # every chunk by its check sum, to the end mark, without unpacking
            else:
                picture.draft("L", (picture.width // 8, picture.height // 8))  # to the last line, at an eighth
                picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except (OSError, SyntaxError, ValueError) as error:
        raise _refused(f"图片{DAMAGED}") from error


def _too_many_pixels() -> Invalid:
    return _refused(f"图片像素太多，不超过{UPLOAD['pixels'] // 10_000:,}万像素，请缩小后再上传")


def _check_archive(path: Path) -> str:
    """xlsx and docx are zip files with known parts; declared sizes are checked before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_entries(archive.infolist())
            names = {entry.filename for entry in archive.infolist()}
            found = [key for key, row in MEDIA.items() if row.get("part") in names]
            if len(found) != 1 or "[Content_Types].xml" not in names:
                raise _refused(f"这个压缩文件不是Word或Excel文件。{LIMIT_TEXT}")
            _check_active(names, archive.read("[Content_Types].xml"))
            if archive.testzip() is not None:
                raise _refused(f"Office{DAMAGED}")
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, RuntimeError) as error:
        raise _refused(f"Office{DAMAGED}") from error
    return found[0]


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > UPLOAD["archive_entries"] or sum(one.file_size for one in entries) > UPLOAD["archive_bytes"]:
        raise _refused("Office文件解开后太大，请删去内嵌的大图或附件后再上传")
    for entry in entries:
        if entry.flag_bits & ENCRYPTED:
            raise _refused("文件加了密码，请去掉密码后再上传")
        is_large = entry.file_size > UPLOAD["archive_ratio_from"]
        if is_large and entry.file_size > UPLOAD["archive_ratio"] * max(entry.compress_size, 1):
            raise _refused("Office文件的压缩比异常，请另存一份后再上传")


def _check_active(names: set[str], content_types: bytes) -> None:
    has_part = any(part in f"/{name.lower()}" for name in names for part in ACTIVE_PARTS)
    if has_part or any(kind in content_types for kind in ACTIVE_TYPES):
        raise _refused("文件里有宏或控件，请另存为不含宏的xlsx或docx后再上传")

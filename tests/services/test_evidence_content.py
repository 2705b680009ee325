"""What a file really is: each kind in good order is taken, whatever else is refused with the remedy."""

import io
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import ImageFile, PngImagePlugin

from marketplace.domain import evidence as rules
from marketplace.domain.errors import Invalid
from marketplace.services import evidence_content
from tests import evidence_files as files


def check(folder: Path, content: bytes) -> str:
    path = folder / "file"
    path.write_bytes(content)
    return evidence_content.check(path)


def bomb(size: int) -> bytes:
    return files.document(word__media=b"\0" * size)


def encrypted() -> bytes:
    content = bytearray(files.document())
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        start = archive.getinfo("word/document.xml").header_offset
        centre = archive.start_dir
    content[start + 6] |= 1
    at = content.index(b"word/document.xml", centre) - 46
    content[at + 8] |= 1
    return bytes(content)


def claims_to_be(side: int) -> bytes:
    """A tiny PNG whose header speaks of a huge picture."""
    content = bytearray(files.picture("PNG"))
    content[16:24] = side.to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (files.pdf(), "application/pdf"),
        (files.picture("PNG"), "image/png"),
        (files.picture("JPEG", width=300, height=200), "image/jpeg"),
        (files.workbook(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (files.document(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
    ids=["pdf", "png", "jpeg", "xlsx", "docx"],
)
def test_each_accepted_kind_is_known_by_its_content(tmp_path: Path, content: bytes, media_type: str) -> None:
    assert check(tmp_path, content) == media_type
    assert media_type in rules.MEDIA


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"MZ\x90\x00" + b"\0" * 200, "只收PDF"),
        (b"<html><script>alert(1)</script></html>", "只收PDF"),
        (b"GIF89a" + b"\0" * 50, "只收PDF"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "另存为docx或xlsx"),
        (files.pdf()[:-30], "没有传完整"),
        (b"%PDF-x\nstartxref\n%%EOF", "没有传完整"),
        (b"%PDF-1.4\n" + b"x" * 5000, "没有传完整"),
        (files.picture("PNG")[:-20], "没有传完整"),
        (files.picture("JPEG", width=300, height=200)[:-200], "没有传完整"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "没有传完整"),
        (files.archive({"a.txt": "1"}), "不是Word或Excel"),
        (files.archive({"word/document.xml": "<d/>"}), "不是Word或Excel"),
        (files.document(xl__workbook=".")[:-30], "没有传完整"),
        (files.document(word__vbaProject_bin="").replace(b"vbaProject_bin", b"vbaProject.bin"), "宏或控件"),
        (files.document(word__activeX__activeX1="1"), "宏或控件"),
        (files.archive({"[Content_Types].xml": "macroEnabled.main+xml", "word/document.xml": "1"}), "宏或控件"),
        (bomb(3_000_000), "压缩比"),
        (bomb(rules.UPLOAD["archive_bytes"] + 1), "解开后太大"),
        (files.archive({f"{n}": "" for n in range(rules.UPLOAD["archive_entries"] + 1)}), "解开后太大"),
        (encrypted(), "密码"),
    ],
)
def test_what_is_something_else_or_broken_is_refused_with_the_remedy(
    tmp_path: Path, content: bytes, words: str
) -> None:
    with pytest.raises(Invalid) as caught:
        check(tmp_path, content)
    assert words in caught.value.messages["file"][0]


def test_a_picture_with_too_many_pixels_is_never_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    huge = {side: claims_to_be(side) for side in (60_000, 10_000, 8_000)}
    unpacked: list[object] = []
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: unpacked.append(self))
    monkeypatch.setattr(PngImagePlugin.PngImageFile, "verify", lambda self: unpacked.append(self))
    for side, content in huge.items():
        with pytest.raises(Invalid) as caught:
            check(tmp_path, content)
        assert "像素" in caught.value.messages["file"][0], side
    assert unpacked == []


def test_a_damaged_office_file_is_found_by_its_check_sums(tmp_path: Path) -> None:
    content = bytearray(files.document("x" * 500))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        start = archive.getinfo("word/document.xml").header_offset
    content[start + 30 + len("word/document.xml") + 3] ^= 0xFF
    with pytest.raises(Invalid):
        check(tmp_path, bytes(content))

"""Enclosures: small real files to attach to messages."""

import zlib
from base64 import b64encode
from functools import cache
from struct import pack

from agentdesk.sandbox.dataset import Doc, Language

_NAMES = {
    ("png", "ja"): "商品の写真.png",
    ("png", "en"): "photo.png",
    ("pdf", "ja"): "領収書.pdf",
    ("pdf", "en"): "receipt.pdf",
    ("csv", "ja"): "注文一覧（11月分）.csv",
    ("csv", "en"): "orders.csv",
    ("txt", "ja"): "エラーの記録.txt",
    ("txt", "en"): "error log.txt",
}
_TYPES = {"png": "image/png", "pdf": "application/pdf", "csv": "text/csv", "txt": "text/plain"}
_TEXTS = {
    ("csv", "ja"): "注文番号,商品,金額\n10-223145,備前焼のマグカップ,3850\n10-223160,有機ほうじ茶,1846\n",
    ("csv", "en"): "order,product,amount\n10-223145,stoneware mug,28.90\n10-223160,organic roasted tea,14.85\n",
    ("txt", "ja"): "2026-01-14 09:12:03 起動\n2026-01-14 09:12:05 E-103 接続できませんでした\n",
    ("txt", "en"): "09:12:03 start\n09:12:05 E-103 could not connect\n",
}


@cache
def enclosure(kind: str, language: Language) -> Doc:
    """A file as an attachment, its name in this language."""
    content = {"png": _png, "pdf": _pdf}[kind]() if kind in ("png", "pdf") else _TEXTS[kind, language].encode()
    return {
        "file_name": _NAMES[kind, language],
        "content_type": _TYPES[kind],
        "content": b64encode(content).decode("ascii"),
    }


def _png(side: int = 48) -> bytes:
    """A little landscape: sky, sun and sea, drawn pixel by pixel."""
    rows = b"".join(b"\0" + b"".join(_pixel(x, y, side) for x in range(side)) for y in range(side))
    header = pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        pack(">I", len(body)) + name + body + pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )


def _pixel(x: int, y: int, side: int) -> bytes:
    if (x - side * 0.7) ** 2 + (y - side * 0.3) ** 2 < 30:
        return bytes((240, 190, 90))
    return bytes((150 + y, 190 + y // 2, 220)) if y < side * 0.6 else bytes((60, 110 + x % 7, 140))


def _pdf() -> bytes:
    """One page that says receipt, with a right cross-reference table."""
    stream = b"BT /F1 24 Tf 72 720 Td (Komorebi Goods - Receipt) Tj ET"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    file, starts = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        starts.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return file + end % (len(objects) + 1, table, len(objects) + 1, len(file))

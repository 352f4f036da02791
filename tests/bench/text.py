"""Figures of the text package, run by hand: `python tests/bench/text.py`. CPU milliseconds, best of three."""

import time
from collections.abc import Callable
from itertools import islice

from agentdesk.text.html import html_to_text
from agentdesk.text.normalise import normalise
from agentdesk.text.quotes import fold
from agentdesk.text.safe import safe_text
from agentdesk.text.segment import segment
from agentdesk.text.snippet import snippet
from agentdesk.text.width import cell_width, truncate
from agentdesk.text.wrap import wrap_spans

MB5 = 5_000_000
ENGLISH = "Thank you, I would like to return this order.\n"
JAPANESE = "お客様の返品について、確認いたしました。\n"
PARAGRAPH = '<p>返品の手順をご確認ください。 Please <b>check</b> <a href="https://x.example/1">this</a></p>\n'
MAIL = f"<div>{PARAGRAPH * 12}<blockquote>{PARAGRAPH * 12}</blockquote></div>"


def five_mb(part: str) -> str:
    """Return the part repeated to 5 MB of UTF-8."""
    return part * (MB5 // len(part.encode()))


def milliseconds(work: Callable[[], object]) -> float:
    """Return the CPU time of the best of three runs."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best * 1000


def main() -> None:
    """Print one line per figure."""
    english, japanese = five_mb(ENGLISH), five_mb(JAPANESE)
    flat = japanese.replace("\n", "")
    hostile, html = five_mb("\x1b[31ma\u202eb\u200b"), five_mb(PARAGRAPH)
    body = (JAPANESE + ENGLISH) * 10
    figures: dict[str, Callable[[], object]] = {
        "safe_text, 5 MB English": lambda: safe_text(english),
        "safe_text, 5 MB Japanese": lambda: safe_text(japanese),
        "safe_text, 5 MB hostile": lambda: safe_text(hostile),
        "safe_text, 1,000 short clean lines": lambda: [safe_text("Order 1234 shipped") for _ in range(1000)],
        "cell_width, 1,000 Japanese subjects": lambda: [cell_width("返品についてのお問い合わせ") for _ in range(1000)],
        "truncate, 1,000 Japanese subjects": lambda: [truncate("返品についてのお問い合わせ", 20) for _ in range(1000)],
        "wrap, first 50 lines of a 5 MB paragraph": lambda: list(islice(wrap_spans(flat, 80), 50)),
        "wrap, all of 5 MB Japanese": lambda: list(wrap_spans(flat, 80)),
        "wrap, all of 5 MB English": lambda: list(wrap_spans(english, 80)),
        "html_to_text, a mail of 24 paragraphs": lambda: html_to_text(MAIL),
        "html_to_text, 5 MB": lambda: html_to_text(html),
        "html_to_text, 100,000 nested tags": lambda: html_to_text("<div>" * 100_000 + "x"),
        "fold, 5 MB Japanese": lambda: fold(japanese),
        "fold, 20 lines": lambda: fold(body),
        "normalise, 660 characters": lambda: normalise(body),
        "segment, 660 characters": lambda: segment(body),
        "snippet, 660 characters": lambda: snippet(body, ["返品"], 60),
    }
    for name, work in figures.items():
        print(f"{name:42} {milliseconds(work):9.2f} ms")


if __name__ == "__main__":
    main()

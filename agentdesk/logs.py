"""The log file: what went wrong behind the screens, for whoever looks for the cause; no message texts, no secrets."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from agentdesk.paths import private_file

MAX_BYTES = 1_000_000
FORM = "%(asctime)s %(levelname)s %(name)s %(message)s"


def log_to(folder: Path) -> logging.Handler:
    """Write AgentDesk's warnings and errors to `agentdesk.log` in the folder, readable by its owner alone."""
    handler = RotatingFileHandler(
        private_file(folder / "agentdesk.log"), maxBytes=MAX_BYTES, backupCount=2, encoding="utf-8"
    )
    handler.setLevel(logging.WARNING)
    handler.setFormatter(logging.Formatter(FORM))
    logging.getLogger("agentdesk").addHandler(handler)
    return handler


def stop_logging(handler: logging.Handler) -> None:
    """Close the file again."""
    logging.getLogger("agentdesk").removeHandler(handler)
    handler.close()


def where(error: BaseException) -> str:
    """The kind of an error and the line that raised it: never its words, which may be a customer's."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "an unknown place"
    return f"{type(error).__name__} at {place}"

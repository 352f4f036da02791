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

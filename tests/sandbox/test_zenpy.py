"""An independent client of Zendesk works against the served helpdesk, unchanged."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from agentdesk.sandbox.dataset import Dataset
from agentdesk.sandbox.load import load
from agentdesk.sandbox.state import Helpdesk

from .served import serving

STAMPS = {"created_at": "2026-01-05T09:00:00Z", "updated_at": "2026-01-05T09:00:00Z"}
DATASET = Dataset(
    users=[{"id": 11, "name": "Ana Owner", "email": "ana@desk.example", "role": "admin", **STAMPS}],
    groups=[{"id": 21, "name": "Support", **STAMPS}],
    memberships=[{"id": 31, "user_id": 11, "group_id": 21, "default": True, **STAMPS}],
    macros=[
        {
            "id": 41,
            "title": "Late parcel",
            "actions": [
                {"field": "comment_value", "value": "Dear {{ticket.requester.name}}, we are looking for it."},
                {"field": "status", "value": "pending"},
            ],
            **STAMPS,
        }
    ],
    views=[
        {
            "id": 51,
            "title": "Pending",
            "conditions": {"all": [{"field": "status", "operator": "is", "value": "pending"}], "any": []},
            **STAMPS,
        }
    ],
    categories=[{"id": 61, "name": "Help", "locale": "en-us", **STAMPS}],
    sections=[{"id": 62, "name": "Login", "category_id": 61, "locale": "en-us", **STAMPS}],
    articles=[{"id": 63, "section_id": 62, "title": "Reset your password", "body": "<p>Open it.</p>", **STAMPS}],
)


@pytest.fixture(scope="session")
def zenpy_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a virtual environment of its own, with zenpy from the package index."""
    home = tmp_path_factory.mktemp("zenpy")
    venv.create(home, with_pip=True)
    python = home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "zenpy>=2.0.57,<3"]
    done = subprocess.run(install, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"zenpy could not be installed: {done.stderr}"
    return python


def test_zenpy_walks_through_the_served_helpdesk(zenpy_python: Path, tmp_path: Path) -> None:
    helpdesk = Helpdesk(tmp_path / "desk.sqlite")
    load(helpdesk, DATASET)
    helpdesk.export_lag *= 0
    signed = helpdesk.credentials()
    file = tmp_path / "proof.txt"
    file.write_bytes("証拠\n".encode())

    with serving(helpdesk) as port:
        forced = {"ZENPY_FORCE_SCHEME": "http", "ZENPY_FORCE_NETLOC": f"127.0.0.1:{port}", "PYTHONUTF8": "1"}
        walk = [str(zenpy_python), str(Path(__file__).with_name("zenpy_walk.py")), signed.user, signed.token, str(file)]
        done = subprocess.run(
            walk,
            env={**os.environ, **forced},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    helpdesk.close()
    assert done.stdout == "walked\n", done.stderr[-3000:] + done.stdout

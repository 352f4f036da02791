"""The program: the shell when there are words to run, the desk when there are none."""

import gc

gc.disable()  # importing makes no garbage worth a look: saves an eighth of a start; `main` turns it on again

from agentdesk.cli import main  # noqa: E402 (the line above is for its imports)

__all__ = ["main"]

if __name__ == "__main__":
    main()

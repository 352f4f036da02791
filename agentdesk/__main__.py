"""The program: the shell when there are words to run, the desk when there are none."""

import gc
import os
import sys
from typing import NoReturn

gc.disable()  # importing makes no garbage worth a look: saves an eighth of a start; the shell turns it on again

from agentdesk.opening import open_own, prepared  # noqa: E402 (the line above is for its imports)


def main() -> NoReturn:
    """Run the words of the command line, or open the desk; ends the process with the exit code."""
    if sys.argv[1:] or "_AGENTDESK_COMPLETE" in os.environ:  # a shell asks how its line may go on
        from agentdesk.cli import main as run_words  # late: Click, 10 ms that the desk does without

        run_words()
    with prepared() as (own, config):
        open_own(own, config)
    sys.exit(0)


if __name__ == "__main__":
    main()

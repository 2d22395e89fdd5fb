"""How a program of the lab ends: one of four exit statuses, and one sentence for an error."""

import os
import signal
import sys

MET, UNMET, CANNOT_RUN, BROKEN = 0, 1, 77, 99


class LabError(Exception):
    """Its text is one sentence for a person: what happened, and what to do."""


def end_with(main):
    """Exit as main() says. A signal that ends this process ends its runs first."""
    def interrupt(number, frame):
        raise KeyboardInterrupt(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    try:
        sys.exit(main())
    except LabError as error:
        print(f"brokenpipe: {error}", file=sys.stderr)
        sys.exit(BROKEN)
    except KeyboardInterrupt as interrupted:
        signal.signal(interrupted.args[0], signal.SIG_DFL)
        os.kill(os.getpid(), interrupted.args[0])  # so that a waiting parent sees that signal

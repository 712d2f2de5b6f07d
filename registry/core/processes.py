"""Child processes that never outlive whoever started them."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def end_with_parent(signum: int = signal.SIGTERM) -> None:
    """Ask the kernel to send this process `signum` when its parent dies, even by SIGKILL.

    For `preexec_fn`, after any change of user, which would undo it. Only Linux knows how; elsewhere
    nothing happens.
    """
    if sys.platform != "linux":
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signum), 0, 0, 0)
    if os.getppid() != parent:
        # The parent died before the request was made, so nothing would ever arrive.
        os.kill(os.getpid(), signum)

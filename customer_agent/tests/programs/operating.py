"""An operator that does what its standard input says, line by line; to be killed at any moment.

Lines are JSON: {"submit": message, "by": participant}, {"facts": {...}}, {"release": connection}, {"stop": true}.
"""

import json
import sys
import time

from customer_agent.control.gate import Facts, GrantFact, Sender
from customer_agent.control.injector import X11Injector
from customer_agent.control.operator import Operator
from customer_agent.media.geometry import Rect
from supportsite.protocol.base import Capability
from supportsite.protocol.channel import VIEWER_INPUT

AREA = Rect(0, 0, 640, 480)


def main() -> None:
    """Run until the standard input ends, or until "stop"."""
    world: dict[str, object] = {}
    sequence = iter(range(1, sys.maxsize))
    grants = {
        f"grant-{who}": GrantFact(Capability.CONTROL_DESKTOP, who, 1, active=True) for who in ("csr-00001", "csr-00002")
    }

    def facts() -> Facts:
        held = Facts(now=time.monotonic(), grants=grants, prompt_open=bool(world.get("prompt")))
        return held if not world.get("revoked") else Facts(now=held.now, grants={})

    operator = Operator(
        backend=X11Injector(own_windows=set), area=lambda _sender: AREA, facts=facts, report=lambda *_verdict: None
    )
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        work = json.loads(line)
        if "submit" in work:
            who = work["by"]
            head = {"grant": f"grant-{who}", "epoch": 1, "seq": next(sequence)}
            operator.submit(Sender(f"connection-{who}", who), VIEWER_INPUT.validate_python(work["submit"] | head))
        elif "facts" in work:
            world |= work["facts"]
            operator.release_all()
        elif "release" in work:
            operator.release(work["release"])
        else:
            break
    operator.stop()
    operator.join()


if __name__ == "__main__":
    main()

"""Switch a thousand times at random, in a process whose memory and threads are nobody else's; fail with what is left.

Arguments: the display, the seed.
"""

import asyncio
import sys
import threading

from customer_agent.tests.switching import World, eventually, resident_mebibytes, shared_memory_segments

SWITCHES, WARM_UP = 1000, 200
GROWTH_MEBIBYTES = 40


def _threads() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread is not threading.main_thread()}


async def main(display: str, seed: int) -> None:
    """Do it."""
    before = _threads()
    world = World(display, seed)
    await world.open()
    memory = 0.0
    try:
        for number in range(SWITCHES):
            await world.switch()
            if number == WARM_UP:
                await world.rest()
                memory = resident_mebibytes()
        await world.rest()
        await eventually(
            lambda: resident_mebibytes() - memory < GROWTH_MEBIBYTES,
            f"{GROWTH_MEBIBYTES} MiB more than after {WARM_UP} switches",
        )
    except BaseException as error:
        error.add_note(f"SWITCHES_SEED={seed}, after {len(world.steps)} steps: {world.steps[-12:]}")
        raise
    finally:
        await world.close()
    await eventually(lambda: shared_memory_segments() == 0, "shared memory is left")
    await eventually(lambda: not _new(before), f"threads are left: {_new(before)}")


def _new(before: set[str]) -> set[str]:
    """Return the threads that are new, but for the loop's own pool, which waits for more work."""
    return {name for name in _threads() - before if not name.startswith(("asyncio_", "ThreadPool"))}


asyncio.run(main(sys.argv[1], int(sys.argv[2])))

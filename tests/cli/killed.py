"""A program that starts runs, has them killed by SIGKILL, goes on with them, and compares the digests.

    python -m tests.cli.killed FOLDER SCENARIO TIMES SEED

Run as a process of its own, which has one thread when it forks. Even numbers are killed after a random time;
odd ones as they write a checkpoint: in a random one, before, within or after a random file. Every second one
is killed a second time, while it goes on. It prints a line of JSON for each.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import moot
from moot.experiment.simulation import simulate
from moot.findings.rebuilding import scenario_of
from moot.store import checkpoint, folder
from moot.store.parquet import Tables
from moot.store.unfinished import is_unfinished, place_beside

EVERY = 90
ASKED = {"panel": 50, "arms": ["rank-my-life-2028"]}


def write(scenario, place):
    """Begin, or go on with what is there."""
    if is_unfinished(place_beside(place)[1]):
        moot.resume(place, threads=1)
    else:
        moot.simulate(scenario, threads=1, out=place, checkpoint_every=EVERY, **ASKED)


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def die_while_writing(step):
    """Let this process kill itself at step number `step` of writing: a file, torn half way, seal, rename."""
    left = [step]

    def due():
        left[0] -= 1
        return left[0] == 0

    copy, flush, seal = Tables.copy, folder._flush, checkpoint.sealed

    def torn(self, columns, path):
        copy(self, columns, path)
        if due():
            os.truncate(path, path.stat().st_size // 2)
            die()

    def flushed(path):
        if due():
            die()
        flush(path)

    def sealed(content):
        if due():
            die()
        return seal(content)

    Tables.copy, folder._flush, checkpoint.sealed = torn, flushed, sealed


def child(work):
    """A forked process that does `work`; its number."""
    number = os.fork()
    if number == 0:
        try:
            work()
            os._exit(0)
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
            os._exit(1)
    return number


def killed(choose, scenario, place, took, writing):
    """Whether a process that begins or goes on was killed before its end."""
    step, seconds = choose.randrange(1, 450), choose.uniform(0.0, took)

    def work():
        if writing:
            die_while_writing(step)
        write(scenario, place)

    number = child(work)
    if not writing:
        time.sleep(seconds)
        os.kill(number, signal.SIGKILL)
    _, status = os.waitpid(number, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0
    return False


def main():
    top, name, times, seed = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    scenario = moot.load_scenario(name)
    digest = simulate(scenario, threads=1, **ASKED).digest  # also loads the kernels, before any fork
    choose = random.Random(seed)
    began = time.perf_counter()
    assert os.waitpid(child(lambda: write(scenario, top / "undisturbed")), 0)[1] == 0
    took = time.perf_counter() - began
    for number in range(times):
        place, kills, again = top / f"run-{number}", 0, 0
        writing = number % 2 == 1
        while kills < 1 + number // 2 % 2:
            if not killed(choose, scenario, place, took, writing):
                if kills:
                    break
                again += 1  # it was quicker than the moment drawn
                place = top / f"run-{number}-{again}"
                continue
            kills += 1
        begun = is_unfinished(place_beside(place)[1])
        halves = len(list(top.glob(f"{place.name}.unfinished/.*.writing")))
        points = len(checkpoint.checkpoints_in(place_beside(place)[1]))
        if not (place / "run.json").exists() or begun:
            assert os.waitpid(child(lambda place=place: write(scenario, place)), 0)[1] == 0
        run = json.loads((place / "run.json").read_text())
        scenario_of(run)
        told = {
            "kills": kills,
            "writing": writing,
            "halves": halves,
            "checkpoints": points,
            "same": run["digest"] == digest,
            "left": [one.name for one in top.glob(f"{place.name}.unfinished*")],
        }
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()

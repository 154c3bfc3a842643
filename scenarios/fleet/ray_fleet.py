#!/usr/bin/env python3
"""A campaign on Ray (`pip install ray`): each shard is a task, lost ones are run again, one verdict.

  scenarios/fleet/ray_fleet.py --shards 64 -- scenarios/ --generate --runs 1000000
  scenarios/fleet/ray_fleet.py --address auto --parts /shared/parts --stop-at-first -- scenarios/ --runs 100000

What stands behind `--` goes to `leat explore`. Shards write into one folder, on a cluster a shared one: a shard
whose process or machine is lost is run again and goes on where its file ends. With --stop-at-first the first
failure ends the whole fleet, and its report is printed. The exit code is that of `leat merge`; 70 where a
shard was lost too often, 69 where Ray does not start.
"""
import argparse
import ctypes
import json
import os
import signal
import subprocess
import sys

import ray

LOST = "lost"
START_TRIES = 6
UNAVAILABLE = 69


def dies_with_its_worker():
    """A worker that Ray kills takes its shard along: nobody else may write the shard's file."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


@ray.remote(max_retries=0)
def run_shard(command, folder):
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          preexec_fn=dies_with_its_worker)
    return done.returncode, done.stdout


def outcome_of(reference):
    """(exit code, output), or LOST where the process, the worker or the machine died."""
    try:
        code, output = ray.get(reference)
    except ray.exceptions.RayError as error:
        return LOST, type(error).__name__
    return (LOST, f"signal {-code}") if code < 0 else (code, output)


def has_failed(part):
    """Whether the shard found a failure. (Its exit code also tells what only the whole campaign can judge.)"""
    for line in open(part, encoding="utf-8"):
        try:
            if json.loads(line).get("failures"):
                return True
        except json.JSONDecodeError:
            pass  # the last line, cut off
    return False


class Fleet:
    def __init__(self, options, verdict):
        self.options = options
        self.verdict = verdict
        self.parts = [os.path.abspath(os.path.join(options.parts, f"part-{n}.jsonl")) for n in self.numbers()]
        self.attempts = [0] * options.shards
        self.running = {}
        self.task = run_shard.options(num_cpus=options.cpus)

    def numbers(self):
        return range(1, self.options.shards + 1)

    def start(self, shard):
        self.attempts[shard] += 1
        command = [self.options.leat, "explore", *self.options.explore, "--no-shrink",
                   "--shard", f"{shard + 1}/{self.options.shards}", "--out", self.parts[shard]]
        if self.options.stop_at_first:
            command.append("--first")
        self.running[self.task.remote(command, os.getcwd())] = shard

    def stop(self):
        for reference in self.running:
            ray.cancel(reference, force=True)
        self.running.clear()

    def tell(self, shard, what):
        print(f"shard {shard + 1}/{self.options.shards}  {what}", file=sys.stderr, flush=True)

    def run(self):
        """None where all shards are complete, else the exit code."""
        for shard in range(self.options.shards):
            self.start(shard)
        while self.running:
            ended, _ = ray.wait(list(self.running), num_returns=1)
            shard = self.running.pop(ended[0])
            code, output = outcome_of(ended[0])
            if code == LOST:
                self.tell(shard, f"lost ({output})")
                if self.attempts[shard] <= self.options.retries:
                    self.start(shard)
                    continue
                self.stop()
                self.tell(shard, f"given up after {self.attempts[shard]} attempts; the parts are kept")
                return 70
            if code not in (0, 1, 3):
                self.stop()
                print(output, end="", file=self.verdict, flush=True)
                return code
            self.tell(shard, "done")
            if self.options.stop_at_first and has_failed(self.parts[shard]):
                self.stop()
                print(output, end="", file=self.verdict, flush=True)
                return 1
        return None


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leat", default="./leat", help="the program; on every machine at this path")
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--retries", type=int, default=3, help="how often a lost shard is run again")
    parser.add_argument("--cpus", type=float, default=1, help="of a shard, for Ray's scheduler")
    parser.add_argument("--parts", default="parts", help="folder of the parts, shared by all machines")
    parser.add_argument("--address", help="of a Ray cluster; default: one on this machine")
    parser.add_argument("--stop-at-first", action="store_true", help="the first failure ends the fleet")
    parser.add_argument("explore", nargs="+", metavar="-- EXPLORE", help="arguments of leat explore")
    return parser.parse_args()


def connect(address):
    """A machine under load may be too slow for the seconds that Ray gives its own processes to start."""
    for _ in range(START_TRIES):
        try:
            if address:
                ray.init(address=address, log_to_driver=False)
            else:
                ray.init(include_dashboard=False, log_to_driver=False, configure_logging=False)
            return
        except Exception as error:  # Ray raises a bare one here
            if "timed out during startup" not in str(error):
                raise
            ray.shutdown()
            print(f"Ray did not start: {error}", file=sys.stderr, flush=True)
    sys.exit(UNAVAILABLE)


def main():
    options = read_options()
    os.makedirs(options.parts, exist_ok=True)
    # The verdict alone goes to stdout, where Ray would tell of its workers.
    verdict, sys.stdout = sys.stdout, sys.stderr
    connect(options.address)
    fleet = Fleet(options, verdict)
    code = fleet.run()
    ray.shutdown()
    if code is None:
        code = subprocess.run([options.leat, "merge", *fleet.parts]).returncode
    sys.exit(code)


if __name__ == "__main__":
    main()

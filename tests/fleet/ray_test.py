#!/usr/bin/env python3
"""A campaign in four shards on Ray's local cluster. The process of one shard is killed in the middle, and the Ray
worker of another; both are run again, and the parts merge into the verdict of one process, byte for byte. Then the
first failure stops a fleet one shard of which would go on for ever.

Exit code 77 (skipped) where Ray is not installed and pip cannot install it, and where its own processes do not start.
"""
import ctypes
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SKIPPED = 77
DRIVER = "scenarios/fleet/ray_fleet.py"
CAMPAIGN = ["scenarios/disorder.json", "--generate", "--runs", "400"]
BROKEN = '''{
  "leat": 1, "scenario": "never-ends", "sources": {"in": {"fields": ["v:int"], "rows": [[1], [2]]}},
  "nodes": {"same": {"inputs": ["in"], "map": ["v"]}}, "sinks": {"out": {"from": "same"}}, "limits": {"steps": 3}
}'''


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def blocks_in(part):
    try:
        return sum(1 for _ in open(part, encoding="utf-8")) - 1
    except OSError:
        return 0


def stand_in():
    """Runs as the driver's `leat`: shard 2 is killed once in the middle, shard 3 once with its Ray worker, and
    where the file `hang` exists, shard 4 never ends."""
    leat, folder = os.environ["LEAT_PROGRAM"], os.environ["LEAT_TEST_FOLDER"]
    arguments = sys.argv[2:]
    shard = arguments[arguments.index("--shard") + 1] if "--shard" in arguments else ""
    if shard == "4/4" and os.path.exists(os.path.join(folder, "hang")):
        time.sleep(3600)
    marker = os.path.join(folder, "killed-" + shard.replace("/", "-"))
    if shard not in ("2/4", "3/4") or os.path.exists(marker) or os.path.exists(os.path.join(folder, "hang")):
        os.execv(leat, [leat, *arguments])
    part = arguments[arguments.index("--out") + 1]
    child = subprocess.Popen([leat, *arguments], preexec_fn=die_with_parent)
    while blocks_in(part) < 1 and child.poll() is None:
        time.sleep(0.001)
    finished = child.poll() is not None
    child.kill()
    child.wait()
    with open(marker, "w", encoding="utf-8") as out:
        out.write("finished" if finished else str(blocks_in(part)))
    os.kill(os.getppid() if shard == "3/4" else os.getpid(), signal.SIGKILL)
    time.sleep(3600)  # the worker's death takes this process along


def ray_environment():
    """The environment in which Python finds Ray; None where it cannot be had."""
    environment = dict(os.environ, RAY_USAGE_STATS_ENABLED="0")
    if importlib.util.find_spec("ray"):
        return environment
    target = os.path.join(tempfile.gettempdir(), f"leat-ray-{os.getuid()}")
    environment["PYTHONPATH"] = target
    if not os.path.isdir(os.path.join(target, "ray")):
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--target", target, "ray"]
        if subprocess.run(install, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode:
            return None
    return environment


def check(holds, what, *outputs):
    if not holds:
        sys.exit("\n".join([what, *outputs]))


def skip(why, *outputs):
    print("\n".join([f"skipped: {why}", *outputs]))
    sys.exit(SKIPPED)


def fleet(environment, folder, campaign, *options):
    command = [sys.executable, DRIVER, "--leat", os.path.join(folder, "leat"), "--shards", "4", "--cpus", "0.25",
               "--parts", os.path.join(folder, "parts"), *options, "--", *campaign]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False)
    if done.returncode == 69:
        skip("Ray does not start here", done.stderr)
    return done


def lost_shards_are_run_again(environment, folder, leat):
    whole = subprocess.run([leat, "explore", *CAMPAIGN, "--out", os.path.join(folder, "whole.jsonl")],
                           stdout=subprocess.PIPE, text=True, check=False)
    done = fleet(environment, folder, CAMPAIGN)
    for shard in ("2-4", "3-4"):
        marker = os.path.join(folder, "killed-" + shard)
        check(os.path.exists(marker), f"shard {shard} was not killed", done.stdout, done.stderr)
        seen = open(marker, encoding="utf-8").read()
        check(seen != "finished" and int(seen) >= 1, f"shard {shard} was not killed in its middle: {seen}")
    check("shard 2/4  lost (signal 9)" in done.stderr, "nobody noticed the lost process", done.stderr)
    check("shard 3/4  lost (WorkerCrashedError)" in done.stderr, "nobody noticed the lost worker", done.stderr)
    # Only who runs the seeds runs some of them again in a fresh process.
    expected = "".join(line for line in whole.stdout.splitlines(True) if not line.startswith("twins "))
    check(done.stdout == expected, "the verdicts differ", expected, "---", done.stdout, done.stderr)
    check(done.returncode == whole.returncode, "the exit codes differ")


def the_first_failure_stops_the_fleet(environment, folder):
    broken = os.path.join(folder, "never-ends.json")
    open(broken, "w", encoding="utf-8").write(BROKEN)
    open(os.path.join(folder, "hang"), "w", encoding="utf-8").close()
    done = fleet(environment, folder, [broken, "--runs", "64"], "--stop-at-first")
    check(done.returncode == 1, f"the fleet ended with {done.returncode}", done.stdout, done.stderr)
    check("FAIL" in done.stdout and "liveness" in done.stdout, "the failure is not told", done.stdout, done.stderr)
    check("4/4  done" not in done.stderr, "shard 4 has ended", done.stderr)


def main():
    leat, source = os.path.abspath(sys.argv[1]), sys.argv[2]
    os.chdir(source)
    environment = ray_environment()
    if environment is None:
        skip("Ray is not installed, and pip cannot install it here")
    folder = tempfile.mkdtemp(prefix="leat-fleet-")
    environment.update(LEAT_PROGRAM=leat, LEAT_TEST_FOLDER=folder)
    wrapper = os.path.join(folder, "leat")
    this = os.path.join(source, "tests/fleet/ray_test.py")
    with open(wrapper, "w", encoding="utf-8") as out:
        out.write(f'#!/bin/sh\nexec "{sys.executable}" "{this}" --stand-in "$@"\n')
    os.chmod(wrapper, 0o755)
    try:
        lost_shards_are_run_again(environment, folder, leat)
        the_first_failure_stops_the_fleet(environment, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("4 shards, 2 lost once: one verdict; the first failure stops the fleet")


if __name__ == "__main__":
    if sys.argv[1] == "--stand-in":
        stand_in()
    else:
        main()

#!/usr/bin/env python3
"""Explores each mutant: with all oracles, and with the one that it was planted for alone.

    run.py BUILD_DIR [--runs N] [--one-per-oracle] [NAME...]

Prints one line a mutant; exits with 1 where one survives or shows another violation than expected.
"""
import json
import pathlib
import re
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import plant  # noqa: E402


def explore(program, mutant, runs, oracles):
    scenario = plant.HERE / "scenarios" / (mutant["scenario"] + ".json")
    command = [str(program), "explore", str(scenario), "--runs", str(runs), "--jobs", "1",
               "--max-failures", "1", "--twins", "0", "--no-shrink", "--strategy", "random"]
    for oracle in oracles:
        command += ["--oracle", oracle]
    begin = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True)
    seconds = time.monotonic() - begin
    failed = re.search(r"^FAIL .* seed (\d+) ", done.stdout, re.M)
    seed = int(failed.group(1)) if failed else None
    # What was found stands behind the line FAIL: "  name   where   subject".
    words = re.findall(r"^  ([a-z_]+)   ", done.stdout, re.M)
    names = [w for w in words if w not in ("faults", "digest", "replay", "capsule", "rule", "at", "oracle", "expected", "got")]
    return seed, names, seconds


def main(arguments):
    build = pathlib.Path(arguments[0]).resolve()
    runs = 200
    if "--runs" in arguments:
        at = arguments.index("--runs")
        runs = int(arguments[at + 1])
        del arguments[at:at + 2]
    one_per_oracle = "--one-per-oracle" in arguments
    if one_per_oracle:
        arguments.remove("--one-per-oracle")
    survived = False
    seen = set()
    for mutant in plant.mutants(arguments[1:]):
        if "scenario" not in mutant:
            continue  # it is for the general campaign alone (mutants.py)
        if one_per_oracle and mutant["oracle"] in seen:
            continue
        seen.add(mutant["oracle"])
        name = mutant["name"]
        program = plant.build_mutant(mutant, build)
        seed, names, seconds = explore(program, mutant, runs, [])
        alone, alone_names, _ = explore(program, mutant, runs, [mutant["oracle"]])
        good = seed is not None and alone is not None and mutant["violation"] in alone_names
        survived = survived or not good
        print(f"{'killed  ' if good else 'SURVIVED'} {name:28} all: seed {seed} {sorted(set(names))} "
              f"{seconds:.1f} s   {mutant['oracle']} alone: seed {alone} {sorted(set(alone_names))}", flush=True)
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

#!/usr/bin/env python3
"""Plants bugs and measures whether the general campaign finds them.

    mutants.py BUILD_DIR [NAME...] [--file MUTANT.json]... [--campaigns N] [--runs N] [--jobs N] [--list]
    mutants.py BUILD_DIR --exhaustive [NAME...]

A mutant is data: a file of the engine, an exact text that stands in it once, and what stands there
instead. Its source is compiled by itself and linked in front of the libraries. Every mutant is judged by
the same campaign: generated jobs and all shipped scenarios, all strategies, all oracles, stopping at the
first failure. A mutant with "options" is judged by that campaign with these options, one with "exhaustive" by
`explore --exhaustive` of that scope (scenarios/scopes). `--exhaustive` takes these alone, and shows also what
the general campaign finds of them in 2,000 seeds. One that is not found is looked at again: did the changed lines run (counted by the
compiler's coverage), and did anything observable change (the digest of all runs)?

REQUIRES: `leat` has been built in BUILD_DIR. Last line: `N found, N missed, N false`.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import plant  # noqa: E402

ROOT = HERE.parent.parent
# Beyond this a program hangs in a step of its own, where no virtual time passes.
SECONDS_PER_RUN = 0.25
SEEDS_APART = 1_000_000
RANDOM_SEEDS = 2_000  # beside an exhaustive search
CAMPAIGN = ["explore", str(ROOT / "scenarios"), str(ROOT / "scenarios/tutorial"), "--generate"]


def campaign(program, first_seed, runs, jobs, more=()):
    """What the general campaign says: (runs until the first failure, violation, oracle, strategy, seconds)."""
    command = [str(program), *CAMPAIGN, *more, "--runs", str(runs), "--jobs", str(jobs), "--seed",
               str(first_seed), "--twins", "0", "--no-shrink", "--first", "--format", "json"]
    begin = time.monotonic()
    limit = 60 + runs * SECONDS_PER_RUN
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, cwd=ROOT)
    except subprocess.TimeoutExpired:
        return {"after": runs, "violation": "hangs", "oracle": "clock", "strategy": "?", "seconds": limit}
    seconds = time.monotonic() - begin
    try:
        said = json.loads(done.stdout)
    except json.JSONDecodeError:
        end = f"signal {-done.returncode}" if done.returncode < 0 else done.stderr.strip().splitlines()[:1]
        return {"after": runs, "violation": f"died ({end})", "oracle": "process", "strategy": "?", "seconds": seconds}
    failures = [f for s in said["scenarios"] for f in s["failures"]]
    if not failures:
        return None
    first = min(failures, key=lambda f: f["found_after"])
    violation = first["violations"][0]
    return {"after": first["found_after"], "violation": violation["name"], "oracle": violation["oracle"],
            "strategy": first["strategy"], "scenario": first["scenario"], "seconds": seconds}


def enumeration(program, scope):
    """What the exhaustive search of a scope says: (runs, violation, oracle, seconds)."""
    command = [str(program), "explore", str(ROOT / "scenarios/scopes" / (scope + ".json")), "--exhaustive",
               "--no-shrink", "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    said = json.loads(done.stdout)["exhaustive"][0]
    if not said["failures"]:
        return None
    first = said["failures"][0]
    return {"runs": said["runs"], "violation": first["violation"], "oracle": first["oracle"],
            "seconds": said["seconds"]}


def judge_scope(mutant, program, options):
    """One line of the scoreboard for a mutant of a small scope; 'found' or 'missed'."""
    name, scope = mutant["name"], mutant["exhaustive"]
    found = enumeration(program, scope)
    random = ""
    if options.exhaustive:
        seen = campaign(program, 1, RANDOM_SEEDS, options.jobs)
        random = (f"; {RANDOM_SEEDS:,} random seeds: " +
                  (f"found after {seen['after']:,}" if seen else "nothing"))
    if not found:
        print(f"MISSED  {name:34} by all interleavings of {scope}{random}; {mutant['mechanism']}", flush=True)
        return "missed"
    expected = mutant.get("violation")
    as_expected = "" if not expected or expected == found["violation"] else f" (expected {expected})"
    print(f"found   {name:34} {scope}, exhaustive: after {found['runs']:,} runs  {found['violation']}{as_expected}"
          f" by {found['oracle']}  {found['seconds']:.1f} s{random}", flush=True)
    return "found"


def digest(program, first_seed, runs, jobs):
    command = [str(program), *CAMPAIGN, "--runs", str(runs), "--jobs", str(jobs), "--seed",
               str(first_seed), "--digest", "--max-failures", "1000"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    return done.stdout.strip()


def why_missed(mutant, build, options):
    """'never activated', 'activated, changed nothing' or 'activated, not noticed'."""
    runs = min(options.runs, 400)
    counted = plant.coverage_of(mutant, build)
    subprocess.run([str(counted), *CAMPAIGN, "--runs", str(runs), "--jobs", "1", "--twins", "0", "--digest"],
                   capture_output=True, cwd=ROOT)
    times = plant.times_run(mutant, build)
    if times == 0:
        return "never activated", 0
    clean = digest(build / "leat", 1, runs, options.jobs)
    planted = digest(plant.target_of(mutant, build), 1, runs, options.jobs)
    return ("activated, changed nothing" if clean == planted else "activated, not noticed"), times


def p95(values):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def judge(mutant, build, options):
    """Prints one line of the scoreboard; returns 'found', 'missed', 'false' or 'quiet'."""
    harmless = mutant.get("harmless", False)
    program = plant.build_mutant(mutant, build)
    if "exhaustive" in mutant:
        return judge_scope(mutant, program, options)
    campaigns = options.campaigns
    seen = [campaign(program, 1 + i * SEEDS_APART, options.runs, options.jobs, mutant.get("options", ()))
            for i in range(campaigns)]
    found = [s for s in seen if s]
    name = mutant["name"]
    if harmless:
        verdict = "false" if found else "quiet"
        print(f"{'FALSE  ' if found else 'quiet  '} {name:34} "
              + (f"reported {found[0]['violation']}, though it is harmless" if found else
                 f"{campaigns} x {options.runs} runs"), flush=True)
        return verdict
    if not found:
        reason, times = why_missed(mutant, build, options)
        print(f"MISSED  {name:34} {reason} ({times} times in a part of the campaign); {mutant['mechanism']}", flush=True)
        return "missed"
    after = [s["after"] for s in found]
    first = found[0]
    expected = mutant.get("violation")
    as_expected = "" if not expected or expected == first["violation"] else f" (expected {expected})"
    print(f"found   {name:34} {len(found)}/{campaigns}  runs: median {statistics.median(after):g}, p95 {p95(after):g}"
          f"  {first['violation']}{as_expected} by {first['oracle']}, {first['strategy']}"
          f"  {statistics.median(s['seconds'] for s in found):.1f} s", flush=True)
    return "found"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--file", action="append", default=[], help="a mutant that is not in tests/mutants")
    parser.add_argument("--campaigns", type=int, default=3)
    parser.add_argument("--runs", type=int, default=6000, help="of one campaign, at most")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--exhaustive", action="store_true",
                        help="those of small scopes, and what random seeds find of them")
    parser.add_argument("--list", action="store_true", help="what is planted, and what cannot be yet")
    options = parser.parse_intermixed_args()
    waiting = json.loads((HERE / "not_plantable.json").read_text())
    mutants = [plant.read_mutant(f) for f in options.file]
    if options.names or not options.file:
        mutants += plant.mutants(options.names)
    if options.exhaustive:
        mutants = [m for m in mutants if "exhaustive" in m]
    if options.list:
        for mutant in mutants:
            print(f"{mutant['name']:34} {'harmless' if mutant.get('harmless') else mutant.get('oracle', ''):12} {mutant['mechanism']}")
        for name, feature in waiting.items():
            print(f"{name:34} not plantable yet: {feature}")
        return 0
    build = pathlib.Path(options.build).resolve()
    unplantable = 0
    count = {"found": 0, "missed": 0, "false": 0, "quiet": 0}
    for mutant in mutants:
        try:
            count[judge(mutant, build, options)] += 1
        except plant.Unplantable as error:
            print(f"error   {error}", flush=True)
            unplantable += 1
    if not options.names and not options.file and not options.exhaustive:
        print(f"not plantable yet: {len(waiting)} of the catalogue (see --list)")
    print(f"{count['found']} found, {count['missed']} missed, {count['false']} false")
    if unplantable:
        return 2
    return 1 if count["missed"] or count["false"] else 0


if __name__ == "__main__":
    sys.exit(main())

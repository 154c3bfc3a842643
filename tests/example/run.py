#!/usr/bin/env python3
"""Installs a build into a prefix of its own, builds this project on it, and runs its tests: the right job
passes, each wrong one fails by the name of its mistake, and the file that it leaves fails again."""
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
MISTAKES = {"MistakeRaises": ("raises", "order_dependent"), "MistakeFirsts": ("firsts", "user_function_impure")}


def run(*command, cwd=None, expect=0):
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if expect is not None and done.returncode != expect:
        sys.exit(f"{' '.join(command)}\nended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def check(holds, what, output):
    if not holds:
        sys.exit(f"{what}:\n{output}")


def main():
    build, work, generator, compiler = sys.argv[1:5]
    shutil.rmtree(work, ignore_errors=True)
    prefix, example = os.path.join(work, "prefix"), os.path.join(work, "build")
    run("cmake", "--install", build, "--prefix", prefix)
    run("cmake", "-G", generator, "-S", HERE, "-B", example, f"-DCMAKE_PREFIX_PATH={prefix}",
        f"-DCMAKE_CXX_COMPILER={compiler}", *sys.argv[5:])
    for version in ("99", "0.99", "1.0"):
        told = run("cmake", "-G", generator, "-S", os.path.join(HERE, "version"), "-B", os.path.join(work, "version"),
                   f"-DCMAKE_PREFIX_PATH={prefix}", f"-DCMAKE_CXX_COMPILER={compiler}",
                   f"-DWANTED={version}", expect=1)
        refused = f'compatible with requested version "{version}"' in " ".join(told.split())
        check(refused, f"version {version} is not refused", told)
    run("cmake", "--build", example)
    os.environ["RC_PARAMS"] = "seed=1"
    right = run("./payments_tests", "--gtest_filter=-Mistake*", cwd=example)
    check("OK, passed 100 tests" in right, "the right job was not tested", right)
    check("restored from a checkpoint" in right, "no case restored", right)
    for test, (job, violation) in MISTAKES.items():
        told = run("./payments_tests", f"--gtest_filter={test}.*", cwd=example, expect=1)
        replay = f"./payments run .leat/failures/{job}.json"
        check(violation in told and "expected" in told and replay in told, f"{test} does not tell it", told)
        again = run("./payments", "run", f".leat/failures/{job}.json", cwd=example, expect=1)
        check(violation in again, f"{test}: its file does not fail so", again)
    print("1 job passed, 2 mistakes found")


main()

#!/usr/bin/env python3
"""Do stored failures outlive changes of the code that have nothing to do with them?

    survive.py BUILD_DIR [--failures N]

Collects N failures (100 by default) of planted bugs (tests/mutants) as capsules, then replays each under 20
changes, one after the other: the patches of this folder, the harmless ones of tests/mutants, and one more
operator upstream in the scenario. A failure survives if the replay still names the same violation. At least
nine in ten must, under each change; otherwise the exit code is 1. At the end all are made at once, for
interest.

REQUIRES: `leat` has been built in BUILD_DIR, each file by itself.
"""
import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "mutants"))
import plant  # noqa: E402

# Bugs that need a schedule or a fault: what shows under every seed would survive anything.
MUTANTS = ["no_barrier_alignment", "prepared_not_recommitted", "timers_not_restored",
           "source_offset_off_by_one", "snapshot_overwritten", "completes_without_all",
           "rows_dropped_in_output"]


class Builder:
    """Links programs in which edits are made; what is the same in several is compiled once."""

    def __init__(self, build):
        self.build = build
        self.work = build / "survival"
        self.commands = plant.compile_commands(build)
        self.link = plant.link_command(build)
        self.objects = {}

    def program(self, name, *changes):
        texts = plant.mutated({"name": name, "edits": [e for c in changes for e in c["edits"]]})
        objects = [self.compiled(file, text) for file, text in sorted(texts.items())]
        target = self.work / f"leat-{name}"
        linked = list(self.link)
        linked[linked.index("-o") + 1] = str(target)
        first = next(i for i, word in enumerate(linked) if word.endswith(".a"))
        linked[first:first] = objects
        plant.run(linked, self.build, name)
        return target

    def compiled(self, file, text):
        if (file, text) not in self.objects:
            place = self.work / str(len(self.objects))
            place.mkdir(parents=True, exist_ok=True)
            source, planted = plant.ROOT / file, place / pathlib.Path(file).name
            planted.write_text(text)
            command = shlex.split(self.commands[str(source)]["command"])
            command[command.index(str(source))] = str(planted)
            made = str(planted.with_suffix(".o"))
            command[command.index("-o") + 1] = made
            plant.run(command, self.build, file)
            self.objects[file, text] = made
        return self.objects[file, text]


def collect(program, mutant, count, folder):
    """Capsules of `count` failures of this mutant."""
    scenario = plant.HERE / "scenarios" / (mutant["scenario"] + ".json")
    subprocess.run([str(program), "explore", str(scenario), "--runs", "2000", "--max-failures", str(count),
                    "--twins", "0", "--no-shrink"], cwd=folder, capture_output=True)
    return sorted((folder / ".leat" / "failures").glob("*.capsule"))[:count]


def with_operator_upstream(text):
    """The capsule with one more operator between each source and what reads it."""
    head, scenario = text.split("--- scenario\n")
    data = json.loads(scenario)
    nodes = {}
    for source in data["sources"]:
        nodes["upstream_" + source] = {"inputs": [source], "filter": "true"}
    for name, node in data["nodes"].items():
        node["inputs"] = ["upstream_" + i if i in data["sources"] else i for i in node["inputs"]]
        nodes[name] = node
    data["nodes"] = nodes
    return head + "--- scenario\n" + json.dumps(data)


def still_fails(program, text, folder):
    path = folder / "replayed.capsule"
    path.write_text(text)
    wanted = re.search(r"^violation (.*)$", text, re.M).group(1)
    done = subprocess.run([str(program), "replay", str(path)], cwd=folder, capture_output=True, text=True)
    return re.search(rf"^  {wanted}   ", done.stdout, re.M) is not None


def patches():
    own = [plant.read_mutant(path) for path in sorted(HERE.glob("*.json"))]
    return own + [m for m in plant.mutants([]) if m["name"].startswith("harmless_")]


def main(arguments):
    if not arguments:
        sys.exit(__doc__)
    builder = Builder(pathlib.Path(arguments[0]).resolve())
    wanted = int(arguments[arguments.index("--failures") + 1]) if "--failures" in arguments else 100
    changes = {p["name"]: p for p in patches()}
    survived = {name: 0 for name in [*changes, "operator_upstream", "all_at_once"]}
    total = 0
    for place, (name, mutant) in enumerate((m["name"], m) for m in plant.mutants(MUTANTS)):
        share = (wanted - total) // (len(MUTANTS) - place)
        plain = builder.program("plain", mutant)
        with tempfile.TemporaryDirectory() as made:
            folder = pathlib.Path(made)
            stored = [capsule.read_text() for capsule in collect(plain, mutant, share, folder)]
            upstream = [with_operator_upstream(text) for text in stored]
            total += len(stored)
            for change, patch in changes.items():
                program = builder.program("changed", mutant, patch)
                survived[change] += sum(still_fails(program, text, folder) for text in stored)
            survived["operator_upstream"] += sum(still_fails(plain, text, folder) for text in upstream)
            program = builder.program("changed", mutant, *changes.values())
            survived["all_at_once"] += sum(still_fails(program, text, folder) for text in upstream)
        print(f"{name}: {total} stored failures so far", flush=True)
    everything = survived.pop("all_at_once")
    for name, count in survived.items():
        print(f"{name:28} {count} of {total} still fail with the same violation")
    print(f"{'(all at once)':28} {everything} of {total}")
    enough = {name: 10 * count >= 9 * total for name, count in survived.items()}
    print(f"{sum(enough.values())} passed, {len(enough) - sum(enough.values())} failed")
    return 0 if total >= wanted and all(enough.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

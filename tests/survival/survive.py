#!/usr/bin/env python3
"""Do stored failures outlive changes of the code that have nothing to do with them?

    survive.py BUILD_DIR [--failures N]

Collects N failures (50 by default) of planted bugs (tests/mutants) as capsules, then replays each
  - with one more choice at every record,
  - with one more choice at every message,
  - with one more operator upstream, in the scenario,
and with all three at once. A failure survives if the replay still names the same violation. At least
nine in ten must, for each change; otherwise the exit code is 1.

REQUIRES: `leat` has been built in BUILD_DIR.
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


def build_with(edits, name, build, compile_commands, link):
    """Links a program in which all edits are made; those of one file together."""
    texts = {}
    for edit in edits:
        text = texts.get(edit["file"], (plant.ROOT / edit["file"]).read_text())
        if text.count(edit["find"]) != 1:
            sys.exit(f"{edit['name']}: the text does not stand once in {edit['file']}")
        texts[edit["file"]] = text.replace(edit["find"], edit["replace"])
    work = build / "survival" / name
    work.mkdir(parents=True, exist_ok=True)
    objects = []
    for file, text in texts.items():
        source = plant.ROOT / file
        planted = work / source.name
        planted.write_text(text)
        compiled = shlex.split(compile_commands[str(source)]["command"])
        compiled[compiled.index(str(source))] = str(planted)
        objects.append(str(work / (source.stem + ".o")))
        compiled[compiled.index("-o") + 1] = objects[-1]
        plant.run(compiled, build)
    target = work / "leat"
    linked = list(link)
    linked[linked.index("-o") + 1] = str(target)
    first = next(i for i, word in enumerate(linked) if word.endswith(".a"))
    linked[first:first] = objects
    plant.run(linked, build)
    return target


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


def main(arguments):
    if not arguments:
        sys.exit(__doc__)
    build = pathlib.Path(arguments[0]).resolve()
    wanted = int(arguments[arguments.index("--failures") + 1]) if "--failures" in arguments else 50
    compile_commands = {e["file"]: e for e in json.loads((build / "compile_commands.json").read_text())}
    link = plant.link_command(build)
    patches = {p.stem: json.loads(p.read_text()) for p in sorted(HERE.glob("*.json"))}
    survived = {name: 0 for name in [*patches, "operator_upstream", "all_at_once"]}
    total = 0
    for place, (name, mutant) in enumerate((m["name"], m) for m in plant.mutants(MUTANTS)):
        share = (wanted - total) // (len(MUTANTS) - place)
        plain = build_with([mutant], name, build, compile_commands, link)
        patched = {p: build_with([mutant, patch], f"{name}-{p}", build, compile_commands, link)
                   for p, patch in patches.items()}
        everything = build_with([mutant, *patches.values()], f"{name}-all", build, compile_commands, link)
        with tempfile.TemporaryDirectory() as made:
            folder = pathlib.Path(made)
            for capsule in collect(plain, mutant, share, folder):
                text = capsule.read_text()
                total += 1
                for patch, program in patched.items():
                    survived[patch] += still_fails(program, text, folder)
                survived["operator_upstream"] += still_fails(plain, with_operator_upstream(text), folder)
                survived["all_at_once"] += still_fails(everything, with_operator_upstream(text), folder)
        print(f"{name}: {total} stored failures so far", flush=True)
    for name, count in survived.items():
        print(f"{name:24} {count} of {total} still fail with the same violation")
    enough = total >= wanted and all(10 * count >= 9 * total for count in survived.values())
    print(f"{sum(10 * c >= 9 * total for c in survived.values())} passed, "
          f"{sum(10 * c < 9 * total for c in survived.values())} failed")
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

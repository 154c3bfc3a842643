#!/usr/bin/env python3
"""Plants a bug: compiles the mutated source of tests/mutants/NAME.json and links it, in front of the
static libraries, into an executable leat-mutant-NAME in the build directory.

    build.py BUILD_DIR [NAME...]          all mutants where none is named
    build.py --check [NAME...]            only: does each text stand exactly once in its file?

REQUIRES: `leat` has been built in BUILD_DIR (its compile and link commands are used).
"""
import json
import pathlib
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def mutants(names):
    found = {p.stem: json.loads(p.read_text()) for p in sorted(HERE.glob("*.json"))}
    unknown = [n for n in names if n not in found]
    if unknown:
        sys.exit(f"no such mutant: {', '.join(unknown)}")
    return {n: found[n] for n in (names or found)}


def mutated(mutant):
    """The text of the file with the bug in it."""
    text = (ROOT / mutant["file"]).read_text()
    times = text.count(mutant["find"])
    if times != 1:
        raise ValueError(f"{mutant['name']}: the text stands {times} times in {mutant['file']}, not once")
    return text.replace(mutant["find"], mutant["replace"])


def run(command, build):
    done = subprocess.run(command, cwd=build, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"failed: {shlex.join(command)}\n{done.stdout}{done.stderr}")


def link_command(build):
    commands = subprocess.run(["ninja", "-C", str(build), "-t", "commands", "leat"],
                              capture_output=True, text=True, check=True).stdout.splitlines()
    links = [c for c in commands if " -o leat " in c and " -c " not in c]
    if not links:
        sys.exit(f"{build} has no link command for leat")
    command = links[-1].split("&&")[1] if "&&" in links[-1] else links[-1]
    return shlex.split(command)


def build_mutant(mutant, build, compile_commands, link):
    name = mutant["name"]
    source = ROOT / mutant["file"]
    entry = compile_commands[str(source)]
    work = build / "mutants" / name
    work.mkdir(parents=True, exist_ok=True)
    planted = work / source.name
    text = mutated(mutant)
    target = build / f"leat-mutant-{name}"
    libraries = [build / p for p in link if p.endswith(".a") and (build / p).exists()]
    newest = max(p.stat().st_mtime for p in libraries)
    if planted.exists() and planted.read_text() == text and target.exists() and target.stat().st_mtime >= newest:
        return target
    planted.write_text(text)
    compiled = shlex.split(entry["command"])
    compiled[compiled.index(str(source))] = str(planted)
    compiled[compiled.index("-o") + 1] = str(work / (source.stem + ".o"))
    run(compiled, build)
    linked = list(link)
    at = linked.index("-o")
    linked[at + 1] = str(target)
    first = next(i for i, word in enumerate(linked) if word.endswith(".a"))
    linked.insert(first, str(work / (source.stem + ".o")))
    run(linked, build)
    return target


def main(arguments):
    if arguments and arguments[0] == "--check":
        for mutant in mutants(arguments[1:]).values():
            try:
                mutated(mutant)
            except ValueError as error:
                sys.exit(str(error))
        return
    if not arguments:
        sys.exit(__doc__)
    build = pathlib.Path(arguments[0]).resolve()
    chosen = mutants(arguments[1:])
    compile_commands = {e["file"]: e for e in json.loads((build / "compile_commands.json").read_text())}
    link = link_command(build)
    for mutant in chosen.values():
        try:
            print(build_mutant(mutant, build, compile_commands, link))
        except ValueError as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])

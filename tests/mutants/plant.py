"""Builds a mutant: its changed sources are compiled by themselves and linked in front of the libraries.

REQUIRES: `leat` has been built in the build directory (its compile and link commands are used).
"""
import json
import pathlib
import re
import shlex
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
OTHERS = {"not_plantable.json"}  # in this folder, and no mutants


class Unplantable(Exception):
    pass


def read_mutant(path):
    path = pathlib.Path(path)
    try:
        mutant = json.loads(path.read_text())
    except (OSError, json.JSONDecodeError) as error:
        raise SystemExit(f"{path}: {error}")
    mutant.setdefault("name", path.stem)
    mutant.setdefault("mechanism", "")
    if "edits" not in mutant:
        missing = [k for k in ("file", "find", "replace") if k not in mutant]
        if missing:
            raise SystemExit(f"{path}: a mutant needs {', '.join(missing)}")
        mutant["edits"] = [{k: mutant[k] for k in ("file", "find", "replace")}]
    return mutant


def mutants(names):
    found = {p.stem: p for p in sorted(HERE.glob("*.json")) if p.name not in OTHERS}
    unknown = [n for n in names if n not in found]
    if unknown:
        raise SystemExit(f"no such mutant: {', '.join(unknown)}")
    return [read_mutant(found[n]) for n in (names or found)]


def mutated(mutant):
    """{file: its text with the bug in it}"""
    texts = {}
    for edit in mutant["edits"]:
        path = edit["file"]
        if not (ROOT / path).is_file():
            raise Unplantable(f"{mutant['name']}: there is no {path}")
        text = texts.get(path) or (ROOT / path).read_text()
        times = text.count(edit["find"])
        if times != 1:
            raise Unplantable(f"{mutant['name']}: the text stands {times} times in {path}, not once")
        texts[path] = text.replace(edit["find"], edit["replace"])
    return texts


def run(command, build, name="a program"):
    done = subprocess.run(command, cwd=build, capture_output=True, text=True)
    if done.returncode != 0:
        raise Unplantable(f"{name} does not compile: {shlex.join(command)}\n{done.stdout}{done.stderr}")


def link_command(build):
    commands = subprocess.run(["ninja", "-C", str(build), "-t", "commands", "leat"],
                              capture_output=True, text=True, check=True).stdout.splitlines()
    links = [c for c in commands if " -o leat " in c and " -c " not in c]
    if not links:
        raise Unplantable(f"{build} has no link command for leat")
    command = links[-1].split("&&")[1] if "&&" in links[-1] else links[-1]
    return shlex.split(command)


def compile_commands(build):
    return {e["file"]: e for e in json.loads((build / "compile_commands.json").read_text())}


def users_of(header, build, commands):
    """The sources that include the header, as ninja knows it."""
    said = subprocess.run(["ninja", "-C", str(build), "-t", "deps"], capture_output=True, text=True).stdout
    sources = []
    for block in said.split("\n\n"):
        lines = [line.strip() for line in block.splitlines()]
        if any(line.endswith(header) for line in lines[1:]):
            sources += [line for line in lines[1:] if line.endswith(".cc")]
    known = [str((build / s).resolve()) for s in sources]
    return [s for s in dict.fromkeys(known) if s in commands and "/tests/" not in s[len(str(ROOT)):]]


def target_of(mutant, build, kind="mutant"):
    return build / f"leat-{kind}-{mutant['name']}"


def is_current(target, work, texts, libraries):
    if not target.exists() or any(target.stat().st_mtime < p.stat().st_mtime for p in libraries):
        return False
    return all((work / f).exists() and (work / f).read_text() == text for f, text in texts.items())


def build_mutant(mutant, build, kind="mutant", options=()):
    texts = mutated(mutant)
    commands = compile_commands(build)
    work = build / "mutants" / kind / mutant["name"]
    target = target_of(mutant, build, kind)
    link = link_command(build)
    libraries = [build / p for p in link if p.endswith(".a") and (build / p).exists()]
    if is_current(target, work, texts, libraries):
        return target
    sources = []
    for path, text in texts.items():
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_text(text)
        sources += [str(ROOT / path)] if path.endswith(".cc") else users_of(path, build, commands)
    objects = []
    for source in dict.fromkeys(sources):
        entry = commands.get(source)
        if entry is None:
            raise Unplantable(f"{mutant['name']}: {source} is not a source of the program")
        relative = str(pathlib.Path(source).relative_to(ROOT))
        planted = work / relative if relative in texts else pathlib.Path(source)
        compiled = shlex.split(entry["command"])
        if compiled[0].endswith("ccache"):
            compiled = compiled[1:]
        compiled[compiled.index(source)] = str(planted)
        out = work / (relative.replace("/", "_") + ".o")
        compiled[compiled.index("-o") + 1] = str(out)
        # What was changed is found before what stands in the tree.
        compiled[1:1] = ["-I", str(work), *options]
        run(compiled, build, mutant["name"])
        objects.append(str(out))
    linked = list(link)
    linked[linked.index("-o") + 1] = str(target)
    first = next(i for i, word in enumerate(linked) if word.endswith(".a"))
    linked[first:first] = objects + list(options)
    run(linked, build, mutant["name"])
    return target


def coverage_of(mutant, build):
    """The mutant with counters in its changed sources; old counts are dropped."""
    target = build_mutant(mutant, build, "counted", ("--coverage", "-fprofile-update=atomic"))
    for counts in (build / "mutants" / "counted" / mutant["name"]).rglob("*.gcda"):
        counts.unlink()
    return target


def changed_lines(edit, text):
    """Lines of the changed text, with the neighbours where something was only taken out."""
    before = (ROOT / edit["file"]).read_text().split(edit["find"])[0]
    first = before.count("\n") + 1
    last = first + edit["replace"].count("\n")
    return range(first - 1, last + 2) if not edit["replace"].strip() else range(first, last + 1)


def counts_near(wanted, lines, reach=5):
    """Counts of these lines, or, where the compiler made no code of them, of the nearest that it did."""
    counted = {line["line_number"]: line["count"] for line in lines}
    for more in range(reach + 1):
        near = range(wanted.start - more, wanted.stop + more)
        found = [counted[number] for number in near if number in counted]
        if found:
            return found
    return []


def times_run(mutant, build):
    """How often changed lines ran in the last run of the counted program."""
    work = build / "mutants" / "counted" / mutant["name"]
    texts = mutated(mutant)
    most = 0
    for counts in work.rglob("*.gcda"):
        said = subprocess.run(["gcov", "--json-format", "--stdout", str(counts)], cwd=work, capture_output=True,
                              text=True).stdout
        for line in said.splitlines():
            try:
                files = json.loads(line)["files"]
            except (json.JSONDecodeError, KeyError):
                continue
            for file in files:
                for edit in mutant["edits"]:
                    if not re.search(re.escape(edit["file"]) + "$", file["file"]):
                        continue
                    wanted = changed_lines(edit, texts[edit["file"]])
                    most = max([most] + counts_near(wanted, file["lines"]))
    return most


def check(names=()):
    for mutant in mutants(list(names)):
        mutated(mutant)

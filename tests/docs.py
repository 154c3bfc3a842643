#!/usr/bin/env python3
"""Holds docs/operators.md to the program: every example in it is right, and nothing is left out.

    docs.py PROGRAM SOURCE_ROOT

Every ```json block is validated by the program, and all ```cpp blocks are compiled as one file. A block stands in
the last frame of its language above it: a comment of the page, with @@ where the block goes.

    <!-- frame json            the block, as it is, in place of @@
    <!-- frame json by line    each line of the block alone
    <!-- frame cpp             the same for C++; LINE becomes the line of the block
    ...
    -->

A block of JSON that begins with { is a whole scenario, and needs no frame; a line that begins with a space goes on with
the line before it. Examples find the folder scenarios/data, and the files that stand in comments <!-- file NAME.

What must have an example: every key of the schema that makes up a job, and every method of the DataStream face.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

PAGE = "docs/operators.md"

# Keys of a scenario that are no part of a job: what the run, the world and a verdict are about.
OF_THE_RUN = set("""$schema leat scenario name why seed flink_defects world faults random_faults choices expect limits
    reports case kind flink result late_dropped invariant streaming""".split())

# Headers whose public functions and classes are the DataStream face, and what in them is plumbing.
FACE = ["data_stream", "windows", "aggregate_calls", "watermark_strategy", "checkpoint_options", "process_function",
        "typed_states"]
PLUMBING = set("""spec topic watermark event_time ingestion_time trigger_of_kind evictor_of_kind declared_states declared_sides states
    clone eval""".split())

mistakes = []


def mistake(line, text):
    mistakes.append(f"{PAGE}:{line}: {text}" if line else f"{PAGE}: {text}")


class Block:
    def __init__(self, language, line, lines, frame):
        self.language, self.line, self.lines, self.frame = language, line, lines, frame

    def pieces(self):
        """What stands in the frame at once, with the line of the page that it begins on."""
        if not self.frame or not self.frame[0]:
            return [(self.line, "\n".join(self.lines))]
        pieces = []
        for number, line in enumerate(self.lines, self.line):
            if line.startswith(" ") and pieces:
                pieces[-1] = (pieces[-1][0], pieces[-1][1] + "\n" + line)
            else:
                pieces.append((number, line))
        return pieces


def read_page(page, folder):
    """The blocks of the page, each with its frame; files are written into the folder."""
    frames = {"json": None, "cpp": None}  # (by line, text)
    blocks = []
    lines = iter(enumerate(page.splitlines(), 1))
    for number, line in lines:
        comment = re.match(r"<!-- ?(.*)", line)
        fence = re.match(r"```(.*)", line)
        if not comment and not fence:
            continue
        inside = []
        for _, text in lines:
            if text == ("-->" if comment else "```"):
                break
            inside.append(text)
        else:
            mistake(number, "is never closed")
        if fence:
            add_block(fence[1], number, inside, frames, blocks)
        elif frame := re.fullmatch(r"frame (json|cpp)( by line)?", comment[1]):
            text = "\n".join(inside)
            frames[frame[1]] = (bool(frame[2]), text) if text.count("@@") == 1 else None
            if not frames[frame[1]]:
                mistake(number, "a frame has one @@")
        elif file := re.fullmatch(r"file ([\w.]+)", comment[1]):
            (folder / file[1]).write_text("\n".join(inside) + "\n")
        else:
            mistake(number, "a comment is a frame or a file")
    return blocks


def add_block(language, number, lines, frames, blocks):
    whole = language == "json" and lines and lines[0].startswith("{")
    if language not in frames:
        mistake(number, f'a block of "{language}" is not checked: json or cpp')
    elif not whole and not frames[language]:
        mistake(number, "no frame stands above this block")
    else:
        blocks.append(Block(language, number + 1, lines, None if whole else frames[language]))


# ---- scenario files ----

def in_frame(block, line, piece):
    """The scenario, with the piece on the line that it has in the page."""
    before, after = block.frame[1].split("@@") if block.frame else ("", "")
    before = " ".join(before.split())
    return "\n" * (line - 2) + before + "\n" + piece + "\n" + after


def validate(program, block, folder):
    scenarios = []
    for line, piece in block.pieces():
        path = folder / f"line-{line}.json"
        text = in_frame(block, line, piece)
        path.write_text(text)
        said = subprocess.run([program, "validate", str(path)], capture_output=True, text=True, timeout=60)
        if said.returncode != 0:
            mistake(line, "is refused:\n" + (said.stdout + said.stderr).replace(str(path), PAGE))
        try:
            scenarios.append(json.loads(text))
        except ValueError as why:
            mistake(line, f"is not plain JSON: {why}")
    return scenarios


def collect(schema, definitions, value, used):
    """The keys that a value uses, as (kind of object, key)."""
    for option in schema.get("anyOf", []):
        collect(option, definitions, value, used)
    if isinstance(value, list):
        for item in value:
            collect(schema.get("items", {}), definitions, item, used)
    if isinstance(value, dict) and isinstance(schema.get("additionalProperties"), dict):
        for item in value.values():
            collect(schema["additionalProperties"], definitions, item, used)
    kind = schema.get("$ref", "").removeprefix("#/$defs/")
    if kind and isinstance(value, str):
        used.add((kind, value))  # a trigger by its name
    if kind and isinstance(value, dict):
        properties = definitions[kind]["properties"]
        for key, item in value.items():
            used.add((kind, key))
            collect(properties.get(key, {}), definitions, item, used)


def kinds_below(schema, definitions, found):
    for kind in re.findall(r"#/\$defs/(\w+)", json.dumps(schema)):
        if kind not in found:
            found.add(kind)
            kinds_below(definitions[kind], definitions, found)
    return found


def check_keys(program, scenarios):
    said = subprocess.run([program, "schema"], capture_output=True, text=True, timeout=60, check=True)
    definitions = json.loads(said.stdout)["$defs"]
    top = {key: schema for key, schema in definitions["scenario"]["properties"].items() if key not in OF_THE_RUN}
    used = set()
    for scenario in scenarios:
        collect({"$ref": "#/$defs/scenario"}, definitions, scenario, used)
    wanted = [("scenario", key) for key in top]
    for kind in sorted(kinds_below(list(top.values()), definitions, set())):
        wanted += [(kind, key) for key in definitions[kind]["properties"]]
    for kind, key in wanted:
        if (kind, key) not in used:
            mistake(0, f"no example in JSON has {kind}.{key}")
    return len(wanted)


# ---- C++ ----

def compile_all(blocks, root):
    parts = ['#include "core/api/async_data_stream.h"', "namespace leat {"]
    for block in blocks:
        for line, piece in block.pieces():
            before, after = block.frame[1].replace("LINE", str(line)).split("@@")
            parts += [f'#line {line} "frame of {PAGE}"', before, f'#line {line} "{PAGE}"', piece, after]
    parts += ["}  // namespace leat", ""]
    said = subprocess.run(["g++", "-std=c++20", "-fsyntax-only", "-I", str(root), "-x", "c++", "-"],
                          input="\n".join(parts), cwd=root, capture_output=True, text=True, timeout=600)
    if said.returncode != 0:
        mistake(0, "does not compile:\n" + said.stderr)


def names_of_face(text):
    """Public functions and classes, as the headers are laid out: a class at column 0, its members at 2."""
    public = False
    for line in text.splitlines():
        if kind := re.match(r"(class|struct) (\w+)", line):
            public = kind[1] == "struct"
            if re.search(r"(Windows|Trigger|Evictor)$", kind[2]):
                yield kind[2]
        elif access := re.match(r" (public|protected|private):", line):
            public = access[1] != "private"
        elif line == "};":
            public = False
        elif function := re.match(r"(  )?(?!return)[\w:<>][\w:<>, &*]* ([a-z_]+)\(", line):
            if public or not function[1]:
                yield function[2]


def check_face(blocks, root):
    shown = set(re.findall(r"\w+", "\n".join(line for block in blocks for line in block.lines)))
    wanted = set()
    for header in FACE:
        wanted |= set(names_of_face((root / f"core/api/{header}.h").read_text())) - PLUMBING
    for name in sorted(wanted - shown):
        mistake(0, f"no example in C++ has {name}")
    return len(wanted)


def main():
    program, root = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2]).resolve()
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        (folder / "data").symlink_to(root / "scenarios/data")
        blocks = read_page((root / PAGE).read_text(), folder)
        of_json = [block for block in blocks if block.language == "json"]
        of_cpp = [block for block in blocks if block.language == "cpp"]
        scenarios = [scenario for block in of_json for scenario in validate(program, block, folder)]
    for language, some in (("json", of_json), ("cpp", of_cpp)):
        if not some:
            mistake(0, f"has no block of {language}")
    keys = check_keys(program, scenarios)
    compile_all(of_cpp, root)
    names = check_face(of_cpp, root)
    for text in mistakes:
        print(text)
    print(f"{len(scenarios)} scenarios, {len(of_cpp)} blocks of C++, {keys} keys, {names} names: "
          f"{len(mistakes)} failed")
    sys.exit(1 if mistakes else 0)


main()

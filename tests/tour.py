#!/usr/bin/env python3
"""Types the README's tour as it is written and checks that it prints what it says.

    tour.py PROGRAM

In the README a tour stands between <!-- tour --> and <!-- end of tour -->, in blocks of

    $ ./leat run scenarios/x.json
    PASS  x   ...
      some line

Each line behind a command must be printed by it, in this order; other lines may stand between them.
The command must exit with 0. `...` in a line stands for anything. `# comment` behind a command is not typed.
"""
import pathlib
import re
import shlex
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parent.parent
program = str(pathlib.Path(sys.argv[1]).resolve())
text = (root / "README.md").read_text()
tours = re.findall(r"<!-- tour -->(.*?)<!-- end of tour -->", text, re.S)
blocks = [b for tour in tours for b in re.findall(r"```\n(.*?)```", tour, re.S)]
commands = []
for line in (line for block in blocks for line in block.splitlines()):
    if line.startswith("$ "):
        commands.append((line[2:].split("  #")[0].strip(), []))
    elif line.strip() not in ("", "...") and commands:
        commands[-1][1].append(line.rstrip())


def pattern(line):
    return re.compile(".*".join(re.escape(part) for part in line.split("...")))


failed = 0
for command, expected in commands:
    typed = [program if word == "./leat" else word for word in shlex.split(command)]
    said = subprocess.run(typed, cwd=root, capture_output=True, text=True, timeout=600)
    lines = iter(said.stdout.splitlines())
    for want in expected:
        if any(pattern(want).fullmatch(line.rstrip()) for line in lines):
            continue
        failed += 1
        print(f"{command}\n  does not print (in this order): {want}\n  but:\n{said.stdout}{said.stderr}")
        break
    else:
        if said.returncode != 0:
            failed += 1
            print(f"{command}\n  exits with {said.returncode}:\n{said.stdout}{said.stderr}")
print(f"{len(commands) - failed} passed, {failed} failed, 0 skipped")
sys.exit(1 if failed or not commands else 0)

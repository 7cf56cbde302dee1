"""Print the longest files and functions, as a hint where a reader may get lost; never a failure.

python -m bench.code_lengths [--count 5]
"""

import argparse
import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("index_engine", "dashboard", "pages", "bench", "tests")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.code_lengths")
    parser.add_argument("--count", type=int, default=5)
    count = parser.parse_args().count
    files: list[tuple[int, str]] = []
    functions: list[tuple[int, str]] = []
    for file in (file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py")):
        text, name = file.read_text(encoding="utf-8"), file.relative_to(ROOT).as_posix()
        files.append((text.count("\n"), name))
        functions += [
            (
                (node.end_lineno or node.lineno) - node.lineno + 1,
                f"{name}:{node.lineno} {node.name}",
            )
            for node in ast.walk(ast.parse(text, name))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
    for title, lengths in (("files", files), ("functions", functions)):
        print(f"longest {title}, in lines:")
        for length, name in sorted(lengths, reverse=True)[:count]:
            print(f"  {length:5}  {name}")


if __name__ == "__main__":
    main()

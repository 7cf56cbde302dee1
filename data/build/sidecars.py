"""Says of every file where it comes from: a TOML file ``<name>.source.toml`` beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from .packages import Package, sha256

COMMAND = "python data/build_reference.py"


@dataclass(frozen=True)
class Origin:
    """What one file, or one group of files, was made from."""

    title: str
    description: str
    producer: str
    edition: str
    attribution: str
    # The files read from each package.
    inputs: Sequence[tuple[Package, Sequence[str]]]
    tools: Sequence[str]
    own_inputs: Mapping[str, bytes] = field(default_factory=dict)


def _quote(value: str | int | Sequence[str]) -> str:
    # JSON strings, whole numbers and lists of strings are written alike in TOML.
    return json.dumps(value, ensure_ascii=False)


def _table(header: str, values: Mapping[str, str | int | Sequence[str]]) -> list[str]:
    return [header, *(f"{key} = {_quote(value)}" for key, value in values.items()), ""]


def as_toml(origin: Origin, outputs: Mapping[str, bytes]) -> bytes:
    """The sidecar of ``outputs`` (paths relative to the sidecar)."""
    lines = [
        f"title = {_quote(origin.title)}",
        f"description = {_quote(origin.description)}",
        f"producer = {_quote(origin.producer)}",
        f"edition = {_quote(origin.edition)}",
        f"attribution = {_quote(origin.attribution)}",
        f"command = {_quote(COMMAND)}",
        f"tools = {_quote([f'{tool} {version(tool)}' for tool in origin.tools])}",
        "",
    ]
    for package, members in origin.inputs:
        lines += _table(
            "[[inputs]]",
            {
                "package": f"{package.registry}: {package.name} {package.version}",
                "address": package.address,
                "producer": package.producer,
                "edition": package.edition,
                "licence": package.licence,
                "copyright": package.copyright,
                "licence_text": licence_path(package),
                "accessed": package.access_date,
                "file": package.file,
                "sha256": package.sha256,
                "members": list(members),
            },
        )
    for path, content in origin.own_inputs.items():
        lines += _table("[[own_inputs]]", {"path": path, "sha256": sha256(content)})
    for path, content in sorted(outputs.items()):
        lines += _table("[[outputs]]", {"path": path, "bytes": len(content), "sha256": sha256(content)})
    return "\n".join(lines).encode()


def licence_path(package: Package) -> str:
    """Where a package's licence text is kept, from the folder ``data``."""
    return f"licences/{package.name}-{package.version}.txt"


def write(sidecar: Path, origin: Origin, outputs: Mapping[str, bytes]) -> None:
    """Write files, and the sidecar that describes them, into the folder of the sidecar."""
    for path, content in outputs.items():
        target = sidecar.parent / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    sidecar.write_bytes(as_toml(origin, outputs))

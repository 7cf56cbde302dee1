"""A draft of synthetic data and one of the same rows called real, which tests copy before they change them."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from index_engine.errors import InputError
from index_engine.queries import Snapshot
from index_engine.releases.draft import write_draft
from index_engine.releases.pack import MANIFEST, manifest_bytes
from index_engine.releases.publication import publish

INDEX = "enforcement-credit-2"
ON = date(2025, 3, 1)
PERIODS = ("2024Q2", "2024Q3", "2024Q4")


@pytest.fixture(scope="session")
def real_world(built_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The random world, its sources called real: synthetic data are not published."""
    path = tmp_path_factory.mktemp("real") / "real.duckdb"
    shutil.copyfile(built_world, path)
    with duckdb.connect(str(path)) as con:
        con.execute("UPDATE sources SET synthetic = FALSE")
    return path


def drafted(warehouse: Path, out: Path, period: str | None = None, vintage: int = 1) -> Path:
    with Snapshot(warehouse) as snapshot:
        return write_draft(snapshot, out, snapshot.known_period(period), vintage)


@pytest.fixture(scope="session")
def synthetic_draft(built_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drafted(built_world, tmp_path_factory.mktemp("synthetic"))


@pytest.fixture(scope="session")
def real_draft(real_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drafted(real_world, tmp_path_factory.mktemp("drafts"))


@pytest.fixture
def draft(real_draft: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(real_draft, tmp_path / real_draft.name))


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A review and the publisher's keys."""
    folder = tmp_path_factory.mktemp("people")
    text = 'reviewers = ["甲", "乙"]\n[overrides.coverage]\nname = "丙"\nreason = "文件不含案号"\n'
    (folder / "review.toml").write_text(text, encoding="utf-8")
    for name in ("publisher", "another"):
        key = Ed25519PrivateKey.generate()
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{name}.pem").write_bytes(private)
        (folder / f"{name}.pub").write_bytes(
            key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
    return folder


@pytest.fixture(scope="session")
def published(real_world: Path, people: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of three releases, signed."""
    archive = tmp_path_factory.mktemp("archive")
    for period in PERIODS:
        publish(drafted(real_world, archive, period), people / "review.toml", ON, people / "publisher.pem")
    return archive


@pytest.fixture
def archive(published: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(published, tmp_path / "archive"))


def release(archive: Path, period: str) -> Path:
    return archive / f"{INDEX}_{period}-1"


def change_table(folder: Path, name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Change a table of a draft, and its manifest with it."""
    file = folder / "data" / f"{name}.parquet"
    table = pyarrow.parquet.read_table(file)
    changed = pa.Table.from_pandas(change(table.to_pandas()), table.schema, preserve_index=False)
    pyarrow.parquet.write_table(changed, file, store_schema=False)
    files = {f.relative_to(folder).as_posix(): f.read_bytes() for f in folder.rglob("*") if f.is_file()}
    del files[MANIFEST]
    (folder / MANIFEST).write_bytes(manifest_bytes(files))


@contextmanager
def refusal(code: str) -> Iterator[None]:
    """The block is refused with a message of this code."""
    with pytest.raises(InputError) as refused:
        yield
    assert refused.value.message.code == code
    assert str(refused.value)

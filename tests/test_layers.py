"""The house rules that a reader of the code relies on: who may import whom, where SQL stands,
and that no file knows of the machine it was written on."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.shell.pages import PAGES, REDIRECTS, Page
from dashboard.text import i18n

ROOT = Path(__file__).parents[1]

# What each part of the engine may import of the engine, beside itself. From top to bottom it is
# the way of a number: sources, warehouse, measures, estimates, index, release.
BASE = {
    "arrays",
    "age_grid",
    "chance",
    "closing_days",
    "court_mergers",
    "day_span",
    "delivery_series",
    "errors",
    "periods",
}
BASE |= {"method"}
STAGES = {
    "errors": set(),
    "arrays": set(),
    "age_grid": set(),
    "chance": set(),
    "closing_days": {"chance"},
    "court_mergers": {"closing_days"},
    "day_span": {"chance"},
    "delivery_series": {"chance"},
    "annotation_table": {"errors"},
    "periods": {"errors"},
    "formula_escaping": set(),
    "private_folder": set(),
    "faults": {"errors"},
    "method": {"age_grid", "errors", "warehouse"},
    "warehouse": {"errors", "faults"},
    "importing": {
        "chance",
        "closing_days",
        "court_mergers",
        "day_span",
        "delivery_series",
        "errors",
        "faults",
        "linkage",
    }
    | {"private_folder", "warehouse"},
    "importing.api": {"build", "errors", "warehouse"},  # what people ask for: import, then build
    "sample": {"errors", "warehouse", "importing"},
    "linkage": {"chance", "errors", "warehouse"},
    "measures": BASE | {"linkage", "warehouse"},
    "estimates": BASE | {"measures", "warehouse"},
    "index": BASE | {"estimates"},
    "monitoring": BASE | {"estimates", "index"},
    "build": BASE | {"measures", "estimates", "index", "monitoring", "warehouse"},
    "queries": BASE | {"estimates", "index", "warehouse"},
    "claims": BASE | {"estimates", "importing", "queries"},  # a package is read as an import reads
    "releases": BASE | {"estimates", "formula_escaping", "index", "queries", "warehouse"},
    "release_commands": {"errors", "formula_escaping", "queries", "releases"},
}
STAGES["cli"] = set(STAGES)
STAGES["__main__"] = {"cli", "errors"}
STAGES["__init__"] = set()

# What the screens may know of the engine: the one who answers, and the words of its answers.
ANSWERS = {"queries", "importing", "method", "errors", "periods", "monitoring"}
ANSWERS |= {"claims", "formula_escaping", "annotation_table", "faults", "private_folder"}

# Heavy or of the screen; libraries.md has the times. statsmodels and geopandas only while building.
NOT_IN_THE_ENGINE = {"streamlit", "plotly", "geopandas", "statsmodels", "altair", "matplotlib"}
NOT_IN_THE_ENGINE |= {"scipy", "SALib", "esda", "libpysal", "numba"}
NOT_ON_THE_SCREEN = {"duckdb", "statsmodels", "geopandas", "scipy", "matplotlib"}


def python_files(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sorted(found)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path: Path, *, everywhere: bool = True) -> set[str]:
    """Dotted names of the modules that a file imports; relative ones are made absolute.

    Not `everywhere`: only those that happen on import, not inside functions.
    """
    found = set()
    for node in ast.walk(tree(path)) if everywhere else _on_import(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{named(path)}: write the whole name of what is imported"
            assert node.module is not None
            # Of `from index_engine import periods` the module is the second word.
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _on_import(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _on_import(child)


def parts(dotted: set[str], package: str) -> set[str]:
    """First word below `package` of each name in it."""
    inside = [name.split(".") for name in dotted if name.split(".")[0] == package]
    return {words[1] for words in inside if len(words) > 1}


def libraries(dotted: set[str]) -> set[str]:
    return {name.split(".")[0] for name in dotted}


# ---------------------------------------------------------------- imports


@pytest.mark.parametrize("path", python_files("index_engine"), ids=named)
def test_the_engine_imports_downwards(path: Path):
    folders = path.relative_to(ROOT / "index_engine").with_suffix("").parts
    stage = ".".join(folders) if ".".join(folders) in STAGES else folders[0]
    assert stage in STAGES, f"{stage}: say in STAGES what it may import"
    upwards = parts(imports(path), "index_engine") - STAGES[stage] - {folders[0]}
    assert upwards == set()
    assert not libraries(imports(path)) & {"dashboard", "pages", "app", "tests", "data"}


@pytest.mark.parametrize("path", python_files("index_engine"), ids=named)
def test_the_engine_knows_no_screen(path: Path):
    assert libraries(imports(path, everywhere=False)) & NOT_IN_THE_ENGINE == set()
    assert "streamlit" not in libraries(imports(path))


@pytest.mark.parametrize("path", python_files("dashboard"), ids=named)
def test_the_dashboard_asks_the_snapshot(path: Path):
    assert parts(imports(path), "index_engine") <= ANSWERS
    assert libraries(imports(path)) & (NOT_ON_THE_SCREEN | {"pages", "tests"}) == set()


@pytest.mark.parametrize("path", python_files("pages"), ids=named)
def test_a_page_imports_what_pages_share(path: Path):
    assert parts(imports(path), "index_engine") <= ANSWERS
    assert libraries(imports(path)) & (NOT_ON_THE_SCREEN | {"pages", "tests", "numpy"}) == set()


# The dashboard from top to bottom: what each of its folders may import of it, beside itself. The
# folder of a page has the sections of that page; what two pages share lies in ui.
PAGE_FOLDERS = {page.name for page in PAGES}
LAYERS = {"text": set(), "state": {"text"}, "ui": {"state", "text"}}
LAYERS |= {folder: {"ui", "state", "text"} for folder in PAGE_FOLDERS}
LAYERS["shell"] = {"ui", "state", "text"}


@pytest.mark.parametrize("path", python_files("dashboard"), ids=named)
def test_the_dashboard_imports_downwards(path: Path):
    folders = path.relative_to(ROOT / "dashboard").parts
    if folders == ("__init__.py",):
        return
    assert folders[0] in LAYERS, f"{named(path)}: in no folder that LAYERS knows"
    assert parts(imports(path), "dashboard") - LAYERS[folders[0]] - {folders[0]} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_has_one_name(page: Page):
    """File, folder, address and title; and it imports no other page's folder."""
    assert page.file.is_file()
    assert (ROOT / "dashboard" / page.name / "__init__.py").is_file()
    assert page.path in (page.name, "")
    i18n.set_language("en")
    assert page.title().split()[0].lower() == page.name
    imported_folders = parts(imports(page.file), "dashboard")
    assert imported_folders <= {page.name, "ui", "state", "text"}


def test_every_page_is_registered():
    assert {path.stem for path in python_files("pages")} == PAGE_FOLDERS
    folders = {path.name for path in (ROOT / "dashboard").iterdir() if path.is_dir()}
    assert folders - {"shell", "state", "text", "ui", "static", "__pycache__"} == PAGE_FOLDERS
    assert len({page.path for page in PAGES}) == len(PAGES)
    assert not REDIRECTS.keys() & {page.path for page in PAGES}
    assert set(REDIRECTS.values()) <= {page.path for page in PAGES}


@pytest.mark.parametrize("path", python_files("dashboard", "pages"), ids=named)
def test_a_link_leads_to_a_page(path: Path):
    """Addresses in the code are those of registered pages."""
    paths = {page.path for page in PAGES}
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        position = {"address.link": 0, "components.place_link": 1, "components.breadcrumbs": 1}
        if name in position and len(node.args) > position[name]:
            page = node.args[position[name]]
            if isinstance(page, ast.Constant):
                assert page.value in paths, f"{named(path)}:{node.lineno}"


SQL = re.compile(r"\b(SELECT\b.+\bFROM|INSERT\s+INTO|CREATE\s+TABLE|WITH\s+\w+\s+AS\s*\()", re.S)


@pytest.mark.parametrize("path", python_files("pages", "dashboard", "index_engine/queries"), ids=named)
def test_sql_is_not_written_in_python(path: Path):
    texts = [n.value for n in ast.walk(tree(path)) if isinstance(n, ast.Constant)]
    assert [text for text in texts if isinstance(text, str) and SQL.search(text)] == []


def test_loading_the_engine_loads_no_screen():
    """What the command line brings into memory, in a process of its own."""
    code = "import sys, index_engine.cli; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert set(loaded) & NOT_IN_THE_ENGINE == set()
    assert "duckdb" in loaded


# ---------------------------------------------------------------- files


def project_files() -> list[Path]:
    """Text files that git tracks or will track; all, where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout, so nobody can say which files are the project's")
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and not _is_binary(path)]


def _is_binary(path: Path) -> bool:
    with path.open("rb") as file:
        return b"\0" in file.read(4096)


def test_no_file_knows_the_machine_it_was_written_on():
    """Folders of a workplace, written so that this file does not name one itself."""
    folders = "|".join(("work", "tmp", "root", "home/" + r"\w+"))
    pattern = re.compile(rf"(?<![\w.:/}}-])/({folders})/")
    found = []
    for path in project_files():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if match := pattern.search(line[:5000]):
                found.append(f"{named(path)}:{number}: {match.group()}")
    assert found == []

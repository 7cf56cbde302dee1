"""The package that is valued: uploaded, or the made-up one. It lives in the session, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from dashboard.state import address, work_queue
from dashboard.state.cache import View
from dashboard.text.i18n import _
from dashboard.ui import step_messages
from dashboard.ui.html import tag
from dashboard.ui.reading import reading_steps
from index_engine.claims.claim import Assumptions
from index_engine.claims.package import Package, read_package
from index_engine.claims.package_file import proposed_mapping, revalue
from index_engine.claims.package_value import PackageValue
from index_engine.claims.sample_package import sample_package
from index_engine.importing.contract import PACKAGE_KIND
from index_engine.importing.mapping import read_mapping
from index_engine.private_folder import temporary_folder

SAMPLE = "sample"
_PACKAGE_KEY, _VALUE_KEY = "claims_package", "claims_value"


@dataclass(frozen=True)
class ChosenPackage:
    """A package that was read, and a key that is another where its content may be another."""

    key: tuple[str, ...]
    package: Package


def lead_text() -> str:
    return _(
        "A list of claims as a bank hands it over, valued by how long and how surely claims are paid where they "
        "are enforced. Nothing of it is stored; names and numbers of people are not read."
    )


def chosen_package(view: View) -> ChosenPackage | None:
    """The package in view, None while there is none."""
    if address.get("package") == SAMPLE:
        _draw_sample_notice(view)
        return _read((view.snapshot.version, SAMPLE), lambda: _read_sample(view))
    with st.container(key="intake-steps"):
        input_file = reading_steps.choose_file(_("Choose a list of claims"), has_inbox=False)
        if input_file is None:
            st.session_state.pop(_PACKAGE_KEY, None)
            st.session_state.pop(_VALUE_KEY, None)
            _draw_sample_link()
            return None
        reading = reading_steps.describe_reading(input_file, None, PACKAGE_KIND)
        if reading is None:
            return None
        key = (view.snapshot.version, *reading.key)

        def read() -> Package:
            with input_file.on_disk() as path:
                return read_package(view.snapshot, path, read_mapping(reading.mapping, PACKAGE_KIND, Path("mapping")))

        return _read(key, read)


def package_value(view: View, chosen: ChosenPackage, assumptions: Assumptions) -> PackageValue:
    """The value of a package, computed once for the same assumptions."""
    key = (chosen.key, assumptions)
    known_key: object
    value: PackageValue | None
    known_key, value = st.session_state.get(_VALUE_KEY, (None, None))
    if value is None or known_key != key:
        with step_messages.take_turn(work_queue.RECOGNITIONS), st.spinner(_("Valuing the claims …")):
            value = revalue(view.snapshot, chosen.package, assumptions)
        st.session_state[_VALUE_KEY] = (key, value)
    return value


def _read(key: tuple[str, ...], read: Callable[[], Package]) -> ChosenPackage | None:
    known: ChosenPackage | None = st.session_state.get(_PACKAGE_KEY)
    if known is not None and known.key == key:
        return known
    chosen = None
    with step_messages.report_input_errors(), step_messages.take_turn(work_queue.RECOGNITIONS):
        chosen = ChosenPackage(key, read())
    st.session_state[_PACKAGE_KEY] = chosen
    return chosen


def _read_sample(view: View) -> Package:
    with temporary_folder("package-") as folder:
        path = folder / "sample.csv"
        path.write_text(sample_package(view.snapshot), encoding="utf-8")
        return read_package(view.snapshot, path, replace(proposed_mapping(path), synthetic=True))


def _draw_sample_link() -> None:
    link = tag(
        "a", _("See the valuation of a made-up package"), href=address.current_link(package=SAMPLE), data_in=True
    )
    st.html(tag("p", link, class_="said"))


def _draw_sample_notice(view: View) -> None:
    back = tag("a", _("Value a list of your own"), href=address.current_link(package=""), data_in=True)
    st.html(tag("p", _("A made-up package: no real claims."), " ", back, class_="advice", role="note"))
    st.download_button(
        _("The list as a file, to see what one may look like"),
        sample_package(view.snapshot).encode("utf-8-sig"),
        file_name="sample_package.csv",
        mime="text/csv",
        key="download-sample-package",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )

"""Where a name begins with the names of places: which region that is."""

from collections.abc import Iterable
from dataclasses import dataclass

from index_engine.sources.courts.names import WORDS, Folding, forms

_CODES: dict[str, str] = WORDS["codes"]["provinces"]


@dataclass(frozen=True)
class Region:
    """One region: `path` are the codes from below the nation down to it; `forms` are folded."""

    code: str
    level: str
    name: str
    path: tuple[str, ...]
    forms: tuple[str, ...]


class Places:
    """The regions of a warehouse, by code and by the ways their names are written."""

    def __init__(self, rows: Iterable[tuple[str, str, str, str | None]], folding: Folding) -> None:
        """`rows` are code, level, name and parent of every region."""
        known = {code: (level, name, parent) for code, level, name, parent in rows}
        self.regions: dict[str, Region] = {}
        self._written: dict[str, list[Region]] = {}
        for code, (level, name, parent) in known.items():
            path = [code]
            while parent in known and parent not in path:
                path.append(parent)
                parent = known[parent][2]
            below = tuple(one for one in reversed(path) if known[one][0] != "nation")
            ways = tuple(folding.fold(way) for way in forms(name))
            self.regions[code] = region = Region(code, level, name, below, ways)
            for way in ways:
                self._written.setdefault(way, []).append(region)
        self._longest = max(map(len, self._written), default=0)

    def above(self, code: str) -> list[Region]:
        """The regions above one, the highest first; the nation is left out."""
        return [self.regions[one] for one in self.regions[code].path[:-1]]

    def province(self, code: str) -> str | None:
        """The highest region below the nation that holds a region."""
        path = self.regions[code].path if code in self.regions else ()
        return path[0] if path else None

    def named_province(self, text: str) -> str | None:
        """The province that a code, a name or the sign of its court codes stands for."""
        code = _CODES.get(text, text)
        if code in self.regions:
            return self.province(code)
        whole = code + "0000"
        if len(code) == 2 and whole in self.regions:
            return whole
        found = {one.code for one in self._written.get(text, ()) if one.level == "province"}
        return found.pop() if len(found) == 1 else None

    def others(self, way: str, code: str) -> bool:
        """Whether a province or city other than `code` is written this way, or may be."""
        return any(
            region.code != code and region.level in ("province", "city")
            for region in self._written.get(way, ())
        )

    def called(self, code: str) -> str:
        """What courts beside the divisions call a place: 苏州, but 吉林市, as 吉林 is more."""
        region = self.regions[code]
        if region.level == "county":
            return "".join(self.regions[one].forms[0] for one in region.path[1:])
        full, short = region.forms[0], region.forms[-1]
        return full if self.others(short, code) and len(region.path) > 1 else short

    def before(self, body: str, within: str | None) -> tuple[str, str] | None:
        """Find the region that a name begins with, and the rest of the name.

        Where places of one name lie in each other (长沙市, 长沙县), it is the outermost that holds
        them all. A county must be named in full: the 白河 of 白河林区 is not 白河县. None: no
        region, or several apart. `within` is a region they must lie in.
        """
        for length in range(min(self._longest, len(body)), 1, -1):
            found = [
                region
                for region in self._written.get(body[:length], ())
                if within is None or within in region.path
            ]
            if not found:
                continue
            place = self._common(found)
            if place is None or self._short_county(place, body[:length]):
                return None
            deeper = self.before(body[length:], place)
            return deeper or (place, body[length:])
        return None

    def _short_county(self, code: str, way: str) -> bool:
        region = self.regions[code]
        return region.level == "county" and way != region.forms[0]

    def _common(self, found: list[Region]) -> str | None:
        shared = found[0].path
        for region in found[1:]:
            pairs = zip(shared, region.path, strict=False)
            shared = tuple(one for one, other in pairs if one == other)
        return shared[-1] if shared else None

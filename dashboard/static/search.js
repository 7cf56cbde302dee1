// The box that finds a place or court: an ARIA combobox. Its names are asked for when somebody first
// turns to it. It looks for a box anew at every event, as pages draw theirs anew.
{
  const MOST = 9;
  const lists = {};
  const boxOf = (event) => event.target.closest && event.target.closest(".search");
  const plain = (text) => text.toLowerCase().replace(/[\s'’·.-]/g, "");
  const load = (field) => (lists[field.dataset.names] ||= fetch(field.dataset.names)
    .then((answer) => answer.json())
    .then(({ places, simplified }) => ({
      simplified,
      places: places.map((place) => ({
        level: place[0], unit: place[1], name: place[2], other: place[3], within: place[4],
        words: [plain(place[2]), plain(place[3]), ...place[5].split(" ")],
      })),
    }))
    .catch(() => { delete lists[field.dataset.names]; return { places: [], simplified: {} }; }));
  // 0: the whole name, 1: its beginning, 2: inside it.
  const nearness = (words, wanted) => Math.min(...words.map((word) =>
    word === wanted ? 0 : word.startsWith(wanted) ? 1 : word.length > wanted.length && wanted.length > 1 && word.includes(wanted) ? 2 : 9));
  const find = ({ places, simplified }, text) => {
    const wanted = plain([...text].map((c) => simplified[c] || c).join(""));
    if (!wanted) return [];
    return places
      .map((place, order) => ({ place, order, near: nearness(place.words, wanted) }))
      .filter(({ near }) => near < 9)
      .sort((a, b) => a.near - b.near || a.order - b.order)
      .slice(0, MOST).map(({ place }) => place);
  };
  const close = (box) => {
    const field = box.querySelector("input");
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
    box.querySelectorAll("ul").forEach((list) => list.remove());
  };
  const mark = (box, option) => {
    box.querySelectorAll("[role=option]").forEach((each) =>
      each.setAttribute("aria-selected", each === option));
    box.querySelector("input").setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };
  const add = (parent, name, words) => {
    const child = parent.appendChild(document.createElement(name));
    child.textContent = words;
    return child;
  };
  const show = async (box) => {
    const field = box.querySelector("input");
    const text = field.value;
    const list = await load(field);
    if (field.value !== text) return;
    close(box);
    if (!text.trim()) return;
    const found = find(list, text);
    const menu = box.appendChild(document.createElement("ul"));
    menu.id = "search-results";
    menu.setAttribute("role", "listbox");
    menu.setAttribute("aria-label", field.getAttribute("aria-label"));
    field.setAttribute("aria-expanded", "true");
    field.setAttribute("aria-controls", menu.id);
    if (!found.length) { add(menu, "li", field.dataset.none).setAttribute("role", "presentation"); return; }
    found.forEach((place, number) => {
      const option = menu.appendChild(document.createElement("li"));
      option.id = `search-result-${number}`;
      option.setAttribute("role", "option");
      option.dataset.level = place.level;
      option.dataset.unit = place.unit;
      add(option, "b", place.name);
      if (place.other !== place.name) add(option, "span", place.other);
      if (place.within) add(option, "small", place.within);
    });
    mark(box, menu.firstElementChild);
  };
  const go = (box, option) => {
    const field = box.querySelector("input");
    const { level, unit } = option.dataset;
    const { addWay } = field.dataset;
    if (addWay) { // the place joins a list in the address
      field.value = "";
      close(box);
      window.navigateTo(new URL(addWay.replace("PLACE", `${level}:${encodeURIComponent(unit)}`), location.href));
      return;
    }
    const way = level === "court" ? field.dataset.courtWay : field.dataset.placeWay;
    const target = new URL(way, location.href);
    target.searchParams.set("level", level);
    target.searchParams.set("unit", unit);
    if (level === "nation") ["level", "unit"].forEach((name) => target.searchParams.delete(name));
    field.value = "";
    close(box);
    field.blur();
    window.navigateTo(target);
  };
  document.addEventListener("focusin", (event) => {
    const box = boxOf(event);
    document.querySelectorAll(".search").forEach((each) => each !== box && close(each));
    if (box) load(box.querySelector("input"));
  });
  document.addEventListener("input", (event) => boxOf(event) && show(boxOf(event)));
  document.addEventListener("pointerdown", (event) => {
    const box = boxOf(event);
    const option = event.target.closest && event.target.closest(".search [role=option]");
    if (option) { event.preventDefault(); go(box, option); }
    if (!box) document.querySelectorAll(".search").forEach(close);
  });
  document.addEventListener("keydown", (event) => {
    const box = boxOf(event);
    if (!box || event.isComposing) return; // a Chinese word is still being typed
    const options = [...box.querySelectorAll("[role=option]")];
    const at = options.findIndex((each) => each.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && options.length) {
      event.preventDefault();
      mark(box, options[(at + step + options.length) % options.length]);
    } else if (event.key === "Enter" && options[at]) go(box, options[at]);
    else if (event.key === "Escape") close(box);
  });
}

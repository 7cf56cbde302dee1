// Saves a figure as it is on screen, as SVG or PNG, with its title above and its legend, source,
// vintage and mark below: a picture travels without the page, and must say what it is by itself.
{
  const EDGE = 20, SCALE = 2;
  const colour = (name) =>
    getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const texts = (root, selector) =>
    [...root.querySelectorAll(selector)].map((e) => e.textContent.trim()).filter(Boolean);

  function element(name, attributes, text) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  }

  // Lines no wider than `width`: broken between words, and between any two Chinese characters.
  function lines(text, font, width) {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = font;
    const found = [""];
    for (const piece of text.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+/g) || []) {
      const longer = found[found.length - 1] + piece;
      if (pen.measureText(longer.trimEnd()).width <= width) found[found.length - 1] = longer;
      else found.push(piece);
    }
    return found.map((line) => line.trimEnd());
  }

  // A column that pieces are put into from the top.
  class Sheet {
    constructor(width) {
      this.width = width;
      this.height = EDGE;
      this.root = element("svg", { xmlns: "http://www.w3.org/2000/svg" });
      this.ground = element("rect", { width: "100%", height: "100%", fill: colour("ground") });
      this.root.append(this.ground);
      this.family = getComputedStyle(document.body).fontFamily;
    }
    write(text, size, ink, weight = 400) {
      for (const line of lines(text, `${weight} ${size}px ${this.family}`, this.width)) {
        this.height += size * 1.4;
        const at = { x: EDGE, y: this.height - size * 0.35, fill: ink, "font-size": size };
        at["font-family"] = this.family;
        at["font-weight"] = weight;
        this.root.append(element("text", at, line));
      }
    }
    draw(plot) {
      const frame = plot.querySelector(".svg-container").getBoundingClientRect();
      for (const layer of plot.querySelectorAll(".svg-container > svg.main-svg")) {
        const copy = layer.cloneNode(true);
        copy.querySelectorAll(".hoverlayer > *").forEach((hover) => hover.remove());
        copy.style.background = "none";
        const at = layer.getBoundingClientRect();
        copy.setAttribute("x", EDGE + at.left - frame.left);
        copy.setAttribute("y", this.height + at.top - frame.top);
        this.root.append(copy);
      }
      this.height += frame.height;
    }
    legend(entries) {
      let x = EDGE;
      const step = Math.max(...entries.map(([, name]) => 13 * name.length * 0.62 + 30), 64);
      if (entries.length) this.height += 20;
      for (const [fill, name] of entries) {
        if (x + step > this.width + EDGE) [x, this.height] = [EDGE, this.height + 20];
        const swatch = { x, y: this.height - 11, width: 14, height: 11, fill };
        this.root.append(element("rect", swatch));
        const at = { x: x + 19, y: this.height - 1, fill: colour("muted"), "font-size": 12 };
        at["font-family"] = this.family;
        this.root.append(element("text", at, name));
        x += step;
      }
    }
    finish() {
      const [width, height] = [this.width + 2 * EDGE, Math.ceil(this.height + EDGE)];
      const size = { width, height, viewBox: `0 0 ${width} ${height}` };
      for (const [key, value] of Object.entries(size)) this.root.setAttribute(key, value);
      return { text: new XMLSerializer().serializeToString(this.root), width, height };
    }
  }

  function stamped(box, title) {
    const plot = box.querySelector(".js-plotly-plot");
    const sheet = new Sheet(plot.getBoundingClientRect().width);
    sheet.write(title, 19, colour("ink"), 650);
    const mark = texts(box, "p.source .mark");
    if (mark.length) sheet.write(mark[0], 13, colour("mark"), 650);
    sheet.height += 8;
    sheet.draw(plot);
    sheet.legend(
      [...box.querySelectorAll("ul.legend li")].map((entry) => [
        getComputedStyle(entry.querySelector("i")).backgroundColor,
        entry.textContent.trim(),
      ])
    );
    sheet.height += 6;
    sheet.write(texts(box, "p.source > span").join(" · "), 12, colour("muted"));
    sheet.write(texts(document, "footer.site > span.vintage").join(" · "), 12, colour("muted"));
    return sheet.finish();
  }

  function save(url, name) {
    const link = document.createElement("a");
    Object.assign(link, { href: url, download: name });
    document.body.append(link);
    link.click();
    link.remove();
  }

  async function saved(drawn, name, format) {
    const file = new Blob([drawn.text], { type: "image/svg+xml;charset=utf-8" });
    if (format === "svg") return save(URL.createObjectURL(file), `${name}.svg`);
    const picture = new Image();
    picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawn.text)}`;
    await picture.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [drawn.width * SCALE, drawn.height * SCALE];
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((png) => save(URL.createObjectURL(png), `${name}.png`), "image/png");
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("a[data-save]");
    if (!button) return;
    event.preventDefault();
    const { save: format, name, title } = button.dataset;
    const box = button.closest('[class*="st-key-figure-"]');
    saved(stamped(box, title), name, format);
  });
}

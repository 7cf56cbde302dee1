// Paper: charts are drawn for the screen, so each is told its size in a way that can be scaled, and
// every page carries at its foot where and when it was printed and what the numbers are of.
{
  document.addEventListener("click", (event) => {
    const asked = event.target.closest && event.target.closest("a[data-print]");
    if (!asked) return;
    event.preventDefault();
    if (new URL(asked.href).search !== location.search) {
      window.navigateTo(asked.href);
      return void setTimeout(() => printWhenDrawn(() => document.querySelector("a[data-print]").click()), 50);
    }
    if (document.documentElement.dataset.look === "dark") inLight();
    else window.print();
  });

  // Paper is white, and charts are drawn by the server in the colours of a look: from the dark one
  // the page is loaded in the light one, printed, and loaded again as it was. Kept meanwhile: the
  // look that was chosen, empty where the system's is followed.
  const BEFORE = "look-before-paper";
  const inLight = () => {
    sessionStorage.setItem(BEFORE, localStorage.getItem("look") || "");
    localStorage.setItem("look", "light");
    location.reload();
  };
  const asBefore = () => {
    const look = sessionStorage.getItem(BEFORE);
    sessionStorage.removeItem(BEFORE);
    if (look) localStorage.setItem("look", look);
    else localStorage.removeItem("look");
    location.reload();
  };
  const drawn = () =>
    document.querySelector('footer.site') &&
    !document.querySelector('a[data-fold]') &&
    document.querySelector('.stApp[data-test-script-state="notRunning"]') &&
    // Charts are loaded late: at first only the box that will hold one is there.
    [...document.querySelectorAll('[class*="st-key-plot-"]')].every((box) => box.querySelector(".main-svg"));
  const printWhenDrawn = (print) => {
    if (!drawn()) return void setTimeout(printWhenDrawn, 100, print);
    print();
  };
  if (sessionStorage.getItem(BEFORE) !== null) printWhenDrawn(() => {
    window.addEventListener("afterprint", asBefore, { once: true });
    window.print();
  });

  const scalable = () =>
    document.querySelectorAll(".js-plotly-plot .svg-container").forEach((box) => {
      const { clientWidth: width, clientHeight: height } = box;
      if (!width || !height) return;
      box.style.setProperty("--aspect", `${width} / ${height}`);
      box.querySelectorAll("svg.main-svg").forEach((svg) => {
        svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      });
    });

  const quoted = (words) => `"${words.replace(/["\\\n]/g, " ")}"`;
  const stamped = () => {
    const foot = document.querySelector("footer.site");
    if (!foot) return;
    const day = new Date().toLocaleDateString(document.documentElement.lang || undefined);
    const title = document.querySelector("h1");
    const subject = title && title.innerText.replace(/\s+/g, " ").trim();
    const said = [subject, foot.dataset.period, foot.dataset.stamp, day].filter(Boolean).join(" · ");
    const address = decodeURI(location.href);
    let sheet = document.getElementById("paper");
    if (!sheet) {
      sheet = document.head.appendChild(document.createElement("style"));
      sheet.id = "paper";
    }
    const named = getComputedStyle(document.documentElement);
    const family = getComputedStyle(document.body).fontFamily;
    const small = `font: 7.5pt ${family}; color: ${named.getPropertyValue("--muted")};`;
    const warning = `font: 600 8pt ${family}; color: ${named.getPropertyValue("--warn-ink")};`;
    sheet.textContent = `@page {
      @top-left { content: ${quoted(foot.dataset.mark || "")}; ${warning} }
      @bottom-left { content: ${quoted(said)} "\\A" ${quoted(address)}; white-space: pre-wrap; width: 85%; ${small} }
      @bottom-right { content: counter(page) " / " counter(pages); ${small} }
    }`;
  };

  window.addEventListener("beforeprint", () => {
    scalable();
    stamped();
  });
}

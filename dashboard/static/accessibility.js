// For people who use the keyboard or have the page read to them.
{
  // Past the header, which is the same on every page, to what this page says.
  document.addEventListener("click", (event) => {
    if (!event.target.closest || !event.target.closest("a.skip")) return;
    event.preventDefault();
    const heading = document.querySelector("h1");
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus();
    heading.scrollIntoView({ block: "center" });
  });
  // What is called a button is pressed as one, and an explanation gives the keyboard back.
  document.addEventListener("keydown", (event) => {
    const button = event.target.closest && event.target.closest("a[role=button]");
    if (event.key === " " && button) { event.preventDefault(); button.click(); }
    const note = event.key === "Escape" && event.target.closest && event.target.closest("details.note");
    if (note) note.querySelector("summary").focus();
  }, true);
  // Pages change without being loaded anew, so nothing would say that another one is here.
  const said = document.body.appendChild(document.createElement("div"));
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  new MutationObserver(() => { said.textContent = document.title; })
    .observe(document.querySelector("title"), { childList: true });
}

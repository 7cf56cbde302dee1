// Follows links of our own as the browser's back button does: the address changes and Streamlit,
// which listens for that, runs the page it names. Nothing is loaded anew; a click with a modifier
// key, or without this script, is an ordinary link.
{
  window.navigateTo = (target, { replace = false } = {}) => {
    const leaves = new URL(target).pathname !== location.pathname;
    history[replace ? "replaceState" : "pushState"]({}, "", target);
    window.dispatchEvent(new PopStateEvent("popstate"));
    if (!leaves) return void (new URL(target).hash && window.scrollToAnchor());
    window.scrollTo(0, 0);
    window.scrollToAnchor();
  };
  document.addEventListener("click", (event) => {
    const look = event.target.closest && event.target.closest("a[data-look]");
    if (!look) return;
    event.preventDefault();
    localStorage.setItem("look", look.dataset.look);
    location.reload();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[data-in]");
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button);
    if (!link || !plain) return;
    event.preventDefault();
    window.navigateTo(link.href);
  });
  // One explanation is open at a time, and a click elsewhere or Escape closes it.
  const closeNotes = (except) =>
    document.querySelectorAll("details.note[open]").forEach((note) => {
      if (note !== except) note.open = false;
    });
  document.addEventListener("click", (event) => closeNotes(event.target.closest("details.note")));
  document.addEventListener("keydown", (event) => event.key === "Escape" && closeNotes(null));
}

// Runs a map through the quarters: each step is the address of the next one, which the page answers as any
// other, so that numbers, list and map always belong together. A step waits for the page to have
// answered the one before. The address is replaced, not added to: the back button leaves the film.
{
  const STILL = 900; // milliseconds that a quarter stays on screen at least
  let playing = false;
  const button = () => document.querySelector("button[data-periods]");
  const running = () => !document.querySelector('.stApp[data-test-script-state="notRunning"]');
  const show = () => {
    const it = button();
    if (!it) return;
    it.setAttribute("aria-pressed", String(playing));
    it.setAttribute("aria-label", playing ? it.dataset.pause : it.dataset.play);
    it.title = it.getAttribute("aria-label");
  };
  const stop = () => { playing = false; show(); };
  const wait = (time) => new Promise((done) => setTimeout(done, time));
  const step = (periods, at) => {
    const target = new URL(location.href);
    // The last one is what a page without the parameter shows.
    if (at === periods.length - 1) target.searchParams.delete("period");
    else target.searchParams.set("period", periods[at]);
    window.navigateTo(target.href, { replace: true });
  };
  const play = async () => {
    const periods = button().dataset.periods.split(" ");
    const path = location.pathname;
    let at = periods.indexOf(new URL(location.href).searchParams.get("period"));
    if (at < 0) at = periods.length - 1;
    if (at === periods.length - 1) at = -1; // from the end it begins anew
    playing = true;
    show();
    while (playing && button() && location.pathname === path && at < periods.length - 1) {
      at += 1;
      step(periods, at);
      await wait(STILL);
      while (playing && running()) await wait(60);
    }
    stop();
  };
  document.addEventListener("click", (event) => {
    if (!event.isTrusted) return;
    const pressed = event.target.closest && event.target.closest("button[data-periods]");
    if (pressed) playing ? stop() : play();
    else if (event.target.closest && event.target.closest("a, .st-key-choose-period")) stop();
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.closest && event.target.closest(".st-key-choose-period")) stop();
  });
  document.addEventListener("visibilitychange", () => document.hidden && stop());
  new MutationObserver(() => { const it = button(); if (it && it.getAttribute("aria-pressed") !== String(playing)) show(); })
    .observe(document.documentElement, { childList: true, subtree: true });
}

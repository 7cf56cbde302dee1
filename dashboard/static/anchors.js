// Parts of a page: the one that the address names is brought into view, the one in view is marked.
{
  // The part of a page that the address names comes later than the address, and charts above it
  // later still: it is kept in view until all stands, or a person moves.
  const MOVES = ["wheel", "touchstart", "pointerdown", "keydown"];
  window.scrollToAnchor = () => {
    const name = decodeURIComponent(location.hash.slice(1));
    if (!name) return;
    let rounds = 0;
    let still = 0;
    let last = null;
    const stop = () => {
      clearInterval(timer);
      MOVES.forEach((move) => removeEventListener(move, stop, true));
    };
    const timer = setInterval(() => {
      const part = document.getElementById(name);
      const ran = document.querySelector('.stApp[data-test-script-state="notRunning"]');
      if ((rounds += 1) > 150 || still > 15) return stop();
      if (!part || !ran) return;
      // A folded part opens when it is asked for.
      const fold = part.querySelector("a[data-fold]");
      if (fold) {
        stop();
        return window.navigateTo(fold.href, { replace: true });
      }
      const top = Math.round(part.getBoundingClientRect().top);
      still = top === last ? still + 1 : 0;
      if (top !== last) part.scrollIntoView();
      last = Math.round(part.getBoundingClientRect().top);
    }, 100);
    MOVES.forEach((move) => addEventListener(move, stop, true));
  };
  window.scrollToAnchor();
  addEventListener("hashchange", window.scrollToAnchor);

  // In a list of jumps the part in view is marked.
  let asked = false;
  const markJump = () => {
    asked = false;
    const jumps = [...document.querySelectorAll("nav.jumps a[href^='#']")];
    const passed = jumps.filter((jump) => {
      const part = document.getElementById(jump.hash.slice(1));
      return part && part.getBoundingClientRect().top < 120;
    });
    const here = passed.at(-1);
    jumps.forEach((jump) => {
      if (jump === here) jump.setAttribute("aria-current", "location");
      else jump.removeAttribute("aria-current");
    });
    // Only the list itself moves, never the page.
    if (here) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.clientWidth / 2;
  };
  const askMark = () => {
    if (!asked) requestAnimationFrame(markJump);
    asked = true;
  };
  document.addEventListener("scroll", askMark, true);
}

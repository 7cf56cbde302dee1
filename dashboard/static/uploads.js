// Why a file was not taken, in the reader's words: Streamlit says it in English. The words come with the
// page, as attributes of an element (dashboard/data/reading_steps.py).
{
  const REASONS = [
    [/or smaller|status code 413/, "uploadTooLarge"],
    [/status code 507/, "uploadNoRoom"],
    [/not allowed/, "uploadNotRead"],
    [/^/, "uploadFailed"],
  ];
  const REFUSALS = '[data-testid="stFileChip"] > [role=alert], [data-testid="stTooltipErrorContent"]';
  const REMOVE = '[data-testid="stFileChipDeleteBtn"] button';

  // Streamlit keeps its text nodes, and writes to them when its own words change: they stay.
  const write = (element, text) => [...element.childNodes].forEach((node, place) => { node.data = place ? "" : text; });
  const translate = () => {
    const words = document.querySelector("[data-upload-failed]");
    if (!words) return;
    document.querySelectorAll(REFUSALS).forEach((element) => {
      if (element.textContent === element.dataset.words) return;
      const [, reason] = REASONS.find(([pattern]) => pattern.test(element.textContent));
      element.dataset.words = words.dataset[reason];
      write(element, element.dataset.words);
    });
    document.querySelectorAll(REMOVE).forEach((button) => {
      if (button.ariaLabel !== words.dataset.uploadRemove) button.ariaLabel = words.dataset.uploadRemove;
    });
  };
  new MutationObserver(translate).observe(document.body, { childList: true, characterData: true, subtree: true });
}

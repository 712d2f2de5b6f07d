// Work in the background: the part that tells how far it is, is fetched again every few seconds. When it is
// over, the page is loaded as a whole. Without script, a link does the same.

const watch = async (region) => {
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById(region.id);
    if (!fresh?.dataset.progress) {
      location.reload();
      return;
    }
    region.replaceChildren(...fresh.childNodes);
  } catch {
    // The link is weak: the next attempt may come through.
  }
  setTimeout(watch, region.dataset.progress * 1000, region);
};
const region = document.querySelector("[data-progress]");
if (region) setTimeout(watch, region.dataset.progress * 1000, region);

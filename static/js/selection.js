// A checkbox in the head of a table that selects the page's rows, and a count of what is selected.

for (const head of document.querySelectorAll("th[data-select-all]")) {
  const table = head.closest("table");
  const boxes = [...table.querySelectorAll("td.select input")];
  if (!boxes.length) continue;
  const all = document.createElement("input");
  all.type = "checkbox";
  all.setAttribute("aria-label", head.dataset.selectAll);
  head.replaceChildren(all);
  const counters = document.querySelectorAll("[data-selected-count]");
  const refresh = () => {
    const selected = boxes.filter((box) => box.checked).length;
    all.checked = selected === boxes.length;
    all.indeterminate = selected > 0 && selected < boxes.length;
    for (const counter of counters) counter.textContent = counter.dataset.selectedCount.replace("{count}", selected);
  };
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    refresh();
  });
  table.addEventListener("change", refresh);
  refresh();
}

// Scores by number keys, only while the focus is on a criterion: nothing happens elsewhere on the page, and
// whoever types a comment types numbers. Without script the arrow keys choose, as with all radio buttons.

const form = document.querySelector("form.scores");
if (form) {
  const groups = [...form.querySelectorAll("fieldset")];
  const focusOn = (group) => (group.querySelector("input:checked") ?? group.querySelector("input")).focus();
  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !/^[0-9]$/.test(event.key)) return;
    const group = event.target.closest("fieldset");
    const choice = group?.querySelector(`input[type=radio][value="${event.key}"]`);
    if (!choice) return;
    event.preventDefault();
    choice.checked = true;
    const next = groups[groups.indexOf(group) + 1];
    if (next) focusOn(next);
    else form.querySelector("textarea").focus();
  });
  for (const hint of document.querySelectorAll("[data-keys]")) hint.hidden = false;
}

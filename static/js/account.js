// Improvements of the account pages; without script nothing is lost.

// A button that shows what was typed into a password field.
for (const frame of document.querySelectorAll("[data-password]")) {
  const input = frame.querySelector("input");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet";
  button.textContent = frame.dataset.show;
  button.setAttribute("aria-controls", input.id);
  button.addEventListener("click", () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.textContent = shown ? frame.dataset.show : frame.dataset.hide;
  });
  input.form.addEventListener("submit", () => {
    input.type = "password";
  });
  input.after(button);
}

// The reader's time zone, so that mails can name the reader's own hours.
const zone = document.querySelector("input[type=hidden][name=zone]");
if (zone) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

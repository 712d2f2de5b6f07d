// What every page may have. Each part finds its own data- attribute; without script nothing is lost.

const summary = document.querySelector("[data-focus]");
if (summary) {
  summary.focus();
}

// A form is sent once, however often its button is pressed. Going back in the history opens it again, and so
// does time: on a weak link people stop a page that does not come, and must be able to send once more.
const reopen = (form) => {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
};
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
    setTimeout(reopen, 8000, form);
  });
}
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.querySelectorAll("form[data-sent]").forEach(reopen);
});

// Pages kept for everybody say "My page"; the name of whoever is signed in comes from a cookie.
const who = document.querySelector("[data-who]");
const cookie = document.cookie.split("; ").find((each) => each.startsWith("who="));
if (who && cookie) {
  try {
    const name = decodeURIComponent(cookie.slice(4)).trim();
    if (name) {
      const isolated = document.createElement("bdi");
      isolated.textContent = name;
      who.replaceChildren(isolated);
    }
  } catch {
    // A cookie that is not ours to read leaves the neutral words.
  }
}

// A menu closes when the focus or a click goes elsewhere, or on Escape.
for (const menu of document.querySelectorAll(".languages details")) {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

// Deadlines: the reader's own time beside the host's and UTC, where it differs from both.
const deadlines = document.querySelectorAll("[data-own-time]");
if (deadlines.length) {
  // Our English writes 30 June 2027 and our Russian 30 июня 2027, as the server does.
  const language = document.documentElement.lang.replace(/^en$/, "en-GB");
  const parts = (instant, options) => new Intl.DateTimeFormat(language, options).format(instant);
  const offset = (instant, zone) => {
    const format = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" });
    const name = format.formatToParts(instant).find((part) => part.type === "timeZoneName").value;
    const [, sign, hours, minutes] = name.match(/GMT(?:([+-])0?(\d+):(\d+))?/);
    if (!sign || (hours === "0" && minutes === "00")) return "UTC";
    return `UTC${sign === "-" ? "−" : "+"}${hours}${minutes === "00" ? "" : `:${minutes}`}`;
  };
  for (const slot of deadlines) {
    const instant = new Date(slot.dataset.instant);
    const own = offset(instant);
    if (own === offset(instant, slot.dataset.zone) || own === "UTC") continue;
    slot.textContent = slot.dataset.ownTime
      .replace("{time}", parts(instant, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }))
      .replace("{date}", parts(instant, { dateStyle: "long" }).replace(/\sг\.$/u, ""))
      .replace("{offset}", own);
    slot.hidden = false;
  }
}

/* What is typed outlives its page: a session that ended, an error, the back button, another language.
   It stays in this tab and is its person's alone; passwords and files are never kept. */
"use strict";

const TYPED = "belfort-typed";
const LONGEST_MS = 24 * 3600 * 1000;
const UNKEPT = ["password", "file", "submit", "button", "reset"];
const isBox = (field) => field.type === "checkbox" || field.type === "radio";
// The hidden fields that say on which state somebody wrote: with an older one the server shows both texts.
const isBasis = (field) => field.type === "hidden" && (field.name === "version" || field.name.startsWith("was-"));
const typedIn = (field) => (isBox(field) ? field.checked : field.value);

let sent = null; // the form that is being sent, kept whole: what its page showed as typed is nowhere else
let waits = false; // whether the next page that has the form puts it back
let isBeside = false; // the form that is being sent is another than the one in which something stands typed
let isLeaving = false; // signing out: nothing is kept

function shownIn(field) {
  if (isBox(field)) return field.defaultChecked;
  if (field.tagName !== "SELECT") return field.defaultValue;
  return ([...field.options].find((one) => one.defaultSelected) ?? field.options[0])?.value ?? "";
}

// The fields by a name that is the same on the page that comes back.
function fieldsOf(form) {
  const seen = {};
  const kept = [...form.elements].filter((field) => field.name && !UNKEPT.includes(field.type) && (field.type !== "hidden" || isBasis(field)));
  return kept.map((field) => {
    const name = isBox(field) ? `${field.name}=${field.value}` : field.name;
    seen[name] = (seen[name] ?? 0) + 1;
    return [`${name} ${seen[name]}`, field];
  });
}

const typedFields = (form) => fieldsOf(form).filter(([, field]) => field.type !== "hidden" && typedIn(field) !== shownIn(field));

const modeOf = (form) => form.elements.page_mode?.value;

const hasFields = (form) => fieldsOf(form).some(([, field]) => field.type !== "hidden");

function keepTyped() {
  if (document.body.hasAttribute("data-waits")) return; // the door and the errors only lead back
  // Of a form that is a button alone nothing can be lost.
  const forms = [...document.querySelectorAll("main form[method=post]")].filter((form) => hasFields(form) && ((waits && !isBeside) || form === sent || typedFields(form).length));
  if (isLeaving) return;
  if (!forms.length) return passBy();
  const kept = forms.map((form) => ({
    action: form.getAttribute("action"),
    mode: modeOf(form),
    isSent: form === sent,
    typed: typedFields(form).map(([name]) => name),
    fields: Object.fromEntries(fieldsOf(form).map(([name, field]) => [name, typedIn(field)])),
  }));
  const { who, here } = document.body.dataset;
  sessionStorage.setItem(TYPED, JSON.stringify({ who, here, waits, isBeside, at: Date.now(), forms: kept }));
}

// What was typed on an earlier page comes back with that page only: an error that comes later does not lead to it.
function passBy() {
  const kept = JSON.parse(sessionStorage.getItem(TYPED) || "null");
  if (kept) sessionStorage.setItem(TYPED, JSON.stringify({ ...kept, isPassed: true }));
}

function noteSubmit(event) {
  if (event.target.matches("[data-signout]")) {
    isLeaving = true;
    sessionStorage.removeItem(TYPED);
  } else if (event.target.matches("[data-languages]")) waits = true;
  else if (event.target.matches("main form[method=post]")) {
    sent = event.target;
    // A button of another form leaves this page: what stands typed beside it comes back on the next one that has its form.
    isBeside = !sent.matches("[data-hx-post]") && [...document.querySelectorAll("main form[method=post]")].some((form) => form !== sent && typedFields(form).length);
    waits ||= isBeside;
  }
}

// What stood typed beside a deed of our own, which moved the version by one: with the older one the save would find us to be
// somebody else. What was not typed is as it stands now: somebody else may have written it.
function besideDeed({ fields, typed }, version) {
  const own = Object.entries(fields).filter(([name]) => typed.includes(name.replace(/^was-/, "")));
  const isOneOn = version && Number(version.value) === Number(fields["version 1"]) + 1;
  return Object.fromEntries([...own, ["version 1", isOneOn ? version.value : fields["version 1"]]]);
}

// Puts one form back; only where something differs, and then with the state it was written on.
function put(form, typed) {
  const fields = fieldsOf(form).filter(([name, field]) => name in typed && typed[name] !== typedIn(field));
  const now = fieldsOf(form).filter(([name, field]) => name in typed && typed[name] !== shownIn(field));
  if (!now.some(([, field]) => field.type !== "hidden")) return false;
  for (const [name, field] of fields) {
    if (isBox(field)) field.checked = typed[name];
    else field.value = typed[name];
  }
  // The counters and the saves while typing hear of it as if it were typed.
  for (const [, field] of now) if (field.type !== "hidden") field.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}

// What was typed before the scripts were here, on a slow line, is saved as if it were typed now.
function hearEarly() {
  for (const form of document.querySelectorAll("main form[method=post]"))
    for (const [, field] of typedFields(form))
      for (const deed of ["input", "change"]) field.dispatchEvent(new Event(deed, { bubbles: true }));
}

function bringTyped(kept) {
  const brought = kept.forms.filter((one) => {
    const form = document.querySelector(`main form[method=post][action="${CSS.escape(one.action)}"]`);
    // What was typed while practising does not come back in a page that is real; what was sent is where it belongs.
    if (!form || modeOf(form) !== one.mode || (kept.isBeside && one.isSent)) return false;
    return put(form, kept.isBeside ? besideDeed(one, form.elements.version) : one.fields);
  });
  if (brought.length) document.querySelector("[data-brought]").hidden = false;
  return kept.forms.some(({ action }) => document.querySelector(`main form[method=post][action="${CSS.escape(action)}"]`));
}

function showWayBack(kept) {
  const link = document.querySelector("[data-back]");
  if (!link || !kept.here || kept.isPassed) return;
  link.href = link.dataset.back ? link.dataset.back + encodeURIComponent(kept.here) : kept.here;
  link.closest("[hidden]")?.removeAttribute("hidden");
}

function keptHere() {
  const kept = JSON.parse(sessionStorage.getItem(TYPED) || "null");
  if (!kept) return null;
  const { who } = document.body.dataset;
  if (Date.now() - kept.at < LONGEST_MS && (!who || who === kept.who)) return kept;
  sessionStorage.removeItem(TYPED); // another person at this screen
  return null;
}

function toTyped() {
  // Signed out before the scripts were here: nobody heard the press.
  if (document.body.hasAttribute("data-left")) {
    sessionStorage.removeItem(TYPED);
    history.replaceState(null, "", location.pathname);
  }
  const kept = keptHere();
  if (!kept) return;
  if (document.body.hasAttribute("data-waits")) {
    sessionStorage.setItem(TYPED, JSON.stringify({ ...kept, waits: true, isBeside: false })); // nothing was done
    showWayBack(kept);
    return;
  }
  const isBack = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  if (!kept.waits && !isBack) return;
  if ((bringTyped(kept) || kept.isBeside) && kept.waits) sessionStorage.setItem(TYPED, JSON.stringify({ ...kept, waits: false }));
}

document.addEventListener("DOMContentLoaded", hearEarly);
document.addEventListener("DOMContentLoaded", toTyped);
document.addEventListener("submit", noteSubmit);
window.addEventListener("pagehide", keepTyped);

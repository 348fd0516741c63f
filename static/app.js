/* Belfort: small comforts. Every page does its work without this file. */
"use strict";

// Errors come first: the summary gets the focus, on a new page and after a swap.
function toErrors(root) {
  const errors = root.matches?.("[data-errors]") ? root : root.querySelector("[data-errors]");
  if (errors) errors.focus();
  return Boolean(errors);
}

// A link in the summary brings the cursor into the field, not only the field into view.
function toField(event) {
  const link = event.target.closest("[data-errors] a[href^='#']");
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.scrollIntoView({ block: "center" });
}

// One key opens a door of the start page (data-key), unless one types or turned it off.
const KEYS = "belfort-keys";
const keysAreOff = () => localStorage.getItem(KEYS) === "off";

function toDoor(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || keysAreOff()) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  const door = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key.toLowerCase() === event.key.toLowerCase());
  if (door) door.click();
}

function showKeysSwitch() {
  const button = document.querySelector("[data-keys-switch]");
  if (!button) return;
  const show = () => {
    button.setAttribute("aria-pressed", String(!keysAreOff()));
    document.body.toggleAttribute("data-keys-off", keysAreOff());
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    localStorage.setItem(KEYS, keysAreOff() ? "on" : "off");
    show();
  });
  show();
}

// An open menu closes with Escape, and when one goes elsewhere; the word that opened it gets the focus back.
function closeMenu(event) {
  const menu = document.querySelector("[data-menu][open]");
  if (!menu || (event.type === "keydown" ? event.key !== "Escape" : menu.contains(event.target))) return;
  menu.open = false;
  if (event.type === "keydown") menu.querySelector("summary").focus();
}

// Ctrl+K opens the page "Go to" in a dialog; Escape closes it, and the browser gives the focus back.
function openGo(event) {
  const box = document.querySelector("[data-go-box]");
  if (!box || !(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "k") return;
  event.preventDefault();
  const field = document.querySelector("main #box [name=to]");
  if (field) return field.focus();
  if (box.open) return box.close();
  box.showModal();
  const known = box.querySelector("[name=to]");
  if (known) return known.select(); // what comes anew would take away what is being typed
  // Settled at once: a field that has the focus and is not heard yet would lose the first letters.
  htmx.ajax("GET", box.dataset.goBox, { target: box, swap: "innerHTML settle:0ms" }).then(() => box.querySelector("[name=to]").focus());
}

// Up and down walk over what was found.
function walkGo(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const box = event.target.closest("#box");
  if (!box || !step) return;
  event.preventDefault();
  const stops = [box.querySelector("[name=to]"), ...box.querySelectorAll("#hits a")];
  stops[Math.min(Math.max(stops.indexOf(document.activeElement) + step, 0), stops.length - 1)].focus();
}

// data-all="members" ticks every box of that name in the same form or table.
function tickAll(event) {
  const name = event.target.dataset && event.target.dataset.all;
  if (!name) return;
  const around = event.target.closest("form") || document;
  around.querySelectorAll(`input[type=checkbox][name="${CSS.escape(name)}"]`).forEach((box) => {
    box.checked = event.target.checked;
  });
}

// A second press on a button that is already at work does nothing, until the next page is here or a part of this one came.
const LONGEST_ANSWER = 20_000;
const PART_ANSWER = 4_000;

function onceOnly(event) {
  const button = event.submitter;
  if (!button || event.target.method !== "post") return;
  if (button.getAttribute("aria-busy") === "true") return event.preventDefault();
  button.setAttribute("aria-busy", "true");
  const most = event.target.matches("[data-hx-post]:not([data-hx-trigger])") ? PART_ANSWER : LONGEST_ANSWER;
  if (!button.hasAttribute("data-long")) setTimeout(() => button.removeAttribute("aria-busy"), most);
}

// Where Enter presses nothing in a field, it does on a tick or a radio button neither: Chromium sends the form from there.
function notByTick(event) {
  if (event.key !== "Enter" || !event.target.matches("input:is([type=checkbox], [type=radio])")) return;
  if (event.target.form?.querySelector("button[type=submit]")?.disabled) event.preventDefault();
}

// A page that is being left is not brought anew: where one button was pressed another would lie under the next press.
let isLeft = false;

function noteLeaving(event) {
  if (event.defaultPrevented || event.target.method !== "post") return;
  isLeft = true;
  setTimeout(() => { isLeft = false; }, LONGEST_ANSWER);
}

const isPoll = (event) => event.detail.requestConfig?.elt.matches("[data-hx-trigger^='every']");

// Nor is it loaded again: that would take the press away with which it is being left.
function notWhenLeft(event) {
  if (isLeft && isPoll(event)) event.preventDefault();
}

// A button that came by itself is pressed by no finger that was on its way to what stood there.
const UNSEEN = 700;
const faceOf = (button) => [nameOf(button), button.textContent].join();
let seen = null;

function noteBringing(event) {
  if (event.type === "htmx:beforeSwap") seen = isPoll(event) ? new Set() : null;
  if (seen) event.detail.target.querySelectorAll("button").forEach((button) => seen.add(faceOf(button)));
}

function noteBrought(event) {
  if (!seen) return;
  event.detail.elt.querySelectorAll("button").forEach((button) => {
    if (seen.has(faceOf(button))) return;
    button.classList.add("unseen");
    setTimeout(() => button.classList.remove("unseen"), UNSEEN);
  });
}

// What was typed last goes along when one leaves sooner than its save while typing, or while that is on its way, or sends
// another form of the page; the form itself takes it along. Some forms are saved whole, of others each field alone.
const SAVED_WHOLE = "form[data-hx-target='#saved']";
let unsaved = null;
let onItsWay = null;
let saves = 0;
const unsavedAlone = new Set();

function noteTyping(event) {
  if (event.target.form && event.target.dataset.hxTarget === "#saved") unsavedAlone.add(event.target);
  unsaved = event.target.closest(SAVED_WHOLE) ?? unsaved;
}

const savedBy = (event) => event.detail.target?.id === "saved" && event.target.closest(SAVED_WHOLE);

function noteSaving(event) {
  if (savedBy(event)) saves += 1;
  if (event.target === unsaved) [unsaved, onItsWay] = [null, unsaved];
}

function noteSaved(event) {
  if (event.detail.successful) unsavedAlone.delete(event.target);
  if (savedBy(event)) saves -= 1;
  if (event.target === onItsWay) onItsWay = null;
}

function saveAlone(field) {
  const [all, own] = [new FormData(field.form), new FormData()];
  [field.name, `was-${field.name}`, "csrf_token"].forEach((name) => all.getAll(name).forEach((value) => own.append(name, value)));
  navigator.sendBeacon(field.dataset.hxPost, own);
}

function saveLeaving() {
  const form = unsaved ?? onItsWay;
  if (form) navigator.sendBeacon(form.dataset.hxPost, new FormData(form));
  unsavedAlone.forEach(saveAlone);
  unsavedAlone.clear();
  unsaved = onItsWay = null;
}

// A form whose save is on its way follows it, once: side by side each would find what the other changed meanwhile.
let sending = null;

function saveSending(event) {
  unsavedAlone.forEach((field) => { if (field.form === event.target) unsavedAlone.delete(field); });
  if (!event.target.matches(SAVED_WHOLE)) return saveLeaving();
  unsaved = null;
  if (!saves || event.defaultPrevented) return;
  event.preventDefault();
  if (sending) return;
  sending = event;
  setTimeout(() => { if (sending === event) sendNow(); }, 10_000);
}

function sendWaiting() {
  setTimeout(() => { if (sending && !saves) sendNow(); });
}

function sendNow() {
  const { target: form, submitter } = sending;
  sending = onItsWay = null;
  saves = 0;
  submitter?.removeAttribute("aria-busy");
  form.requestSubmit(submitter);
}

// A form that is being sent saves no more while typing: what it saved to may be gone when that arrives.
function notWhileLeaving(event) {
  if (event.detail.requestConfig?.triggeringEvent?.type === "submit") return;
  if (event.detail.elt.matches("form") && event.detail.elt.querySelector("button[aria-busy='true']")) event.preventDefault();
}

// htmx takes the button that has the focus for pressed: a save while typing goes to its own address, with the fields alone.
function pressNothing(event) {
  const { target: form, detail: request } = event;
  if (!form.matches("form[data-hx-post]") || request.triggeringEvent?.type === "submit") return;
  request.path = form.dataset.hxPost;
  [...request.formData.keys()].forEach((name) => request.formData.delete(name));
  new FormData(form).forEach((value, name) => request.formData.append(name, value));
}

// What was found still answers the letters before: a key beside it sends what stands in the field of that name now.
function sendAsTyped(event) {
  const name = event.target.closest("[data-as-typed]")?.dataset.asTyped;
  const sent = name && event.target.elements[name];
  if (sent) sent.value = document.getElementById(name).value.trim() || sent.value;
}

// A save while typing that fails is said at once; the next one that works takes the words away.
function showUnsaved(event) {
  const note = document.querySelector("[data-unsaved]");
  if (note && event.detail.requestConfig?.verb === "post") note.hidden = Boolean(event.detail.successful);
}

// Numbers that no longer renew themselves are said at once: nobody may take them for how it is now.
function showStale(event) {
  const note = document.querySelector("[data-stale]");
  if (note && event.detail.elt.matches("[data-hx-trigger^='every']")) note.hidden = Boolean(event.detail.successful);
}

// The seconds since a draft was opened, as the server counted them and from here on.
function countSince() {
  document.querySelectorAll("[data-since]").forEach((timer) => {
    const begun = performance.now() - 1000 * Number(timer.dataset.since);
    const show = () => {
      const seconds = Math.floor((performance.now() - begun) / 1000);
      timer.querySelector("span").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    };
    timer.hidden = false;
    show();
    setInterval(show, 1000);
  });
}

// "5 minutes ago" stays true while the page stands open; the exact moment is in the title. Words as the server's.
function tellAgo() {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });
  document.querySelectorAll("time[data-ago]").forEach((time) => {
    const seconds = (new Date(time.dateTime) - Date.now()) / 1000;
    const [length, unit] = Math.abs(seconds) < 3600 ? [60, "minute"] : [3600, "hour"];
    const number = Math.max(1, Math.round(Math.abs(seconds) / length));
    if (Math.abs(seconds) < 86400) time.textContent = words.format(seconds < 0 ? -number : number, unit);
  });
}

// On a phone the rows of a list are blocks, and some screen readers then forget that they are a table.
const TABLES = { table: ".fold", rowgroup: ".fold > *:not(caption)", row: ".fold tr", columnheader: ".fold thead th", rowheader: ".fold tbody th", cell: ".fold td" };

function nameTables() {
  Object.entries(TABLES).forEach(([role, which]) => document.querySelectorAll(which).forEach((one) => one.setAttribute("role", role)));
}

// A page that is only there to be filled in begins in its first open field, unless something is to be mended.
function toFirstField() {
  if (document.querySelector("[data-errors]")) return;
  const fields = [...document.querySelectorAll("[data-begin] :is(input, select, textarea):not([type=hidden])")];
  (fields.find((field) => !field.value) ?? fields[0])?.focus();
}

// What somebody unfolded stays unfolded when its part of the page is brought anew.
function keepOpen(event) {
  const open = [...event.detail.target.querySelectorAll("details[id][open]")].map((one) => one.id);
  if (!open.length) return;
  document.addEventListener("htmx:afterSwap", () => open.forEach((id) => document.getElementById(id)?.setAttribute("open", "")), { once: true });
}

// Whoever stands with the keyboard on a link or a button stands on it still when its part of the page is brought anew; when
// it is gone, on that part.
const nameOf = (one) => [one.id, one.name, one.value, one.form?.action, one.getAttribute("href"), one.ariaLabel, one.closest("tr, li")?.querySelector("a, th")?.textContent].join();

function keepFocus(event) {
  const here = document.activeElement;
  if (here === document.body || !event.detail.target.contains(here)) return;
  const name = nameOf(here);
  document.addEventListener("htmx:afterSettle", () => {
    const part = document.getElementById(event.detail.target.id);
    if (!part || document.activeElement !== document.body) return;
    const again = [...part.querySelectorAll(here.tagName)].find((one) => nameOf(one) === name) ?? part;
    if (again === part) part.tabIndex = -1; // or it would not take it
    again.focus({ preventScroll: true });
  }, { once: true });
}

// A box that was ticked or unticked while an answer was on its way stays so.
function keepTicks(event) {
  event.detail.target.querySelectorAll("input[type=checkbox][id]").forEach((box) => {
    const brought = event.detail.fragment.querySelector(`#${CSS.escape(box.id)}`);
    if (brought) brought.checked = box.checked;
  });
}

// A text that an answer brings was made without the letters that were typed while it was on its way: these stay.
let askedWith = null;

function noteAsked(event) {
  askedWith = event.detail.requestConfig?.formData;
}

function keepLetters(event) {
  const area = event.detail.target.querySelector("textarea");
  if (area && askedWith?.has(area.name) && askedWith.get(area.name) !== area.value) event.detail.shouldSwap = false;
}

// One voice for who hears the page, since what comes with a swap is not heard everywhere. What answers a hand or a question
// (data-spoken="answer") is said at once; a count (data-spoken="count") at most every ten seconds.
const COUNTS_EVERY = 10_000;

function speaker(which) {
  const said = () => [...document.querySelectorAll(`[data-spoken=${which}]`)].map((one) => one.textContent.trim().replace(/\s+/g, " "));
  let known = said(); // is read with the page
  return () => {
    const now = said();
    const fresh = now.filter((words) => words && !known.includes(words));
    known = now;
    const voice = [...document.querySelectorAll("[data-voice]")].findLast((one) => one.checkVisibility());
    if (fresh.length && voice) voice.textContent = fresh.join(" ");
  };
}

document.addEventListener("DOMContentLoaded", () => {
  document.addEventListener("htmx:afterSettle", speaker("answer"));
  setInterval(speaker("count"), COUNTS_EVERY);
  toErrors(document);
  showKeysSwitch();
  countSince();
  setInterval(tellAgo, 30000);
  toFirstField();
  nameTables();
  document.querySelectorAll("[data-all]").forEach((box) => { box.hidden = false; });
});
document.addEventListener("click", toField);
document.addEventListener("keydown", toDoor);
document.addEventListener("keydown", notByTick);
document.addEventListener("keydown", openGo);
document.addEventListener("keydown", walkGo);
["click", "focusin", "keydown"].forEach((deed) => document.addEventListener(deed, closeMenu));
document.addEventListener("change", tickAll);
document.addEventListener("submit", onceOnly);
document.addEventListener("htmx:configRequest", pressNothing);
document.addEventListener("htmx:beforeRequest", notWhileLeaving);
document.addEventListener("htmx:afterRequest", showUnsaved);
document.addEventListener("input", noteTyping);
document.addEventListener("htmx:beforeSend", noteSaving);
document.addEventListener("htmx:afterRequest", noteSaved);
document.addEventListener("htmx:afterRequest", sendWaiting);
document.addEventListener("submit", saveSending);
document.addEventListener("submit", sendAsTyped);
document.addEventListener("submit", noteLeaving);
window.addEventListener("pagehide", saveLeaving);
document.addEventListener("htmx:afterRequest", showStale);
document.addEventListener("htmx:beforeOnLoad", notWhenLeft);
document.addEventListener("htmx:load", noteBrought);
for (const swap of ["htmx:beforeSwap", "htmx:oobBeforeSwap"]) {
  document.addEventListener(swap, noteBringing);
  document.addEventListener(swap, keepOpen);
  document.addEventListener(swap, keepFocus);
}
document.addEventListener("htmx:beforeSwap", noteAsked);
document.addEventListener("htmx:oobBeforeSwap", keepLetters);
document.addEventListener("htmx:oobBeforeSwap", keepTicks);
document.addEventListener("htmx:afterSettle", nameTables);
document.addEventListener("htmx:afterSettle", (event) => toErrors(event.detail.elt));
window.addEventListener("pageshow", (event) => {
  isLeft = false;
  if (event.persisted) document.querySelectorAll("button[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
});

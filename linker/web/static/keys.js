// Keys for everything. Letters are read from the key's place, so that they work with a Hindi keyboard layout as well.
"use strict";
(() => {
  const one = (selector, inside = document) => inside.querySelector(selector);
  const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
  const decide = one("#decide");
  const unmask = one("#unmask");
  const help = one("#help");

  // --- dialogs
  all("[data-open]").forEach((b) => b.addEventListener("click", () => one("#" + b.dataset.open).showModal()));
  all("[data-close]").forEach((b) => b.addEventListener("click", () => b.closest("dialog").close()));
  const openUnmask = (button) => {
    if (!unmask || !button) return;
    one("[name=field]", unmask).value = button.dataset.unmask;
    one("[name=record]", unmask).value = button.dataset.record || "both";
    one("[data-field-name]", unmask).textContent = button.dataset.name;
    unmask.showModal();
    one("[type=radio]", unmask).focus();
  };
  all("[data-unmask]").forEach((b) => b.addEventListener("click", () => openUnmask(b)));

  // --- how long the question was looked at: only while the page is in sight
  let seconds = 0;
  if (decide) {
    const store = "seconds:" + decide.dataset.lease;
    seconds = Number(sessionStorage.getItem(store)) || 0;
    let since = document.hidden ? null : performance.now();
    const sum = () => {
      if (since !== null) seconds += (performance.now() - since) / 1000;
      since = document.hidden ? null : performance.now();
      sessionStorage.setItem(store, seconds.toFixed(1));
    };
    document.addEventListener("visibilitychange", sum);
    addEventListener("pagehide", sum);
    decide.addEventListener("submit", () => {
      sum();
      one("[name=seconds]", decide).value = seconds.toFixed(1);
    });
    setInterval(() => {
      const body = new URLSearchParams({ csrf: one("[name=csrf]", decide).value, lease: decide.dataset.lease });
      if (!document.hidden) fetch(decide.dataset.renew, { method: "POST", body, redirect: "error" }).catch(() => {});
    }, 240000);
  }

  // --- the verdict
  const chosen = () => decide && one("[name=answer]:checked", decide);
  const answer = (value) => {
    const radio = decide && one(`[name=answer][value=${value}]`, decide);
    if (!radio) return false;
    radio.checked = true;
    radio.focus();
    return true;
  };
  const reasons = () => (chosen() ? all(`[name=reason_${chosen().value}]`, decide) : []);
  const back = () => {
    all("[name=answer], .reasons input", decide).forEach((r) => { r.checked = false; });
    document.activeElement.blur();
  };
  const save = () => {
    if (!chosen()) return;
    const picked = reasons().find((r) => r.checked);
    if (!picked) { reasons()[0].focus(); return; }
    const note = one("#note");
    if (picked.value === "other" && !note.value.trim()) { note.focus(); return; }
    decide.requestSubmit();
  };

  // --- groups of a split
  const rows = decide && decide.hasAttribute("data-split") ? all(".records tbody tr", decide) : [];
  let row = 0;
  const choose = (k) => {
    if (!rows.length) return;
    rows[row].classList.remove("chosen");
    row = Math.max(0, Math.min(rows.length - 1, k));
    rows[row].classList.add("chosen");
    one("select", rows[row]).focus();
    rows[row].scrollIntoView({ block: "nearest" });
  };
  const group = (k, value) => {
    one("select", rows[k]).value = value;
    rows[k].dataset.group = value;
  };
  rows.forEach((r, k) => {
    one("select", r).addEventListener("change", (e) => group(k, e.target.value));
    r.addEventListener("focusin", () => { rows[row].classList.remove("chosen"); row = k; r.classList.add("chosen"); });
  });
  if (rows.length) rows[0].classList.add("chosen");

  const submit = (selector) => { const form = one(selector); if (form) form.requestSubmit(); };
  const click = (selector) => { const button = one(selector); if (button) button.click(); };
  const letters = {
    KeyS: () => answer("same"),
    KeyD: () => answer("different") || answer("split"),
    KeyN: () => answer("unsure"),
    KeyU: () => submit("#undo-form"),
    KeyM: () => openUnmask((rows.length && one("[data-unmask]", rows[row])) || one("[data-unmask]")),
    KeyT: () => { if (chosen()) one("#note").focus(); },
    KeyG: () => submit("#give-back"),
    KeyQ: () => { if (!decide) location.assign("/next"); },
    KeyH: () => location.assign("/"),
    KeyV: () => location.assign("/mine"),
    KeyL: () => click("#language-form button"),
    KeyC: () => click("#theme-form button"),
  };

  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.altKey || e.metaKey || e.isComposing) return;
    const at = e.target;
    const typing = at.matches("input:not([type=radio], [type=checkbox]), textarea");
    if (e.key === "Escape") {
      if (one("dialog[open]")) return;
      if (typing) at.blur();
      else if (decide) back();
      return;
    }
    if (unmask && unmask.open) {
      const digit = /^(?:Digit|Numpad)([1-4])$/.exec(e.code);
      if (!typing && digit) {
        const radio = all("[type=radio]", unmask)[digit[1] - 1];
        radio.checked = true;
        radio.focus();
        if (radio.value === "other") one("[name=reason_text]", unmask).focus();
        e.preventDefault();
      }
      return;
    }
    if (help && help.open) return;
    if (e.key === "Enter" && decide && (typing ? at.id === "note" : !at.matches("button, a, select") || chosen())) {
      if (at.matches("button, a")) return;
      e.preventDefault();
      save();
      return;
    }
    if (typing) return;
    if (rows.length && !chosen() && (e.key === "ArrowDown" || e.key === "ArrowUp")) {
      e.preventDefault();
      choose(row + (e.key === "ArrowDown" ? (one("select", rows[row]) === document.activeElement ? 1 : 0) : -1));
      return;
    }
    const digit = /^(?:Digit|Numpad)([0-9])$/.exec(e.code);
    if (digit && decide) {
      const k = Number(digit[1]);
      if (chosen()) {
        const radio = reasons()[k - 1];
        if (radio) { radio.checked = true; radio.focus(); }
      } else if (rows.length) {
        group(row, String(k));
        if (row < rows.length - 1) choose(row + 1);
      }
      e.preventDefault();
      return;
    }
    if (e.key === "/" ) { e.preventDefault(); const find = one("#find"); if (find) find.focus(); return; }
    if (e.key === "?") { e.preventDefault(); if (help) help.showModal(); return; }
    const act = letters[e.code];
    if (act && !e.shiftKey) { e.preventDefault(); act(); }
  });
})();

// The page around verifier.js: what was chosen goes in, what was found is told.
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const words = (key) => document.querySelector(`#kata [data-key="${key}"]`)?.textContent ?? key;
  const numbers = new Intl.NumberFormat(document.documentElement.lang);
  const [archive, key, witnesses, older] = ["arsip", "kunci", "saksi", "titik"].map(byId);
  const [typed, kept, leaf] = ["salinan", "banding", "daun"].map(byId);
  const [start, progress, result] = ["periksa", "maju", "hasil"].map(byId);

  function tell(kind, title, rows = []) {
    const box = document.createElement("div");
    box.className = kind;
    const head = document.createElement("p");
    const strong = document.createElement("strong");
    strong.textContent = title;
    head.append(strong);
    const list = document.createElement("dl");
    for (const [name, value] of rows) {
      if (value === null || value === undefined || value === "") continue;
      const [term, said] = [document.createElement("dt"), document.createElement("dd")];
      term.textContent = words(name);
      said.textContent = value;
      list.append(term, said);
    }
    box.append(head, list);
    result.replaceChildren(box);
  }

  const shown = (value) => (typeof value === "number" ? numbers.format(value) : value);
  const row = (of, name) => [name, name === "kind" && of.kind ? words(of.kind) : shown(of[name])];

  /** Return who cosigned and when, as it was signed: some sign milliseconds, which no calendar holds. */
  function seen(witnesses) {
    const at = (seconds) => {
      const day = new Date(seconds * 1000);
      return Number.isNaN(day.getTime()) ? seconds : day.toISOString().replace(".000Z", "Z");
    };
    return witnesses.map((it) => (it.time === null ? it.name : `${it.name} (${at(it.time)})`)).join(", ");
  }

  const PLACES = ["index", "kind", "number", "stream", "version", "name", "line"];

  function toldWrong(fault, facts) {
    const where = PLACES.map((it) => row(fault, it));
    const between = fault.between?.map(shown).join(" - ");
    tell("trouble", `${words("wrong")} ${words(fault.code)}`, [["code", fault.code], ...where, ["between", between], ...facts]);
  }

  function told(verdict) {
    const facts = [
      ["origin", verdict.origin],
      ["size", shown(verdict.size)],
      ["root", verdict.root],
      ["witnesses", seen(verdict.witnesses) || (verdict.fault ? "" : words("unwitnessed"))],
      ["older", verdict.older.map(shown).join(", ")],
      ["compared", shown(verdict.compared)],
    ];
    if (verdict.fault) toldWrong(verdict.fault, facts);
    else if (verdict.unchecked) tell("trouble", words("unchecked"), facts);
    else tell("verified", words(verdict.pinned ? "right" : "right-unpinned"), facts);
  }

  function toldOfProof({ fault, proven, unchecked }) {
    if (fault) return toldWrong(fault, []);
    const facts = [
      ...["kind", "number", "recorded_at", "hash", "index", "size", "origin", "root", "key"].map((it) => row(proven, it)),
      ["witnesses", seen(proven.witnesses) || words("unwitnessed")],
      ["unread", proven.unread.join(", ")],
    ];
    if (unchecked) return tell("trouble", words("unchecked"), facts);
    tell("verified", words(proven.content_compared ? "proven" : "proven-hash"), facts);
  }

  async function verify() {
    const [file] = archive.files;
    delete result.dataset.verdict;
    if (!globalThis.crypto?.subtle) return tell("trouble", words("insecure"));
    const copied = JejakVerifier.trimmed(typed.value);
    const isProof = file.name.endsWith(".tlog-proof") || (await JejakVerifier.isProof(file));
    const given = {
      key: JejakVerifier.trimmed(key.value),
      witnesses: witnesses.value.split("\n").map(JejakVerifier.trimmed).filter(Boolean),
      older: [...(await Promise.all([...older.files].map(JejakVerifier.textOf))), ...(copied ? [`${copied}\n`] : [])],
      against: kept.files[0] ?? null,
      leaf: leaf.files[0] ?? null,
    };
    const wanted = await (isProof ? JejakVerifier.proofAsked(given) : JejakVerifier.asked(given));
    const unusable = () => tell("trouble", words(isProof ? "unusable-proof" : "unusable"));
    if (!wanted) return unusable();
    result.replaceChildren();
    progress.hidden = false;
    start.disabled = true;
    try {
      const verdict = isProof
        ? await JejakVerifier.verifyProof(file, wanted)
        : await JejakVerifier.verify(file, wanted, (_, bytes) => (progress.value = bytes / file.size));
      if (!verdict) return unusable();
      (isProof ? toldOfProof : told)(verdict);
      result.dataset.verdict = JSON.stringify(verdict); // for a program that reads this page
    } catch (error) {
      tell("trouble", words("unreadable"), [["code", error.name]]);
    } finally {
      progress.hidden = true;
      start.disabled = false;
    }
  }

  archive.addEventListener("change", () => (start.disabled = !archive.files.length));
  start.addEventListener("click", verify);
  start.disabled = !archive.files.length;
})();

// The page around verifier.js: what was chosen goes in, what was found is told.
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const words = (key) => document.querySelector(`#kata [data-key="${key}"]`)?.textContent ?? key;
  const numbers = new Intl.NumberFormat(document.documentElement.lang);
  const [archive, key, witnesses, older] = ["arsip", "kunci", "saksi", "titik"].map(byId);
  const [typed, kept] = ["salinan", "banding"].map(byId);
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

  function told(verdict) {
    const { fault } = verdict;
    const facts = [
      ["origin", verdict.origin],
      ["size", shown(verdict.size)],
      ["root", verdict.root],
      ["witnesses", verdict.witnesses.map((it) => it.name).join(", ")],
      ["older", verdict.older.map(shown).join(", ")],
      ["compared", shown(verdict.compared)],
    ];
    if (fault) {
      const where = ["index", "kind", "number", "stream", "version", "name", "line"].map((it) => [it, shown(fault[it])]);
      const between = fault.between?.map(shown).join(" - ");
      tell("trouble", `${words("wrong")} ${words(fault.code)}`, [["code", fault.code], ...where, ["between", between], ...facts]);
    } else if (verdict.unchecked) {
      tell("trouble", words("unchecked"), facts);
    } else {
      tell("verified", words(verdict.pinned ? "right" : "right-unpinned"), facts);
    }
    result.dataset.verdict = JSON.stringify(verdict); // for a program that reads this page
  }

  async function verify() {
    const [file] = archive.files;
    delete result.dataset.verdict;
    if (!globalThis.crypto?.subtle) return tell("trouble", words("insecure"));
    const copied = JejakVerifier.trimmed(typed.value);
    const wanted = await JejakVerifier.asked({
      key: JejakVerifier.trimmed(key.value),
      witnesses: witnesses.value.split("\n").map(JejakVerifier.trimmed).filter(Boolean),
      older: [...(await Promise.all([...older.files].map(JejakVerifier.textOf))), ...(copied ? [`${copied}\n`] : [])],
      against: kept.files[0] ?? null,
    });
    if (!wanted) return tell("trouble", words("unusable"));
    result.replaceChildren();
    progress.hidden = false;
    start.disabled = true;
    try {
      const verdict = await JejakVerifier.verify(file, wanted, (_, bytes) => (progress.value = bytes / file.size));
      if (verdict) told(verdict);
      else tell("trouble", words("unusable"));
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

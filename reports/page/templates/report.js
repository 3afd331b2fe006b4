"use strict";
// The case browser. Text goes into the page as text; the only markup is that of cases shown in full, made and escaped by the report.
(() => {
  const PAGE = 50;
  const MARKS = {pass: "✓", accepted: "≈", fail: "✗", declined: "?", invalid: "!", error: "†", timeout: "◷", unanswered: "…", not_applicable: "–"};
  const byId = (id) => document.getElementById(id);
  if (typeof DecompressionStream === "undefined") { return; }

  const unpack = async (id) => {
    const bytes = Uint8Array.from(atob(byId(id).textContent), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return JSON.parse(await new Response(stream).text());
  };
  const make = (name, text, kind) => {
    const element = document.createElement(name);
    if (text !== undefined) { element.textContent = text; }
    if (kind) { element.className = kind; }
    return element;
  };
  const words = (term) => term.replaceAll("_", " ");
  const anchor = (id) => "case-" + id.split(/\s+/u).join("_");
  const quoted = (text) => /^[\w@%+=:,./-]+$/.test(text) ? text : "'" + text.replaceAll("'", "'\"'\"'") + "'";

  let index, columns, haystack, places, found = [], page = 0;
  const blocks = new Map();
  const form = document.querySelector(".filters");
  const FILTERS = {verdict: "verdict", fault: "faults", rule: "rules", suite: "suite", technique: "technique",
    isocenters: "isocenters", motion: "motion", guidance: "guidance", claim: "claim"};
  const MANY = new Set(["faults", "rules"]);
  const value = (name, at) => columns[name].values[columns[name].places[at]];

  const fill = () => {
    for (const [filter, name] of Object.entries(FILTERS)) {
      const select = byId("f-" + filter);
      const column = columns[name];
      const all = MANY.has(name) ? column.values.flatMap((text) => text.split(" ")) : column.values;
      const order = filter === "verdict" ? Object.keys(MARKS) : null;
      const options = [...new Set(all)].filter(Boolean);
      options.sort((one, other) => order ? order.indexOf(one) - order.indexOf(other) : one.localeCompare(other, "en", {numeric: true}));
      for (const option of options) {
        const element = make("option", filter === "verdict" ? words(option) : option);
        element.value = option;
        select.append(element);
      }
      select.parentElement.hidden = options.length < 2;
    }
  };

  const matching = (query) => {
    const tests = [];
    for (const [filter, name] of Object.entries(FILTERS)) {
      const wanted = query.get(filter);
      if (!wanted) { continue; }
      const right = columns[name].values.map((text) => MANY.has(name) ? text.split(" ").includes(wanted) : text === wanted);
      tests.push({right, places: columns[name].places});
    }
    const terms = (query.get("q") || "").toLowerCase().split(/\s+/u).filter(Boolean);
    const hits = [];
    for (let at = 0; at < index.ids.length; at += 1) {
      if (tests.every((test) => test.right[test.places[at]]) && terms.every((term) => haystack[at].includes(term))) { hits.push(at); }
    }
    return hits;
  };

  const search = () => {
    const query = new URLSearchParams([...new FormData(form)].filter(([, text]) => text));
    found = matching(query);
    page = 0;
    show();
    return query;
  };

  const fact = (list, name, text) => {
    if (!text) { return; }
    const group = make("div");
    group.append(make("dt", name), make("dd", text));
    list.append(group);
  };

  const brief = (at) => {
    const list = make("dl", undefined, "about");
    fact(list, "Expected", value("expected", at));
    fact(list, "Answered", value("answered", at));
    fact(list, "Why", value("why", at));
    fact(list, "Rules", words(value("rules", at)));
    fact(list, "Treatment", ["technique", "isocenters", "motion", "guidance", "claim"].map((name) => {
      const text = value(name, at);
      return text && (name === "isocenters" ? text + " isocenter" + (text === "1" ? "" : "s") : text);
    }).filter(Boolean).join(", "));
    fact(list, "Print this case", "rtconform generate --id " + quoted(index.ids[at]));
    return list;
  };

  const body = async (at, into) => {
    const link = make("a", "Link to this case");
    link.href = "#" + encodeURIComponent(anchor(index.ids[at]));
    const place = places.get(at);
    if (place === undefined) { into.replaceChildren(link, brief(at)); return; }
    const block = Math.floor(place / index.block);
    if (!blocks.has(block)) { blocks.set(block, unpack("block-" + block)); }
    const text = (await blocks.get(block))[place % index.block];
    const parsed = new DOMParser().parseFromString(text, "text/html");
    into.replaceChildren(link, ...parsed.body.childNodes);
    linked(into);
  };

  const row = (at) => {
    const verdict = value("verdict", at);
    const details = make("details", undefined, "case");
    const summary = make("summary");
    const due = value("expected", at), got = value("answered", at);
    const codes = make("span", undefined, "codes");
    codes.append(make("code", due, due === got ? "" : "due"));
    if (due !== got) { codes.append(" → ", make("code", got, "got")); }
    summary.append(make("span", (MARKS[verdict] || "") + " " + words(verdict), "badge b-" + verdict), " ",
      make("span", index.ids[at], "id"), " ", codes, " ", make("span", value("title", at), "title"));
    const inside = make("div");
    details.append(summary, inside);
    details.addEventListener("toggle", () => { if (details.open && !inside.hasChildNodes()) { body(at, inside); } });
    const item = make("li");
    item.append(details);
    return item;
  };

  const show = () => {
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    const shown = found.slice(page * PAGE, (page + 1) * PAGE);
    byId("results").replaceChildren(...shown.map(row));
    const count = (number) => number.toLocaleString("en") + (number === 1 ? " case" : " cases");
    byId("found").textContent = found.length === index.ids.length ? count(found.length) : count(found.length) + " of " + index.ids.length.toLocaleString("en");
    byId("place").textContent = "Page " + (page + 1).toLocaleString("en") + " of " + pages.toLocaleString("en");
    byId("previous").disabled = page === 0;
    byId("next").disabled = page + 1 >= pages;
    document.querySelector(".pages").hidden = pages === 1;
  };

  const turn = (by) => {
    page += by;
    show();
    byId("found").scrollIntoView({block: "start"});
    const first = byId("results").querySelector("summary");
    if (first) { first.focus({preventScroll: true}); }
  };

  const clear = () => { for (const field of form.elements) { if (field.name) { field.value = ""; } } };

  const apply = (text) => {
    clear();
    for (const [name, wanted] of new URLSearchParams(text)) {
      const field = form.elements.namedItem(name);
      if (field) { field.value = wanted; }
    }
    search();
    byId("cases").scrollIntoView();
  };

  const open = (at) => {
    clear();
    byId("q").value = index.ids[at];
    search();
    page = Math.floor(found.indexOf(at) / PAGE);
    show();
    const details = byId("results").children[found.indexOf(at) % PAGE].querySelector("details");
    details.open = true;
    details.scrollIntoView({block: "start"});
    details.querySelector("summary").focus({preventScroll: true});
  };

  const follow = () => {
    let hash;
    try { hash = decodeURIComponent(location.hash.slice(1)); } catch { return; }
    if (hash.startsWith("cases?")) { apply(location.hash.slice("#cases?".length)); return; }
    const target = hash && byId(hash);
    if (target && !target.closest(".plain")) {
      for (let around = target; around; around = around.parentElement) { if (around.tagName === "DETAILS") { around.open = true; } }
      target.scrollIntoView();
      return;
    }
    if (hash.startsWith("case-")) {
      const at = index.ids.findIndex((id) => anchor(id) === hash);
      if (at >= 0) { open(at); }
    }
  };

  const linked = (root) => {
    for (const name of root.querySelectorAll("[data-case]")) {
      const link = make("a", name.textContent);
      link.href = "#" + encodeURIComponent(anchor(name.dataset.case));
      name.replaceChildren(link);
      name.removeAttribute("data-case");
    }
  };

  const start = async () => {
    index = await unpack("index");
    columns = index.columns;
    places = new Map(index.full.map((at, place) => [at, place]));
    const lower = (name) => columns[name].values.map((text) => text.toLowerCase());
    const texts = ["title", "rules", "faults", "expected", "answered", "technique"].map((name) => [lower(name), columns[name].places]);
    haystack = index.ids.map((id, at) => id.toLowerCase() + " " + texts.map(([values, where]) => values[where[at]]).join(" "));
    fill();
    document.documentElement.classList.add("searchable");
    byId("explorer").hidden = false;
    linked(document);
    search();
    let waiting;
    const later = () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        const query = search().toString();
        history.replaceState(null, "", query ? "#cases?" + query : "#cases");
      }, 30);
    };
    form.addEventListener("input", later);
    form.addEventListener("reset", () => setTimeout(later));
    form.addEventListener("submit", (event) => event.preventDefault());
    byId("previous").addEventListener("click", () => turn(-1));
    byId("next").addEventListener("click", () => turn(1));
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-filter]");
      if (!link) { return; }
      event.preventDefault();
      location.hash = "cases?" + link.dataset.filter;
    });
    for (const button of document.querySelectorAll("button.copy")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        const text = byId(button.dataset.from);
        getSelection().selectAllChildren(text);
        if (navigator.clipboard) { navigator.clipboard.writeText(text.textContent).catch(() => undefined); }
      });
    }
    window.addEventListener("hashchange", follow);
    follow();
  };
  setTimeout(start);
})();

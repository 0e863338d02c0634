// Filters the list of answers. Texts reach the page as textContent only, so they cannot become markup.
const answers = JSON.parse(document.getElementById("answers").textContent);
const fields = {dataset: "data set", test_set: "test set", language: "language", domain: "domain", length: "length", names: "names"};
const texts = {prompt: "prompt", hypothesis: "answer", reference: "reference", nearest: "nearest example's answer",
  retrieved: "retrieved passage", with_retrieval: "answer with retrieval"};
const step = 50;
let shown = step;

function element(tag, text, parent) {
  const made = document.createElement(tag);
  made.textContent = text;
  parent.append(made);
  return made;
}

function control(tag, name) {
  const label = element("label", name + " ", document.getElementById("controls"));
  const made = element(tag, "", label);
  made.addEventListener("input", () => { shown = step; draw(); });
  return made;
}

const chosen = Object.fromEntries(Object.entries(fields).map(([field, name]) => {
  const select = control("select", name);
  const values = [...new Set(answers.map(answer => answer[field]))].filter(value => value).sort();
  for (const value of ["", ...values]) {
    element("option", value || "all", select).value = value;
  }
  return [field, select];
}));
const search = control("input", "text");

function matches(answer) {
  const sought = search.value.toLowerCase();
  return Object.keys(fields).every(field => !chosen[field].value || answer[field] === chosen[field].value)
    && (!sought || Object.keys(texts).some(name => answer[name].toLowerCase().includes(sought)));
}

function draw() {
  const found = answers.filter(matches).sort((a, b) => a.score / a.best - b.score / b.best);
  const list = document.getElementById("list");
  list.replaceChildren();
  document.getElementById("count").textContent = `${found.length} of ${answers.length} answers`;
  for (const answer of found.slice(0, shown)) {
    const article = element("article", "", list);
    element("strong", `${answer.score.toFixed(2)} · ${answer.dataset} ${answer.test_set} · ${answer.id}`, article);
    const pairs = element("dl", "", article);
    for (const [name, title] of Object.entries(texts)) {
      if (answer[name] || name === "hypothesis") {
        element("dt", title, pairs);
        element("dd", answer[name] || "(nothing)", pairs);
      }
    }
  }
  if (found.length > shown) {
    element("button", "more", list).addEventListener("click", () => { shown += step; draw(); });
  }
}

draw();

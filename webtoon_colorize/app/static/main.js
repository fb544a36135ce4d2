/** Opens pages, shows one, and keeps everything in the browser. */

import { Editor } from "./editor.js";
import * as gestures from "./gestures.js";
import * as keys from "./keys.js";
import { Learning } from "./learning.js";
import { say } from "./notices.js";
import { hintFile, Page } from "./page.js";
import { ask, askAbout, askJson } from "./server.js";
import * as store from "./store.js";
import { Tools } from "./tools.js";
import { View } from "./view.js";

const element = (id) => document.getElementById(id);
const pages = new Map(); // by the content's hash, in the order of opening
const view = new View(element("stage"));
const editor = new Editor(view);
const tools = new Tools(editor, () => [...pages.values()], (name, value) => keep("settings", name, value));
const otherTabs = new BroadcastChannel("dots");
const learning = new Learning((name, value) => keep("settings", name, value));
const settings = await askJson("settings").catch(() => ({ largest: Infinity }));
let hasWarned = false;

function sayKept(error) {
  if (hasWarned) return;
  hasWarned = true;
  say(`This browser does not keep your work (${error.message}). Export hints before you close it.`);
}

const keep = (...what) => store.put(...what).catch(sayKept);

/** Opens pages, hint files and palettes; says what cannot be opened, and asks about pages that have colour. */
async function openFiles(files) {
  const opened = [];
  for (const [index, file] of [...files].entries()) {
    element("status").textContent = `opening ${file.name} (${index + 1} of ${files.length}) ...`;
    try {
      if (/\.json$/i.test(file.name)) await importHints(file);
      else if (/\.gpl$/i.test(file.name)) say(`${file.name}: ${tools.addGpl(await file.text())} colours, now in the palette.`);
      else opened.push(await openPage(file, index));
    } catch (error) {
      say(`${file.name}: ${error.message}.`);
    }
  }
  const wanted = await withoutUnwanted(opened);
  for (const record of wanted) await add(record);
  if (wanted.length) {
    show(wanted[0].key);
    navigator.storage?.persist?.(); // so that a full disk does not make the browser clear it
  }
  showStatus();
}

async function openPage(file, index) {
  if (file.size > settings.largest) throw new Error(`the file is larger than ${settings.largest >> 20} MB`);
  const data = await file.arrayBuffer().catch(() => {
    throw new Error("this cannot be read. Folders and archives: webtoon-colorize FOLDER");
  });
  const kept = new File([data], file.name, { type: file.type }); // stays when the file on disk is moved
  return { ...(await askJson("pages", kept)), name: file.name, file: kept, order: Date.now() + index };
}

/** The pages to be coloured, when the user has said what to do with those that have colour. */
async function withoutUnwanted(records) {
  const colored = records.filter(({ key, is_colored }) => is_colored && !pages.has(key));
  if (!colored.length) return records;
  const names = colored.map(({ name }) => name).join(", ");
  element("question").textContent = `${names}: ${colored.length > 1 ? "these pages have" : "this page has"} colour already.`;
  const dialog = element("ask");
  dialog.returnValue = "";
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  if (dialog.returnValue === "learn") learning.learn(colored.map((record) => ({ record, dots: [] })));
  if (dialog.returnValue === "reference") tools.setReference(colored[0].file);
  return dialog.returnValue === "color" ? records : records.filter((record) => !colored.includes(record));
}

async function add(record) {
  if (pages.has(record.key)) return;
  const dots = (await store.get("dots", record.key).catch(() => undefined)) ?? [];
  const page = new Page(record, dots);
  pages.set(record.key, page);
  page.addEventListener("dots", ({ detail }) => onDots(page, detail.isForeign));
  page.addEventListener("colors", () => onColors(page));
  page.addEventListener("fault", () => onFault(page));
  page.addEventListener("sent", () => askJson("settings").then(({ learned }) => learning.compare(learned), () => {}));
  keep("pages", record.key, record);
}

function onDots(page, isForeign) {
  if (!isForeign) {
    keep("dots", page.record.key, page.dots);
    otherTabs.postMessage({ key: page.record.key, dots: page.dots });
  }
  if (page === view.page) view.draw();
  tools.refresh();
  showStatus();
}

otherTabs.onmessage = ({ data }) => pages.get(data.key)?.adopt(data.dots);

function onColors(page) {
  if (page !== view.page) return;
  showStatus();
  if (!page.busy) tools.suggest(page);
}

function onFault(page) {
  if (page.fault.status === 0) showStatus();
  else say(`${page.record.name}: ${page.fault.message}.`);
}

function showStatus() {
  const { page } = view;
  if (learning.names) {
    element("status").textContent = `Learning the colours of ${learning.names}; this takes up to a minute. Dots are kept meanwhile.`;
    return;
  }
  if (!page) {
    element("status").textContent = "Open a gray page to begin.";
    return;
  }
  const { name, width, height } = page.record;
  const count = page.dots.length;
  const state = page.fault?.status === 0 ? ". The program does not answer; your dots are kept. Start webtoon-colorize-app again." : page.busy ? ", colouring ..." : "";
  const what = [`${width} x ${height}`, ...page.kinds, `${count} dot${count === 1 ? "" : "s"}`].join(", ");
  const advice = page.kinds.includes("line art") && !count && !page.busy ? ". Line art takes its colours from dots" : "";
  element("status").textContent = `${name}, ${what}${advice}${state}`;
}

function show(key) {
  if (view.page) view.page.shown = false;
  const page = pages.get(key);
  view.page = page;
  for (const [id, isHidden] of [["start", page], ["stage", !page], ["tools", !page]]) element(id).hidden = Boolean(isHidden);
  if (page) {
    sessionStorage.setItem("page", key);
    page.shown = true;
    view.show(page);
    page.color();
  }
  editor.isChosen = false;
  tools.refresh();
  showTabs();
  showStatus();
}

function showTabs() {
  const tabs = [...pages.values()].map((page) => {
    const tab = document.createElement("span");
    const [open, close] = [document.createElement("button"), document.createElement("button")];
    const { key, name } = page.record;
    tab.className = "tab";
    open.textContent = open.title = name;
    if (page === view.page) open.setAttribute("aria-current", "page");
    open.addEventListener("click", () => show(key));
    close.textContent = "\u00d7";
    close.setAttribute("aria-label", `Close ${name}`);
    close.addEventListener("click", () => closePage(key));
    tab.append(open, close);
    return tab;
  });
  element("pages").replaceChildren(...tabs);
  element("pages").querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function closePage(key) {
  const page = pages.get(key);
  pages.delete(key);
  page.shown = false;
  URL.revokeObjectURL(page.url);
  store.remove("pages", key).catch(sayKept);
  if (page === view.page) show([...pages.keys()].at(-1));
  else showTabs();
  if (page.dots.length) say(`${page.record.name} is closed. Its dots are kept, and come back when you open it again.`);
}

async function importHints(file) {
  const query = new URLSearchParams([...pages.values()].map((page) => ["page", page.record.name]));
  const found = await askJson(`hints?${query}`, file);
  const changed = [...pages.values()].filter((page) => found.pages[page.record.name]);
  if (!changed.length) throw new Error(`it has hints for ${found.unknown.join(", ") || "no page"}, and no open page has such a name`);
  for (const { holds, record } of changed) {
    const outside = found.pages[record.name].find((dot) => !holds.call({ record }, dot));
    if (outside) throw new Error(`a dot at ${outside.x}, ${outside.y} is outside ${record.name}, which has ${record.width} x ${record.height}`);
  }
  changed.forEach((page) => page.edit(found.pages[page.record.name]));
  const others = found.unknown.length ? ` No open page is named ${found.unknown.join(", ")}.` : "";
  say(`Dots placed: ${changed.reduce((sum, page) => sum + page.dots.length, 0)}.${others}`);
}

function exportHints() {
  const dotted = [...pages.values()].filter((page) => page.dots.length);
  const chosen = dotted.length ? dotted : [view.page];
  const names = chosen.map((page) => page.record.name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice) say(`Two open pages are named ${twice}: close one of them, and export their hints one after the other.`);
  else save(hintFile(chosen.map((page) => [page.record.name, page.dots])), names.length > 1 ? "chapter.hints.json" : `${names[0]}.hints.json`);
}

async function download() {
  const { page } = view;
  element("status").textContent = `${page.record.name}: colouring at full size ...`;
  try {
    const body = hintFile([[page.record.name, page.dots]]);
    save(await (await askAbout(page.record, `pages/${page.record.key}/file`, body)).blob(), page.record.name);
  } catch (error) {
    say(`${page.record.name}: ${error.message}.`);
  }
  showStatus();
}

function save(content, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function connect() {
  learning.addEventListener("names", showStatus);
  learning.addEventListener("colors", () => view.page?.color());
  const press = (id, action) => element(id).addEventListener("click", action);
  for (const id of ["open", "import"]) {
    const input = element(id);
    const take = async () => {
      await openFiles([...input.files]);
      input.value = ""; // the same file can be opened again
    };
    input.addEventListener("change", take);
    if (input.files.length) take(); // chosen before the program was ready
  }
  element("reference").addEventListener("change", ({ target }) => target.files.length && tools.setReference(target.files[0]));
  press("example", async () => openFiles([new File([await (await ask("example.png")).blob()], "example.png")]));
  press("export", exportHints);
  press("download", download);
  press("learn", () => learning.learn([view.page]));
  press("gpl", () => save(tools.gpl(), "webtoon_colorize.gpl"));
  press("in", () => view.zoom(1.25));
  press("out", () => view.zoom(0.8));
  press("fit", () => view.fit());
  press("actual", () => view.actual());
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    openFiles([...event.dataTransfer.files]);
  });
  gestures.listen(view, editor, keys.listen(view, editor));
}

async function restore() {
  tools.palette = (await store.get("settings", "palette")) ?? tools.palette;
  const reference = await store.get("settings", "reference");
  if (reference) tools.setReference(reference);
  const records = (await store.all("pages")).sort((one, other) => one.order - other.order);
  for (const record of records) await add(record);
}

await restore().catch(sayKept);
if ("learned" in settings) learning.compare(settings.learned, await store.get("settings", "learned").catch(() => null));
connect();
show(pages.has(sessionStorage.getItem("page")) ? sessionStorage.getItem("page") : [...pages.keys()].at(-1));
document.body.dataset.ready = "yes";

/** The tools beside the page: colours, palette, sliders, reference picture. */

import { say } from "./notices.js";
import { askJson } from "./server.js";
import { colorOf } from "./view.js";

const FIRST = ["#f2c6a0", "#a9704a", "#3b2a24", "#c03020", "#e8b43a", "#4f8f4a", "#3f7fb5", "#7a5aa0"]; // palette of a beginner
const element = (id) => document.getElementById(id);

export class Tools {
  /** pages: the open ones. keep(name, value): keeps a setting. */
  constructor(editor, pages, keep) {
    Object.assign(this, { editor, pages, keep, palette: FIRST });
    editor.addEventListener("tools", () => this.refresh());
    editor.addEventListener("spot", () => {
      this.spotIsNew = true;
      if (!editor.page.busy) this.suggest(editor.page);
    });
    this.#connectColors();
    this.#connectSlider("strength", (value, group) => editor.setStrength(value, group));
    this.#connectSlider("radius", (value, group) => editor.setRadius(value, group));
    const press = (id, action) => element(id).addEventListener("click", action);
    press("pick", () => editor.togglePicking());
    press("undo", () => editor.page.undo());
    press("redo", () => editor.page.redo());
    press("remove", () => editor.remove());
    press("clear", () => editor.clear());
    press("more", () => element("more").setAttribute("aria-expanded", element("tools").classList.toggle("open")));
    for (const [id, name] of [["before", "before"], ["hide", "bare"]]) this.#connectHeld(element(id), name);
  }

  #connectColors() {
    const { editor } = this;
    let group; // of one visit to the browser's colour dialog
    element("color").addEventListener("input", ({ target }) => editor.choose(target.value, (group ??= Symbol("color"))));
    element("color").addEventListener("change", () => (group = undefined));
    element("hex").addEventListener("change", ({ target }) => {
      const color = target.value.trim().toLowerCase().replace(/^#?/, "#");
      if (/^#[0-9a-f]{6}$/.test(color)) editor.choose(color);
      else say(`${target.value} is no colour: six digits from 0 to f are expected, such as ${editor.color}.`);
      this.refresh();
    });
    element("keep").addEventListener("click", () => this.setPalette([...this.palette, editor.color]));
    element("drop").addEventListener("click", () => this.setPalette(this.palette.filter((each) => each !== editor.color)));
    element("referenced").addEventListener("click", ({ target, offsetX, offsetY }) =>
      editor.choose(colorOf(target, offsetX / target.clientWidth, offsetY / target.clientHeight)),
    );
  }

  #connectSlider(id, apply) {
    let group; // of one drag, which is undone as one
    element(id).addEventListener("input", ({ target }) => apply(target.valueAsNumber, (group ??= Symbol(id))));
    element(id).addEventListener("change", () => (group = undefined));
  }

  #connectHeld(button, name) {
    const { stage } = this.editor.view;
    const hold = (isHeld) => [stage.classList.toggle(name, isHeld), button.classList.toggle("held", isHeld)];
    button.addEventListener("pointerdown", () => hold(true));
    for (const each of ["pointerup", "pointerleave", "pointercancel", "blur", "keyup"]) button.addEventListener(each, () => hold(false));
    button.addEventListener("keydown", ({ key }) => [" ", "Enter"].includes(key) && hold(true));
    button.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  setPalette(colors) {
    this.palette = [...new Set(colors)];
    this.keep("palette", this.palette);
    this.refresh();
  }

  /** The palette as GIMP, Krita and Inkscape read it. */
  gpl() {
    const row = (color) => [1, 3, 5].map((at) => String(parseInt(color.slice(at, at + 2), 16)).padStart(3)).join(" ") + `\t${color}`;
    return ["GIMP Palette", "Name: webtoon colorize", "Columns: 8", "#", ...this.palette.map(row), ""].join("\n");
  }

  /** Adds the colours of such a file and returns how many it has. */
  addGpl(text) {
    const rows = [...text.matchAll(/^\s*(\d{1,3})\s+(\d{1,3})\s+(\d{1,3})(?:\s|$)/gm)].map((row) => row.slice(1).map(Number));
    const colors = rows.filter((row) => Math.max(...row) < 256).map((row) => "#" + row.map((each) => each.toString(16).padStart(2, "0")).join(""));
    this.setPalette([...this.palette, ...colors]);
    return colors.length;
  }

  /** Shows and keeps a picture; one that the browser cannot show is named, and the one before stays. */
  async setReference(file) {
    const [image, found] = [element("referenced"), new Image()];
    found.src = URL.createObjectURL(file);
    try {
      await found.decode();
    } catch {
      URL.revokeObjectURL(found.src);
      say(`${file.name}: this browser cannot show it as a picture; JPEG, PNG and WebP can be shown.`);
      return;
    }
    URL.revokeObjectURL(image.src);
    image.src = found.src;
    image.hidden = false;
    this.keep("reference", file);
  }

  refresh() {
    const { editor } = this;
    element("color").value = editor.color;
    element("hex").value = editor.color;
    element("strength").value = editor.strength;
    element("pick").setAttribute("aria-pressed", editor.isPicking);
    this.#swatches("palette", this.palette, (color) => editor.choose(color));
    const used = this.pages().flatMap((page) => page.dots.map((dot) => dot.color));
    this.#swatches("used", new Set(used), (color) => editor.choose(color));
    if (!editor.page) return;
    element("radius").value = editor.page.radius;
    element("undo").disabled = !editor.page.past.length;
    element("redo").disabled = !editor.page.future.length;
    element("remove").disabled = editor.page.selected < 0;
  }

  /** Asks what the network would take for the place that was looked at last. */
  async suggest(page) {
    if (!this.spotIsNew || !page.spot) return;
    this.spotIsNew = false;
    const spot = page.spot;
    const found = await askJson(`pages/${page.record.key}/suggestions?${new URLSearchParams(spot)}`).catch(() => []);
    if (spot !== this.editor.page?.spot) return; // answers can come out of order
    this.#swatches("suggested", found, (color) => this.editor.accept(color));
  }

  #swatches(id, colors, choose) {
    const buttons = [...colors].map((color) => {
      const button = document.createElement("button");
      button.style.background = color;
      button.title = color;
      button.setAttribute("aria-label", color);
      button.addEventListener("click", () => choose(color));
      return button;
    });
    const row = element(id);
    const isSame = buttons.map((each) => each.title).join() === [...row.children].map((each) => each.title).join();
    if (!isSame || !row.children.length) row.replaceChildren(...buttons); // a button that has the focus keeps it
  }
}

/** An open page: its dots with their history, and its colours, which follow the dots. */

import { askJson, send } from "./server.js";

const PATIENCE = 2000; // milliseconds until a program that did not answer is asked again

/** A hint file (see webtoon_colorize.io.hint_files) for pages, given as [name, dots] pairs. */
export const hintFile = (pages) => JSON.stringify(Object.fromEntries(pages), null, 1) + "\n";

export class Page extends EventTarget {
  /** record: what is kept of it: key, name, file, width, height, order. Events: dots (they changed), colors (they are asked for, or came), sent (the program had lost it), fault. */
  constructor(record, dots) {
    super();
    Object.assign(this, { record, dots, past: [], future: [], selected: -1 });
    this.url = URL.createObjectURL(record.file);
    this.colors = document.createElement("div"); // the coloured parts, above the gray page
    this.colors.className = "colors";
    this.radius = Math.max(3, Math.round(record.width * 0.006));
    this.seen = ""; // version of the colours that `colors` shows
    this.kinds = []; // what its panels are, gray tones left out
    this.shown = this.busy = this.stale = false;
  }

  holds({ x, y }) {
    return x >= 0 && y >= 0 && x < this.record.width && y < this.record.height;
  }

  /** Replaces all dots. Edits that follow each other and have the same `group` are undone together. */
  edit(dots, { group, selected = -1 } = {}) {
    if (group === undefined || group !== this.group) this.past.push(this.dots);
    this.group = group;
    this.future = [];
    this.#set(dots, selected);
  }

  /** Takes over the dots that the same page has in another tab. */
  adopt(dots) {
    this.past.push(this.dots);
    this.#set(dots, -1, true);
  }

  undo() {
    this.#travel(this.past, this.future);
  }

  redo() {
    this.#travel(this.future, this.past);
  }

  #travel(from, to) {
    if (!from.length) return;
    to.push(this.dots);
    this.group = undefined;
    this.#set(from.pop(), -1);
  }

  #set(dots, selected, isForeign = false) {
    this.dots = dots;
    this.selected = selected;
    this.dispatchEvent(new CustomEvent("dots", { detail: { isForeign } }));
    this.color();
  }

  /** Brings the colours up to date. One request is under way at a time; what changes meanwhile is in the next. */
  async color() {
    this.stale = true;
    if (this.busy) return;
    this.busy = true;
    while (this.stale && this.shown) {
      this.stale = false;
      this.dispatchEvent(new Event("colors"));
      try {
        await this.#ask();
      } catch (error) {
        await this.#recover(error);
      }
    }
    this.busy = false;
    this.dispatchEvent(new Event("colors"));
  }

  async #ask() {
    const { key, name } = this.record;
    const query = new URLSearchParams({ seen: this.seen, y: Math.max(0, this.middle ?? 0).toFixed(1) });
    const { version, patches, more, kinds } = await askJson(`pages/${key}/view?${query}`, hintFile([[name, this.dots]]));
    await Promise.all(patches.map((patch) => this.#lay(patch)));
    this.fault = null;
    this.seen = version;
    this.kinds = kinds;
    this.stale ||= more;
  }

  async #lay({ x, y, width, height, png }) {
    const image = new Image();
    image.alt = "";
    image.src = `data:image/png;base64,${png}`;
    image.dataset.place = [x, y, width, height];
    Object.assign(image.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
    await image.decode();
    const old = [...this.colors.children].find((each) => each.dataset.place === image.dataset.place);
    this.colors.append(image);
    old?.remove();
  }

  async #recover(error) {
    try {
      if (error.status === 404) {
        await send(this.record); // the program was started anew, or needed the memory
        this.dispatchEvent(new Event("sent"));
        this.stale = true;
        return;
      }
    } catch (again) {
      error = again;
    }
    this.fault = error;
    this.dispatchEvent(new Event("fault"));
    if (error.status !== 0) return;
    await new Promise((resolve) => setTimeout(resolve, PATIENCE));
    this.stale = true;
  }
}

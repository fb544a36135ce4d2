/** What a hand does with the dots of the page on the stage. Points are in pixels of the page. */

import { askJson } from "./server.js";

const rounded = (value) => Math.floor(Math.max(0, value) * 10) / 10;

export class Editor extends EventTarget {
  /** Events: tools (colour, strength or choice changed), spot (another place is looked at). */
  constructor(view) {
    super();
    Object.assign(this, { view, color: "#c03020", strength: 1, isPicking: false });
    this.isChosen = false; // the selected dot was clicked, so a chosen colour is for it and not for the next dot
  }

  get page() {
    return this.view.page;
  }

  /** Places a dot and returns whether the point lies in the page. */
  place(point, group) {
    const { page } = this;
    if (!page.holds(point)) return false;
    const dot = { x: rounded(point.x), y: rounded(point.y), color: this.color, radius: page.radius };
    this.isChosen = false;
    this.strength = 1;
    this.#look(dot);
    page.edit([...page.dots, dot], { group, selected: page.dots.length });
    return true;
  }

  /** Makes a dot the one that the tools change; -1 for none. */
  select(index) {
    const { page } = this;
    page.selected = index;
    this.isChosen = index >= 0;
    this.strength = 1;
    if (this.isChosen) {
      const dot = page.dots[index];
      this.color = dot.color;
      page.radius = dot.radius;
      this.#look(dot);
    }
    this.view.draw();
    this.#changed();
  }

  move(index, { x, y }, group) {
    const { width, height } = this.page.record;
    const place = { x: rounded(Math.min(x, width - 0.1)), y: rounded(Math.min(y, height - 0.1)) };
    this.#replace(index, place, group);
  }

  remove(index = this.page.selected) {
    const { page } = this;
    if (index < 0 || index >= page.dots.length) return;
    page.edit(page.dots.filter((_, each) => each !== index));
  }

  clear() {
    if (this.page.dots.length) this.page.edit([]);
  }

  /** Chooses a colour: for the dot that was clicked, or else for the next one. */
  choose(color, group) {
    if (this.page?.selected >= 0 && !this.isChosen) this.select(-1);
    this.#paint(color, group);
  }

  /** Gives a suggested colour to the dot at the place, whether it was placed or clicked. */
  accept(color) {
    this.#paint(color);
  }

  #paint(color, group) {
    this.color = color;
    this.strength = 1;
    this.isPicking = false;
    if (this.page?.selected >= 0) this.#replace(this.page.selected, { color }, group);
    this.#changed();
  }

  /** Gives the selected dot `strength` times the chroma of its colour. */
  async setStrength(strength, group) {
    this.strength = strength;
    const { page, color } = this;
    const { selected } = page;
    if (selected < 0) return;
    const weaker = await askJson(`strength?${new URLSearchParams({ color, strength })}`);
    if (page === this.page && selected === page.selected && strength === this.strength) this.#replace(selected, { color: weaker }, group);
  }

  setRadius(radius, group) {
    this.page.radius = radius;
    if (this.page.selected >= 0) this.#replace(this.page.selected, { radius }, group);
  }

  #replace(index, changes, group) {
    const { page } = this;
    page.edit(page.dots.map((dot, each) => (each === index ? { ...dot, ...changes } : dot)), { group, selected: index });
  }

  pick(point) {
    const color = this.view.colorAt(point);
    if (color) this.choose(color);
  }

  togglePicking() {
    this.isPicking = !this.isPicking;
    this.#changed();
  }

  /** Selects the dot that is `step` further on, and moves the keyboard's cross there. */
  step(step) {
    const { dots, selected } = this.page;
    if (!dots.length) return;
    this.select((Math.max(selected, step < 0 ? 0 : -1) + step + dots.length) % dots.length);
    this.view.cursor = this.page.dots[this.page.selected];
    this.view.reveal(this.view.cursor);
  }

  #look({ x, y }) {
    this.page.spot = { x, y };
    this.dispatchEvent(new Event("spot"));
  }

  #changed() {
    this.dispatchEvent(new Event("tools"));
  }
}

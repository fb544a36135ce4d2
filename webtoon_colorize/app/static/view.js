/** What the stage shows: a page at some size and place, and its dots. Points are in pixels of the page or of the window. */

const MOST = 16; // greatest scale
const SVG = "http://www.w3.org/2000/svg";

function shape(name, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  element.append(...children);
  return element;
}

export class View {
  constructor(stage) {
    this.stage = stage;
    [this.paper, this.gray, this.dots, this.cross] = ["paper", "gray", "dots", "cross"].map((id) => document.getElementById(id));
    new ResizeObserver(() => this.page && this.#place(this.page.place)).observe(stage);
  }

  show(page) {
    this.page = page;
    this.gray.src = page.url;
    this.gray.alt = page.record.name;
    for (const each of [this.paper, this.gray]) {
      each.style.width = `${page.record.width}px`;
      each.style.height = `${page.record.height}px`;
    }
    this.paper.replaceChildren(this.gray, page.colors);
    if (page.place) this.#place(page.place);
    else this.actual();
    this.cursor = this.middle();
    this.draw();
  }

  /** A point of the window -> of the page. */
  toPage({ clientX, clientY }) {
    const { left, top } = this.stage.getBoundingClientRect();
    const { scale, x, y } = this.page.place;
    return { x: (clientX - left - x) / scale, y: (clientY - top - y) / scale };
  }

  middle() {
    const { left, top, width, height } = this.stage.getBoundingClientRect();
    const { x, y } = this.toPage({ clientX: left + width / 2, clientY: top + height / 2 });
    const { width: right, height: bottom } = this.page.record;
    return { x: Math.min(Math.max(0, x), right - 1), y: Math.min(Math.max(0, y), bottom - 1) };
  }

  #scales() {
    const { width, height } = this.page.record;
    const wide = this.stage.clientWidth / width;
    return { wide: Math.min(1, wide), whole: Math.min(1, wide, this.stage.clientHeight / height) };
  }

  /** Pixel by pixel, or as wide as the stage where that is narrower than the page; from the page's top. */
  actual() {
    this.#place({ scale: this.#scales().wide, x: 0, y: 0 });
  }

  fit() {
    this.#place({ scale: this.#scales().whole, x: 0, y: 0 });
  }

  /** Zooms about a point of the window. */
  zoom(factor, point) {
    const { left, top, width, height } = this.stage.getBoundingClientRect();
    point ??= { clientX: left + width / 2, clientY: top + height / 2 };
    const { x, y } = this.toPage(point);
    const scale = Math.min(MOST, Math.max(this.#scales().whole, this.page.place.scale * factor));
    this.#place({ scale, x: point.clientX - left - x * scale, y: point.clientY - top - y * scale });
  }

  pan(x, y) {
    const { place } = this.page;
    this.#place({ scale: place.scale, x: place.x + x, y: place.y + y });
  }

  /** Scrolls until a point of the page is visible. */
  reveal(point) {
    const { scale, x, y } = this.page.place;
    const beyond = (at, size) => Math.max(0, 24 - at) - Math.max(0, at - size + 24);
    this.pan(beyond(point.x * scale + x, this.stage.clientWidth), beyond(point.y * scale + y, this.stage.clientHeight));
  }

  /** A page that is smaller than the stage lies in its middle; a larger one covers it. */
  #place({ scale, x, y }) {
    const { width, height } = this.page.record;
    const within = (start, size, room) => (size < room ? (room - size) / 2 : Math.min(0, Math.max(room - size, start)));
    this.page.place = {
      scale,
      x: within(x, width * scale, this.stage.clientWidth),
      y: within(y, height * scale, this.stage.clientHeight),
    };
    this.page.middle = this.middle().y;
    this.paper.style.transform = `translate(${this.page.place.x}px, ${this.page.place.y}px) scale(${scale})`;
    this.draw();
  }

  /** Draws the dots, at least so large that they can be seen, and the keyboard's cross. */
  draw() {
    const { dots, selected, place } = this.page;
    this.dots.setAttribute("transform", `translate(${place.x} ${place.y})`);
    this.dots.replaceChildren(...dots.map((dot, index) => this.#dot(dot, index, index === selected)));
    if (!this.cursor) return;
    const { x, y } = this.cursor;
    this.cross.setAttribute("transform", `translate(${x * place.scale + place.x} ${y * place.scale + place.y})`);
  }

  #dot(dot, index, isSelected) {
    const { scale } = this.page.place;
    const at = { cx: dot.x * scale, cy: dot.y * scale };
    const r = Math.max(isSelected ? 8 : 5, dot.radius * scale);
    const outer = shape("circle", { ...at, r: r + 2, fill: "none", stroke: "#000", "stroke-width": 3 });
    const inner = shape("circle", { ...at, r, fill: dot.color, stroke: isSelected ? "#ffd84d" : "#fff", "stroke-width": isSelected ? 3 : 2 });
    return shape("g", { role: "img", "aria-label": `Dot ${index + 1}, ${dot.color}` }, outer, inner);
  }

  /** The dot at a point of the page, the nearest one; -1 without one. reach: pixels of the window. */
  hit(point, reach) {
    const { dots, place } = this.page;
    const distances = dots.map((dot) => Math.hypot(dot.x - point.x, dot.y - point.y) - Math.max(dot.radius, reach / place.scale));
    const nearest = distances.indexOf(Math.min(...distances));
    return distances[nearest] <= 0 ? nearest : -1;
  }

  /** The colour that the screen shows at a point of the page, #rrggbb. */
  colorAt({ x, y }) {
    const shown = this.stage.classList.contains("before") ? [] : [...this.page.colors.children].reverse();
    for (const image of [...shown, this.gray]) {
      const [left, top, width, height] = (image.dataset.place ?? `0,0,${this.page.record.width},${this.page.record.height}`).split(",");
      const [across, down] = [(x - left) / width, (y - top) / height];
      if (across >= 0 && across < 1 && down >= 0 && down < 1) return colorOf(image, across, down);
    }
    return null;
  }
}

/** The mean of 3 x 3 pixels of a picture, #rrggbb. across, down: 0 to 1. */
export function colorOf(image, across, down) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 3;
  const context = canvas.getContext("2d");
  const [x, y] = [Math.floor(across * image.naturalWidth), Math.floor(down * image.naturalHeight)];
  context.drawImage(image, x - 1, y - 1, 3, 3, 0, 0, 3, 3);
  const { data } = context.getImageData(0, 0, 3, 3);
  const sums = [0, 0, 0, 0];
  data.forEach((value, index) => (sums[index % 4] += index % 4 === 3 ? value : (value * data[index - (index % 4) + 3]) / 255));
  return "#" + sums.slice(0, 3).map((sum) => Math.round((sum * 255) / (sums[3] || 1)).toString(16).padStart(2, "0")).join("");
}

/** Mouse, pen, fingers and wheel on the stage. */

const REACH = { mouse: 8, pen: 10, touch: 20 }; // pixels of the window: a press this close to a dot takes hold of it
const STILL = 4; // pixels of the window: a press that moves less is a click
const STILL_FINGER = 10;

const between = (one, other) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);

/** isPanning: whether a drag is to move the page. */
export function listen(view, editor, isPanning) {
  const { stage } = view;
  const down = new Map(); // pointer's id -> its last event
  let act = null; // what the pressed pointer does: { move(event, last), end(event) }

  function begin(event) {
    const point = view.toPage(event);
    if (event.button === 1 || isPanning()) return panning();
    if (event.button !== 0 || event.ctrlKey) return null; // removing is the context menu's
    if (event.altKey || editor.isPicking) return picking(point);
    const hit = view.hit(point, REACH[event.pointerType] ?? REACH.mouse);
    if (hit >= 0) return dragging(hit, point, event);
    return event.pointerType === "touch" ? tapping(event) : stroking(point);
  }

  function picking(point) {
    editor.pick(point);
    return null;
  }

  function panning() {
    return { move: (event, last) => view.pan(event.clientX - last.clientX, event.clientY - last.clientY) };
  }

  function dragging(index, from, start) {
    const group = Symbol("drag");
    const dot = editor.page.dots[index];
    let isMoving = false;
    editor.select(index);
    return {
      move(event) {
        isMoving ||= between(event, start) > STILL;
        const { x, y } = view.toPage(event);
        if (isMoving) editor.move(index, { x: dot.x + x - from.x, y: dot.y + y - from.y }, group);
      },
      end: () => editor.select(index), // looks at the new place
    };
  }

  function tapping(start) {
    let isMoving = false;
    return {
      move(event, last) {
        isMoving ||= between(event, start) > STILL_FINGER;
        if (isMoving) view.pan(event.clientX - last.clientX, event.clientY - last.clientY);
      },
      end(event) {
        if (!isMoving) editor.place(view.toPage(event));
      },
    };
  }

  /** Places a dot, and more of them along the way: a row whose gaps are as wide as a dot. */
  function stroking(from) {
    const group = Symbol("stroke");
    if (!editor.place(from, group)) return null;
    let last = from;
    return {
      move(event) {
        const gap = Math.max(4 * editor.page.radius, 14 / editor.page.place.scale);
        const to = view.toPage(event);
        for (let left = Math.hypot(to.x - last.x, to.y - last.y); left >= gap; left -= gap) {
          last = { x: last.x + ((to.x - last.x) * gap) / left, y: last.y + ((to.y - last.y) * gap) / left };
          editor.place(last, group);
        }
      },
    };
  }

  function pinching() {
    return {
      move(event, last) {
        const other = [...down].find(([id]) => id !== event.pointerId)[1];
        view.zoom(between(event, other) / Math.max(1, between(last, other)), other);
      },
    };
  }

  stage.addEventListener("pointerdown", (event) => {
    if (!view.page || event.target.closest("#zoom")) return;
    stage.setPointerCapture(event.pointerId);
    stage.classList.remove("keys");
    down.set(event.pointerId, event);
    if (down.size === 1) act = begin(event);
    else act = down.size === 2 ? pinching() : null;
  });
  stage.addEventListener("pointermove", (event) => {
    const last = down.get(event.pointerId);
    if (!last) return;
    act?.move(event, last);
    down.set(event.pointerId, event);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    stage.addEventListener(name, (event) => {
      if (!down.delete(event.pointerId)) return;
      if (name === "pointerup") act?.end?.(event);
      act = null; // a finger that stays after a pinch does nothing
    });
  }
  stage.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    if (!view.page) return;
    act = null; // a finger that stays down places nothing
    editor.remove(view.hit(view.toPage(event), event.pointerType === "touch" ? REACH.touch : REACH.mouse));
  });
  stage.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      if (!view.page) return;
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
      if (event.ctrlKey || event.metaKey) view.zoom(Math.exp(-Math.max(-25, Math.min(25, event.deltaY * unit)) / 100), event);
      else view.pan(-event.deltaX * unit, -event.deltaY * unit);
    },
    { passive: false },
  );
}

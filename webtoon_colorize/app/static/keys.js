/** The keyboard: everything that the mouse can do, and keys that act while they are held. */

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const NEAR = 2; // pixels of the window that an arrow moves the cross; with Shift, FAR
const FAR = 20;
const HELD = { b: "before", h: "bare", " ": "pan" }; // key -> class of the stage

export function listen(view, editor) {
  const { stage } = view;

  function onControl(event, key) {
    if (key === "z" && !event.shiftKey) editor.page.undo();
    else if (key === "y" || key === "z") editor.page.redo();
    else return false;
    return true;
  }

  const plain = {
    Delete: () => editor.remove(),
    Backspace: () => editor.remove(),
    Escape: () => (editor.isPicking ? editor.togglePicking() : editor.select(-1)),
    "+": () => view.zoom(1.25),
    "=": () => view.zoom(1.25),
    "-": () => view.zoom(0.8),
    0: () => view.fit(),
    1: () => view.actual(),
    i: () => editor.togglePicking(),
    n: () => editor.step(1),
    p: () => editor.step(-1),
  };

  function onStage(event) {
    if (event.key in ARROWS) {
      const [x, y] = ARROWS[event.key].map((way) => (way * (event.shiftKey ? FAR : NEAR)) / editor.page.place.scale);
      go(x, y, event.ctrlKey || event.metaKey);
    } else if (event.key === "Enter") {
      if (event.altKey || editor.isPicking) editor.pick(view.cursor);
      else editor.place(view.cursor);
    } else return false;
    stage.classList.add("keys");
    return true;
  }

  function go(x, y, withDot) {
    const { dots, selected, record } = editor.page;
    const from = withDot && selected >= 0 ? dots[selected] : view.cursor;
    view.cursor = { x: Math.min(record.width - 1, Math.max(0, from.x + x)), y: Math.min(record.height - 1, Math.max(0, from.y + y)) };
    if (withDot && selected >= 0) editor.move(selected, view.cursor, `arrows ${selected}`);
    view.reveal(view.cursor);
  }

  document.addEventListener("keydown", (event) => {
    const { target } = event;
    if (!view.page || target.closest("input[type=text], dialog")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const isFree = target === stage || target === document.body; // the key means nothing to a button
    let isDone = isFree && onStage(event);
    if (!isDone && (event.ctrlKey || event.metaKey)) isDone = onControl(event, key);
    else if (!isDone && !event.altKey && HELD[key] && (isFree || key !== " ")) {
      stage.classList.add(HELD[key]);
      isDone = true;
    } else if (!isDone && !event.altKey && plain[key]) {
      plain[key]();
      isDone = true;
    }
    if (isDone) event.preventDefault();
  });
  document.addEventListener("keyup", (event) => stage.classList.remove(HELD[event.key.toLowerCase()]));
  window.addEventListener("blur", () => stage.classList.remove(...Object.values(HELD)));
  return () => stage.classList.contains("pan");
}

"""What the app shows in a browser tab."""

import base64
import dataclasses
import functools

import cv2
import numpy as np
from nicegui import app, run, ui

from webtoon_colorize.app.session import Session, weakened
from webtoon_colorize.hints import Hint
from webtoon_colorize.io.hint_files import as_hex

IMAGES = ".jpg,.jpeg,.png,.webp"
DRAGGED = 0.2  # seconds between two updates while a slider is being dragged
BEGIN = "Open a gray page to begin."
NEAR = 0.008  # of the page's width: a click this close to a dot's centre selects the dot


def _data_url(image: np.ndarray) -> str:
    _, jpeg = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 95])
    return "data:image/jpeg;base64," + base64.b64encode(jpeg.tobytes()).decode()


class Editor:
    """What one browser tab shows: the page, its dots, and the tools. `store` survives the tab's reload."""

    def __init__(self, colorizer, title: str | None, store: dict):
        self._colorizer, self._title, self._store = colorizer, title, store
        self._selected: int | None = None  # index of the dot that the tools change: the last one placed or clicked
        self._picked = False  # the selected dot was clicked, so a chosen colour is for it and not for the next dot
        self._base = (192, 48, 32)  # the selected dot's colour at full strength, and the next dot's
        self._running = self._stale = False

    @property
    def _session(self):
        return self._store.get("session")

    def build(self) -> None:
        ui.add_css(".q-uploader__list { min-height: 0; padding: 0 } .q-uploader__subtitle { display: none }")
        ui.add_css(".nicegui-content { padding: 0 }")
        with ui.header().classes("items-center bg-grey-10"):
            ui.label("webtoon colorize").classes("text-h6")
            self._status = ui.label(BEGIN).classes("text-grey-4").props('id="status"')
        with ui.row().classes("w-full no-wrap items-stretch").style("height: calc(100vh - 64px)"):
            with ui.element().classes("grow overflow-auto text-center").style("min-width: 0"):
                self._image = ui.interactive_image(on_mouse=self._on_mouse, sanitize=False)
                self._image.classes("max-w-full").style("cursor: crosshair").props('id="page"')
            with ui.column().classes("w-80 shrink-0 overflow-auto p-4"):
                self._build_tools()
        self._refresh_tools()
        ui.timer(0, self._show, once=True)

    def _build_tools(self) -> None:
        upload = ui.upload(label="Open a gray page", auto_upload=True, on_upload=self._on_open)
        upload.on("rejected", self._on_rejected)
        upload.props(f'accept="{IMAGES}" flat bordered id="open"').classes("w-full")
        self._tools = ui.column().classes("w-full")
        with self._tools:
            ui.label("Click into the page to place this colour:").classes("text-caption")
            self._color = ui.color_input(value=as_hex(self._base), on_change=self._on_color).classes("w-full color")
            ui.label("The network's colours for this place").classes("text-caption")
            self._suggested = ui.row().classes("gap-1").props('id="suggested"')
            ui.label("Colours in use").classes("text-caption")
            self._used = ui.row().classes("gap-1").props('id="used"')
            ui.label("Strength (0: stays neutral)").classes("text-caption")
            self._strength = self._slider(min=0, max=1.5, step=0.05, value=1.0).props('id="strength"')
            ui.label("Size of the dot").classes("text-caption")
            self._radius = self._slider(min=1, max=60, step=1, value=6).props('id="radius"')
            with ui.row():
                ui.button("Undo", icon="undo", on_click=self._on_undo).props("dense")
                ui.button("Remove", icon="delete", on_click=self._on_remove).props("dense")
                ui.button("Clear", icon="layers_clear", on_click=lambda: self._edit(())).props("dense")
            hints = ui.upload(label="Import hints", auto_upload=True, on_upload=self._on_import)
            hints.props('accept=".json" flat bordered id="import"').classes("w-full")
            hints.on("rejected", lambda: self._notify("Hints are a .json file."))
            ui.button("Export hints", icon="save", on_click=self._on_export).classes("w-full")
            ui.button("Download the page", icon="download", on_click=self._on_download).classes("w-full")

    def _slider(self, **limits):
        slider = ui.slider(**limits).props("label")
        slider.on("update:model-value", lambda: self._on_change(draft=True), throttle=DRAGGED)
        slider.on("change", functools.partial(self._on_released, slider))
        return slider

    async def _on_open(self, event) -> None:
        event.sender.reset()
        data, name = await event.file.read(), event.file.name
        self._status.text = f"colouring {name} ..."
        try:
            session = await run.io_bound(Session, self._colorizer, data, name, title=self._title)
        except (ValueError, MemoryError) as error:  # ImageError is a ValueError
            self._notify(f"{name}: {str(error) or 'the page is too large for the memory'}.")
        else:
            self._store["session"], self._selected = session, None
            self._radius.value = max(3, round(session.width * 0.006))
        await self._show()

    def _on_rejected(self) -> None:
        self._notify("That is no single image (JPEG, PNG, WebP). Folders and archives: webtoon-colorize FOLDER.")

    async def _on_mouse(self, event) -> None:
        if self._session is None:
            return
        session = self._session
        x, y = (value / session.scale for value in (event.image_x, event.image_y))
        if not (0 <= x < session.width and 0 <= y < session.height):
            return
        self._swatches(self._suggested, session.suggestions(x, y), self._on_suggestion)
        distances = [((hint.x - x) ** 2 + (hint.y - y) ** 2) ** 0.5 for hint in session.hints]
        if distances and min(distances) <= NEAR * session.width:
            self._select(int(np.argmin(distances)))
            return
        self._selected, self._picked, self._strength.value = len(session.hints), False, 1.0
        await self._edit((*session.hints, Hint(int(x * 10) / 10, int(y * 10) / 10, self._base, self._radius.value)))

    def _select(self, index: int) -> None:
        hint = self._session.hints[index]
        self._selected, self._picked = index, True
        self._base, self._strength.value, self._radius.value = hint.rgb, 1.0, hint.radius
        self._color.value = as_hex(hint.rgb)  # `_on_color` ignores this, because it is `_base` already
        self._draw_dots()

    async def _on_color(self, event) -> None:
        """Gives the chosen colour to the dot that was clicked, or else to the next dot."""
        try:
            red, green, blue = bytes.fromhex(event.value.removeprefix("#"))
        except (ValueError, AttributeError):
            return  # the user is still typing
        if (red, green, blue) == self._base:
            return
        self._base = (red, green, blue)
        if self._picked:
            await self._on_change()
        elif self._session is not None:
            self._selected = None
            self._draw_dots()

    async def _on_suggestion(self, rgb) -> None:
        """Gives the suggested colour to the selected dot."""
        self._base, self._strength.value = rgb, 1.0
        self._color.value = as_hex(rgb)
        await self._on_change()

    async def _on_released(self, slider, event) -> None:
        slider.value = event.args  # the slider's own event is throttled and may be late
        await self._on_change()

    async def _on_change(self, *, draft: bool = False) -> None:
        """Gives the selected dot the colour, strength and size that the tools show."""
        hints = self._session.hints
        if self._selected is not None and self._selected < len(hints):
            changed = dataclasses.replace(
                hints[self._selected], rgb=weakened(self._base, self._strength.value), radius=self._radius.value
            )
            await self._edit((*hints[: self._selected], changed, *hints[self._selected + 1 :]), draft=draft)

    async def _on_undo(self) -> None:
        self._session.undo()
        self._selected = None
        await self._show()

    async def _on_remove(self) -> None:
        if self._selected is not None:
            hints, selected = self._session.hints, self._selected
            self._selected = None
            await self._edit((*hints[:selected], *hints[selected + 1 :]))

    async def _edit(self, hints, *, draft: bool = False) -> None:
        self._session.set(hints, draft=draft)
        if not hints:
            self._selected = None
        await self._show()

    async def _on_import(self, event) -> None:
        event.sender.reset()
        content = await event.file.read()
        try:
            count = self._session.load(content)
            self._notify(f"Dots placed: {count}.")
        except ValueError as error:
            self._notify(f"{event.file.name}: {error}.")
        self._selected = None
        await self._show()

    def _on_export(self) -> None:
        ui.download.content(self._session.hint_file(), f"{self._session.name}.hints.json")

    async def _on_download(self) -> None:
        self._status.text = "colouring at full size ..."
        ui.download.content(await run.io_bound(self._session.finished), self._session.name)
        self._show_status()

    async def _show(self) -> None:
        """Updates the screen. Changes during an update cause one more update, with the last state."""
        self._refresh_tools()
        if self._session is None:
            self._status.text = BEGIN
            return
        self._draw_dots()
        self._stale = True
        if self._running:
            return
        self._running = True
        try:
            while self._stale:
                self._stale = False
                self._image.set_source(await run.io_bound(lambda: _data_url(self._session.view())))
        finally:
            self._running = False
        self._show_status()

    def _show_status(self) -> None:
        session = self._session
        count = len(session.hints)
        dots = f"{count} dot{'s' * (count != 1)}"
        self._status.text = f"{session.name}, {session.width} x {session.height}, {dots}"

    def _draw_dots(self) -> None:
        scale = self._session.scale
        self._image.content = "".join(
            f'<circle cx="{hint.x * scale:.1f}" cy="{hint.y * scale:.1f}" r="{max(4, hint.radius * scale):.1f}" '
            f'fill="{as_hex(hint.rgb)}" stroke="{"black" if index == self._selected else "white"}" stroke-width="2"/>'
            for index, hint in enumerate(self._session.hints)
        )

    def _refresh_tools(self) -> None:
        self._tools.set_visibility(self._session is not None)
        if self._session is not None:
            used = dict.fromkeys(hint.rgb for hint in self._session.hints)
            self._swatches(self._used, used, lambda rgb: self._color.set_value(as_hex(rgb)))

    def _swatches(self, row, colors, choose) -> None:
        row.clear()
        with row:
            for rgb in colors:
                button = ui.button(on_click=functools.partial(choose, rgb), color=as_hex(rgb))
                button.props("round dense").tooltip(as_hex(rgb)).classes("w-8 h-8")

    def _notify(self, sentence: str) -> None:
        ui.notify(sentence, position="top", multi_line=True, timeout=8000, close_button="OK")


def serve(colorizer, *, title: str | None, host: str, port: int, show: bool) -> None:
    @ui.page("/")
    async def index():
        await ui.context.client.connected()
        Editor(colorizer, title, app.storage.tab).build()

    print(f"http://{host}:{port} (Ctrl+C ends it)")
    ui.run(host=host, port=port, title="webtoon colorize", reload=False, show=show, show_welcome_message=False)

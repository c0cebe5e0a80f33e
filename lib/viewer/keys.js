// SPDX-License-Identifier: GPL-2.0-or-later
// The keyboard: one list is what the page does and what its help says.

// [keys, what they do, action(page, event)]; an action that returns false leaves the key to the browser.
const keyTable = [
	[["ArrowUp"], "↑ ↓ ← →", "walk the frames: along the stack, and to the neighbours", page => page.step("up")],
	[["ArrowDown"], "", "", page => page.step("down")],
	[["ArrowLeft"], "", "", page => page.step("left")],
	[["ArrowRight"], "", "", page => page.step("right")],
	[["Enter"], "Enter", "zoom into the frame", page => page.zoomIn(page.activeGraph(), page.target())],
	[["Escape", "Backspace"], "Esc, Backspace", "zoom out by one step; close what is open", page => page.out()],
	[["Home"], "Home", "zoom out to all", page => page.zoomIn(page.activeGraph(), 0)],
	[["PageUp"], "PgUp PgDn", "scroll a deep graph", page => page.activeGraph().box.scrollBy(0, -page.activeGraph().box.clientHeight * 0.9)],
	[["PageDown"], "", "", page => page.activeGraph().box.scrollBy(0, page.activeGraph().box.clientHeight * 0.9)],
	[["/"], "/ or Ctrl-F", "search; Enter and Shift-Enter walk the hits; twice Ctrl-F is the browser's own", page => page.finder.input.select()],
	[["n"], "n, N", "next and previous hit", page => page.finder.walk(1)],
	[["N"], "", "", page => page.finder.walk(-1)],
	[["m", "ContextMenu"], "m", "menu of the frame", page => page.openMenuHere()],
	[["s"], "s", "sandwich: callers and callees of the frame's function", page => page.sandwichHere()],
	[["o"], "o", "only stacks with the frame's function", page => page.limit("focus", page.targetName())],
	[["h"], "h", "hide stacks with the frame's function", page => page.limit("hide", page.targetName())],
	[["c"], "c", "copy the function's name", page => page.copy(page.targetName())],
	[["i"], "i", "icicle or flame", page => page.change({layout: page.view.layout === "flame" ? "icicle" : "flame"})],
	[["t"], "t", "table, on and off", page => page.change({panels: page.view.panels === "graph" ? "both" : "graph"})],
	[["f"], "f", "freeze, on and off (live)", page => page.freeze()],
	[["e"], "e", "export", page => page.saver.open(page.controls.export)],
	[["0"], "0", "reset the view", page => page.reset()],
	[["?"], "?", "this help", page => page.help.open()],
];

class Keys {
	constructor(page) {
		this.page = page;
		this.actions = new Map(keyTable.flatMap(([keys, , , act]) => keys.map(key => [key, act])));
		document.addEventListener("keydown", e => this.pressed(e));
	}

	pressed(e) {
		const {page} = this, at = document.activeElement, field = at && /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName);
		if (e.defaultPrevented || page.help.node.open)
			return;
		if ((e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && e.key === "f" && at !== page.finder.input) {
			page.finder.input.select();
			e.preventDefault();
			return;
		}
		if (e.ctrlKey || e.metaKey || e.altKey || (field && e.key !== "Escape"))
			return;
		// What has the focus and means something by these keys keeps them.
		const button = at && at !== document.body && at.tagName !== "CANVAS";
		if (button && /^(Enter| |Arrow.*|Home|Page.*)$/.test(e.key))
			return;
		const act = this.actions.get(e.key);
		if (act && act(page, e) !== false)
			e.preventDefault();
	}
}

class Help {
	constructor() {
		const rows = keyTable.filter(([, keys]) => keys).flatMap(([, keys, what]) => [element("dt", {}, keys), element("dd", {}, what)]);
		const close = element("button", {type: "button", onclick: () => this.node.close()}, "Close");
		this.node = element("dialog", {id: "help-dialog", "aria-label": "Keys and help"}, element("h2", {}, "Keys"), element("dl", {}, ...rows),
			element("p", {}, "A click zooms; a right click, or a long press, opens a frame's menu. Ancestors of the zoomed frame are faded. " +
				"Grey blocks are frames too narrow to draw. In the strip of samples over time, drag to choose a range and double-click for all; " +
				"red is what was lost. The address always holds what is seen: copy it to come back."), close);
		this.node.addEventListener("click", e => {
			if (e.target === this.node)
				this.node.close();
		});
	}

	open() {
		this.node.showModal();
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
// A flame graph in a box that scrolls: what is in sight is on a canvas that stays put, and pointer and keys find frames in it.

const LONG_PRESS = 500;

// on: {zoom(graph, node), menu(graph, node, x, y), point(graph, entry or -1, x, y), walk(graph, node), laid(graph)}
class Graph {
	constructor(id, label, on) {
		this.on = on;
		this.canvas = element("canvas", {id, tabindex: 0, role: "application", "aria-label": label, "aria-describedby": "details"});
		this.hover = element("div", {class: "hover", hidden: true});
		this.ring = element("div", {class: "ring", hidden: true});
		this.sheet = element("div", {class: "sheet"}, this.canvas, this.hover, this.ring);
		this.spacer = element("div", {class: "spacer"}, this.sheet);
		this.box = element("div", {class: "graph-box"}, this.spacer);
		this.row = matchMedia("(pointer: coarse)").matches ? 26 : 18;
		this.icicle = false;
		// How many rows next to the root are not drawn.
		this.skip = 0;
		this.tree = this.layout = null;
		this.zoom = this.focused = 0;
		this.look = {by: "kind", dark: false, hit: null};
		this.fromRoot = 0;
		this.pointed = -1;
		this.pointer = null;
		this.room = {width: 0, height: 0};
		this.listen();
	}

	listen() {
		this.box.addEventListener("scroll", () => {
			this.scrolled = this.box.scrollTop;
			// A box whose height changes is scrolled by the browser, before the observer is told: what was in sight stays.
			if (Math.abs(this.box.clientHeight - this.height) < 1)
				this.fromRoot = this.icicle ? this.scrolled : this.highest - this.scrolled;
			this.soon();
		}, {passive: true});
		new ResizeObserver(([{contentRect}]) => {
			this.room = contentRect;
			this.soon();
		}).observe(this.box);
		this.canvas.addEventListener("pointermove", e => this.moved(e));
		this.canvas.addEventListener("pointerdown", e => this.pressed(e));
		for (const type of ["pointerup", "pointercancel"])
			this.canvas.addEventListener(type, () => clearTimeout(this.press));
		this.canvas.addEventListener("pointerleave", () => {
			this.pointer = null;
			this.point(-1);
		});
		this.canvas.addEventListener("click", e => this.clicked(e));
		this.canvas.addEventListener("contextmenu", e => {
			e.preventDefault();
			if (!this.longPressed)
				this.menuAt(e);
		});
		this.canvas.addEventListener("blur", () => setShown(this.ring, false));
		this.canvas.addEventListener("focus", () => this.placeRing());
	}

	// Another tree, or the same that has grown; draws at once.
	show(tree, zoom, focused) {
		this.tree = tree;
		this.zoom = zoom;
		this.focused = focused < tree.n ? focused : 0;
		this.layout = null;
		this.draw();
	}

	soon() {
		this.waiting ??= requestAnimationFrame(() => this.draw());
	}

	draw() {
		cancelAnimationFrame(this.waiting);
		this.waiting = undefined;
		// Known from the observer: to ask the box would lay out the page once more.
		const {width, height} = this.room;
		if (!this.tree || width < 1 || height < 1)
			return;
		if (!this.layout || this.layout.width !== width)
			this.lay(width);
		this.highest = Math.max(0, this.tall - height);
		this.height = height;
		const spread = Math.max(this.tall, height) + "px";
		if (this.spacer.style.height !== spread)
			this.spacer.style.height = spread;
		this.fromRoot = Math.min(Math.max(this.fromRoot, 0), this.highest);
		const top = this.icicle ? this.fromRoot : this.highest - this.fromRoot;
		// Asking where it is scrolled to would lay out the page; it is where it was put last, or scrolled to since.
		if (this.scrolled !== top || this.spread !== spread)
			this.box.scrollTop = this.scrolled = top;
		this.spread = spread;
		this.paint(width, height);
		if (this.pointer)
			this.point(this.entryAt(this.pointer), this.pointer.clientX, this.pointer.clientY);
		this.placeRing();
	}

	lay(width) {
		const {tree, zoom} = this;
		this.layout = new Layout(tree, zoom, width);
		this.narrow = Math.max(0, subtreeSizes(tree)[zoom] + tree.depth[zoom] - this.layout.drawn);
		this.tall = (this.layout.depth - this.skip) * this.row;
		// On a small screen a low graph leaves room for the table.
		if (this.box.style.getPropertyValue("--tall") !== this.tall + "px")
			this.box.style.setProperty("--tall", this.tall + "px");
		this.on.laid(this);
	}

	paint(width, height) {
		const context = sizeCanvas(this.canvas, width, height), look = {...this.look, dpr: window.devicePixelRatio || 1, ink: inkNow()};
		const nearest = this.skip + Math.floor(this.fromRoot / this.row);
		context.clearRect(0, 0, width, height);
		paintRows(context, this.layout, look, nearest, nearest + Math.ceil(height / this.row) + 1, depth => this.yOf(depth), this.row);
	}

	// On the canvas. A flame graph that is lower than its box stands on the box's floor.
	yOf(depth) {
		const from = (depth - this.skip) * this.row - this.fromRoot;
		return this.icicle ? from : this.height - from - this.row;
	}

	depthAt(y) {
		return this.skip + Math.floor((this.icicle ? y + this.fromRoot : this.height + this.fromRoot - y) / this.row);
	}

	entryAt(e) {
		const box = this.canvas.getBoundingClientRect();
		return this.layout ? this.layout.at(this.depthAt(e.clientY - box.top), e.clientX - box.left) : -1;
	}

	nodeAt(e) {
		const entry = this.entryAt(e);
		return entry < 0 ? -1 : Math.max(this.layout.node[entry], -1);
	}

	moved(e) {
		if (this.pressedAt && Math.hypot(e.clientX - this.pressedAt.x, e.clientY - this.pressedAt.y) > 8)
			clearTimeout(this.press);
		if (e.pointerType === "touch")
			return;
		this.pointer = {clientX: e.clientX, clientY: e.clientY};
		this.point(this.entryAt(e), e.clientX, e.clientY);
	}

	point(entry, x, y) {
		this.pointed = entry;
		this.canvas.style.cursor = entry >= 0 && this.layout.node[entry] >= 0 ? "pointer" : "";
		this.placeHover();
		this.on.point(this, entry, x, y);
	}

	pressed(e) {
		this.longPressed = false;
		this.pressedAt = {x: e.clientX, y: e.clientY};
		clearTimeout(this.press);
		if (e.pointerType === "mouse")
			return;
		this.press = setTimeout(() => {
			this.longPressed = true;
			this.menuAt(e);
		}, LONG_PRESS);
	}

	clicked(e) {
		const node = this.longPressed ? -1 : this.nodeAt(e);
		if (node < 0)
			return;
		this.focused = node;
		this.on.zoom(this, node);
	}

	menuAt(e) {
		const node = this.nodeAt(e);
		if (node < 0)
			return;
		this.focused = node;
		this.on.menu(this, node, e.clientX, e.clientY);
	}

	placeHover() {
		const entry = this.layout && this.pointed < this.layout.n ? this.pointed : -1;
		setShown(this.hover, entry >= 0);
		if (entry >= 0)
			this.place(this.hover, entry);
	}

	place(mark, entry) {
		const depth = this.depthOf(entry);
		mark.style.transform = `translate(${this.layout.x[entry]}px, ${this.yOf(depth)}px)`;
		mark.style.width = Math.max(2, this.layout.w[entry] - 1) + "px";
		mark.style.height = this.row - 1 + "px";
	}

	depthOf(entry) {
		let depth = 0;
		while (this.layout.rows[depth + 1] <= entry)
			depth++;
		return depth;
	}

	// The ring shows where the keys are, while the canvas has the focus or a search walks.
	placeRing() {
		const entry = this.layout && (this.walking || document.activeElement === this.canvas) ? this.layout.find(this.focused) : -1;
		setShown(this.ring, entry >= 0);
		if (entry >= 0)
			this.place(this.ring, entry);
	}

	// Scrolls until node's row is in sight.
	reveal(node) {
		const from = (this.tree.depth[node] - this.skip) * this.row;
		if (from < this.fromRoot)
			this.fromRoot = from;
		else if (from + 2 * this.row > this.fromRoot + this.height)
			this.fromRoot = from + 2 * this.row - this.height;
		this.draw();
	}

	focus(node, walking) {
		if (!this.layout)
			return;
		this.focused = node;
		this.walking = walking;
		this.reveal(node);
		this.on.walk(this, node);
	}

	// Where a frame is on the screen, for a menu that no pointer asked for.
	placeOf(node) {
		const box = this.canvas.getBoundingClientRect(), entry = this.layout ? this.layout.find(node) : -1;
		return entry < 0 ? {x: box.left, y: box.top} : {x: box.left + this.layout.x[entry] + Math.min(this.layout.w[entry], 40) / 2,
			y: box.top + this.yOf(this.tree.depth[node]) + this.row};
	}

	// direction: "up", "down", "left", "right" on the screen.
	step(direction) {
		const l = this.layout;
		if (!l)
			return;
		const entry = l.find(this.focused), outward = (direction === "up") !== this.icicle;
		if (entry < 0)
			return this.focus(this.zoom);
		if (direction === "left" || direction === "right")
			return this.focus(this.sibling(entry, direction === "left" ? -1 : 1));
		if (!outward)
			return this.focus(this.tree.parent[this.focused]);
		const depth = this.tree.depth[this.focused] + 1;
		let widest = -1;
		for (let i = l.rows[depth] ?? l.n; i < (l.rows[depth + 1] ?? 0); i++) {
			if (l.node[i] >= 0 && this.tree.parent[l.node[i]] === this.focused && (widest < 0 || l.w[i] > l.w[widest]))
				widest = i;
		}
		return this.focus(widest < 0 ? this.focused : l.node[widest]);
	}

	sibling(entry, by) {
		const l = this.layout, depth = this.depthOf(entry);
		for (let i = entry + by; i >= l.rows[depth] && i < l.rows[depth + 1]; i += by) {
			if (l.node[i] >= 0)
				return l.node[i];
		}
		return l.node[entry];
	}
}

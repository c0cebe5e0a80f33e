// SPDX-License-Identifier: GPL-2.0-or-later
// Paints a layout's rows on a canvas context.

const LABEL_FONT = "12px system-ui, -apple-system, \"Segoe UI\", Roboto, \"Noto Sans\", sans-serif";
const LABEL_INSET = 4, NARROWEST_LABEL = 22;

// How wide a text is; the same names come again in every picture.
const labelWidths = new Map();

function labelWidth(context, text) {
	let width = labelWidths.get(text);
	if (width === undefined) {
		if (labelWidths.size > 20000)
			labelWidths.clear();
		width = context.measureText(text).width;
		labelWidths.set(text, width);
	}
	return width;
}

// As much of the name as there is room for; "" when that says nothing.
function fittingLabel(context, name, room) {
	const text = shownName(name.length > 400 ? name.slice(0, 400) : name), width = labelWidth(context, text);
	if (width <= room)
		return text;
	for (let n = Math.floor(text.length * room / width); n > 1; n--) {
		const cut = text.slice(0, n) + "…";
		if (labelWidth(context, cut) <= room)
			return cut;
	}
	return "";
}

// How a frame is filled and written on: {by, dark, hit (by node) or null, ink (the page's colours)}.
function frameLook(layout, node, look) {
	const {tree, zoom} = layout, faded = tree.depth[node] < tree.depth[zoom];
	if (look.hit && look.hit[node])
		return {fill: look.ink.hit, text: look.ink.hitText, faded};
	if (node === 0)
		return {fill: look.ink.root, text: look.ink.text, faded: faded && !look.hit};
	const frame = tree.frame[node];
	return {fill: nodeColour(tree, node, look.by, look.dark), text: textColour(tree.profile, frame, look.by, look.dark),
		faded: faded || Boolean(look.hit)};
}

// Rows from..to of the layout; yOf(depth) is a row's upper edge, row its height.
function paintRows(context, layout, look, from, to, yOf, row) {
	const dpr = look.dpr, snap = v => Math.round(v * dpr) / dpr;
	context.font = LABEL_FONT;
	context.textBaseline = "middle";
	context.direction = "ltr";
	for (let depth = Math.max(from, 0); depth < Math.min(to, layout.depth); depth++) {
		const y = yOf(depth);
		for (let i = layout.rows[depth]; i < layout.rows[depth + 1]; i++) {
			const node = layout.node[i], left = snap(layout.x[i]), w = layout.w[i];
			const right = Math.max(snap(layout.x[i] + w) - (w > 3 ? 1 : w > 1.5 ? 1 / dpr : 0), left + 1 / dpr);
			if (node < 0) {
				context.globalAlpha = 0.55;
				context.fillStyle = look.ink.narrow;
				context.fillRect(left, y, right - left, row - 1);
				continue;
			}
			const {fill, text, faded} = frameLook(layout, node, look);
			context.globalAlpha = faded ? look.ink.fade : 1;
			context.fillStyle = fill;
			context.fillRect(left, y, right - left, row - 1);
			if (w < NARROWEST_LABEL)
				continue;
			const label = fittingLabel(context, nameOf(layout.tree, node), right - left - 2 * LABEL_INSET);
			if (label) {
				context.globalAlpha = faded ? 0.8 : 1;
				context.fillStyle = faded ? look.ink.text : text;
				context.fillText(label, left + LABEL_INSET, y + row / 2);
			}
		}
	}
	context.globalAlpha = 1;
}

// What is painted with, from the style sheet, so that canvas and page agree. Asking makes the browser lay out the page,
// so it is asked once a theme.
const inks = new Map();

function inkNow() {
	const {theme} = document.documentElement.dataset;
	if (!inks.has(theme))
		inks.set(theme, readInk(getComputedStyle(document.documentElement)));
	return inks.get(theme);
}

function readInk(style) {
	const value = name => style.getPropertyValue(name).trim();
	return {hit: value("--hit"), hitText: value("--hit-text"), root: value("--root"), text: value("--text"), muted: value("--muted"),
		narrow: value("--narrow"), page: value("--page"), bar: value("--bar"), lost: value("--lost"), accent: value("--accent"),
		fade: Number(value("--fade")) || 0.5};
}

// The canvas gets as many pixels as the screen has under it; drawing stays in CSS pixels.
function sizeCanvas(canvas, width, height) {
	const dpr = window.devicePixelRatio || 1, w = Math.max(1, Math.round(width * dpr)), h = Math.max(1, Math.round(height * dpr));
	if (canvas.width !== w || canvas.height !== h) {
		canvas.width = w;
		canvas.height = h;
		canvas.style.width = width + "px";
		canvas.style.height = height + "px";
	}
	const context = canvas.getContext("2d");
	context.setTransform(dpr, 0, 0, dpr, 0, 0);
	return context;
}

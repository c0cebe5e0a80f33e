// SPDX-License-Identifier: GPL-2.0-or-later
// The view as a picture that stands alone: an SVG without script.

const SVG_ROW = 17;
const SVG_CHARACTER = 7.2;
const SVG_NARROWEST = 0.1;

const ENTITIES = new Map([["&", "&amp;"], ["<", "&lt;"], [">", "&gt;"], ["\"", "&quot;"], ["'", "&#39;"]]);

// What XML does not take, and what would hide or turn text around, in visible letters.
const CONTROLS = /[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\uffff]/g;
const TAGS = /\udb40[\udc00-\udc7f]/g;

const visible = character => {
	const code = character.codePointAt(0);
	return code < 0x80 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
};

const xmlText = text => text.replace(CONTROLS, visible).replace(TAGS, visible).replace(LONE_SURROGATES, "\ufffd")
	.replace(/[&<>"']/g, c => ENTITIES.get(c));

// The places of what is drawn: the node's ancestors as wide as the node, what is below it by its share.
const placeFrames = (tree, top, width) => {
	const {parent, first, next, total, depth} = tree, placed = [], stack = [{node: top, x: 0}];
	const scale = total[top] > 0 ? width / total[top] : 0;
	for (let node = top; node > 0; node = parent[node])
		placed.push({node: parent[node], x: 0, width, row: depth[parent[node]]});
	placed.reverse();
	while (stack.length > 0) {
		const {node, x} = stack.pop();
		placed.push({node, x, width: node === top ? width : total[node] * scale, row: depth[node]});
		let at = x;
		for (let child = first[node]; child; child = next[child]) {
			if (total[child] * scale >= SVG_NARROWEST)
				stack.push({node: child, x: at});
			at += total[child] * scale;
		}
	}
	return placed;
};

const svgFrame = (tree, {node, x, width}, y, {by, dark}) => {
	const {profile, total} = tree, name = nameOf(tree, node), letters = [...name];
	const room = Math.floor((width - 6) / SVG_CHARACTER), wide = Math.max(width - 0.5, 0.05).toFixed(2);
	const fill = node === 0 ? dark ? "#3a3a3c" : "#dddddd" : nodeColour(tree, node, by, dark);
	const share = total[0] > 0 ? (total[node] * 100 / total[0]).toFixed(2) : "0.00";
	const amount = isScaled(tree.events.unit) ? scaledText(tree.events.unit, total[node]) : `${countText(profile, total[node])} ${tree.events.unit}`;
	const shown = letters.length <= room ? name : `${letters.slice(0, room - 1).join("")}…`;
	return [
		`<g><title>${xmlText(name)} (${xmlText(amount)}, ${share} %)</title>`,
		`<rect x="${x.toFixed(2)}" y="${y}" width="${wide}" height="${SVG_ROW - 1}" fill="${fill}"/>`,
		room >= 3 ? `<text x="${(x + 3).toFixed(2)}" y="${y + 12}">${xmlText(shown)}</text>` : "",
		"</g>\n",
	].join("");
};

const exportSvg = (tree, view) => {
	const {node = 0, inverted = false, dark = false, title = ""} = view, by = view.by ?? "kind";
	const width = Math.min(Math.max(view.width || 1200, 100), 100000), placed = placeFrames(tree, node, width - 20);
	const rows = placed.reduce((most, {row}) => Math.max(most, row), 0) + 1, height = rows * SVG_ROW + 46;
	const text = textColour(tree.profile, 0, by, dark), background = dark ? "#1b1b1d" : "#ffffff";
	const frames = placed.map(place => {
		const y = 34 + (inverted ? place.row : rows - 1 - place.row) * SVG_ROW;
		return svgFrame(tree, {...place, x: place.x + 10}, y, {by, dark});
	});
	return [
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" `,
		`font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="12" fill="${text}">\n`,
		`<title>${xmlText(title)}</title>\n`,
		`<rect width="100%" height="100%" fill="${background}"/>\n`,
		`<text x="${width / 2}" y="22" font-size="15" text-anchor="middle">${xmlText(title)}</text>\n`,
		...frames,
		"</svg>\n",
	].join("");
};

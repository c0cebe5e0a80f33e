// SPDX-License-Identifier: GPL-2.0-or-later
// All that is known of a frame, beside the pointer or in the line below the graph.

function amountText(tree, value) {
	return unitText(tree.events.unit, roundAmount(tree.profile, value));
}

// Counts are in units of 10^-decimals; what has decayed has no exact value.
function roundAmount(profile, value) {
	const whole = Math.abs(value - Math.round(value)) < 1e-6 ? Math.round(value) : Math.round(value * 100) / 100;
	return profile.decimals ? Number((whole / 10 ** profile.decimals).toFixed(profile.decimals)) : whole;
}

// "" for none. One name may be of several: main of two programs.
function moduleText(profile, frame, mixed) {
	const module = profile.frames.module[frame];
	return mixed ? "several modules" : module < 0 ? "" : shownName(profile.modules[module]);
}

// [what, text] pairs. In the halves of a sandwich the whole is that of the graph it was cut from.
function frameFacts(tree, node, zoom) {
	const total = tree.total[node], {profile} = tree, facts = [], all = tree.whole ?? tree.total[0];
	const shares = [percentText(total, all) + " of all"];
	if (zoom && zoom !== node)
		shares.push(percentText(total, tree.total[zoom]) + (tree.whole && !tree.parent[zoom] ? " of the function" : " of the zoomed frame"));
	if (node && tree.parent[node] && tree.parent[node] !== zoom)
		shares.push(percentText(total, tree.total[tree.parent[node]]) + " of its parent");
	facts.push(["total", amountText(tree, total) + " · " + shares.join(" · ")]);
	if (tree.shape !== "callers")
		facts.push(["self", amountText(tree, tree.self[node]) + " · " + percentText(tree.self[node], all) + " of all"]);
	if (node) {
		const frame = tree.frame[node], kind = profile.frames.kind[frame], module = moduleText(profile, frame, tree.mixed[node]);
		if (kind !== KIND.USER || profile.kindsKnown)
			facts.push(["kind", kindText(kind)]);
		if (module)
			facts.push(["module", module]);
	}
	return facts;
}

function frameSentence(tree, node, zoom) {
	return shownName(nameOf(tree, node)) + " — " + frameFacts(tree, node, zoom).map(([what, text]) => what + " " + text).join("; ");
}

class Tooltip {
	constructor() {
		this.node = element("div", {id: "tooltip", role: "tooltip", hidden: true});
	}

	hide() {
		setShown(this.node, false);
	}

	show(graph, entry, x, y) {
		const node = graph.layout.node[entry];
		if (node < 0)
			this.fillNarrow(graph.layout.narrowAt(entry), graph.tree);
		else
			this.fill(graph.tree, node, graph.zoom);
		setShown(this.node, true);
		const {offsetWidth: w, offsetHeight: h} = this.node;
		this.node.style.left = Math.max(4, x + 14 + w > innerWidth ? Math.min(x - w - 8, innerWidth - w - 4) : x + 14) + "px";
		this.node.style.top = Math.max(4, y + 18 + h > innerHeight ? y - h - 10 : y + 18) + "px";
	}

	fill(tree, node, zoom) {
		this.node.replaceChildren(element("b", {dir: "ltr"}, shownName(nameOf(tree, node))),
			element("dl", {}, ...frameFacts(tree, node, zoom).flatMap(([what, text]) => [element("dt", {}, what), element("dd", {}, text)])));
	}

	fillNarrow({frames, samples}, tree) {
		this.node.replaceChildren(element("b", {}, groupedText(frames) + (frames === 1 ? " frame" : " frames") + " too narrow to draw"),
			element("dl", {}, element("dt", {}, "total"), element("dd", {}, amountText(tree, samples) + " · zoom in to see them")));
	}
}

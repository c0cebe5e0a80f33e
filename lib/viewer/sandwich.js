// SPDX-License-Identifier: GPL-2.0-or-later
// One function with all that calls it above and all that it calls below, wherever in the tree it is.

class Sandwich {
	constructor(page) {
		this.page = page;
		this.callers = new Graph("callers", "callers of the function; arrow keys walk the frames", page.graphEvents());
		this.callees = new Graph("callees", "what the function calls; arrow keys walk the frames", page.graphEvents());
		this.callees.icicle = true;
		this.title = element("h2", {dir: "ltr"});
		this.sums = element("span", {class: "muted"});
		this.close = element("button", {id: "sandwich-close", type: "button", onclick: () => page.change({sandwich: ""}, true)}, "Close sandwich");
		this.halves = [this.callers, this.callees].map(graph => {
			graph.skip = 1;
			graph.path = [];
			return graph;
		});
		this.node = element("section", {id: "sandwich", "aria-label": "Sandwich", hidden: true},
			element("div", {class: "sandwich-head"}, this.title, this.sums, this.close),
			element("div", {class: "half-label"}, "Callers"), this.callers.box, this.callees.box,
			element("div", {class: "half-label"}, "Callees"));
		this.name = "";
	}

	build(profile, view) {
		if (this.profile !== profile || this.name !== view.sandwich) {
			this.page.lastHalf = this.callees;
			this.halves.forEach(graph => graph.path = []);
		}
		if (this.profile !== profile)
			this.halves.forEach(graph => graph.builder = new TreeBuilder(profile));
		this.profile = profile;
		this.name = view.sandwich;
		for (const graph of this.halves) {
			const focused = graph.tree ? stepsOf(graph.tree, graph.focused) : [];
			graph.built = graph.builder.build(choiceOf(view, graph === this.callers ? "callers" : "callees"));
			graph.built.whole = this.page.tree.total[0];
			graph.focusedNext = findPath(graph.built, focused);
		}
	}

	// The function itself stands at the root of both halves; the row of all below it would say nothing.
	show(view, look, functions) {
		const tree = this.callees.built, {profile} = tree, wanted = isOf(profile, view.sandwich), own = functions.filter(f => wanted(f.frame));
		const self = own.reduce((sum, f) => sum + f.self, 0), total = own.length === 1 ? own[0].total : tree.total[0];
		setText(this.title, shownFunction(view.sandwich));
		setText(this.sums, own.length ? "self " + amountText(tree, self) + ", total " + amountText(tree, total) + " (" +
			percentText(total, this.page.tree.total[0]) + " of what is shown)" : "is not in any of the stacks that are shown");
		for (const graph of this.halves) {
			const {first, next} = graph.built, only = next[first[0]] ? 0 : first[0];
			const zoom = graph.path.length ? findPath(graph.built, graph.path) : only;
			const found = findIn(graph.built, view);
			graph.look = {...look, hit: found && !found.error ? found.hit : null};
			graph.canvas.dataset.zoom = nameOf(graph.built, zoom);
			graph.canvas.dataset.value = String(roundAmount(graph.built.profile, graph.built.total[0]));
			graph.show(graph.built, zoom, graph.focusedNext || zoom);
		}
	}
}

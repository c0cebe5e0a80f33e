// SPDX-License-Identifier: GPL-2.0-or-later
// What can be done with a frame or a function, from its menu, with a key or with a click.

// Page is this with the state and the drawing (page.js).
class Actions {
	zoomIn(graph, node) {
		const path = stepsOf(graph.tree, node);
		graph.focused = node;
		if (graph === this.graph) {
			this.zoomTo(path);
			return;
		}
		graph.path = path;
		this.mark("draw");
	}

	zoomTo(path) {
		if (path.length !== this.view.zoom.length || path.some((name, i) => name !== this.view.zoom[i]))
			this.change({zoom: path}, true);
	}

	// To the next frame below that is wider, else nothing would be seen to change.
	out() {
		const graph = this.activeGraph(), {tree} = graph;
		let node = graph.zoom;
		if (this.view.sandwich && node <= (tree.first[0] || 0)) {
			this.change({sandwich: ""}, true);
			return;
		}
		while (node && tree.total[node] === tree.total[graph.zoom])
			node = tree.parent[node];
		if (graph.zoom)
			this.zoomIn(graph, node);
		else
			graph.canvas.focus();
	}

	// The frame that a key is for: where the keys are, else where the pointer is.
	target() {
		const graph = this.activeGraph(), pointed = graph.layout && graph.pointed >= 0 ? graph.layout.node[graph.pointed] : -1;
		return document.activeElement !== graph.canvas && !graph.walking && pointed >= 0 ? pointed : graph.focused;
	}

	targetName() {
		const {tree} = this.activeGraph(), node = this.target();
		return node ? functionText(tree.profile, tree.frame[node]) : "";
	}

	step(direction) {
		const graph = this.activeGraph();
		if (graph.layout && graph.layout.find(graph.focused) < 0)
			graph.focused = graph.zoom;
		graph.canvas.focus({preventScroll: true});
		graph.step(direction);
	}

	limit(what, name) {
		if (name && !this.view[what].includes(name))
			this.change({[what]: [...this.view[what], name]}, true);
	}

	sandwichHere() {
		if (this.targetName())
			this.sandwichOf(this.targetName());
	}

	sandwichOf(name) {
		this.change({sandwich: name, panels: this.view.panels === "table" ? "both" : this.view.panels}, true);
	}

	copy(text) {
		const {name} = readFunction(text);
		if (!name)
			return;
		copyText(name);
		this.say("copied " + shownName(name));
	}

	// Names of functions are texts as functionText() makes them. Just this one, whatever else has such letters; once more
	// for none.
	pick(name) {
		const already = this.view.exact && this.view.search === name;
		this.change({search: already ? "" : name, regex: false, exact: !already});
	}

	openMenuHere() {
		const graph = this.activeGraph(), node = this.target(), {x, y} = graph.placeOf(node);
		this.openFrameMenu(graph, node, x, y);
	}

	openFrameMenu(graph, node, x, y) {
		const name = nameOf(graph.tree, node), zoom = {label: "Zoom in", act: () => this.zoomIn(graph, node)};
		this.tooltip.hide();
		if (!node)
			this.menu.open("all", [{label: "Zoom out to all", act: () => this.zoomIn(graph, 0)}, {label: "Reset view", act: () => this.reset()}],
				x, y, graph.canvas);
		else
			this.menu.open(shownName(name), [zoom, ...this.functionItems(functionText(graph.tree.profile, graph.tree.frame[node]))], x, y, graph.canvas);
	}

	openRowMenu(name, x, y, opener) {
		this.menu.open(shownFunction(name), this.functionItems(name), x, y, opener);
	}

	functionItems(name) {
		return [{label: "Sandwich: callers and callees", act: () => this.sandwichOf(name)},
			{label: "Only stacks with this function", act: () => this.limit("focus", name)},
			{label: "Hide stacks with this function", act: () => this.limit("hide", name)},
			{label: "Search for this name", act: () => this.change({search: readFunction(name).name, regex: false, exact: false})},
			{label: "Copy name", act: () => this.copy(name)}];
	}

	// A hit that is outside the zoomed frame or too narrow is brought into sight by zooming to the widest frame that shows it.
	showHit(node) {
		const {graph, tree} = this;
		if (this.view.sandwich || !graph.layout)
			return;
		const entry = graph.layout.find(node), {width} = graph.layout;
		if (entry < 0 || graph.layout.w[entry] < 3 || (node !== graph.zoom && tree.depth[node] < tree.depth[graph.zoom])) {
			let zoom = node;
			while (zoom && tree.total[node] / tree.total[tree.parent[zoom]] * width >= 24)
				zoom = tree.parent[zoom];
			graph.focused = node;
			this.change({zoom: stepsOf(tree, zoom)}, true);
			this.refresh();
		}
		graph.focus(node, true);
	}
}

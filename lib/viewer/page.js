// SPDX-License-Identifier: GPL-2.0-or-later
// The page: what is looked at, the parts that show it, and one redraw per picture however much has happened.

// What makes another tree, and what another list of hits.
const treeKeys = ["event", "unit", "group", "time", "seconds", "from", "to", "hide", "focus", "sandwich"], searchKeys = ["search", "regex", "exact"];

class Page extends Actions {
	constructor(profile, token) {
		super();
		this.token = token;
		this.view = viewFromHash(location.hash);
		this.profile = profile || new Profile();
		this.isLive = !profile;
		this.dirty = new Set(["tree"]);
		this.makeParts();
		this.live = this.isLive ? new Live(token, {profile: p => this.received(p), link: () => this.showState()}) : null;
		addEventListener("popstate", () => this.restore());
		setInterval(() => this.live && (this.live.retryAt || this.live.frozen) && this.showState(), 500);
		this.refresh();
	}

	makeParts() {
		this.tooltip = new Tooltip();
		this.menu = new Menu();
		this.help = new Help();
		this.theme = new Theme(() => this.mark("draw"));
		this.finder = new Finder(this);
		this.saver = new Saver(this);
		this.graph = new Graph("graph", "flame graph; arrow keys walk the frames, Enter zooms, m opens a menu, ? lists the keys", this.graphEvents());
		this.sandwich = new Sandwich(this);
		this.lastHalf = this.sandwich.callees;
		this.table = new FunctionTable({pick: name => this.pick(name), sort: sort => this.change({sort}),
			menu: (name, x, y, opener) => this.openRowMenu(name, x, y, opener)});
		this.strip = new Strip({range: (from, to) => this.change({time: "range", from, to}, true), say: text => this.say(text),
			all: () => this.change({time: "all"}, this.view.time === "range")});
		this.eventWindows = new EventWindows();
		this.trail = new Trail(this);
		this.controls = new Controls(this);
		this.details = element("div", {id: "details", role: "status", "aria-live": "polite"});
		this.leftOut = element("div", {id: "left-out"});
		this.main = element("main", {}, this.graph.box, this.sandwich.node, this.table.node);
		document.body.append(this.controls.node, this.strip.node, this.trail.node, this.main,
			element("footer", {}, this.details, this.leftOut), this.tooltip.node, this.menu.node, this.help.node);
		this.keys = new Keys(this);
	}

	graphEvents() {
		const used = graph => graph !== this.graph && (this.lastHalf = graph);
		return {
			zoom: (graph, node) => { used(graph); this.zoomIn(graph, node); },
			menu: (graph, node, x, y) => { used(graph); this.openFrameMenu(graph, node, x, y); },
			walk: (graph, node) => { used(graph); this.say(frameSentence(graph.tree, node, graph.zoom)); },
			point: (graph, entry, x, y) => entry < 0 || !this.menu.node.hidden ? this.tooltip.hide() : this.tooltip.show(graph, entry, x, y),
			laid: () => this.showLeftOut(),
		};
	}

	activeGraph() {
		return this.view.sandwich ? this.lastHalf : this.graph;
	}

	say(text) {
		setText(this.details, text);
	}

	// patch: what of the view is to be otherwise; push: the browser's back button takes it back.
	change(patch, push) {
		Object.assign(this.view, patch);
		for (const key of Object.keys(patch))
			this.mark(treeKeys.includes(key) ? "tree" : searchKeys.includes(key) ? "search" : key === "sort" ? "table" : "draw");
		// What was said was of what was seen before.
		if (Object.keys(patch).some(key => treeKeys.includes(key) || key === "zoom"))
			this.say("");
		putHash(this.view, this.token, push);
	}

	restore() {
		this.view = viewFromHash(location.hash);
		this.say("");
		this.mark("tree");
	}

	reset() {
		const {zoom, search: text, regex, exact, hide, focus, sandwich, time, seconds} = startView();
		this.change({zoom, search: text, regex, exact, hide, focus, sandwich, time, seconds}, true);
	}

	mark(what) {
		this.dirty.add(what);
		this.waiting ??= requestAnimationFrame(() => this.refresh());
	}

	received(profile) {
		this.profile = profile;
		this.mark("tree");
	}

	freeze() {
		if (!this.live || (!this.live.frozen && this.live.over()))
			return;
		this.live.freeze(!this.live.frozen);
		this.showState();
	}

	// While the page is not seen the browser asks for no picture, and nothing is built.
	refresh() {
		cancelAnimationFrame(this.waiting);
		this.waiting = undefined;
		const tree = this.dirty.has("tree"), search = tree || this.dirty.has("search"), table = search || this.dirty.has("table");
		this.dirty.clear();
		if (tree)
			this.build();
		if (search) {
			this.finder.show(this.view);
			this.hit = this.finder.find(this.tree, this.view);
		}
		this.controls.showView(this.view, this.isLive, this.profile);
		this.showPanels();
		this.showGraphs();
		if (table)
			this.table.update(this.tree, this.functions, {sort: this.view.sort, test: this.finder.test(this.view), picked: this.view.exact && this.view.search ? isOf(this.profile, this.view.search) : null});
		if (tree) {
			this.controls.showNumbers(this.tree, this.functions, this.isLive);
			this.showTitle();
			this.showState();
		}
		if (this.isLive)
			this.strip.show(this.eventWindows.of(this.profile, this.tree.events), this.view.time === "range" ? this.view : null,
				isScaled(this.tree.events.unit));
	}

	build() {
		const {graph} = this, focused = this.tree ? stepsOf(this.tree, graph.focused) : [];
		if (!this.builder || this.builder.profile !== this.profile)
			this.builder = new TreeBuilder(this.profile);
		this.tree = this.builder.build(choiceOf(this.view));
		this.functions = functionsOf(this.tree);
		this.focusedNext = findPath(this.tree, focused);
		if (this.view.sandwich)
			this.sandwich.build(this.profile, this.view);
	}

	showGraphs() {
		const {view, graph} = this, look = {by: view.colour, dark: this.theme.dark, hit: this.hit}, zoom = findPath(this.tree, view.zoom);
		this.trail.show(stepsOf(this.tree, zoom), view.zoom, view);
		graph.look = look;
		graph.icicle = view.layout === "icicle";
		graph.canvas.dataset.zoom = nameOf(this.tree, zoom);
		graph.show(this.tree, zoom, this.focusedNext ?? graph.focused);
		this.focusedNext = undefined;
		if (view.sandwich)
			this.sandwich.show(view, look, this.functions);
	}

	showPanels() {
		const {panels, sandwich} = this.view;
		this.main.dataset.panels = panels;
		setShown(this.graph.box, panels !== "table" && !sandwich);
		setShown(this.sandwich.node, panels !== "table" && Boolean(sandwich));
		setShown(this.table.node, panels !== "graph");
		setShown(this.strip.node, this.isLive);
	}

	showTitle() {
		const {facts} = this.profile, title = this.isLive ? [facts.host, facts.command].filter(t => t).join(": ") : this.profile.title;
		this.title = title || document.title;
		setText(this.controls.title, shownName(this.title));
		this.controls.title.title = shownName(this.title);
		if (this.isLive && title && document.title !== this.title)
			document.title = shownName(this.title);
	}

	showState() {
		const {live, controls} = this, state = stateOf(live, this.profile), waiting = live ? live.secondsWaiting() : 0;
		setText(controls.state, state.text);
		controls.state.dataset.state = state.name;
		setText(controls.banner, state.banner || "");
		setShown(controls.banner, Boolean(state.banner));
		setShown(controls.again, Boolean(live?.canTry()));
		setShown(controls.freeze, Boolean(live) && (live.frozen || !live.over()));
		controls.freeze.setAttribute("aria-pressed", String(Boolean(live?.frozen)));
		setText(controls.freeze, live?.frozen ? "Continue" + (waiting ? " (+" + waiting + " s)" : "") : "Freeze");
		setShown(controls.stop, Boolean(live) && live.linked && !live.over() && this.profile.facts.control === true);
	}

	showLeftOut() {
		const shown = this.view.sandwich ? this.sandwich.halves : [this.graph], narrow = shown.reduce((sum, graph) => sum + (graph.narrow || 0), 0);
		this.leftOut.dataset.value = String(narrow);
		setText(this.leftOut, [narrow > 0 ? groupedText(narrow) + (narrow === 1 ? " frame" : " frames") + " too narrow to draw" : "",
			this.profile.merged ? "old times in coarser steps" : "", this.profile.rounded() ? "counts beyond 2^53 are rounded" : ""].filter(t => t).join(" · "));
	}
}

// A picture that cannot be drawn says why.
function start() {
	const block = document.getElementById("profile");
	let profile = null;
	try {
		profile = block && profileFromData(JSON.parse(block.textContent));
	} catch (e) {
		document.body.append(element("p", {id: "state", role: "alert"}, "This page's profile cannot be read: " + e.message));
		return;
	}
	document.documentElement.classList.toggle("live", !profile);
	new Page(profile, tokenOf(location.hash));
}

document.addEventListener("DOMContentLoaded", start);

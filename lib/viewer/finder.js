// SPDX-License-Identifier: GPL-2.0-or-later
// The search field, what it finds, and walking from hit to hit.

const TYPING_PAUSE = 60;

class Finder {
	constructor(page) {
		this.page = page;
		this.at = -1;
		this.found = null;
		this.input = element("input", {id: "search", type: "search", placeholder: "Search (/)", "aria-label": "Search functions",
			autocomplete: "off", spellcheck: "false", autocapitalize: "off", "aria-describedby": "search-info"});
		this.input.addEventListener("input", () => this.typed());
		this.input.addEventListener("keydown", e => this.key(e));
		this.regex = element("button", {id: "search-regex", type: "button", class: "quiet", "aria-pressed": "false", title: "Regular expression",
			"aria-label": "Regular expression", onclick: () => page.change({regex: !page.view.regex, exact: false})}, ".*");
		this.previous = element("button", {id: "search-previous", type: "button", class: "quiet", "aria-label": "Previous hit", title: "Previous hit (N)",
			onclick: () => this.walk(-1)}, "‹");
		this.next = element("button", {id: "search-next", type: "button", class: "quiet", "aria-label": "Next hit", title: "Next hit (n)",
			onclick: () => this.walk(1)}, "›");
		this.info = element("span", {id: "search-info", role: "status"});
		this.node = element("div", {class: "search", role: "search"}, this.input, this.regex, this.previous, this.next, this.info);
	}

	typed() {
		clearTimeout(this.timer);
		this.typing = true;
		this.timer = setTimeout(() => this.flush(), TYPING_PAUSE);
	}

	flush() {
		clearTimeout(this.timer);
		this.typing = false;
		if (this.input.value === this.shownOf(this.page.view))
			return;
		this.page.change({search: this.input.value, exact: false});
	}

	key(e) {
		if (e.key === "Enter") {
			e.preventDefault();
			this.flush();
			this.page.refresh();
			this.walk(e.shiftKey ? -1 : 1);
		} else if (e.key === "Escape") {
			e.preventDefault();
			e.stopPropagation();
			if (this.input.value)
				this.page.change({search: "", exact: false});
			else
				this.page.graph.canvas.focus();
		}
	}

	show(view) {
		// What is being typed is newer than the view.
		if (!this.typing && this.input.value !== this.shownOf(view))
			this.input.value = this.shownOf(view);
		this.regex.setAttribute("aria-pressed", String(view.regex));
	}

	shownOf(view) {
		return view.exact ? readFunction(view.search).name : view.search;
	}

	// By node whether it is a hit, null when nothing is searched.
	find(tree, view) {
		const kept = this.found && this.at >= 0 ? this.found.order[this.at] : -1, wanted = [view.search, view.regex, view.exact].join();
		const again = wanted === this.wanted;
		this.wanted = wanted;
		this.found = findIn(tree, view);
		this.at = again && this.found && kept >= 0 ? this.found.order.indexOf(kept) : -1;
		this.tell(tree);
		return this.found && !this.found.error ? this.found.hit : null;
	}

	tell(tree) {
		const f = this.found;
		this.input.setAttribute("aria-invalid", String(Boolean(f?.error)));
		this.next.disabled = this.previous.disabled = !f || !f.order.length;
		this.info.classList.toggle("bad", Boolean(f?.error));
		setText(this.info, !f ? "" : f.error ? f.error : groupedText(f.nodes) + (f.nodes === 1 ? " frame, " : " frames, ") +
			percentText(f.samples, tree.total[0]) + (this.at >= 0 ? ", " + groupedText(this.at + 1) + "/" + groupedText(f.nodes) : ""));
	}

	walk(by) {
		const {order} = this.found || {order: []}, {page} = this;
		if (!order.length)
			return;
		this.at = this.at < 0 ? by > 0 ? 0 : order.length - 1 : (this.at + by + order.length) % order.length;
		this.tell(page.tree);
		page.showHit(order[this.at]);
	}

	// Which names the table lists.
	test(view) {
		return view.search && !view.exact && this.found && !this.found.error ? matcherOf({text: view.search, regex: view.regex}).test : null;
	}
}

// search()'s answer, null when nothing is searched. A row of the table asks for just its function.
function findIn(tree, view) {
	if (!view.search)
		return null;
	return view.exact ? searchFunction(tree, view.search) : search(tree, {text: view.search, regex: view.regex});
}

function searchFunction(tree, text) {
	const {n, frame, parent, total, profile} = tree, found = {hit: new Uint8Array(n), nodes: 0, samples: 0, order: [], error: ""};
	const wanted = isOf(profile, text), within = new Uint8Array(n);
	for (let node = 1; node < n; node++) {
		found.hit[node] = wanted(frame[node]);
		found.nodes += found.hit[node];
		within[node] = within[parent[node]] | found.hit[node];
		if (found.hit[node] && !within[parent[node]])
			found.samples += total[node];
	}
	if (found.nodes)
		walk(tree, node => found.hit[node] && found.order.push(node));
	return found;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// The way to the zoomed frame, and what is hidden, focused or cut out of time: each is a button that takes it back.

const TRAIL_HEAD = 2, TRAIL_TAIL = 5;

class Trail {
	constructor(page) {
		this.page = page;
		this.path = element("nav", {id: "breadcrumb", "aria-label": "Zoom"});
		this.chips = element("div", {id: "chips"});
		this.node = element("div", {class: "trail"}, this.path, this.chips);
		this.shown = "";
	}

	// names: the path (as texts of functions) of the zoomed frame; wanted: that of the address, which may not be there (yet).
	show(names, wanted, view) {
		const key = JSON.stringify([names, wanted.length, view.hide, view.focus, view.time, view.from, view.to, view.sandwich]);
		if (key === this.shown)
			return;
		this.shown = key;
		this.path.replaceChildren(...this.steps(names, wanted));
		this.chips.replaceChildren(...view.focus.map(name => this.chip("focus", name)), ...view.hide.map(name => this.chip("hide", name)),
			...view.time === "range" ? [this.rangeChip(view)] : []);
		// A sandwich is not of the zoomed frame.
		setShown(this.path, !view.sandwich);
		setShown(this.node, !view.sandwich || this.chips.childElementCount > 0);
		this.path.scrollLeft = this.path.scrollWidth;
	}

	steps(names, wanted) {
		const step = (text, at) => element("button", {type: "button", class: "step", dir: "ltr", title: text,
			"aria-current": at === names.length ? "location" : null, onclick: () => this.page.zoomTo(names.slice(0, at))}, text);
		const all = [step("all", 0)], left = names.length - TRAIL_HEAD - TRAIL_TAIL;
		names.forEach((name, i) => {
			if (left > 1 && i >= TRAIL_HEAD && i < TRAIL_HEAD + left) {
				if (i === TRAIL_HEAD)
					all.push(element("span", {class: "muted"}, "… " + left + " frames …"));
				return;
			}
			all.push(step(shownFunction(name), i + 1));
		});
		if (wanted.length > names.length)
			all.push(element("span", {class: "muted"}, shownFunction(wanted[names.length]) + " is not here now"));
		return all;
	}

	chip(what, name) {
		const text = (what === "hide" ? "hidden: " : "only with: ") + shownFunction(name);
		return element("button", {type: "button", class: "chip", "data-what": what, "data-name": name, "aria-label": text + "; remove", title: text,
			onclick: () => this.page.change({[what]: this.page.view[what].filter(n => n !== name)}, true)},
			element("span", {dir: "ltr"}, text), element("span", {"aria-hidden": "true"}, "×"));
	}

	rangeChip(view) {
		const text = rangeText(view.from, view.to);
		return element("button", {type: "button", class: "chip", "data-what": "range", "aria-label": text + "; remove", onclick: () => this.page.change({time: "all"}, true)},
			element("span", {}, text), element("span", {"aria-hidden": "true"}, "×"));
	}
}

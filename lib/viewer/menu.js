// SPDX-License-Identifier: GPL-2.0-or-later
// The menu that opens on a frame, a row or a button.

class Menu {
	constructor() {
		this.node = element("div", {id: "menu", role: "menu", hidden: true, tabindex: -1});
		this.node.addEventListener("keydown", e => this.key(e));
		document.addEventListener("pointerdown", e => {
			if (!this.node.hidden && !this.node.contains(e.target) && !this.opener?.contains(e.target))
				this.close();
		}, true);
		addEventListener("blur", () => this.close());
		addEventListener("resize", () => this.close());
	}

	// items: {label, id, act()}; title says what they are about; opener gets the focus back.
	open(title, items, x, y, opener) {
		const all = items.map(({label, id, act}) => element("button", {type: "button", role: "menuitem", tabindex: -1, id: id || null, onclick: () => {
			this.close();
			act();
		}}, label));
		this.opener = opener;
		opener?.setAttribute("aria-expanded", "true");
		this.node.replaceChildren(...title ? [element("div", {class: "menu-title", dir: "ltr"}, title)] : [], ...all);
		this.node.hidden = false;
		const {offsetWidth: w, offsetHeight: h} = this.node;
		this.node.style.left = Math.max(4, Math.min(x, innerWidth - w - 4)) + "px";
		this.node.style.top = Math.max(4, y + h > innerHeight - 4 ? Math.min(y - h, innerHeight - h - 4) : y) + "px";
		all[0].focus({preventScroll: true});
	}

	toggle(title, items, opener) {
		const box = opener.getBoundingClientRect(), open = !this.node.hidden && this.opener === opener;
		this.close();
		if (!open)
			this.open(title, items, box.left, box.bottom + 4, opener);
	}

	close() {
		if (this.node.hidden)
			return;
		const inside = this.node.contains(document.activeElement);
		this.node.hidden = true;
		this.opener?.removeAttribute("aria-expanded");
		if (inside)
			this.opener?.focus({preventScroll: true});
	}

	key(e) {
		const all = [...this.node.querySelectorAll("button")], now = all.indexOf(document.activeElement), n = all.length;
		const to = {ArrowDown: now + 1, ArrowUp: now - 1 + n, Home: 0, End: n - 1}[e.key];
		if (e.key === "Escape" || e.key === "Tab")
			this.close();
		else if (to !== undefined)
			all[to % n].focus();
		else
			return;
		e.preventDefault();
		e.stopPropagation();
	}
}

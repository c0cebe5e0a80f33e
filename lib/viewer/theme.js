// SPDX-License-Identifier: GPL-2.0-or-later
// Dark or light: as the system has it, or as was chosen here before.

const THEME_KEY = "pb-theme", darkSystem = matchMedia("(prefers-color-scheme: dark)");

// A page in a file or a private window may have no storage.
function rememberedTheme() {
	try {
		const theme = localStorage.getItem(THEME_KEY);
		return theme === "light" || theme === "dark" ? theme : "system";
	} catch (e) {
		return "system";
	}
}

function rememberTheme(theme) {
	try {
		localStorage.setItem(THEME_KEY, theme);
	} catch (e) {
		return false;
	}
	return true;
}

class Theme {
	constructor(changed) {
		this.changed = changed;
		this.node = select("theme", "Theme", [["system", "System"], ["light", "Light"], ["dark", "Dark"]], value => {
			this.chosen = value;
			rememberTheme(value);
			this.apply();
		});
		this.chosen = rememberedTheme();
		this.node.querySelector("select").value = this.chosen;
		darkSystem.addEventListener("change", () => this.apply());
		this.apply();
	}

	get dark() {
		return this.chosen === "dark" || (this.chosen === "system" && darkSystem.matches);
	}

	apply() {
		document.documentElement.dataset.theme = this.dark ? "dark" : "light";
		this.changed();
	}
}

// A labelled choice: options are [value, label] pairs.
function select(id, label, options, changed) {
	const node = element("select", {id, onchange: e => changed(e.target.value)},
		...options.map(([value, text]) => element("option", {value}, text)));
	return element("label", {class: "choice", for: id}, element("span", {}, label), node);
}

// SPDX-License-Identifier: GPL-2.0-or-later
// The functions with what they take, themselves and with all they call: also the way to use the page without the graph.

const ROWS_AT_FIRST = 500, ROWS_MORE = 2000;

// The first n in order. Sorting numbers is quick, so that those that can't be among them are put aside first.
function firstOf(all, n, place, order) {
	const last = all.length > 2 * n ? Float64Array.from(all, place).sort()[n - 1] : Infinity;
	return all.filter(f => place(f) <= last).sort(order).slice(0, n);
}

// on: {pick(text), menu(text, x, y, opener), sort(sort)}: the text of a function.
class FunctionTable {
	constructor(on) {
		this.on = on;
		this.rows = [];
		this.limit = ROWS_AT_FIRST;
		this.heads = new Map();
		this.body = element("tbody", {role: "rowgroup"});
		this.more = element("button", {id: "more", type: "button", hidden: true, onclick: () => this.showMore()}, "Show more");
		this.left = element("span", {id: "rows-left", class: "muted"});
		this.table = element("table", {id: "functions", role: "table"}, element("caption", {class: "aside"}, "Functions"),
			element("thead", {role: "rowgroup"}, element("tr", {role: "row"}, this.head("name", "Function"), this.head("self", "Self"), this.head("total", "Total"),
				element("th", {class: "do", role: "columnheader"}, element("span", {class: "aside"}, "Actions")))), this.body);
		this.node = element("section", {id: "table", "aria-label": "Functions"}, this.table,
			element("div", {class: "table-end"}, this.left, this.more));
		this.body.addEventListener("click", e => this.clicked(e));
		this.body.addEventListener("contextmenu", e => this.menuOf(e, e.clientX, e.clientY));
	}

	head(key, label) {
		const mark = element("span", {class: "mark", "aria-hidden": "true"});
		const th = element("th", {scope: "col", role: "columnheader", class: key, "data-sort": key},
			element("button", {type: "button", onclick: () => this.sortBy(key)}, label, mark));
		this.heads.set(key, {th, mark});
		return th;
	}

	sortBy(key) {
		const [now, direction] = this.sort.split("-");
		this.on.sort(key + "-" + (now === key ? direction === "up" ? "down" : "up" : key === "name" ? "up" : "down"));
	}

	// functions: of functionsOf(); test: which names to list, null for all; picked: whether a frame is of the function that is marked, null for none.
	update(tree, functions, {sort, test, picked}) {
		this.tree = tree;
		this.sort = sort;
		this.picked = picked;
		const [key, direction] = sort.split("-"), sign = direction === "up" ? 1 : -1;
		this.order = key === "name" ? (a, b) => sign * (a.rank - b.rank) : (a, b) => sign * (a[key] - b[key]) || a.rank - b.rank;
		this.place = f => sign * (key === "name" ? f.rank : f[key]);
		this.all = test ? functions.filter(f => test(f.name)) : functions;
		this.everything = functions.length;
		for (const [name, {th, mark}] of this.heads) {
			th.setAttribute("aria-sort", name !== key ? "none" : sign > 0 ? "ascending" : "descending");
			setText(mark, name !== key ? "" : sign > 0 ? " ▲" : " ▼");
		}
		this.fill();
	}

	showMore() {
		this.limit += ROWS_MORE;
		this.fill();
	}

	fill() {
		const n = Math.min(this.all.length, this.limit), listed = firstOf(this.all, n, this.place, this.order);
		while (this.rows.length > n)
			this.rows.pop().tr.remove();
		for (let i = 0; i < n; i++) {
			if (i === this.rows.length) {
				this.rows.push(this.makeRow());
				this.body.append(this.rows[i].tr);
			}
			this.fillRow(this.rows[i], listed[i]);
		}
		this.widen(this.rows.reduce((most, row) => Math.max(most, row.selfCount.textContent.length, row.totalCount.textContent.length), 5));
		const filtered = this.everything - this.all.length, beyond = this.all.length - n;
		setText(this.left, (beyond ? groupedText(beyond) + " more rows not shown. " : "") +
			(filtered ? groupedText(filtered) + " functions do not match the search." : "") + (this.everything ? "" : "No functions here."));
		setShown(this.more, beyond > 0);
	}

	// The columns of numbers have room for the longest.
	widen(digits) {
		if (this.digits !== digits)
			this.table.style.setProperty("--digits", this.digits = digits);
	}

	makeRow() {
		const part = tag => element(tag), row = {name: part("span"), module: element("span", {class: "muted"}), selfCount: part("span"),
			selfShare: part("i"), totalCount: part("span"), totalShare: part("i")};
		row.pick = element("button", {type: "button", class: "link", dir: "ltr"}, row.name, row.module);
		row.do = element("button", {type: "button", class: "quiet", "aria-haspopup": "menu"}, "⋯");
		row.self = element("td", {role: "cell", class: "self"}, row.selfCount, row.selfShare);
		row.total = element("td", {role: "cell", class: "total"}, row.totalCount, row.totalShare);
		row.tr = element("tr", {role: "row"}, element("td", {role: "cell", class: "name"}, row.pick), row.self, row.total, element("td", {role: "cell", class: "do"}, row.do));
		return row;
	}

	fillRow(row, f) {
		const {profile} = this.tree, shared = isShared(profile, f.frame);
		if (row.f?.frame !== f.frame || row.f.mixed !== f.mixed || row.profile !== profile || row.shared !== shared) {
			const module = moduleText(profile, f.frame, f.mixed), kind = KIND_WORDS[profile.frames.kind[f.frame]];
			const file = f.mixed ? module : module.replace(/^.*\//, "");
			row.tr.dataset.name = f.name;
			row.tr.dataset.kind = kind;
			setText(row.name, shownName(f.name));
			// "[libc.so.6]" says it already.
			setText(row.module, [shared ? kind : "", f.name === `[${file}]` ? "" : file].filter(t => t).join(" · "));
			row.pick.title = shownName(f.name) + (shared ? " (" + kind + ")" : "") + (module ? "\n" + module : "");
			row.do.setAttribute("aria-label", "what to do with " + row.pick.title.replace("\n", ", "));
		}
		row.f = f;
		row.profile = profile;
		row.shared = shared;
		row.tr.classList.toggle("picked", this.picked !== null && this.picked(f.frame));
		this.fillCell(row.self, row.selfCount, row.selfShare, f.self);
		this.fillCell(row.total, row.totalCount, row.totalShare, f.total);
	}

	fillCell(cell, count, share, value) {
		const all = this.tree.total[0], amount = roundAmount(this.tree.profile, value), text = String(amount);
		if (cell.dataset.value !== text)
			cell.dataset.value = text;
		setText(count, columnText(this.tree.events.unit, amount));
		setText(share, percentText(value, all));
		cell.style.setProperty("--share-width", (all > 0 ? 100 * value / all : 0).toFixed(1) + "%");
	}

	textOf(row) {
		return functionText(row.profile, row.f.frame);
	}

	rowOf(e) {
		const tr = e.target.closest("tr");
		return this.rows.find(row => row.tr === tr);
	}

	clicked(e) {
		const row = this.rowOf(e);
		if (!row)
			return;
		if (e.target.closest("td.do")) {
			const box = row.do.getBoundingClientRect();
			this.on.menu(this.textOf(row), box.left, box.bottom, row.do);
		} else {
			this.on.pick(this.textOf(row));
		}
	}

	menuOf(e, x, y) {
		const row = this.rowOf(e);
		if (!row)
			return;
		e.preventDefault();
		this.on.menu(this.textOf(row), x, y, row.pick);
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
// The picture's life: zoom, search, keys, and both kept in the URL (#x=120&d=3&s=term&i=1).
// Names are foreign text: they are only ever read from and written to textContent.
"use strict";
(function () {
	const NS = "http://www.w3.org/2000/svg", XHTML = "http://www.w3.org/1999/xhtml";
	const PAD = 10, INSET = 3, NARROWEST = 0.1;
	const svg = document.currentScript ? document.currentScript.closest("svg") : document.documentElement;
	const standalone = document.documentElement === svg;
	const part = id => svg.querySelector("#" + id);
	const details = part("details"), matched = part("matched"), reset = part("reset");
	const tall = Number(svg.dataset.frameHeight), inverted = svg.dataset.inverted === "1";
	const fluid = svg.dataset.fluid === "1" && standalone;
	let width = svg.viewBox.baseVal.width;
	let zoomed = 0, focused = 0, told = -1, term = "", anyCase = false, field = null;

	// --- the frames, depth first: parent before child, end is the index behind the last descendant

	function readFrames() {
		const groups = part("frames").children, list = [], open = [];
		const count = {ns: "[num]?s", bytes: "(?:[KMGTPE]i)?B"}[svg.dataset.unit] ||
			svg.dataset.countName.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
		const tail = new RegExp(" \\([\\d,.e+]+ " + count + ", [\\d.]+%(; [-+][\\d.]+%)?\\)$");
		for (let i = 0; i < groups.length; i++) {
			const g = groups[i], rect = g.children[1], title = g.firstChild.textContent;
			const y = Number(rect.getAttribute("y"));
			const f = {g: g, rect: rect, text: g.children[2] || null, title: title, name: title.replace(tail, ""),
				x: Number(g.dataset.x), w: Number(g.dataset.w), y: y, end: groups.length, match: false, shown: true};
			f.depth = i ? Math.round(Math.abs(y - list[0].y) / tall) : 0;
			while (open.length > f.depth)
				list[open.pop()].end = i;
			f.parent = open.length ? open[open.length - 1] : -1;
			open.push(i);
			g.dataset.i = i;
			list.push(f);
		}
		return list;
	}
	const frames = readFrames();

	// --- labels: a character's width is measured once

	const widths = new Map();
	const ruler = document.createElementNS(NS, "text");
	ruler.setAttribute("visibility", "hidden");
	svg.appendChild(ruler);

	function charWidth(c) {
		let w = widths.get(c);
		if (w === undefined) {
			ruler.textContent = (c === " " ? "\u00a0" : c).repeat(10);
			w = ruler.getComputedTextLength() / 10;
			widths.set(c, w);
		}
		return w;
	}

	function textWidth(text) {
		return Array.from(text).reduce((sum, c) => sum + charWidth(c), 0);
	}

	function fit(name, room) {
		const dots = 2 * charWidth(".");
		let used = 0, at = 0, cut = 0;
		if (room < 3 * charWidth("n"))
			return "";
		for (const c of name) {
			used += charWidth(c);
			if (used > room)
				return cut ? name.slice(0, cut) + ".." : "";
			at += c.length;
			if (used + dots <= room)
				cut = at;
		}
		return name;
	}

	function setLabel(f, x, w) {
		const label = fit(f.name, w - 2 * INSET);
		if (!f.text) {
			if (!label)
				return;
			f.text = document.createElementNS(NS, "text");
			f.text.setAttribute("y", f.y + (tall - 1) / 2 + parseFloat(svg.getAttribute("font-size")) * 0.36);
			f.g.appendChild(f.text);
		}
		f.text.setAttribute("x", x + INSET);
		if (f.text.textContent !== label)
			f.text.textContent = label;
	}

	// --- drawing

	function place(f, i) {
		const z = frames[zoomed], room = width - 2 * PAD, scale = room / z.w;
		const above = i < zoomed && f.end > zoomed, inside = i >= zoomed && i < z.end;
		const x = above ? PAD : PAD + (f.x - z.x) * scale, w = above ? room : f.w * scale;
		const shown = above || (inside && w >= NARROWEST);
		if (f.shown !== shown)
			f.g.classList.toggle("hide", !shown);
		f.shown = shown;
		if (!shown)
			return;
		f.g.classList.toggle("above", above);
		f.rect.setAttribute("x", x.toFixed(2));
		f.rect.setAttribute("width", (w > 1 ? w - 0.5 : w * 0.8).toFixed(2));
		setLabel(f, x, w);
	}

	function draw() {
		frames.forEach(place);
		svg.classList.toggle("zoomed", zoomed > 0);
		showMatched();
	}

	// The line about frame i (-1: none) shares its row with what matched: its name is cut, its count and share never.
	function describe(i) {
		const f = frames[i], kind = svg.dataset.nameType + " ";
		let room = width - 2 * PAD - textWidth(kind);
		const beside = room - matched.getComputedTextLength() - 2 * charWidth("n");
		told = i;
		matched.style.visibility = "";
		details.textContent = " ";
		if (!f || !f.shown)
			return;
		const share = zoomed && f.depth > frames[zoomed].depth ? ", " + percent(f.w / frames[zoomed].w) + ofWhat() : "";
		const tail = f.title.slice(f.name.length);
		const least = Math.max(3 * charWidth("n"), textWidth(f.name.slice(0, 8)));
		if (textWidth(tail) + least > beside)
			matched.style.visibility = "hidden";
		else
			room = beside;
		const numbers = textWidth(tail + share) + least > room ? tail : tail + share;
		const name = fit(f.name, room - textWidth(numbers));
		details.textContent = name ? kind + name + numbers : tail.trim();
	}

	function ofWhat() {
		return zoomed ? " of the zoomed frame" : "";
	}

	function percent(part) {
		return (100 * part).toFixed(2) + "%";
	}

	function resize() {
		if (fluid) {
			width = Math.max(300, document.documentElement.clientWidth || window.innerWidth);
			svg.setAttribute("width", width);
			svg.setAttribute("viewBox", "0 0 " + width + " " + svg.viewBox.baseVal.height);
			for (const id of ["title", "subtitle"])
				if (part(id))
					part(id).setAttribute("x", width / 2);
		}
		placeControls();
		if (standalone)
			float();
	}

	function placeControls() {
		const ic = part("case"), search = part("search");
		ic.setAttribute("x", width - PAD);
		search.setAttribute("x", width - 2 * PAD - ic.getComputedTextLength());
		matched.setAttribute("x", width - PAD);
		if (field)
			field.setAttribute("x", width - PAD - field.width.baseVal.value);
	}

	// --- a picture taller than the window opens at its root; title, controls and details stay in view

	function float() {
		const above = window.scrollY, below = Math.max(0, svg.height.baseVal.value - above - window.innerHeight);
		const size = parseFloat(svg.getAttribute("font-size"));
		for (const t of [part("title"), reset, part("search"), part("case"), field])
			if (t)
				t.setAttribute("transform", "translate(0," + above + ")");
		for (const t of [details, matched])
			t.setAttribute("transform", "translate(0," + -below + ")");
		setPlate(part("plate0"), above, size * 2.75, above > 0);
		setPlate(part("plate1"), svg.height.baseVal.value - below - size * 2, size * 2, below > 0);
	}

	// Moved by its place and not by a transform, a plate has the colours that the background has there.
	function setPlate(plate, y, height, shown) {
		plate.setAttribute("y", y);
		plate.setAttribute("width", width);
		plate.setAttribute("height", height);
		plate.style.visibility = shown ? "visible" : "hidden";
	}

	// --- zoom

	function zoom(i, keepUrl) {
		zoomed = i;
		draw();
		if (frames[focused].shown === false)
			focus(i, true);
		if (!keepUrl)
			writeUrl(true);
	}

	// --- search: frames inside a matching frame count once

	function pattern() {
		try {
			return new RegExp(term, anyCase ? "i" : "");
		} catch (e) {
			return new RegExp(term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), anyCase ? "i" : "");
		}
	}

	function search(text, keepUrl) {
		term = text;
		const re = term ? pattern() : null;
		frames.forEach((f, i) => {
			const match = re !== null && i > 0 && re.test(f.name);
			if (match !== f.match)
				f.g.classList.toggle("match", match);
			f.match = match;
		});
		showMatched();
		if (!keepUrl)
			writeUrl(false);
	}

	function matchedWidth() {
		const z = frames[zoomed];
		let sum = 0;
		for (let i = zoomed; i >= 0; i = frames[i].parent)
			if (frames[i].match)
				return z.w;
		for (let i = zoomed; i < z.end; i++)
			if (frames[i].match) {
				sum += frames[i].w;
				i = frames[i].end - 1;
			}
		return sum;
	}

	function showMatched() {
		matched.textContent = term ? "Matched: " + percent(matchedWidth() / frames[zoomed].w) + ofWhat() : " ";
		part("search").textContent = term ? "Clear search" : "Search";
		part("case").classList.toggle("on", anyCase);
		part("case").setAttribute("aria-pressed", anyCase);
		describe(told);
	}

	function toggleCase() {
		anyCase = !anyCase;
		search(term);
	}

	function openSearch() {
		const input = document.createElementNS(XHTML, "input");
		if (field)
			return field.firstChild.select();
		field = document.createElementNS(NS, "foreignObject");
		for (const [k, v] of [["x", width - PAD - 260], ["y", 6], ["width", 260], ["height", 24]])
			field.setAttribute(k, v);
		input.id = "term";
		input.placeholder = "Search: regular expression";
		input.setAttribute("aria-label", "Search");
		input.value = term;
		input.addEventListener("input", () => search(input.value));
		input.addEventListener("keydown", typed);
		input.addEventListener("blur", closeSearch);
		field.appendChild(input);
		svg.appendChild(field);
		float();
		svg.classList.add("asking");
		input.focus();
		input.select();
	}

	function closeSearch() {
		const was = field;
		field = null;
		svg.classList.remove("asking");
		if (was)
			was.remove();
	}

	function typed(e) {
		const control = e.ctrlKey || e.metaKey;
		if (control && e.key === "i")
			toggleCase();
		else if (e.key === "Escape")
			search("");
		if (e.key === "Enter" || e.key === "Escape") {
			closeSearch();
			focus(focused, true);
		}
		if ((control && e.key === "i") || e.key === "Enter" || e.key === "Escape")
			e.preventDefault();
		e.stopPropagation();
	}

	// --- the URL

	function writeUrl(step) {
		const p = new URLSearchParams(), z = frames[zoomed];
		if (!standalone)
			return;
		if (zoomed) {
			p.set("x", z.x);
			p.set("d", z.depth);
		}
		if (term)
			p.set("s", term);
		if (anyCase)
			p.set("i", "1");
		const url = location.pathname + location.search + (p.toString() ? "#" + p : "");
		if (step)
			history.pushState(null, "", url);
		else
			history.replaceState(null, "", url);
	}

	function readUrl() {
		const p = new URLSearchParams(standalone ? location.hash.slice(1) : "");
		const x = Number(p.get("x")), d = Number(p.get("d"));
		const found = p.has("x") ? frames.findIndex(f => f.x === x && f.depth === d) : 0;
		anyCase = p.get("i") === "1";
		search(p.get("s") || "", true);
		zoom(Math.max(found, 0), true);
	}

	// --- the keyboard: one frame is in the tab order, arrows move it

	function focus(i, really) {
		const old = frames[focused].g, g = frames[i].g;
		old.setAttribute("tabindex", "-1");
		focused = i;
		g.setAttribute("tabindex", "0");
		g.setAttribute("role", "button");
		if (really)
			g.focus();
	}

	function neighbour(step) {
		for (let i = focused + step; i > 0 && i < frames.length; i += step)
			if (frames[i].depth === frames[focused].depth && frames[i].shown)
				return i;
		return focused;
	}

	function child() {
		let best = focused;
		for (let i = focused + 1; i < frames[focused].end; i = frames[i].end)
			if (frames[i].shown && (best === focused || frames[i].w > frames[best].w))
				best = i;
		return best;
	}

	function moved(key) {
		const up = inverted ? "ArrowDown" : "ArrowUp", down = inverted ? "ArrowUp" : "ArrowDown";
		switch (key) {
		case up:
			return child();
		case down:
			return Math.max(frames[focused].parent, 0);
		case "ArrowLeft":
			return neighbour(-1);
		case "ArrowRight":
			return neighbour(1);
		case "Home":
			return 0;
		}
		return -1;
	}

	function pressed(e) {
		const control = e.ctrlKey || e.metaKey, onFrame = e.target.closest && e.target.closest("#frames > g");
		if (e.key === "F3" || (control && e.key === "f"))
			openSearch();
		else if (control && e.key === "i")
			toggleCase();
		else if (control || e.altKey)
			return;
		else if (e.key === "Escape" && term)
			search("");
		else if (e.key === "Escape" && zoomed)
			zoom(0);
		else if (onFrame && (e.key === "Enter" || e.key === " "))
			zoom(focused);
		else if (moved(e.key) >= 0 && (onFrame || e.key.startsWith("Arrow") && e.target === svg))
			focus(moved(e.key), true);
		else
			return;
		e.preventDefault();
	}

	// --- wiring

	function indexOf(e) {
		const g = e.target.closest && e.target.closest("#frames > g");
		return g && svg.contains(g) ? Number(g.dataset.i) : -1;
	}

	function makeButton(id, act) {
		const t = part(id);
		t.setAttribute("tabindex", "0");
		t.setAttribute("role", "button");
		t.addEventListener("click", act);
		t.addEventListener("keydown", e => {
			if (e.key === "Enter" || e.key === " ") {
				e.preventDefault();
				e.stopPropagation();
				act();
			}
		});
	}

	part("frames").addEventListener("click", e => {
		const i = indexOf(e);
		if (i >= 0 && !e.ctrlKey && !e.metaKey && !e.shiftKey) {
			focus(i);
			zoom(i);
		}
	});
	// On the document: a browser takes an SVG element that listens for focus to be in the tab order.
	for (const kind of ["mouseover", "focusin"])
		document.addEventListener(kind, e => {
			const i = indexOf(e);
			if (i < 0)
				return;
			describe(i);
			if (kind === "focusin" && i !== focused)
				focus(i);
		});
	for (const kind of ["mouseout", "focusout"])
		document.addEventListener(kind, e => {
			if (indexOf(e) >= 0)
				describe(-1);
		});
	makeButton("reset", () => zoom(0));
	makeButton("search", () => term ? search("") : openSearch());
	makeButton("case", toggleCase);
	(standalone ? window : svg).addEventListener("keydown", pressed);
	if (standalone)
		window.addEventListener("popstate", readUrl);
	svg.classList.add("live");
	focus(0);
	resize();
	readUrl();
	if (standalone) {
		let waiting = 0;
		window.addEventListener("resize", () => {
			cancelAnimationFrame(waiting);
			waiting = requestAnimationFrame(() => {
				resize();
				draw();
			});
		});
		window.addEventListener("scroll", float);
		if (!inverted)
			window.scrollTo(0, svg.height.baseVal.value);
	}
})();

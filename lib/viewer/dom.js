// SPDX-License-Identifier: GPL-2.0-or-later
// Elements, and numbers and names as people read them. Names are foreign text: they only ever become text nodes.

// element("button", {id: "x", class: "quiet", onclick: f}, "text", child…): null and false leave an attribute out.
function element(tag, attributes, ...children) {
	const made = document.createElement(tag);
	for (const [key, value] of Object.entries(attributes || {})) {
		if (value === null || value === false || value === undefined)
			continue;
		if (key.startsWith("on"))
			made.addEventListener(key.slice(2), value);
		else
			made.setAttribute(key, value === true ? "" : value);
	}
	made.append(...children.filter(c => c !== null && c !== undefined));
	return made;
}

// The page rewrites the same texts once a second: what did not change is left alone, a screen reader's ear too.
function setText(node, text) {
	if (node.textContent !== text)
		node.textContent = text;
}

function setShown(node, shown) {
	if (node.hidden === shown)
		node.hidden = !shown;
}

const grouped = new Intl.NumberFormat("en-US", {maximumFractionDigits: 6});

function groupedText(value) {
	return grouped.format(value);
}

const scientific = new Intl.NumberFormat("en-US", {notation: "scientific", maximumSignificantDigits: 5});

// As long as there is room for in a column.
function columnText(unit, value) {
	return isScaled(unit) ? scaledText(unit, value) : value < 1e9 ? groupedText(value) : scientific.format(value);
}

function percentText(part, whole) {
	if (!(whole > 0))
		return "0 %";
	const share = 100 * part / whole;
	return (share === 100 || share === 0 ? share : share < 0.01 ? "<0.01" : share.toFixed(share < 10 ? 2 : 1)) + " %";
}

// Marks that turn the direction of text around, or take no room, would make a name look like another.
const unseen = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

function shownName(name) {
	return name.replace(unseen, c => "‹" + c.charCodeAt(0).toString(16).padStart(4, "0") + "›");
}

const kindNames = ["user", "kernel", "inlined", "compiled at run time (JIT)", "a mark of the profiler", "task"];

function kindText(kind) {
	return kindNames[kind] || "";
}

// "memcpy", "memcpy (kernel)"
function shownFunction(text) {
	const {name, kind} = readFunction(text);
	return shownName(name) + (kind === ANY_KIND ? "" : " (" + KIND_WORDS[kind] + ")");
}

function clockText(ms) {
	const d = new Date(ms), two = n => String(n).padStart(2, "0");
	return two(d.getHours()) + ":" + two(d.getMinutes()) + ":" + two(d.getSeconds());
}

function dayText(ms) {
	return new Date(ms).toLocaleDateString("en-GB", {day: "numeric", month: "short"});
}

function secondsText(seconds) {
	return seconds < 10 && seconds % 1 ? seconds.toFixed(1) + " s" : seconds < 120 ? Math.round(seconds) + " s" :
		seconds < 7200 ? Math.round(seconds / 60) + " min" : (seconds / 3600).toFixed(1) + " h";
}

function download(name, type, content) {
	const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], {type}));
	element("a", {href: url, download: name}).click();
	setTimeout(() => URL.revokeObjectURL(url), 60000);
}

// Without a secure origin (http on another host, some file: pages) there is no clipboard; a selected field still copies.
async function copyText(text) {
	try {
		await navigator.clipboard.writeText(text);
	} catch (e) {
		const field = element("textarea", {class: "aside"});
		field.value = text;
		document.body.append(field);
		field.select();
		document.execCommand("copy");
		field.remove();
	}
}

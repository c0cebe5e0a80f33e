// SPDX-License-Identifier: GPL-2.0-or-later
// What is looked at, as text behind the # of the address: t=TOKEN&zoom=main;parse&search=read&hide=idle.

const startView = () => ({zoom: [], search: "", regex: false, exact: false, event: "", unit: "", group: "name", time: "all", seconds: 10, from: 0, to: 0, hide: [], focus: [],
	sandwich: "", layout: "flame", colour: "kind", sort: "self-down", panels: "both"});

const choices = new Map([["group", ["none", "name", "process", "thread", "cpu", "event"]], ["time", ["all", "last", "decay", "range"]],
	["layout", ["flame", "icicle"]], ["colour", ["kind", "module", "name"]], ["panels", ["both", "graph", "table"]],
	["sort", ["name-up", "name-down", "self-up", "self-down", "total-up", "total-down"]]]);

function encodeName(name) {
	return encodeURIComponent(name.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd"));
}

function decodeName(text) {
	try {
		return decodeURIComponent(text);
	} catch (e) {
		return text;
	}
}

function tokenOf(hash) {
	const found = /[#&]t=([^&]*)/.exec(hash);
	return found ? found[1] : "";
}

function viewToHash(view, token) {
	const usual = startView(), parts = token ? ["t=" + token] : [];
	for (const key of Object.keys(usual)) {
		const value = view[key];
		if (Array.isArray(value)) {
			if (value.length)
				parts.push(key + "=" + value.map(encodeName).join(";"));
		} else if (value !== usual[key] && !((key === "from" || key === "to") && view.time !== "range")) {
			parts.push(key + "=" + (value === true ? "1" : encodeName(String(value))));
		}
	}
	return "#" + parts.join("&");
}

const LEAST_SECONDS = 1, MOST_SECONDS = 86400;

// What is used of what was typed; `usual` for what is no number.
function secondsFrom(text, usual) {
	const seconds = text.trim() === "" ? NaN : Number(text);
	return Number.isNaN(seconds) ? usual : Math.min(Math.max(seconds, LEAST_SECONDS), MOST_SECONDS);
}

// What is not understood is left at its usual value: addresses are typed, cut and mailed.
function viewFromHash(hash) {
	const view = startView();
	for (const part of hash.replace(/^#/, "").split("&")) {
		const at = part.indexOf("="), key = part.slice(0, at), text = part.slice(at + 1);
		if (at < 0 || !Object.hasOwn(view, key))
			continue;
		if (Array.isArray(view[key]))
			view[key] = text.split(";").filter(t => t).map(decodeName);
		else if (typeof view[key] === "boolean")
			view[key] = text === "1";
		else if (key === "seconds")
			view.seconds = secondsFrom(text, view.seconds);
		else if (typeof view[key] === "number")
			view[key] = Number(text) > 0 && Number(text) < 1e15 ? Number(text) : view[key];
		else if (!choices.has(key) || choices.get(key).includes(text))
			view[key] = decodeName(text);
	}
	if (view.time === "range" && !(view.to > view.from))
		view.time = "all";
	return view;
}

// A page in a frame, or one that changes too fast for the browser, goes on without its history.
function putHash(view, token, push) {
	const hash = viewToHash(view, token);
	if (hash === (location.hash || "#"))
		return;
	try {
		history[push ? "pushState" : "replaceState"](null, "", hash === "#" ? location.pathname + location.search : hash);
	} catch (e) {
		return;
	}
}

// What TreeBuilder.build() wants to know.
function choiceOf(view, shape) {
	const time = view.time === "range" ? {mode: "range", from: view.from, to: view.to} : {mode: view.time, seconds: view.seconds};
	return {time, event: view.event, unit: view.unit, group: view.group, hide: view.hide, focus: view.focus, shape: shape || "stacks", of: view.sandwich};
}

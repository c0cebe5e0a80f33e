// SPDX-License-Identifier: GPL-2.0-or-later
// A saved page's data block to a profile: {"names": ["main", "f_[k]"], "parents": [0, 1], "frames": [0, 1], "self": [3, 12]}.

const ANNOTATIONS = new Map([["_[k]", KIND.KERNEL], ["_[i]", KIND.INLINED], ["_[j]", KIND.JIT]]);

// "libc.so.6`read" to its name, module ("" for none) and kind; "[libc.so.6]" is a function of that file without a name.
const splitName = text => {
	let kind = ANNOTATIONS.get(text.slice(-4)), module = "";
	const name = kind === undefined ? text : text.slice(0, -4), tick = name.indexOf("`");
	if (tick > 0 && !/[(<]/.test(name.slice(0, tick)))
		return {name: name.slice(tick + 1), module: name.slice(0, tick), kind: kind ?? KIND.USER};
	if (name.length > 2 && name.startsWith("[") && name.endsWith("]")) {
		if (/\.so|\//.test(name))
			module = name.slice(1, -1);
		else
			kind ??= KIND.MARK;
	}
	return {name, module, kind: kind ?? KIND.USER};
};

const profileFromData = data => {
	const {names, parents, frames, self} = data, profile = new Profile(), n = parents.length;
	if (data.format !== "pb-profile" || data.version !== 1)
		throw new TypeError("not a profile of version 1");
	if (frames.length !== n || self.length !== n)
		throw new TypeError("a profile cut short");
	profile.title = String(data.title ?? "");
	profile.unit = String(data.unit ?? "samples");
	profile.decimals = Number(data.decimals ?? 0);
	profile.kindsKnown = names.some(text => ANNOTATIONS.has(String(text).slice(-4)));
	const ids = names.map(text => {
		const {name, module, kind} = splitName(String(text));
		return profile.addFrame(name, module === "" ? -1 : profile.addModule(module), kind);
	});
	const nodes = new Uint32Array(n);
	for (let i = 0; i < n; i++) {
		if (!(Number.isInteger(parents[i]) && parents[i] >= 0) || !(Number.isFinite(self[i]) && self[i] >= 0))
			throw new TypeError("a profile with a bad number");
		nodes[i] = profile.addNode(parents[i], ids[frames[i]] ?? Infinity);
	}
	profile.addGroup(-1, -1);
	const ends = nodes.filter(node => self[node - 1] > 0);
	profile.addWindow(0, 0, 0, 0, ends, new Uint32Array(ends.length), Float64Array.from(ends, node => self[node - 1]));
	return profile;
};

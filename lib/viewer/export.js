// SPDX-License-Identifier: GPL-2.0-or-later
// The tree that is on show as folded text and as JSON for d3-flame-graph.

const LONE_SURROGATES = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const UNSAFE_CHARACTERS = /[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]/g;

// A code unit's bytes, a lone surrogate's too, for which UTF-8 has none.
const escapedBytes = unit => {
	const c = unit.charCodeAt(0), hex = byte => `\\x${byte.toString(16).padStart(2, "0")}`;
	if (c < 0x80)
		return hex(c);
	if (c < 0x800)
		return hex(0xc0 | c >> 6) + hex(0x80 | c & 63);
	return hex(0xe0 | c >> 12) + hex(0x80 | c >> 6 & 63) + hex(0x80 | c & 63);
};

// The section Names of pb-folded(5).
const foldName = name => {
	if (name === "")
		return "[unnamed]";
	const safe = name.replace(/[ \t](?=\d+(?:\.\d*)?$)/, "_").replace(/^[ \t]|[ \t]$/g, "_").replace(/;/g, ":")
		.replace(UNSAFE_CHARACTERS, escapedBytes).replace(LONE_SURROGATES, escapedBytes);
	return /^#(?:[ \t]|$)/.test(name) ? `\\x23${safe.slice(1)}` : safe;
};

// A count in the profile's unit, exact to six digits after the point.
const countText = (profile, count) => {
	// From here on toFixed() has powers of ten.
	if (count >= 1e21)
		return String(BigInt(count) / 10n ** BigInt(profile.decimals));
	const text = (count / 10 ** profile.decimals).toFixed(Math.max(6, profile.decimals));
	return text.replace(/\.?0+$/, "");
};

// By code point, which is also the order of the bytes in UTF-8.
const compareTexts = (a, b) => {
	for (let i = 0; i < a.length && i < b.length; i++) {
		const x = a.charCodeAt(i), y = b.charCodeAt(i);
		if (x === y)
			continue;
		const surrogates = (x >= 0xd800 && x < 0xe000) - (y >= 0xd800 && y < 0xe000);
		return surrogates && x >= 0xd800 && y >= 0xd800 ? surrogates : x - y;
	}
	return a.length - b.length;
};

// The tree with names as folded text may have them; those that become equal are one.
const foldedTree = tree => {
	const {n, self, parent, frame} = tree, profile = new Profile(), folded = new Tree(profile, {});
	const safe = [], ids = new Uint32Array(n);
	const safeFrame = id => safe[frame[id]] ??= profile.addFrame(foldName(nameOf(tree, id)), -1, KIND.USER);
	for (let id = 0; id < n; id++) {
		if (id > 0)
			ids[id] = folded.child(ids[parent[id]], safeFrame(id));
		folded.self[ids[id]] += self[id];
	}
	const {names, functions: {n: count, name}} = profile, ranks = new Uint32Array(count);
	Array.from(ranks.keys()).sort((a, b) => compareTexts(names[name[a]], names[name[b]])).forEach((id, rank) => {
		ranks[id] = rank;
	});
	folded.link(ranks);
	return folded;
};

const exportFolded = tree => {
	const folded = foldedTree(tree), {self, depth} = folded, paths = [""], lines = [];
	walk(folded, node => {
		const at = depth[node];
		if (at > 0)
			paths[at] = at > 1 ? `${paths[at - 1]};${nameOf(folded, node)}` : nameOf(folded, node);
		const count = self[node] > 0 ? countText(tree.profile, self[node]) : "0";
		if (count !== "0")
			lines.push(at > 0 ? paths[at] : "[no stack]", " ", count, "\n");
	});
	return lines.join("");
};

// Written piece by piece: stacks may be deeper than JSON.stringify can go.
const exportD3 = tree => {
	const {profile, total, first, next} = tree, parts = [];
	const value = node => countText(profile, total[node]);
	walk(tree, node => {
		parts.push(`{"name":${JSON.stringify(nameOf(tree, node))},"value":${value(node)}`);
		if (first[node])
			parts.push(",\"children\":[");
	}, node => {
		parts.push(first[node] ? "]}" : "}", node > 0 && next[node] ? "," : "");
	});
	return `${parts.join("")}\n`;
};

// SPDX-License-Identifier: GPL-2.0-or-later
// Search finds what a loop over all frames finds, each sample once; text is readable on every colour.
import assert from "node:assert/strict";
import test from "node:test";
import {HOSTILE, everything, randomFrom, viewer} from "./load.mjs";
import {randomRecording} from "./stacks.mjs";

const {KIND, Profile, TreeBuilder, frameColour, nameOf, pathOf, search, textColour, walk} = viewer;

const brute = (tree, matches) => {
	const hits = [];
	let samples = 0;
	walk(tree, node => {
		if (node > 0 && matches(nameOf(tree, node)))
			hits.push(node);
		if (pathOf(tree, node).some(matches))
			samples += tree.self[node];
	});
	return {order: hits, samples, nodes: hits.length};
};

test("search by text and by pattern", () => {
	for (let seed = 40; seed < 46; seed++) {
		const tree = new TreeBuilder(randomRecording(randomFrom(seed)).profile).build({...everything, group: "name"});
		const texts = ["main", "MAIN", "Main", "a", " ", "__proto__", "constructor", "<", "\\", "[", "(", "no such", "\u2028"];
		for (const text of texts) {
			const {order, samples, nodes, hit, error} = search(tree, {text, regex: false});
			const any = text === text.toLowerCase();
			assert.deepEqual({order, samples, nodes}, brute(tree, name => any ? name.toLowerCase().includes(text) : name.includes(text)), text);
			assert.equal(hit.reduce((a, b) => a + b, 0), nodes);
			assert.equal(error, "");
		}
		for (const [text, pattern] of [["^main$", /^main$/i], ["[MQ]", /[MQ]/], ["\\S", /\S/i], ["^$", /^$/], ["a|b", /a|b/i], [".", /./i]]) {
			const {order, samples, nodes} = search(tree, {text, regex: true});
			assert.deepEqual({order, samples, nodes}, brute(tree, name => pattern.test(name)), text);
		}
	}
});

test("a bad pattern says why and finds nothing; no text finds nothing", () => {
	const tree = new TreeBuilder(randomRecording(randomFrom(1)).profile).build(everything);
	for (const text of ["(", "[", "*", "\\", "a".repeat(2000)]) {
		const found = search(tree, {text, regex: true});
		assert.notEqual(found.error, "", text);
		assert.deepEqual([found.nodes, found.samples, found.order], [0, 0, []]);
	}
	assert.deepEqual([search(tree, {text: "", regex: true}).nodes, search(tree, {text: "", regex: false}).nodes], [0, 0]);
});

const channels = colour => [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16) / 255);

const luminance = colour => {
	const [r, g, b] = channels(colour).map(x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

const contrast = (a, b) => {
	const [x, y] = [luminance(a), luminance(b)];
	return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
};

const colouredProfile = (n = 3000) => {
	const profile = new Profile();
	for (let i = 0; i < n; i++)
		profile.addFrame(`function_${i * 7919 % 65536}`, i % 4 ? profile.addModule(`lib${i % 97}.so`) : -1, i % 6);
	for (const name of HOSTILE)
		profile.addFrame(name, profile.addModule(name), KIND.USER);
	return profile;
};

test("text is readable on every colour, light and dark", () => {
	const profile = colouredProfile();
	let least = 100;
	for (const by of ["kind", "module", "name"])
		for (const dark of [false, true])
			for (let frame = 0; frame < profile.frames.n; frame++) {
				const colour = frameColour(profile, frame, by, dark);
				assert.match(colour, /^#[0-9a-f]{6}$/);
				least = Math.min(least, contrast(colour, textColour(profile, frame, by, dark)));
			}
	assert.ok(least >= 4.5, `${least}`);
});

test("a name has one colour, whatever came before it, and names differ", () => {
	const profile = colouredProfile(), other = new Profile();
	for (let frame = profile.frames.n - 1; frame >= 0; frame -= 3) {
		const module = profile.frames.module[frame];
		const same = other.addFrame(profile.names[profile.frames.name[frame]], module < 0 ? -1 : other.addModule(profile.modules[module]), profile.frames.kind[frame]);
		for (const by of ["kind", "module", "name"])
			assert.equal(frameColour(other, same, by, true), frameColour(profile, frame, by, true));
	}
	const users = Array.from({length: 3000}, (_, frame) => frame).filter(frame => profile.frames.kind[frame] === KIND.USER);
	for (const by of ["kind", "name"])
		assert.ok(new Set(users.map(frame => frameColour(profile, frame, by, false))).size > users.length * 0.8, by);
});

// The hue in degrees.
const hue = colour => {
	const [r, g, b] = channels(colour), most = Math.max(r, g, b), span = most - Math.min(r, g, b);
	const sector = most === r ? (g - b) / span : most === g ? 2 + (b - r) / span : 4 + (r - g) / span;
	return (sector * 60 + 360) % 360;
};

test("kinds have hues of their own: user warm, kernel blue, inlined aqua, jit green", () => {
	const profile = colouredProfile(), ranges = new Map([[KIND.USER, [0, 56]], [KIND.KERNEL, [190, 240]], [KIND.INLINED, [160, 190]], [KIND.JIT, [80, 150]]]);
	for (const dark of [false, true])
		for (let frame = 0; frame < 3000; frame++) {
			const [from, to] = ranges.get(profile.frames.kind[frame]) ?? [0, 360], degrees = hue(frameColour(profile, frame, "kind", dark));
			assert.ok(degrees >= from && degrees <= to, `kind ${profile.frames.kind[frame]}: ${degrees} ${dark}`);
		}
});

test("functions of a module share a hue", () => {
	const profile = new Profile(), module = profile.addModule("libc.so.6"), hues = [];
	for (let i = 0; i < 50; i++)
		hues.push(hue(frameColour(profile, profile.addFrame(`f${i}`, module, KIND.USER), "module", false)));
	assert.ok(Math.max(...hues) - Math.min(...hues) < 20);
});

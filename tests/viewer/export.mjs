// SPDX-License-Identifier: GPL-2.0-or-later
// Exports: folded text read back gives the same stacks, JSON the same totals, SVG is XML whatever the names are.
import assert from "node:assert/strict";
import {spawnSync} from "node:child_process";
import test from "node:test";
import {HOSTILE, everything, randomFrom, viewer} from "./load.mjs";
import {randomRecording} from "./stacks.mjs";

const {Profile, TreeBuilder, exportD3, exportFolded, exportSvg, findPath, foldName, nameOf, profileFromData} = viewer;

const treeOf = (paths, more = {}) => {
	const profile = new Profile(), counts = new Map();
	profile.addGroup(-1, -1);
	for (const [path, count] of paths) {
		let node = 0;
		for (const name of path)
			node = profile.addNode(node, profile.addFrame(name, -1, 0));
		counts.set(node, (counts.get(node) ?? 0) + count);
	}
	const nodes = Uint32Array.from(counts.keys());
	profile.addWindow(0, 0, 0, 0, nodes, new Uint32Array(nodes.length), Float64Array.from(counts.values()));
	return new TreeBuilder(Object.assign(profile, more)).build(everything);
};

test("names are changed where pb-folded(5) says", () => {
	const cases = [["a;b", "a:b"], ["f\n", "f\\x0a"], ["worker 12", "worker_12"], ["pool 1.5", "pool_1.5"], ["v 2.", "v_2."], ["v .5", "v .5"], ["a  7", "a _7"], [" a ", "_a_"],
		["#", "\\x23"], ["# f", "\\x23 f"], ["#f", "#f"], ["# 5", "\\x23_5"], ["", "[unnamed]"], ["operator new", "operator new"], ["\u0085", "\\xc2\\x85"], ["\u2028", "\\xe2\\x80\\xa8"],
		["\ufeff", "\\xef\\xbb\\xbf"], ["\ud800", "\\xed\\xa0\\x80"], ["𝒳", "𝒳"], [" ", "_"], ["\t", "_"], ["a\tb", "a\\x09b"], ["12", "12"], ["constructor", "constructor"]];
	for (const [name, wanted] of cases)
		assert.equal(foldName(name), wanted, JSON.stringify(name));
});

test("folded: merged, sorted by bytes frame by frame, nothing lost", () => {
	assert.equal(exportFolded(treeOf([[["a", "b"], 1], [["a"], 2], [["a b"], 3], [["a;b"], 4], [["a:b"], 5], [[], 6], [["\uffee"], 1], [["𝒳"], 1]])),
		"[no stack] 6\na 2\na;b 1\na b 3\na:b 9\n\uffee 1\n𝒳 1\n");
	for (let seed = 60; seed < 66; seed++) {
		const tree = new TreeBuilder(randomRecording(randomFrom(seed)).profile).build({...everything, group: "process"}), text = exportFolded(tree);
		const lines = text.split("\n").slice(0, -1);
		assert.equal(lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0), tree.total[0]);
		assert.equal(new Set(lines.map(line => line.slice(0, line.lastIndexOf(" ")))).size, lines.length);
	}
});

test("folded: fractions exact to six digits, in the profile's unit", () => {
	const data = {format: "pb-profile", version: 1, title: "", unit: "ms", decimals: 2, names: ["a", "b"], parents: [0, 1], frames: [0, 1], self: [150, 100]};
	assert.equal(exportFolded(new TreeBuilder(profileFromData(data)).build(everything)), "a 1.5\na;b 1\n");
	assert.equal(exportFolded(treeOf([[["a"], 1 / 3], [["b"], 1e-9], [["c"], 2 ** 53], [["d"], 20], [["e"], 2 ** 80]])),
		"a 0.333333\nc 9007199254740992\nd 20\ne 1208925819614629174706176\n");
});

test("d3: inclusive values, children by name, any name", () => {
	const json = JSON.parse(exportD3(treeOf(HOSTILE.map((name, i) => [["main", name, "leaf"], i + 1]))));
	const sum = HOSTILE.length * (HOSTILE.length + 1) / 2;
	assert.deepEqual([json.name, json.value, json.children.length, json.children[0].name, json.children[0].value], ["all", sum, 1, "main", sum]);
	const values = new Map(json.children[0].children.map(({name, value}) => [name, value]));
	for (const [i, name] of HOSTILE.entries())
		assert.equal(values.get(name), i + 1, JSON.stringify(name));
	const check = node => {
		const below = (node.children ?? []).reduce((all, child) => all + check(child), 0);
		assert.ok(below <= node.value && (!node.children || node.children.length > 0));
		return node.value;
	};
	check(JSON.parse(exportD3(new TreeBuilder(randomRecording(randomFrom(3)).profile).build(everything))));
	assert.deepEqual(JSON.parse(exportD3(treeOf([]))), {name: "all", value: 0});
});

const xpath = (svg, path) => {
	const {status, stdout, stderr} = spawnSync("xmllint", ["--noent", "--xpath", path, "-"], {input: svg, encoding: "utf8"});
	assert.equal(status, 0, `${stderr.slice(0, 1000)}\n${svg.slice(0, 500)}`);
	return stdout.trim();
};

test("svg: well-formed and without script, whatever the names are", () => {
	const names = [...HOSTILE, ...Array.from({length: 0x30}, (_, i) => `c${String.fromCharCode(i)}`), "\ufffe\uffff", "\u{e0041}x", "x".repeat(500)];
	const tree = treeOf(names.map((name, i) => [["main", name, "leaf"], i + 1]), {unit: "<u>"});
	for (const view of [{}, {dark: true, inverted: true, by: "name"}, {by: "module", width: 5000, title: "<!--]]>\u0000&"}, {node: findPath(tree, ["main", "__proto__"])}, {width: NaN}]) {
		const svg = exportSvg(tree, view);
		assert.equal(xpath(svg, "count(//*[local-name()='script' or @onclick or @href])"), "0");
		assert.ok(Number(xpath(svg, "count(//*[local-name()='g'])")) >= 3);
		assert.doesNotMatch(svg, /<b>|<!--/);
	}
	assert.equal(xpath(exportSvg(treeOf([]), {}), "count(//*[local-name()='g'])"), "1");
});

test("svg: frames are as wide as their share, in the node's place", () => {
	const tree = treeOf([[["main", "a"], 1], [["main", "b"], 3], [["other"], 4]]);
	const frame = (svg, name) => xpath(svg, `concat(//*[local-name()='g'][starts-with(*[1],'${name} (')]/*[2]/@x,' ',//*[local-name()='g'][starts-with(*[1],'${name} (')]/*[2]/@width,' ',`
		+ `//*[local-name()='g'][starts-with(*[1],'${name} (')]/*[2]/@y)`);
	const whole = exportSvg(tree, {width: 820});
	assert.deepEqual(["all", "main", "a", "b", "other"].map(name => frame(whole, name)), ["10.00 799.50 68", "10.00 399.50 51", "10.00 99.50 34", "110.00 299.50 34", "410.00 399.50 51"]);
	const zoomed = exportSvg(tree, {width: 820, node: findPath(tree, ["main"]), inverted: true});
	assert.deepEqual(["all", "main", "a"].map(name => frame(zoomed, name)), ["10.00 799.50 34", "10.00 799.50 51", "10.00 199.50 68"]);
	assert.doesNotMatch(zoomed, /other/);
	assert.match(whole, /<title>b \(3 samples, 37\.50 %\)<\/title>/);
	assert.equal(nameOf(tree, 0), "all");
});

// SPDX-License-Identifier: GPL-2.0-or-later
// How long the data side takes at 100,000 nodes: `figures.mjs [NODES]` prints medians in ms as JSON.
import {encodeBody, encodeSnapshot} from "./encode.mjs";
import {everything, randomFrom, viewer} from "./load.mjs";

const {Profile, TreeBuilder, applyMessage, exportD3, exportFolded, exportSvg, functionsOf, search, takeMessage} = viewer;
const NODES = Number(process.argv[2] ?? 100000), NAMES = 8000, GROUPS = 40, PER_WINDOW = 1584, WINDOWS = 60;
const random = randomFrom(1), below = n => Math.floor(random() * n);

// A stack is one thread's, on either cpu; one in fifty is met in another thread, too.
const groups = [0];
const cell = node => [node, random() < 0.02 ? below(GROUPS) : (groups[node] ??= below(GROUPS)) ^ below(2), 1];
const cells = nodes => Array.from({length: PER_WINDOW}, () => cell(1 + below(nodes))).sort((a, b) => a[0] - b[0]);
const windowOf = (number, nodes) => ({number, start: 1.7e15 + number * 1e6, duration: 1e6, lost: 0, cells: cells(nodes)});

const snapshot = () => {
	const depth = [0], nodes = [];
	// Parents near the last nodes, mostly: stacks some thirty frames deep.
	for (let id = 1; id <= NODES; id++) {
		let parent = Math.max(0, id - 1 - below(random() < 0.9 ? 6 : id));
		while (depth[parent] > 45)
			parent = below(id);
		depth.push(depth[parent] + 1);
		groups[id] = parent === 0 ? below(GROUPS) : groups[parent];
		nodes.push([id - parent, below(NAMES)]);
	}
	const whole = {number: 1, start: 1.7e15, duration: 1e6, lost: 0, cells: nodes.map((_, i) => [i + 1, groups[i + 1], 1 + below(9)])};
	return {
		epoch: 1, at: 1, modules: Array.from({length: 50}, (_, i) => `lib${i}.so`), nodes,
		frames: Array.from({length: NAMES}, (_, i) => [`namespace_${i % 97}::function_${i}(int, char const*)`, i % 50, below(5)]),
		tasks: Array.from({length: GROUPS / 2}, (_, i) => [100 + i, 100 + i, `task ${i}`]), events: [["cycles", "samples"]],
		groups: Array.from({length: GROUPS}, (_, i) => [i >> 1, i & 1]),
		windows: [whole, ...Array.from({length: WINDOWS}, (_, i) => windowOf(i + 2, NODES))],
	};
};

const deltaOf = (number, nodes) => ({
	epoch: 1, at: number, nodes: Array.from({length: 200}, () => [1 + below(5000), below(NAMES)]), windows: [windowOf(number, nodes)],
});

const median = times => times.sort((a, b) => a - b)[times.length >> 1];

const timed = (work, rounds = 9) => median(Array.from({length: rounds}, (_, i) => {
	const start = performance.now();
	work(i);
	return performance.now() - start;
}));

const message = snapshot(), body = encodeBody(message), buffer = encodeSnapshot(message).buffer, figures = {};
const profile = applyMessage(new Profile(), body), start = performance.now();
await takeMessage(new Profile(), buffer);
figures.take_snapshot = performance.now() - start;
figures.apply_snapshot = timed(() => applyMessage(new Profile(), body), 5);

const whole = {...everything, group: "name"};
const firstStart = performance.now(), builder = new TreeBuilder(profile);
let tree = builder.build(whole);
figures.first_build = performance.now() - firstStart;
figures.build = timed(() => new TreeBuilder(profile).build(whole));
for (const [name, change] of [["none", {group: "none"}], ["thread", {group: "thread"}], ["hide_focus", {hide: [profile.names[5]], focus: [profile.names[6]]}], ["last", {time: {mode: "last", seconds: 30}}],
	["decay", {time: {mode: "decay", seconds: 30}}], ["callers", {shape: "callers", of: profile.names[7]}], ["callees", {shape: "callees", of: profile.names[7]}]])
	figures[`build_${name}`] = timed(() => new TreeBuilder(profile).build({...whole, ...change}), 5);
const deltas = Array.from({length: 15}, (_, i) => encodeBody(deltaOf(WINDOWS + 3 + i, NODES + 200 * i)));
const updates = deltas.map(delta => [timed(() => applyMessage(profile, delta), 1), timed(() => {
	tree = builder.build(whole);
}, 1)]);
figures.apply_delta = median(updates.map(([apply]) => apply));
figures.update = median(updates.map(([, update]) => update));
figures.update_most = Math.max(...updates.map(([, update]) => update));
figures.search_text = timed(() => search(tree, {text: "function_12", regex: false}));
figures.search_regex = timed(() => search(tree, {text: "::function_.*9\\(", regex: true}));
figures.search_all = timed(() => search(tree, {text: "int", regex: false}));
figures.functions = timed(() => functionsOf(tree));
figures.export_folded = timed(() => exportFolded(tree), 3);
figures.export_d3 = timed(() => exportD3(tree), 3);
figures.export_svg = timed(() => exportSvg(tree, {width: 1600}), 3);
for (const name of Object.keys(figures))
	figures[name] = Number(figures[name].toFixed(2));
console.log(JSON.stringify({nodes: tree.n, cells: profile.cells.n, samples: profile.total, maxDepth: tree.maxDepth, ...figures}));

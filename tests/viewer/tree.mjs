// SPDX-License-Identifier: GPL-2.0-or-later
// Trees: equal to what counting stack by stack gives, for every shape, group, time, and what is hidden or in focus.
import assert from "node:assert/strict";
import test from "node:test";
import {HOSTILE, everything, randomFrom, viewer} from "./load.mjs";
import {bruteForce, bruteFunctions, isTask, randomRecording, record, sumsOf} from "./stacks.mjs";

const {KIND, Profile, TreeBuilder, findPath, frameColour, functionText, functionsOf, nameOf, nodeColour, pathOf, profileFromData, search, stepsOf, walk} = viewer;
const GROUPS = ["none", "name", "process", "thread", "cpu"];
const SHAPES = ["stacks", "callees", "callers"];

const times = random => [{mode: "all"}, {mode: "last", seconds: 1 + 6 * random()}, {mode: "decay", seconds: 0.3 + 3 * random()},
	{mode: "range", from: 1e12 + 4000 * random(), to: 1e12 + 3000 + 6000 * random()}];

const equal = (tree, wanted, what) => {
	const got = sumsOf(tree);
	assert.deepEqual([...got.keys()].sort(), [...wanted.keys()].sort(), what);
	for (const [path, [self, total]] of wanted) {
		const [gotSelf, gotTotal] = got.get(path);
		assert.ok(Math.abs(gotSelf - self) <= 1e-9 * total && Math.abs(gotTotal - total) <= 1e-9 * total, `${what} ${path}: ${gotSelf} ${gotTotal}, not ${self} ${total}`);
	}
};

const wellFormed = tree => {
	const {n, parent, depth, first, next, self, total} = tree, seen = [];
	for (let id = 1; id < n; id++) {
		assert.ok(parent[id] < id);
		assert.equal(depth[id], depth[parent[id]] + 1);
	}
	walk(tree, node => seen.push(node));
	assert.equal(seen.length, n);
	assert.equal(new Set(seen).size, n);
	assert.equal(tree.maxDepth, Math.max(...depth.subarray(0, n)));
	for (let id = 0; id < n; id++) {
		let sum = self[id];
		for (let child = first[id]; child; child = next[child]) {
			assert.equal(parent[child], id);
			assert.ok(!next[child] || nameOf(tree, child) <= nameOf(tree, next[child]));
			sum += total[child];
		}
		assert.ok(Math.abs(sum - total[id]) <= 1e-9 * sum);
	}
};

const someOf = (random, names, most) => Array.from({length: Math.floor(random() * (most + 1))}, () => names[Math.floor(random() * names.length)]);

test("every shape, group and time equals counting stack by stack", () => {
	for (let seed = 1; seed <= 12; seed++) {
		const random = randomFrom(seed), log = randomRecording(random, {names: seed % 2 ? ["main", "a", "b", "gzip"] : undefined}), builder = new TreeBuilder(log.profile);
		for (const shape of SHAPES)
			for (const group of GROUPS)
				for (const time of times(random)) {
					const names = [...log.names, "[cpu 1]", "gzip (100)", "none such", "main\0kernel", "main\0user", "gzip\0task", "read\0jit"];
					const choice = {time, group, shape, of: someOf(random, names, 1)[0] ?? "main", hide: someOf(random, names, 1), focus: someOf(random, names, 1)};
					const tree = builder.build(choice);
					wellFormed(tree);
					equal(tree, bruteForce(log, choice), JSON.stringify({seed, choice}));
				}
	}
});

test("adding windows to a tree equals building it anew", () => {
	for (const shape of SHAPES)
		for (const group of GROUPS) {
			const random = randomFrom(shape.length * 31 + group.length), log = randomRecording(random, {windows: 2}), builder = new TreeBuilder(log.profile);
			const choice = {...everything, shape, group, of: "main", hide: ["read"], focus: group === "none" ? ["main"] : []};
			let last = null, again = 0;
			for (let number = 2; number < 12; number++) {
				if (number % 3 === 0) {
					log.names.push(`fresh ${number}`, `Fresh ${-number}`);
					log.profile.addTask(400, 400 + (12 - number), `late ${number}`);
					log.profile.addGroup(log.profile.tasks.length - 1, number);
				}
				record(log, number % 4 === 1 ? number - 1 : number);
				const tree = builder.build(choice);
				again += tree === last;
				last = tree;
				wellFormed(tree);
				equal(tree, bruteForce(log, choice), `${shape} ${group} ${number}`);
				assert.deepEqual(sumsOf(tree), sumsOf(new TreeBuilder(log.profile).build(choice)));
			}
			assert.ok(again >= 5, `built anew ${10 - again} times of 10`);
		}
});

test("a function's total counts a sample once, its self where samples end", () => {
	for (let seed = 20; seed < 30; seed++) {
		const log = randomRecording(randomFrom(seed), {names: ["main", "a", "b", "__proto__", ""]});
		for (const group of GROUPS) {
			const choice = {...everything, group, hide: seed % 2 ? ["b"] : []}, functions = functionsOf(new TreeBuilder(log.profile).build(choice));
			assert.ok(functions.every(({frame}) => !isTask(log.profile, frame)));
			assert.deepEqual(new Map(functions.map(({name, frame, self, total}) => [`${name} ${log.profile.frames.kind[frame]}`, [self, total]]).sort()), new Map([...bruteFunctions(log, choice)].sort()));
		}
	}
});

test("a window is put into the last one of its number, counts and losses add up", () => {
	const profile = new Profile();
	profile.addTask(1, 1, "x");
	profile.addGroup(0, 0);
	const frame = profile.addFrame("main", -1, 0), node = profile.addNode(0, frame);
	assert.equal(profile.addFrame("main", -1, 0), frame);
	const before = profile.version;
	profile.addWindow(5, 1000, 500, 1, Uint32Array.of(node), Uint32Array.of(0), Float64Array.of(3));
	profile.addWindow(5, 1500, 500, 2, Uint32Array.of(node, 0, node), Uint32Array.of(0, 0, 0), Float64Array.of(4, 1, 1));
	profile.addWindow(4, 500, 500, 0, Uint32Array.of(node), Uint32Array.of(0), Float64Array.of(10));
	assert.deepEqual(profile.windows.map(w => [w.number, w.start, w.duration, w.lost, w.samples]), [[4, 500, 500, 0, 10], [5, 1000, 1000, 3, 9]]);
	assert.deepEqual([profile.total, profile.lost], [19, 3]);
	assert.ok(profile.version > before);
	assert.throws(() => profile.addNode(99, frame), RangeError);
	assert.throws(() => profile.addNode(0, 99), RangeError);
	assert.throws(() => profile.addGroup(7, 0), RangeError);
	assert.throws(() => profile.addWindow(6, 0, 0, 0, Uint32Array.of(99), Uint32Array.of(0), Float64Array.of(1)), RangeError);
});

test("windows that are merged keep every sample, and the newest ones their time", () => {
	const random = randomFrom(77), log = randomRecording(random, {windows: 0});
	log.profile.mostWindows = 20;
	for (let number = 0; number < 300; number++)
		record(log, number);
	const {profile} = log, sum = log.samples.reduce((all, {count}) => all + count, 0);
	assert.ok(profile.windows.length <= 20 && profile.merged >= 280);
	assert.equal(profile.total, sum);
	assert.equal(profile.windows.reduce((all, window) => all + window.samples, 0), sum);
	assert.equal(profile.windows.reduce((all, {counts}) => all + counts.reduce((a, b) => a + b, 0), 0), sum);
	assert.equal(profile.windows.reduce((all, {lost}) => all + lost, 0), profile.lost);
	for (const {cells} of profile.windows)
		assert.ok(cells.every((cell, i) => i === 0 || cell > cells[i - 1]));
	profile.windows.forEach((window, i) => assert.ok(i === 0 || window.start >= profile.windows[i - 1].start + profile.windows[i - 1].duration));
	const whole = {...everything, time: {mode: "range", from: 0, to: Infinity}}, builder = new TreeBuilder(profile);
	equal(builder.build(whole), bruteForce(log, everything), "all time");
	const last = {...everything, time: {mode: "last", seconds: 4}};
	equal(builder.build(last), bruteForce(log, last), "the last seconds");
	assert.equal(profile.windows.length, profile.windows.filter(window => window.samples > 0).length);
});

test("cells are bounded, too, and merging stops where it does not help", () => {
	const log = randomRecording(randomFrom(5), {windows: 0, samples: 40, names: ["a", "b"], deep: 3});
	log.profile.mostCells = 500;
	for (let number = 0; number < 400; number++)
		record(log, number);
	assert.ok(log.profile.windowCells < 3 * log.profile.cells.n && log.profile.windows.length > 16, `${log.profile.windowCells}`);
	assert.equal(log.profile.windowCells, log.profile.windows.reduce((all, {cells}) => all + cells.length, 0));
	assert.equal(log.profile.total, log.samples.reduce((all, {count}) => all + count, 0));
	equal(new TreeBuilder(log.profile).build(everything), bruteForce(log, everything), "all");
});

test("a part that comes late for a window that was merged is added to it", () => {
	const log = randomRecording(randomFrom(6), {windows: 0});
	log.profile.mostWindows = 6;
	for (let number = 0; number < 20; number++)
		record(log, number);
	const {length} = log.profile.windows;
	record(log, 3);
	assert.equal(log.profile.windows.length, length);
	equal(new TreeBuilder(log.profile).build(everything), bruteForce(log, everything), "all");
});

test("a saved profile: kinds, modules, names of any kind", () => {
	const names = ["main", "read_[k]", "inner_[i]", "f_[j]", "libc.so.6`qsort", "[libfoo.so]", "[truncated]", "[unknown]_[k]", "`anonymous namespace'::f", "[kernel]`do_idle_[k]",
		...HOSTILE];
	const profile = profileFromData({
		format: "pb-profile", version: 1, title: "t", unit: "ms", decimals: 2, names,
		parents: names.map(() => 0), frames: names.map((_, i) => i), self: names.map((_, i) => i + 1),
	});
	const frame = i => [profile.names[profile.frames.name[i]], profile.modules[profile.frames.module[i]] ?? "", profile.frames.kind[i]];
	assert.deepEqual(names.slice(0, 10).map((_, i) => frame(i)), [["main", "", 0], ["read", "", 1], ["inner", "", 2], ["f", "", 3], ["qsort", "libc.so.6", 0],
		["[libfoo.so]", "libfoo.so", 0], ["[truncated]", "", 4], ["[unknown]", "", 1], ["`anonymous namespace'::f", "", 0], ["do_idle", "[kernel]", 1]]);
	const tree = new TreeBuilder(profile).build({...everything, group: "name"});
	assert.equal(tree.total[0], names.length * (names.length + 1) / 2);
	assert.deepEqual([profile.unit, profile.decimals, profile.title], ["ms", 2, "t"]);
	for (const [i, name] of HOSTILE.entries())
		if (name !== "[truncated]")
			assert.equal(tree.total[findPath(tree, [name])], i + 11, JSON.stringify(name));
});

test("a saved profile that is not one throws", () => {
	const good = {format: "pb-profile", version: 1, title: "", unit: "samples", decimals: 0, names: ["a"], parents: [0, 1], frames: [0, 0], self: [0, 1]};
	assert.equal(profileFromData(good).total, 1);
	for (const bad of [{format: "x"}, {version: 2}, {parents: [0, 2]}, {parents: [0, -1]}, {parents: [0, "1"]}, {parents: [0.5, 1]}, {frames: [0, 1]}, {frames: [0]}, {self: [0]},
		{self: [0, -1]}, {self: [0, null]}, {self: [0, NaN]}, {parents: null}, {names: null}])
		assert.throws(() => profileFromData({...good, ...bad}), Error, JSON.stringify(bad));
});

test("paths lead to their nodes, longer ones to the last that exists", () => {
	const log = randomRecording(randomFrom(9)), tree = new TreeBuilder(log.profile).build({...everything, group: "thread"});
	for (let id = 0; id < tree.n; id++) {
		assert.equal(findPath(tree, stepsOf(tree, id)), id);
		assert.equal(findPath(tree, [...stepsOf(tree, id), "no such name"]), id);
		assert.deepEqual(pathOf(tree, findPath(tree, pathOf(tree, id))), pathOf(tree, id).slice(0, tree.depth[findPath(tree, pathOf(tree, id))]));
	}
	assert.equal(nameOf(tree, 0), "all");
});

const dataOf = (names, parents, frames, self) => profileFromData({format: "pb-profile", version: 1, title: "", unit: "samples", decimals: 0, names, parents, frames, self});

test("functions of one name and different kinds are two: in the tree, the functions, the search, the sandwich", () => {
	const profile = dataOf(["r", "memcpy", "a", "memcpy_[k]", "b", "memcpy\0user"], [0, 1, 2, 1, 4, 1], [0, 1, 2, 3, 4, 5], [0, 50, 10, 30, 20, 1]), builder = new TreeBuilder(profile);
	const tree = builder.build(everything), root = findPath(tree, ["r"]), children = [];
	for (let node = tree.first[root]; node; node = tree.next[node])
		children.push([nameOf(tree, node), profile.frames.kind[tree.frame[node]], tree.total[node]]);
	assert.deepEqual(children, [["memcpy", KIND.USER, 60], ["memcpy", KIND.KERNEL, 50], ["memcpy\0user", KIND.USER, 1]]);
	assert.deepEqual(functionsOf(tree).filter(f => f.name === "memcpy").map(f => [functionText(profile, f.frame), f.self, f.total, f.rank]), [["memcpy\0user", 50, 60, 2], ["memcpy\0kernel", 30, 50, 3]]);
	assert.equal(search(tree, {text: "memcpy", regex: false}).nodes, 3);
	assert.deepEqual([tree.total[findPath(tree, ["r", "memcpy"])], tree.total[findPath(tree, ["r", "memcpy\0kernel"])]], [60, 50]);
	assert.equal(functionText(profile, tree.frame[findPath(tree, ["r"])]), "r");
	for (const [of, wanted] of [["memcpy\0kernel", 50], ["memcpy\0user", 60], ["memcpy", 110], ["memcpy\0user\0user", 1]])
		for (const shape of ["callers", "callees"])
			assert.equal(builder.build({...everything, shape, of}).total[0], wanted, of);
	assert.equal(builder.build({...everything, hide: ["memcpy\0kernel"]}).total[0], 61);
	assert.equal(builder.build({...everything, focus: ["memcpy\0kernel"]}).total[0], 50);
	assert.equal(viewer.exportFolded(builder.build({...everything, hide: ["memcpy\0user\0user"]})), "r;memcpy 80\nr;memcpy;a 10\nr;memcpy;b 20\n");
});

test("a node of several modules is said to be, and has the colour of none", () => {
	const profile = dataOf(["x", "y", "ls`main", "cat`main", "libc.so.6`read"], [0, 0, 1, 2, 1, 3], [0, 1, 2, 3, 3, 4], [1, 1, 5, 7, 3, 2]), builder = new TreeBuilder(profile);
	const tree = builder.build(everything), x = findPath(tree, ["x", "main"]), y = findPath(tree, ["y", "main"]), read = findPath(tree, ["x", "main", "read"]);
	assert.deepEqual([x, y, read].map(node => [tree.mixed[node], tree.total[node]]), [[1, 10], [0, 7], [0, 2]]);
	assert.deepEqual(functionsOf(tree).filter(f => f.total > 1).map(({name, mixed, total}) => [name, mixed, total]), [["x", false, 11], ["y", false, 8], ["main", true, 17], ["read", false, 2]]);
	assert.notEqual(nodeColour(tree, x, "module", false), frameColour(profile, tree.frame[x], "module", false));
	assert.equal(nodeColour(tree, y, "module", false), frameColour(profile, tree.frame[y], "module", false));
	assert.equal(nodeColour(tree, x, "kind", false), frameColour(profile, tree.frame[x], "kind", false));
	const grown = builder.build({...everything, hide: ["y"]});
	assert.equal(functionsOf(grown).find(f => f.name === "main").mixed, true);
	assert.equal(functionsOf(builder.build({...everything, hide: ["x"]})).find(f => f.name === "main").mixed, false);
});

test("stacks of 100,000 frames", () => {
	const profile = new Profile(), n = 100000;
	profile.addGroup(-1, -1);
	const frame = profile.addFrame("deep", -1, 0);
	for (let i = 0; i < n; i++)
		profile.addNode(i, frame);
	profile.addWindow(0, 0, 1000, 0, Uint32Array.of(n), Uint32Array.of(0), Float64Array.of(7));
	for (const shape of SHAPES) {
		const tree = new TreeBuilder(profile).build({...everything, shape, of: "deep"});
		assert.equal(tree.total[0], 7);
		assert.equal(tree.maxDepth, shape === "callers" ? 1 : n);
		assert.deepEqual(functionsOf(tree).map(({total}) => total), [7]);
	}
	const tree = new TreeBuilder(profile).build(everything);
	assert.ok(viewer.exportD3(tree).length > n);
	assert.equal(viewer.search(tree, {text: "deep", regex: false}).samples, 7);
});

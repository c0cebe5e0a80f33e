// SPDX-License-Identifier: GPL-2.0-or-later
// Messages: what they say arrives, and none that is malformed does anything but throw.
import assert from "node:assert/strict";
import test from "node:test";
import {gzipSync} from "node:zlib";
import {encodeBody, encodeDelta, encodeSnapshot} from "./encode.mjs";
import {HOSTILE, everything, randomFrom, viewer} from "./load.mjs";
import {sumsOf} from "./stacks.mjs";

const {Profile, TreeBuilder, applyMessage, takeMessage} = viewer;

const first = {
	epoch: 2 ** 52 + 1, at: 7, modules: ["libc.so.6", "[kernel]"], frames: [["main", 0, 0], ["read", 1, 1], ["main", 0, 0], ["__proto__", -1, 3]],
	nodes: [[1, 0], [1, 1], [2, 3]], tasks: [[4711, 4711, "gzip"], [4711, 4712, "constructor"]], events: [["cycles", "samples", 99], ["off-cpu", "ns", 0, 1]],
	groups: [[0, 3], [1, 0]],
	windows: [{number: 1, start: 1.7e15, duration: 1e6, lost: 2, cells: [[1, 0, 5], [2, 0, 4], [2, 1, 300], [3, 1, 1]]}],
	facts: [{host: "h", unit: "samples", frequency: 99, state: "live", control: true, lost: {"map full": 2, ["__proto__"]: 1, bad: "x"}, evil: 1, cpus: "2"}],
};
const second = {
	epoch: first.epoch, at: 9, frames: [["late", -1, 2]], nodes: [[1, 4]], tasks: [], groups: [],
	windows: [{number: 1, start: 1.7e15, duration: 1e6, lost: 0, cells: [[1, 0, 1]]}, {number: 2, start: 1.7e15 + 1e6, duration: 1e6, lost: 1, cells: [[4, 0, 2]]}],
};

const sums = profile => new Map([...sumsOf(new TreeBuilder(profile).build({...everything, group: "process"}))].sort());

test("a snapshot and a delta say what was put into them", async () => {
	const old = new Profile(), profile = await takeMessage(old, encodeSnapshot(first).buffer);
	assert.notEqual(profile, old);
	assert.deepEqual([profile.total, profile.lost, profile.epoch, profile.at], [310, 2, first.epoch, 7]);
	assert.deepEqual(profile.facts, {host: "h", unit: "samples", frequency: 99, state: "live", control: true, lost: Object.fromEntries([["map full", 2], ["__proto__", 1]])});
	assert.deepEqual(profile.windows.map(w => [w.number, w.start, w.duration, w.lost, w.samples]), [[1, 1.7e12, 1000, 2, 310]]);
	const builder = new TreeBuilder(profile), choice = {...everything, group: "thread"};
	// The frames that grouping adds must not shift those that the server counts.
	builder.build(choice);
	assert.equal(await takeMessage(profile, encodeDelta(second).buffer), profile);
	assert.deepEqual([profile.total, profile.lost, profile.at, profile.windows.length], [313, 3, 9, 2]);
	const tree = builder.build(choice);
	assert.deepEqual(sumsOf(tree).get(JSON.stringify(["gzip (4711/4711)", "main", "__proto__", "late"])), [2, 2]);
	assert.deepEqual(sumsOf(tree).get(JSON.stringify(["gzip (4711/4711)", "main"])), [6, 12]);
	assert.deepEqual(sums(profile).get(JSON.stringify(["gzip (4711)", "__proto__"])), undefined);
});

test("names of any kind arrive as they are", () => {
	const names = HOSTILE.map(name => name.toWellFormed?.() ?? name.replace(/\ud800/, "\ufffd"));
	const profile = applyMessage(new Profile(), encodeBody({
		epoch: 1, at: 1, modules: names, frames: names.map((name, i) => [name, i, 0]), nodes: names.map((_, i) => [i + 1, i]), tasks: names.map((name, i) => [i, i, name]),
		events: names.map(name => [name, name]), groups: names.map((_, i) => [i, 0]), windows: [{number: 1, start: 0, duration: 1, lost: 0, cells: names.map((_, i) => [i + 1, i, i + 1])}],
	}));
	const tree = new TreeBuilder(profile).build({...everything, group: "name"});
	for (const [i, name] of names.entries())
		assert.deepEqual(sumsOf(tree).get(JSON.stringify([name, name])), [i + 1, i + 1], JSON.stringify(name));
	assert.deepEqual([...profile.modules], names);
	assert.deepEqual(profile.events.map(e => [e.name, e.unit]), names.map(name => [name, name]));
});

// What must be untouched when a message throws.
const stateOf = profile => JSON.stringify([profile.total, profile.lost, profile.at, profile.names, profile.nodes.n, profile.frames.n, profile.cells.n, profile.windows.length,
	profile.tasks, profile.groups, profile.events, profile.facts, profile.modules, profile.version]);

test("cut short at every byte, a message throws and nothing of it counts, unless what is left is whole", () => {
	const whole = encodeBody(second), profile = applyMessage(new Profile(), encodeBody(first)), before = stateOf(profile);
	let applied = 0;
	for (let n = 0; n < whole.length; n++) {
		const copy = applyMessage(new Profile(), encodeBody(first));
		try {
			applyMessage(copy, whole.subarray(0, n));
			applied++;
		} catch (error) {
			assert.match(error.message, /^offset \d+: /);
			assert.equal(stateOf(copy), before);
		}
	}
	// At the ends of the sections and of the two numbers in front.
	assert.equal(applied, 3);
});

test("bits flipped at random throw or are a message; never a hang, a crash or memory without bound", () => {
	const random = randomFrom(11), whole = encodeBody(first), start = performance.now();
	let thrown = 0;
	for (let i = 0; i < 20000; i++) {
		const bytes = whole.slice(), profile = new Profile();
		for (let flips = 1 + Math.floor(random() * 3); flips > 0; flips--)
			bytes[Math.floor(random() * bytes.length)] ^= 1 << Math.floor(random() * 8);
		try {
			applyMessage(profile, bytes);
		} catch (error) {
			assert.match(error.message, /^offset \d+: /);
			assert.equal(profile.total, 0);
			thrown++;
		}
		assert.ok(profile.nodes.parent.length <= 64 && profile.cells.node.length <= 64);
	}
	assert.ok(thrown > 5000 && thrown < 20000, `${thrown}`);
	assert.ok(performance.now() - start < 20000);
});

test("any bytes at all", () => {
	const random = randomFrom(12);
	for (let i = 0; i < 20000; i++) {
		const bytes = Uint8Array.from({length: Math.floor(random() * 40)}, () => random() < 0.5 ? random() * 8 : random() * 256);
		try {
			applyMessage(new Profile(), bytes);
		} catch (error) {
			assert.match(error.message, /^offset \d+: /);
		}
	}
});

test("each malformed case has its message", async () => {
	const bad = [
		[{nodes: [[0, 0]]}, "no such parent"], [{nodes: [[2, 0]]}, "no such parent"], [{nodes: [[1, 9]]}, "no such frame"], [{frames: [["f", 2, 0]]}, "no such module"],
		[{frames: [["f", -1, 5]]}, "no such kind"], [{groups: [[2, 0]]}, "no such task"], [{groups: [[0, 0, 2]]}, "no such event"],
		[{windows: [{...first.windows[0], lost: [[2, 1]]}]}, "no such event"], [{events: undefined}, "no such event"], [{facts: [7]}, "not an object"], [{facts: [null]}, "not an object"],
		[{windows: [{...first.windows[0], cells: [[4, 0, 1]]}]}, "no such node"], [{windows: [{...first.windows[0], cells: [[1, 2, 1]]}]}, "no such group"],
		[{windows: [{...first.windows[0], number: 2 ** 53}]}, "number too large"], [{windows: [{...first.windows[0], cells: [[1, 0, 2 ** 65]]}]}, "number too large"],
		[{windows: [{...first.windows[0], cells: [[2 ** 53, 0, 1]]}]}, "number too large"], [{tasks: [[2 ** 53, 1, "x"]]}, "number too large"], [{frames: undefined}, "no such frame"],
	];
	for (const [change, message] of bad)
		assert.throws(() => applyMessage(new Profile(), encodeBody({...first, ...change})), new RegExp(message), message);
	const profile = applyMessage(new Profile(), encodeBody(first));
	assert.throws(() => applyMessage(profile, encodeBody({...second, epoch: 3})), /another recording/);
	assert.throws(() => applyMessage(profile, encodeBody({...second, at: 6})), /from before/);
	assert.throws(() => applyMessage(new Profile(), Uint8Array.of(1, 1, 9, 1, 0)), /no section has the number 9/);
	assert.throws(() => applyMessage(new Profile(), Uint8Array.of(1, 1, 1, 1, 1, 0xff)), /not UTF-8/);
	assert.throws(() => applyMessage(new Profile(), Uint8Array.of(1, 1, 7, 1, 1, 0x7b)), /not JSON/);
	assert.throws(() => applyMessage(new Profile(), Uint8Array.of(1, 1, 3, 0xff, 0xff, 0xff, 0xff, 0x7f)), /cut short/);
	assert.throws(() => applyMessage(new Profile(), Uint8Array.from({length: 50}, () => 0x80)), /too large/);
	await assert.rejects(takeMessage(new Profile(), Uint8Array.of(0x58, 1, 1).buffer), /neither a snapshot nor a delta/);
	await assert.rejects(takeMessage(new Profile(), encodeDelta(first).buffer), /a delta to nothing/);
	await assert.rejects(takeMessage(new Profile(), new ArrayBuffer(0)), /neither a snapshot nor a delta/);
});

test("counts of 64 bits are rounded, not refused", () => {
	for (const [counts, lost, rounded] of [[[2 ** 53 - 2], 1, false], [[2 ** 53 - 1, 1], 0, true], [[2 ** 63, 5], 0, true], [[1], 2 ** 53, true], [[2 ** 64 - 2048], 2 ** 64 - 2048, true]]) {
		const window = {number: 1, start: 2 ** 63, duration: 2 ** 60, lost, cells: counts.map((count, i) => [i + 1, 0, count])};
		const profile = applyMessage(new Profile(), encodeBody({...first, windows: [window]})), sum = counts.reduce((a, b) => a + b);
		assert.deepEqual([profile.total, profile.lost, profile.rounded(), new TreeBuilder(profile).build(everything).total[0]], [sum, lost, rounded, sum]);
		assert.equal(viewer.exportFolded(new TreeBuilder(profile).build(everything)).split(/[ \n]/).filter(t => /^\d+$/.test(t)).length, counts.length);
	}
});

test("a snapshot's compression may be broken, or hide far too much", async () => {
	const whole = encodeSnapshot(first);
	for (let n = 1; n < whole.length; n += 7)
		await assert.rejects(takeMessage(new Profile(), whole.slice(0, n).buffer));
	const bomb = Uint8Array.from([0x53, ...gzipSync(Buffer.alloc(300 << 20), {level: 1})]);
	await assert.rejects(takeMessage(new Profile(), bomb.buffer), /more than 256 MiB/);
});

// SPDX-License-Identifier: GPL-2.0-or-later
// Time: windows are where their time puts them, also when recordings are joined out of order or a clock was set back.
import assert from "node:assert/strict";
import test from "node:test";
import {everything, randomFrom, viewer} from "./load.mjs";
import {bruteForce, randomRecording, record, sumsOf} from "./stacks.mjs";

const {Profile, TreeBuilder, stripBars, stripSpan, wholeWindows, windowWeights} = viewer;
const DAY = 86400e3, MONDAY = 1.7e12;

const profileOf = windows => {
	const profile = new Profile();
	profile.addGroup(-1, -1);
	profile.addNode(0, profile.addFrame("main", -1, 0));
	windows.forEach(({start, duration = 1000, count, lost = 0}, number) =>
		profile.addWindow(number, start, duration, lost, Uint32Array.of(1), Uint32Array.of(0), Float64Array.of(count)));
	return profile;
};

const totalIn = (profile, time) => new TreeBuilder(profile).build({...everything, time}).total[0];

test("what is recent is so by its time, not by its place in the stream", () => {
	const profile = profileOf([{start: MONDAY + DAY, count: 5}, {start: MONDAY, count: 7}]);
	assert.equal(totalIn(profile, {mode: "last", seconds: 10}), 5);
	assert.equal(totalIn(profile, {mode: "decay", seconds: 10}), 5);
	const fading = totalIn(profile, {mode: "decay", seconds: 3600});
	assert.ok(Math.abs(fading - 5 - 7 * 2 ** -24) < 1e-6, `${fading}`);
	assert.equal(totalIn(profile, {mode: "range", from: MONDAY, to: MONDAY + 1000}), 7);
	assert.deepEqual(windowWeights([], {mode: "decay", seconds: 1}), []);
});

test("weights are within 0 and 1 and the newest window's is 1, in any order", () => {
	const random = randomFrom(3);
	for (let i = 0; i < 200; i++) {
		const windows = Array.from({length: 1 + Math.floor(random() * 6)}, () => ({start: MONDAY + random() * DAY, duration: random() * 5000}));
		for (const mode of ["all", "last", "decay"]) {
			const weights = windowWeights(windows, {mode, seconds: 0.001 + random() * 20000});
			assert.ok(weights.every(weight => weight >= 0 && weight <= 1), `${mode} ${weights}`);
			assert.ok(mode === "last" || weights.includes(1));
		}
	}
});

test("recordings joined out of order equal counting stack by stack", () => {
	const log = randomRecording(randomFrom(8), {windows: 0});
	for (const place of [7, 8, 9, 1, 2, 3, 5])
		record(log, log.windows.length, place);
	for (const time of [{mode: "last", seconds: 2}, {mode: "decay", seconds: 1.5}, {mode: "range", from: 1e12, to: 1e12 + 4000}]) {
		const wanted = bruteForce(log, {...everything, time}), got = sumsOf(new TreeBuilder(log.profile).build({...everything, time}));
		assert.deepEqual([...got.keys()].sort(), [...wanted.keys()].sort());
		for (const [path, [, total]] of wanted)
			assert.ok(Math.abs(got.get(path)[1] - total) < 1e-9 * total, path);
	}
});

test("the strip reaches from the first moment to the last, and has each window in its place", () => {
	const {windows} = profileOf([{start: MONDAY + 5000, count: 5}, {start: MONDAY + 6000, count: 6, lost: 1}, {start: MONDAY, count: 7}, {start: MONDAY + 1000, count: 8}]);
	const span = stripSpan(windows), bars = stripBars(windows, span, 700);
	assert.deepEqual(span, {start: MONDAY, stop: MONDAY + 7000});
	assert.deepEqual(bars.map(b => [b.left, b.right, b.samples, b.lost, b.time]),
		[[0, 100, 7, 0, 1000], [100, 200, 8, 0, 1000], [500, 600, 5, 0, 1000], [600, 700, 6, 1, 1000]]);
	assert.deepEqual(stripSpan([]), {start: 0, stop: 1});
	assert.deepEqual(stripSpan([{start: 5, duration: 0}]), {start: 5, stop: 6});
	// Two minutes a day apart are two bars, not one as wide as the strip.
	const apart = [MONDAY + DAY, MONDAY].flatMap(start => Array.from({length: 60}, (_, i) => ({start: start + i * 1000, duration: 1000, samples: 3, lost: 0})));
	const two = stripBars(apart, stripSpan(apart), 1000);
	assert.deepEqual(two.map(b => [b.samples, b.time, b.right - b.left < 6]), [[180, 60000, true], [180, 60000, true]]);
	assert.ok(two[0].left === 0 && two[1].right > 999);
});

test("windows of the same time are one bar as high as all of them", () => {
	const windows = [{start: 0, duration: 1000, samples: 3, lost: 0}, {start: 1000, duration: 1000, samples: 4, lost: 0}, {start: 100, duration: 1000, samples: 5, lost: 2}];
	assert.deepEqual(stripBars(windows, stripSpan(windows), 200).map(b => [b.left, b.right, b.samples, b.lost, b.time]), [[0, 110, 8, 2, 1100], [100, 200, 4, 0, 1000]]);
	const random = randomFrom(4);
	for (let i = 0; i < 100; i++) {
		const many = Array.from({length: 1 + Math.floor(random() * 50)}, () => ({start: random() * 5e4, duration: random() < 0.1 ? 0 : random() * 9000, samples: 1, lost: 1}));
		const span = stripSpan(many), bars = stripBars(many, span, 1 + random() * 2000);
		assert.equal(bars.reduce((sum, b) => sum + b.samples + b.lost, 0), 2 * many.length);
		bars.forEach((b, at) => assert.ok(b.time >= 1 && b.right >= b.left && b.left >= 0 && (at === 0 || b.left >= bars[at - 1].left)));
	}
});

test("a range is of whole windows, at least the nearest one", () => {
	const {windows} = profileOf([{start: MONDAY + 5000, count: 5}, {start: MONDAY + 6000, count: 6}, {start: MONDAY, count: 7}]);
	assert.deepEqual(wholeWindows(windows, MONDAY + 7000, MONDAY), {from: MONDAY, to: MONDAY + 7000});
	assert.deepEqual(wholeWindows(windows, MONDAY + 100, MONDAY + 5600), {from: MONDAY, to: MONDAY + 6000});
	assert.deepEqual(wholeWindows(windows, MONDAY + 2000, MONDAY + 2100), {from: MONDAY, to: MONDAY + 1000});
});

// SPDX-License-Identifier: GPL-2.0-or-later
// Events: what is shown of which, and how times and sizes are said.
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import test from "node:test";
import {encodeBody} from "./encode.mjs";
import {HOSTILE, everything, randomFrom, viewer} from "./load.mjs";
import {bruteForce, record, sumsOf} from "./stacks.mjs";

const {EventWindows, Profile, TreeBuilder, applyMessage, chooseEvents, eventChoices, scaledText, sumOfChosen, unitText} = viewer;

const EVENTS = [["cycles", "samples"], ["off-cpu", "ns"], ["page-faults", "samples"], ["read", "bytes"], ["write", "bytes"], ["cycles", "bytes"]];

// A random recording in groups of these events.
const recordingOf = (random, events = EVENTS) => {
	const profile = new Profile(), log = {profile, samples: [], windows: [], random, names: [...HOSTILE, "main", "read"], deep: 6, perWindow: 25, nodes: new Map()};
	for (const [pid, tid, comm] of [[1, 1, "sh"], [1, 2, "worker"], [3, 3, "gzip"]])
		profile.addTask(pid, tid, comm);
	for (const [name, unit] of events)
		profile.addEvent(name, unit, 0, 1);
	for (let i = 0; i < 4 * events.length; i++)
		profile.addGroup(i % 3, i & 1, Math.floor(random() * events.length));
	for (let i = 0; i < 8; i++)
		record(log, i);
	return log;
};

// What a choice means, the slow way.
const isMeant = ([name, unit], {event = "", unit: wanted = ""}) => {
	if (event === "")
		return unit === (wanted || EVENTS[0][1]);
	const first = EVENTS.find(e => e[0] === event && (wanted === "" || e[1] === wanted));
	return name === event && unit === first?.[1];
};

const CHOICES = [{}, {unit: "bytes"}, {unit: "ns"}, {unit: "samples"}, {event: "cycles"}, {event: "cycles", unit: "bytes"}, {event: "off-cpu"}, {event: "write"},
	{event: "nothing"}, {unit: "hours"}];

test("trees and windows are those of the events that are chosen", () => {
	for (let seed = 1; seed < 6; seed++) {
		const log = recordingOf(randomFrom(seed)), {profile} = log, builder = new TreeBuilder(profile), windows = new EventWindows();
		for (const choice of [...CHOICES, ...CHOICES]) {
			const whole = {...everything, group: "process", ...choice}, tree = builder.build(whole);
			const part = {...log, samples: log.samples.filter(({group}) => isMeant(EVENTS[profile.groups[group].event], choice))};
			const sums = sumsOf(tree), brute = bruteForce(part, whole);
			for (const [path, sum] of sums)
				assert.deepEqual(brute.get(path) ?? [0, 0], sum, path);
			assert.ok([...brute.keys()].every(path => sums.has(path)));
			const total = part.samples.reduce((sum, {count}) => sum + count, 0), shown = windows.of(profile, tree.events);
			assert.deepEqual([tree.total[0], sumOfChosen(tree.events, profile.totals)], [total, total]);
			assert.equal(shown.reduce((sum, {samples}) => sum + samples, 0), total);
			assert.equal(windows.of(profile, tree.events)[0], shown[0]);
		}
	}
});

test("a tree grows with groups of new events, and is built anew for another choice", () => {
	const log = recordingOf(randomFrom(9)), {profile} = log, builder = new TreeBuilder(profile), tree = builder.build(everything);
	profile.addEvent("late", "samples", 0, 0);
	profile.addGroup(0, 7, EVENTS.length);
	record(log, 9);
	assert.equal(builder.build(everything), tree);
	assert.equal(tree.events.n, 3);
	assert.notEqual(builder.build({...everything, event: "late"}), tree);
	assert.equal(builder.build({...everything, event: "late"}).total[0], profile.totals[EVENTS.length]);
});

test("grouped by event, each has its frame", () => {
	const log = recordingOf(randomFrom(4)), {profile} = log, sums = sumsOf(new TreeBuilder(profile).build({...everything, group: "event", unit: "bytes"}));
	for (const [name] of EVENTS)
		assert.equal(sums.get(JSON.stringify([`[${name}]`]))?.[1] ?? 0,
			EVENTS.reduce((sum, e, id) => sum + (e[0] === name && e[1] === "bytes" ? profile.totals[id] : 0), 0));
});

test("losses are of the event they were in, also when windows are merged", () => {
	const message = {epoch: 1, at: 1, frames: [["f", -1, 0]], nodes: [[1, 0]], tasks: [[1, 1, "t"]], events: EVENTS, groups: EVENTS.map((_, i) => [0, 0, i]),
		windows: Array.from({length: 40}, (_, number) => ({number, start: number * 1e6, duration: 1e6, lost: number % 2 ? [[1, 2], [3, 1]] : [[0, 5]],
			cells: EVENTS.map((_e, group) => [1, group, 10])}))};
	const profile = new Profile(), total = list => list.reduce((sum, {lost}) => sum + lost, 0);
	profile.mostWindows = 20;
	applyMessage(profile, encodeBody(message));
	assert.ok(profile.windows.length <= 20);
	assert.deepEqual([profile.lost, ...profile.losses.slice(0, 4)], [160, 100, 40, 0, 20]);
	for (const [choice, lost] of [[{}, 100], [{event: "off-cpu"}, 40], [{unit: "bytes"}, 20], [{event: "write"}, 0]]) {
		const events = chooseEvents(profile, choice);
		assert.deepEqual([total(new EventWindows().of(profile, events)), sumOfChosen(events, profile.losses)], [lost, lost]);
	}
});

test("what there is to choose, and what is shown for it", () => {
	const profile = new Profile(), of = choice => chooseEvents(profile, choice);
	assert.deepEqual(of({event: "cycles"}), {unit: "samples", chosen: null, n: 0, all: true, usual: false});
	for (const [name, unit] of EVENTS)
		profile.addEvent(name, unit, 0, 0);
	assert.deepEqual(eventChoices(profile).map(([value, label]) => [value, label]), [["", "all in samples"], ["ubytes", "all in bytes"], ["e0", "cycles (samples)"],
		["e1", "off-cpu (ns)"], ["e2", "page-faults (samples)"], ["e3", "read (bytes)"], ["e4", "write (bytes)"], ["e5", "cycles (bytes)"]]);
	for (const [, label, choice] of eventChoices(profile).slice(2))
		assert.deepEqual(EVENTS.filter((_, i) => of(choice).chosen[i]).map(([name, unit]) => `${name} (${unit})`), [label]);
	assert.deepEqual([of({}).unit, of({}).n, of({}).usual, of({event: "nothing"}).n, of({event: "nothing"}).unit], ["samples", 2, true, 0, "samples"]);
	const unsaid = new Profile();
	unsaid.addEvent("e", "", 0, 0);
	assert.deepEqual([chooseEvents(unsaid, {}).unit, chooseEvents(unsaid, {event: "e"}).n, chooseEvents(unsaid, {}).all], ["samples", 1, true]);
});

test("times and sizes are said as pb-svg says them", () => {
	const random = randomFrom(3), values = [0, 1, 999, 1000, 1023, 1024, 1536, 9994, 9996, 12345, 999499, 999500, 1048000, 1048570, 1250000000, 999600000000, 2 ** 50];
	for (let i = 0; i < 300; i++)
		values.push(Math.floor(10 ** (random() * 15)));
	for (const unit of ["ns", "bytes"])
		for (const value of values.filter(v => v > 0)) {
			const svg = execFileSync("pb-svg", ["--unit", unit], {input: `a ${value}\n`}).toString();
			assert.equal(/<title>all \(([^)]*), 100%\)/.exec(svg)[1], scaledText(unit, value), `${value} ${unit}`);
		}
	assert.deepEqual([unitText("samples", 1), unitText("samples", 1234), unitText("", 2), unitText("ns", 1), unitText("bytes", 0)],
		["1 sample", "1,234 samples", "2 samples", "1 ns", "0 B"]);
});

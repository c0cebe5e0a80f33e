// SPDX-License-Identifier: GPL-2.0-or-later
// Random recordings, and what trees of them must hold, found the slow way: stack by stack.
import {HOSTILE, viewer} from "./load.mjs";

const {KIND, Profile} = viewer;

const WORDS = ["user", "kernel", "inlined", "jit", "mark", "task"];

const pick = (random, list) => list[Math.floor(random() * list.length)];

// A recording as samples, and the profile made of them.
export const randomRecording = (random, {windows = 8, samples = 12, names = [...HOSTILE, "main", "read", "qsort"], deep = 7} = {}) => {
	const profile = new Profile(), log = {profile, samples: [], windows: [], random, names, deep, perWindow: samples, nodes: new Map()};
	const comms = [[100, 100, "gzip"], [100, 101, "worker"], [200, 201, "pool"], [200, 200, "a b"], [300, 300, "constructor"], [100, 100, "main"]];
	for (const [pid, tid, comm] of comms)
		profile.addTask(pid, tid, comm);
	for (let i = 0; i < 10; i++)
		profile.addGroup(Math.floor(random() * comms.length), Math.floor(random() * 3));
	for (let i = 0; i < windows; i++)
		record(log, i);
	return log;
};

// place: the second in which it was, if that is not its number.
export const record = (log, number, place = number) => {
	const {profile, random} = log, nodes = [], groups = [], counts = [];
	const start = 1e12 + place * 1000, duration = 900 + Math.floor(random() * 100), lost = Math.floor(random() * 3);
	for (let i = 0; i < log.perWindow; i++) {
		let node = 0;
		const path = [], kinds = [];
		for (let depth = Math.floor(random() * log.deep); depth > 0; depth--) {
			const name = pick(random, log.names), kind = Math.floor(random() * 4), frame = profile.addFrame(name, -1, kind), key = `${node} ${frame}`;
			if (!log.nodes.has(key))
				log.nodes.set(key, profile.addNode(node, frame));
			node = log.nodes.get(key);
			path.push(name);
			kinds.push(kind);
		}
		const group = Math.floor(random() * profile.groups.length), count = 1 + Math.floor(random() * 9);
		nodes.push(node);
		groups.push(group);
		counts.push(count);
		log.samples.push({path, kinds, group, count, window: number, middle: start + duration / 2});
	}
	profile.addWindow(number, start, duration, lost, Uint32Array.from(nodes), Uint32Array.from(groups), Float64Array.from(counts));
	log.windows.push({number, start, duration});
};

const prefixOf = ({tasks, groups}, by, group) => {
	const {task, cpu} = groups[group], {pid, tid, comm} = tasks[task], mains = tasks.filter(t => t.pid === pid && t.tid === pid);
	const earlier = tasks.slice(0, task + 1).filter(t => t.pid === pid && t.tid === pid);
	const process = (earlier.at(-1) ?? mains[0] ?? tasks.find(t => t.pid === pid)).comm;
	return {none: [], name: [comm], process: [`${process} (${pid})`], thread: [`${comm} (${pid}/${tid})`], cpu: [`[cpu ${cpu}]`]}[by];
};

const weightOf = ({windows}, time, sample) => {
	switch (time.mode) {
	case "last":
		return sample.middle >= Math.max(...windows.map(w => w.start + w.duration)) - time.seconds * 1000 ? 1 : 0;
	case "decay":
		return 0.5 ** ((Math.max(...windows.map(w => w.start + w.duration / 2)) - sample.middle) / 1000 / time.seconds);
	case "range":
		return sample.middle >= time.from && sample.middle <= time.to ? 1 : 0;
	default:
		return 1;
	}
};

// A function counts before the thread of its name.
const shaped = (stack, kinds, threads, shape, of) => {
	const inside = has(stack.slice(threads), kinds.slice(threads), of), at = inside < 0 ? has(stack, kinds, of) : inside + threads;
	switch (shape) {
	case "callees":
		return at < 0 ? null : stack.slice(at);
	case "callers":
		return at < 0 ? null : stack.slice(0, at + 1).reverse();
	default:
		return stack;
	}
};

// Whether one of the stack is what a text asks for: a name, or a name and a kind.
const has = (stack, kinds, text) => {
	const [, name, word] = /^([^]*?)(?:\0(user|kernel|inlined|jit|mark|task))?$/.exec(text), kind = WORDS.indexOf(word);
	return stack.findIndex((each, i) => each === name && (kind < 0 || kinds[i] === kind));
};

// Totals and selves by path, as a Map from JSON of the path to [self, total].
export const bruteForce = (log, choice) => {
	const sums = new Map();
	const add = (path, at, count) => {
		const key = JSON.stringify(path), sum = sums.get(key) ?? [0, 0];
		sum[at] += count;
		sums.set(key, sum);
	};
	add([], 0, 0);
	for (const sample of log.samples) {
		const prefix = prefixOf(log.profile, choice.group, sample.group), stack = [...prefix, ...sample.path];
		const kinds = [...prefix.map(() => KIND.TASK), ...sample.kinds], is = text => has(stack, kinds, text) >= 0;
		const shown = shaped(stack, kinds, prefix.length, choice.shape, choice.of), count = sample.count * weightOf(log, choice.time, sample);
		if (!shown || count < 1e-9 || choice.hide.some(is) || !choice.focus.every(is))
			continue;
		add(shown, 0, count);
		for (let i = 0; i <= shown.length; i++)
			add(shown.slice(0, i), 1, count);
	}
	return sums;
};

// A thread and a function of one name have one path here.
export const sumsOf = tree => {
	const sums = new Map();
	for (let id = 0; id < tree.n; id++) {
		const key = JSON.stringify(viewer.pathOf(tree, id)), [self, total] = sums.get(key) ?? [0, 0];
		sums.set(key, [self + tree.self[id], total + tree.total[id]]);
	}
	return sums;
};

// By function, as `name kind`: [self, total], each sample once; frames of grouping left out.
export const bruteFunctions = (log, choice) => {
	const sums = new Map();
	for (const {path, kinds, count, group} of log.samples) {
		const stack = [...prefixOf(log.profile, choice.group, group), ...path];
		if (choice.hide.some(name => stack.includes(name)) || !choice.focus.every(name => stack.includes(name)))
			continue;
		const functions = path.map((name, i) => `${name} ${kinds[i]}`);
		for (const key of new Set(functions)) {
			const sum = sums.get(key) ?? [0, 0];
			sum[0] += functions.at(-1) === key ? count : 0;
			sum[1] += count;
			sums.set(key, sum);
		}
	}
	return sums;
};

export const isTask = (profile, frame) => profile.frames.kind[frame] === KIND.TASK;

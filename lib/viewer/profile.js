// SPDX-License-Identifier: GPL-2.0-or-later
// What was recorded: names, frames, stacks as nodes of one tree, tasks, events, and counts window by window.

// TASK is the kind of the frames that grouping puts in front.
const KIND = {USER: 0, KERNEL: 1, INLINED: 2, JIT: 3, MARK: 4, TASK: 5};

// A function is a name and a kind. As text it is its name, and its kind where it matters: "memcpy", "memcpy\0kernel".
const KIND_WORDS = ["user", "kernel", "inlined", "jit", "mark", "task"];
const KIND_MARK = new RegExp(`\0(${KIND_WORDS.join("|")})$`);
const ANY_KIND = -1;

const MOST_WINDOWS = 4096;
const LEAST_WINDOWS = 16;
const MOST_CELLS = 4 << 20;

// A cell is a stack in a group. Equal cells of all windows share an id, so that adding windows up is adding arrays.
class Profile {
	constructor() {
		this.title = "";
		this.unit = "samples";
		this.decimals = 0;
		// False where nothing says what is of the kernel, and so nothing that it is not.
		this.kindsKnown = true;
		this.facts = {};
		this.names = [];
		this.nameIds = new Map();
		this.modules = [];
		this.moduleIds = new Map();
		this.frames = {n: 0, name: new Uint32Array(16), module: new Int32Array(16), kind: new Uint8Array(16), of: new Uint32Array(16)};
		this.frameIds = new Pairs();
		// What frames are of: (name, kind), whatever the module.
		this.functions = {n: 0, name: new Uint32Array(16), kind: new Uint8Array(16)};
		this.functionIds = new Pairs();
		// By name, the kinds that its functions have, as bits.
		this.kinds = new Uint8Array(16);
		this.nodes = {n: 1, parent: new Uint32Array(16), frame: new Uint32Array(16)};
		this.tasks = [];
		// {name, unit, frequency, period}; none where nothing is known of them.
		this.events = [];
		this.groups = [];
		this.cells = {n: 0, node: new Uint32Array(16), group: new Uint32Array(16), count: new Float64Array(16)};
		this.cellIds = new Pairs();
		this.windows = [];
		this.windowCells = 0;
		this.mostWindows = MOST_WINDOWS;
		this.mostCells = MOST_CELLS;
		this.nextMerge = 0;
		this.merged = 0;
		this.total = 0;
		this.lost = 0;
		// The same by event.
		this.totals = new Float64Array(16);
		this.losses = new Float64Array(16);
		this.epoch = 0;
		this.at = 0;
		this.version = 0;
		// By id in the server's messages, the id here.
		this.sent = {modules: [], frames: []};
	}

	// Whether counts are beyond what a number holds exactly.
	rounded() {
		return Math.max(this.total, this.lost) > Number.MAX_SAFE_INTEGER;
	}

	nameId(text) {
		return internText(this.names, this.nameIds, text);
	}

	addModule(text) {
		return internText(this.modules, this.moduleIds, text);
	}

	addFrame(text, module, kind) {
		const f = this.frames, name = this.nameId(text), place = (module + 1) * 8 + kind;
		let id = this.frameIds.get(name, place);
		if (id >= 0)
			return id;
		id = f.n++;
		f.name = grown(f.name, f.n);
		f.module = grown(f.module, f.n);
		f.kind = grown(f.kind, f.n);
		f.of = grown(f.of, f.n);
		f.name[id] = name;
		f.module[id] = module;
		f.kind[id] = kind;
		f.of[id] = this.addFunction(name, kind);
		this.frameIds.set(name, place, id);
		this.version++;
		return id;
	}

	addFunction(name, kind) {
		const f = this.functions;
		let id = this.functionIds.get(name, kind);
		if (id >= 0)
			return id;
		id = f.n++;
		f.name = grown(f.name, f.n);
		f.kind = grown(f.kind, f.n);
		f.name[id] = name;
		f.kind[id] = kind;
		this.functionIds.set(name, kind, id);
		this.kinds = grown(this.kinds, this.names.length);
		this.kinds[name] |= 1 << kind;
		return id;
	}

	addNode(parent, frame) {
		const t = this.nodes, id = t.n;
		if (!(parent < id && frame < this.frames.n))
			throw new RangeError("a node without a parent or frame");
		t.n++;
		t.parent = grown(t.parent, t.n);
		t.frame = grown(t.frame, t.n);
		t.parent[id] = parent;
		t.frame[id] = frame;
		this.version++;
		return id;
	}

	addTask(pid, tid, comm) {
		this.version++;
		return this.tasks.push({pid, tid, comm}) - 1;
	}

	addEvent(name, unit, frequency, period) {
		this.version++;
		this.totals = grown(this.totals, this.events.length + 1);
		this.losses = grown(this.losses, this.events.length + 1);
		return this.events.push({name, unit, frequency, period}) - 1;
	}

	// Task and cpu are -1 where they are not known.
	addGroup(task, cpu, event = 0) {
		if (!(task < this.tasks.length && event < Math.max(this.events.length, 1)))
			throw new RangeError("a group without a task or event");
		this.version++;
		return this.groups.push({task, cpu, event}) - 1;
	}

	cellId(node, group) {
		const c = this.cells;
		let id = this.cellIds.get(node, group);
		if (id >= 0)
			return id;
		if (!(node < this.nodes.n && group < this.groups.length))
			throw new RangeError("a count without a stack or group");
		id = c.n++;
		c.node = grown(c.node, c.n);
		c.group = grown(c.group, c.n);
		c.count = grown(c.count, c.n);
		c.node[id] = node;
		c.group[id] = group;
		this.cellIds.set(node, group, id);
		return id;
	}

	// losses: [event, count] pairs that add up to lost.
	addWindow(number, start, duration, lost, nodes, groups, counts, losses = lost > 0 ? [[0, lost]] : []) {
		const cells = new Uint32Array(nodes.length);
		let samples = 0;
		for (let i = 0; i < nodes.length; i++) {
			cells[i] = this.cellId(nodes[i], groups[i]);
			samples += counts[i];
		}
		for (let i = 0; i < nodes.length; i++) {
			this.cells.count[cells[i]] += counts[i];
			this.totals[this.groups[groups[i]].event] += counts[i];
		}
		for (const [event, count] of losses)
			this.losses[event] += count;
		this.putWindow({number, start, duration, lost, losses, samples, ...sortedCells(cells, counts)});
		this.total += samples;
		this.lost += lost;
		this.version++;
		if (this.windows.length > this.mostWindows || this.windowCells > Math.max(this.mostCells, this.nextMerge))
			this.mergeOldest();
	}

	// In its place by number; one of the same number, or merged over it, takes it in.
	putWindow(window) {
		let i = this.windows.length;
		while (i > 0 && this.windows[i - 1].number >= window.number)
			i--;
		const there = this.windows[i];
		this.windowCells += window.cells.length;
		if (there && window.number >= there.number - there.merged) {
			this.windowCells -= there.cells.length + window.cells.length;
			this.windows[i] = sumOfWindows(there, {...window, merged: 0});
			this.windows[i].merged = there.merged;
			this.windowCells += this.windows[i].cells.length;
		} else {
			this.windows.splice(i, 0, {...window, merged: 0});
		}
	}

	// The older half becomes pairs, and again: what is long ago gets coarser and coarser, the newest stays as it is.
	mergeOldest() {
		const goal = this.mostCells * 0.75;
		do {
			const half = this.windows.length >> 1 & ~1, pairs = [];
			for (let i = 0; i < half; i += 2)
				pairs.push(sumOfWindows(this.windows[i], this.windows[i + 1]));
			this.windows.splice(0, half, ...pairs);
			this.merged += pairs.length;
			this.windowCells = this.windows.reduce((sum, window) => sum + window.cells.length, 0);
		} while (this.windowCells > goal && this.windows.length > LEAST_WINDOWS);
		// Cells that do not get fewer are not tried again at once.
		this.nextMerge = this.windowCells + (this.windowCells >> 2);
	}
}

const internText = (texts, ids, text) => {
	let id = ids.get(text);
	if (id === undefined) {
		id = texts.push(text) - 1;
		ids.set(text, id);
	}
	return id;
};

// Whether others of that name are of another kind.
const isShared = (profile, frame) => {
	const kinds = profile.kinds[profile.frames.name[frame]];
	return (kinds & kinds - 1) !== 0;
};

const functionText = (profile, frame) => {
	const name = profile.names[profile.frames.name[frame]];
	return isShared(profile, frame) || KIND_MARK.test(name) ? `${name}\0${KIND_WORDS[profile.frames.kind[frame]]}` : name;
};

// A text without a kind is of all of the name.
const readFunction = text => {
	const mark = KIND_MARK.exec(text);
	return mark ? {name: text.slice(0, mark.index), kind: KIND_WORDS.indexOf(mark[1])} : {name: text, kind: ANY_KIND};
};

// Whether a frame is of what was asked for. A name that the profile has not met yet gets its id now.
const isOf = (profile, text) => {
	const {name, kind} = readFunction(text), id = profile.nameId(name);
	return frame => profile.frames.name[frame] === id && (kind === ANY_KIND || profile.frames.kind[frame] === kind);
};

// Cells by id, each once.
const sortedCells = (cells, counts) => {
	const order = Uint32Array.from(cells, (_, i) => i);
	if (cells.some((cell, i) => i > 0 && cell <= cells[i - 1]))
		order.sort((a, b) => cells[a] - cells[b]);
	const out = {cells: new Uint32Array(cells.length), counts: new Float64Array(cells.length)};
	let n = 0;
	for (const i of order) {
		if (n === 0 || out.cells[n - 1] !== cells[i])
			out.cells[n++] = cells[i];
		out.counts[n - 1] += counts[i];
	}
	return {cells: out.cells.slice(0, n), counts: out.counts.slice(0, n)};
};

const sumOfLosses = (a, b) => {
	const sums = new Map(a);
	for (const [event, count] of b)
		sums.set(event, (sums.get(event) ?? 0) + count);
	return b.length === 0 ? a : [...sums];
};

// Two windows as one, from the first's start to the last's end. `merged` is how many numbers before its own it covers.
const sumOfWindows = (a, b) => {
	const n = a.cells.length, m = b.cells.length, cells = new Uint32Array(n + m), counts = new Float64Array(n + m);
	let i = 0, j = 0, k = 0;
	for (; i < n || j < m; k++) {
		const fromA = j === m || (i < n && a.cells[i] <= b.cells[j]);
		const fromB = i === n || (j < m && b.cells[j] <= a.cells[i]);
		cells[k] = fromA ? a.cells[i] : b.cells[j];
		counts[k] = (fromA ? a.counts[i++] : 0) + (fromB ? b.counts[j++] : 0);
	}
	const start = Math.min(a.start, b.start), end = Math.max(a.start + a.duration, b.start + b.duration);
	const number = Math.max(a.number, b.number), first = Math.min(a.number - a.merged, b.number - b.merged);
	return {
		number, start, duration: end - start, lost: a.lost + b.lost, losses: sumOfLosses(a.losses, b.losses), samples: a.samples + b.samples,
		cells: cells.slice(0, k), counts: counts.slice(0, k), merged: number - first,
	};
};

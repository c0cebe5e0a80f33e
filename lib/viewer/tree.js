// SPDX-License-Identifier: GPL-2.0-or-later
// The tree that is drawn, from a profile and a choice; and questions about it.

// Node 0 is the root, a child's id is above its parent's, and the arrays may be longer than n. Siblings of one function
// are one node: `mixed` tells that its frames are of several modules. A tree is good until its builder builds the next one.
class Tree {
	constructor(profile, choice) {
		this.profile = profile;
		this.shape = choice.shape ?? "stacks";
		this.events = chooseEvents(profile, choice);
		this.n = 1;
		this.parent = new Uint32Array(16);
		this.frame = new Uint32Array(16);
		this.mixed = new Uint8Array(16);
		this.depth = new Uint32Array(16);
		this.first = new Uint32Array(16);
		this.next = new Uint32Array(16);
		this.self = new Float64Array(16);
		this.total = new Float64Array(16);
		this.maxDepth = 0;
		this.children = new Pairs();
		this.linked = 0;
		this.ranks = null;
		this.outermost = new Uint8Array(16);
		this.marked = 0;
	}

	child(parent, frame) {
		const key = this.profile.frames.of[frame];
		let id = this.children.get(parent, key);
		if (id >= 0) {
			if (this.frame[id] !== frame)
				this.mixed[id] = 1;
			return id;
		}
		id = this.n++;
		if (id >= this.parent.length)
			for (const field of ["parent", "frame", "mixed", "depth", "first", "next", "self", "total", "outermost"])
				this[field] = grown(this[field], this.n);
		this.parent[id] = parent;
		this.frame[id] = frame;
		this.depth[id] = this.depth[parent] + 1;
		this.maxDepth = Math.max(this.maxDepth, this.depth[id]);
		this.children.set(parent, key, id);
		return id;
	}

	addUp() {
		const {n, parent, self, total} = this;
		total.set(self.subarray(0, n));
		for (let id = n - 1; id > 0; id--)
			total[parent[id]] += total[id];
	}

	// All nodes by function, the last first; each is put in front of its siblings before. Ranks are by function.
	link(ranks) {
		const {n, parent, frame, first, next} = this, {of} = this.profile.frames;
		this.ranks = ranks;
		if (this.linked === n)
			return;
		const starts = new Uint32Array(ranks.length + 1), order = new Uint32Array(n);
		for (let id = 1; id < n; id++)
			starts[ranks[of[frame[id]]]]++;
		for (let rank = 1; rank <= ranks.length; rank++)
			starts[rank] += starts[rank - 1];
		for (let id = 1; id < n; id++)
			order[--starts[ranks[of[frame[id]]]]] = id;
		first.fill(0, 0, n);
		for (let i = n - 2; i >= 0; i--) {
			const id = order[i];
			next[id] = first[parent[id]];
			first[parent[id]] = id;
		}
		this.linked = n;
	}
}

const OTHER_EVENT = -2;

class TreeBuilder {
	constructor(profile) {
		this.profile = profile;
		this.sorted = [];
		this.ranks = new Uint32Array(0);
		this.tree = null;
	}

	build(choice) {
		const {profile} = this, key = choiceKey(choice), events = chooseEvents(profile, choice);
		const prefixes = this.prefixes(choice.group ?? "none", events);
		const again = this.tree !== null && choice.time.mode === "all" && this.wholeTime && key === this.key &&
			this.prefixesNow.every((prefix, group) => prefix === prefixes[group]);
		if (!again) {
			this.tree = new Tree(profile, choice);
			this.shape = new Shape(profile, choice, this.tree);
			this.n = 0;
			this.ends = new Int32Array(16);
		}
		this.tree.events = events;
		this.key = key;
		this.wholeTime = choice.time.mode === "all";
		this.prefixesNow = prefixes;
		this.count(cellCounts(profile, choice.time));
		this.rankFunctions();
		this.tree.addUp();
		this.tree.link(this.ranks);
		return this.tree;
	}

	// By group, the frame in front of its stacks; -1 for none, OTHER_EVENT where they are not looked at.
	prefixes(by, {chosen}) {
		const {profile} = this;
		return groupTexts(profile, by).map((text, group) => chosen !== null && !chosen[profile.groups[group].event] ? OTHER_EVENT :
			text === null ? -1 : profile.addFrame(text, -1, KIND.TASK));
	}

	// Stacks without samples in the chosen time get no nodes.
	count(counts) {
		const {cells} = this.profile, {tree, shape} = this, from = this.n;
		this.n = cells.n;
		this.ends = grown(this.ends, cells.n);
		shape.follow();
		for (let cell = from; cell < cells.n; cell++) {
			const prefix = this.prefixesNow[cells.group[cell]];
			this.ends[cell] = counts[cell] > 0 && prefix !== OTHER_EVENT ? shape.end(prefix, cells.node[cell]) : NOT_SHOWN;
		}
		tree.self.fill(0, 0, tree.n);
		for (let cell = 0; cell < cells.n; cell++)
			if (this.ends[cell] >= 0)
				tree.self[this.ends[cell]] += counts[cell];
	}

	// By function, its place in the order of all, which is by name and then by kind.
	rankFunctions() {
		const {names, functions: {n, name, kind}} = this.profile, sorted = [];
		const byText = (a, b) => name[a] === name[b] ? kind[a] - kind[b] : names[name[a]] < names[name[b]] ? -1 : 1;
		if (this.sorted.length === n)
			return;
		const fresh = Array.from({length: n - this.sorted.length}, (_, i) => this.sorted.length + i).sort(byText);
		let i = 0;
		for (const id of fresh) {
			while (i < this.sorted.length && byText(this.sorted[i], id) < 0)
				sorted.push(this.sorted[i++]);
			sorted.push(id);
		}
		while (i < this.sorted.length)
			sorted.push(this.sorted[i++]);
		this.sorted = sorted;
		this.ranks = grown(this.ranks, n);
		sorted.forEach((id, rank) => {
			this.ranks[id] = rank;
		});
	}
}

const nameOf = (tree, node) => {
	const {names, frames} = tree.profile;
	return node === 0 ? "all" : names[frames.name[tree.frame[node]]];
};

const pathOf = (tree, node) => {
	const path = [];
	for (; node > 0; node = tree.parent[node])
		path.push(nameOf(tree, node));
	return path.reverse();
};

// The same as texts of functions, which findPath() leads back to the node.
const stepsOf = (tree, node) => {
	const steps = [];
	for (; node > 0; node = tree.parent[node])
		steps.push(functionText(tree.profile, tree.frame[node]));
	return steps.reverse();
};

// -1 where there is none; of a text without a kind the first there is.
const findChild = ({profile, children}, node, text) => {
	const wanted = readFunction(text), name = profile.nameIds.get(wanted.name) ?? -1;
	for (let kind = 0; name >= 0 && kind < KIND_WORDS.length; kind++) {
		const id = wanted.kind === ANY_KIND || wanted.kind === kind ? profile.functionIds.get(name, kind) : -1;
		const child = id < 0 ? -1 : children.get(node, id);
		if (child >= 0)
			return child;
	}
	return -1;
};

// The node of the longest prefix that exists.
const findPath = (tree, steps) => {
	let node = 0;
	for (const step of steps) {
		const child = findChild(tree, node, step);
		if (child < 0)
			break;
		node = child;
	}
	return node;
};

// Calls visit(node) for each node from left to right, parents first, and leave(node) after its children.
const walk = (tree, visit, leave = () => {}) => {
	const {first, next, parent} = tree;
	let node = 0;
	for (;;) {
		visit(node);
		if (first[node]) {
			node = first[node];
			continue;
		}
		leave(node);
		while (node > 0 && !next[node]) {
			node = parent[node];
			leave(node);
		}
		if (node === 0)
			return;
		node = next[node];
	}
};

const EASY_CLIMB = 2e7;

// Whether each node is the outermost of its function on its stack; what was found out before stays.
const markOutermost = tree => {
	const {n, parent, frame, profile, outermost, marked, maxDepth} = tree, keys = profile.frames.of;
	tree.marked = n;
	if ((n - marked) * maxDepth <= EASY_CLIMB) {
		for (let id = Math.max(1, marked); id < n; id++) {
			const key = keys[frame[id]];
			let up = parent[id];
			while (up > 0 && keys[frame[up]] !== key)
				up = parent[up];
			outermost[id] = up === 0 ? 1 : 0;
		}
		return;
	}
	const open = new Uint32Array(profile.functions.n);
	walk(tree, node => {
		outermost[node] = node > 0 && open[keys[frame[node]]]++ === 0 ? 1 : 0;
	}, node => {
		if (node > 0)
			open[keys[frame[node]]]--;
	});
};

// A function's total counts a sample once, however often it is on the stack. Its rank is its place in the order of all.
const functionsOf = tree => {
	const {profile, n, frame, mixed, self, total, ranks, outermost} = tree, {name: names, kind, of} = profile.frames;
	const byId = new Int32Array(profile.functions.n).fill(-1), functions = [];
	markOutermost(tree);
	for (let node = 1; node < n; node++) {
		const at = frame[node], id = of[at];
		if (kind[at] === KIND.TASK)
			continue;
		if (byId[id] < 0)
			byId[id] = functions.push({name: profile.names[names[at]], rank: ranks[id], frame: at, mixed: false, self: 0, total: 0}) - 1;
		const entry = functions[byId[id]];
		if (entry.frame !== at || mixed[node])
			entry.mixed = true;
		entry.self += self[node];
		if (outermost[node])
			entry.total += total[node];
	}
	return functions;
};

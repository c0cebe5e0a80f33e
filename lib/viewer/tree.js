// SPDX-License-Identifier: GPL-2.0-or-later
// The tree that is drawn, from a profile and a choice; and questions about it.

// A thread called main is not the function main; else siblings of one name are one node.
const childKey = ({frames}, frame) => frames.name[frame] * 2 + (frames.kind[frame] === KIND.TASK);

// Node 0 is the root, a child's id is above its parent's, and the arrays may be longer than n. A tree is good until its
// builder builds the next one.
class Tree {
	constructor(profile, choice) {
		this.profile = profile;
		this.shape = choice.shape ?? "stacks";
		this.n = 1;
		this.parent = new Uint32Array(16);
		this.frame = new Uint32Array(16);
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
		const key = childKey(this.profile, frame);
		let id = this.children.get(parent, key);
		if (id >= 0)
			return id;
		id = this.n++;
		if (id >= this.parent.length)
			for (const field of ["parent", "frame", "depth", "first", "next", "self", "total", "outermost"])
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

	// All nodes by name, last name first; each is put in front of its siblings before.
	link(ranks) {
		const {n, parent, frame, first, next} = this, names = this.profile.frames.name;
		this.ranks = ranks;
		if (this.linked === n)
			return;
		const starts = new Uint32Array(ranks.length + 1), order = new Uint32Array(n);
		for (let id = 1; id < n; id++)
			starts[ranks[names[frame[id]]]]++;
		for (let rank = 1; rank <= ranks.length; rank++)
			starts[rank] += starts[rank - 1];
		for (let id = 1; id < n; id++)
			order[--starts[ranks[names[frame[id]]]]] = id;
		first.fill(0, 0, n);
		for (let i = n - 2; i >= 0; i--) {
			const id = order[i];
			next[id] = first[parent[id]];
			first[parent[id]] = id;
		}
		this.linked = n;
	}
}

class TreeBuilder {
	constructor(profile) {
		this.profile = profile;
		this.sorted = [];
		this.ranks = new Uint32Array(0);
		this.tree = null;
	}

	build(choice) {
		const {profile} = this, key = choiceKey(choice), prefixes = this.prefixes(choice.group ?? "none");
		const again = this.tree !== null && choice.time.mode === "all" && this.wholeTime && key === this.key &&
			this.prefixesNow.every((prefix, group) => prefix === prefixes[group]);
		if (!again) {
			this.tree = new Tree(profile, choice);
			this.shape = new Shape(profile, choice, this.tree);
			this.n = 0;
			this.ends = new Int32Array(16);
		}
		this.key = key;
		this.wholeTime = choice.time.mode === "all";
		this.prefixesNow = prefixes;
		this.count(cellCounts(profile, choice.time));
		this.rankNames();
		this.tree.addUp();
		this.tree.link(this.ranks);
		return this.tree;
	}

	// By group, the frame in front of its stacks; -1 for none.
	prefixes(by) {
		return groupTexts(this.profile, by).map(text => text === null ? -1 : this.profile.addFrame(text, -1, KIND.TASK));
	}

	// Stacks without samples in the chosen time get no nodes.
	count(counts) {
		const {cells} = this.profile, {tree, shape} = this, from = this.n;
		this.n = cells.n;
		this.ends = grown(this.ends, cells.n);
		shape.follow();
		for (let cell = from; cell < cells.n; cell++)
			this.ends[cell] = counts[cell] > 0 ?
				shape.end(this.prefixesNow[cells.group[cell]], cells.node[cell]) : NOT_SHOWN;
		tree.self.fill(0, 0, tree.n);
		for (let cell = 0; cell < cells.n; cell++)
			if (this.ends[cell] >= 0)
				tree.self[this.ends[cell]] += counts[cell];
	}

	// By name id, its place in the order of all names.
	rankNames() {
		const {names} = this.profile, byText = (a, b) => names[a] < names[b] ? -1 : 1, sorted = [];
		if (this.sorted.length === names.length)
			return;
		const fresh = Array.from({length: names.length - this.sorted.length}, (_, i) => this.sorted.length + i).sort(byText);
		let i = 0;
		for (const id of fresh) {
			while (i < this.sorted.length && byText(this.sorted[i], id) < 0)
				sorted.push(this.sorted[i++]);
			sorted.push(id);
		}
		while (i < this.sorted.length)
			sorted.push(this.sorted[i++]);
		this.sorted = sorted;
		this.ranks = grown(this.ranks, names.length);
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

// The node of the longest prefix that exists.
const findPath = (tree, names) => {
	let node = 0;
	for (const name of names) {
		const id = tree.profile.nameIds.get(name) ?? -1;
		const child = id < 0 ? -1 : Math.max(tree.children.get(node, id * 2), tree.children.get(node, id * 2 + 1));
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

// Whether each node is the outermost of its name on its stack; what was found out before stays.
const markOutermost = tree => {
	const {n, parent, frame, profile, outermost, marked, maxDepth} = tree, keys = new Uint32Array(profile.frames.n);
	for (let id = 0; id < keys.length; id++)
		keys[id] = childKey(profile, id);
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
	const open = new Uint32Array(profile.names.length * 2);
	walk(tree, node => {
		outermost[node] = node > 0 && open[keys[frame[node]]]++ === 0 ? 1 : 0;
	}, node => {
		if (node > 0)
			open[keys[frame[node]]]--;
	});
};

// A function's total counts a sample once, however often it is on the stack. Its rank is its place in the order of names.
const functionsOf = tree => {
	const {profile, n, frame, self, total, ranks, outermost} = tree, {name: names, kind} = profile.frames;
	const byName = new Int32Array(profile.names.length).fill(-1), functions = [];
	markOutermost(tree);
	for (let node = 1; node < n; node++) {
		const name = names[frame[node]];
		if (kind[frame[node]] === KIND.TASK)
			continue;
		if (byName[name] < 0)
			byName[name] = functions.push({name: profile.names[name], rank: ranks[name], frame: frame[node], self: 0, total: 0}) - 1;
		const entry = functions[byName[name]];
		entry.self += self[node];
		if (outermost[node])
			entry.total += total[node];
	}
	return functions;
};

// SPDX-License-Identifier: GPL-2.0-or-later
// Which frames of a tree are wide enough to draw, row by row from the root and from left to right.

const NARROWEST = 0.7;

// {node, x, w, n, rows, skipped}: rows[d] is where depth d begins in the arrays, rows[d + 1] where it ends. Where frames
// are too narrow side by side, one entry stands for them: its node is ~first and they go on as long as they are narrow.
// skipped: how many frames that is, with all that is above them.
class Layout {
	constructor(tree, zoom, width) {
		this.tree = tree;
		this.zoom = zoom;
		this.width = width;
		this.node = new Int32Array(1024);
		this.x = new Float32Array(1024);
		this.w = new Float32Array(1024);
		this.n = 0;
		this.rows = [];
		this.drawn = 0;
		this.addAncestors();
		this.addDescendants(tree.total[zoom] > 0 ? width / tree.total[zoom] : 0);
		this.rows.push(this.n);
	}

	add(node, x, w) {
		if (this.n === this.node.length)
			this.grow();
		this.node[this.n] = node;
		this.x[this.n] = x;
		this.w[this.n++] = w;
		this.drawn += node >= 0 ? 1 : 0;
	}

	grow() {
		for (const key of ["node", "x", "w"]) {
			const wider = new this[key].constructor(2 * this[key].length);
			wider.set(this[key]);
			this[key] = wider;
		}
	}

	addAncestors() {
		const above = [];
		for (let node = this.zoom; node; node = this.tree.parent[node])
			above.push(this.tree.parent[node]);
		while (above.length) {
			this.rows.push(this.n);
			this.add(above.pop(), 0, this.width);
		}
		this.rows.push(this.n);
		this.add(this.zoom, 0, this.width);
	}

	addDescendants(scale) {
		for (let from = this.n - 1; ; ) {
			const to = this.n;
			for (let i = from; i < to; i++) {
				if (this.node[i] >= 0)
					this.addChildren(this.node[i], this.x[i], scale);
			}
			if (this.n === to)
				break;
			this.rows.push(to);
			from = to;
		}
	}

	addChildren(parent, x, scale) {
		const {first, next, total} = this.tree;
		let narrow = 0, since = x;
		for (let child = first[parent]; child; child = next[child]) {
			const w = total[child] * scale;
			if (w >= NARROWEST) {
				if (narrow && x - since >= NARROWEST)
					this.add(~narrow, since, x - since);
				narrow = 0;
				this.add(child, x, w);
			} else if (!narrow && w > 0) {
				narrow = child;
				since = x;
			}
			x += w;
		}
		if (narrow && x - since >= NARROWEST)
			this.add(~narrow, since, x - since);
	}

	get depth() {
		return this.rows.length - 1;
	}

	// The entry at depth and x, -1 if there is none.
	at(depth, x) {
		if (depth < 0 || depth >= this.depth)
			return -1;
		let low = this.rows[depth], high = this.rows[depth + 1] - 1;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if (this.x[middle] <= x)
				low = middle;
			else
				high = middle - 1;
		}
		return low < this.rows[depth + 1] && x >= this.x[low] && x < this.x[low] + Math.max(this.w[low], 1) ? low : -1;
	}

	// The entry that draws node, -1 when it is too narrow or not under the zoomed frame.
	find(node) {
		const depth = this.tree.depth[node];
		for (let i = depth < this.depth ? this.rows[depth] : this.n, end = this.rows[depth + 1]; i < end; i++) {
			if (this.node[i] === node)
				return i;
		}
		return -1;
	}

	// What an entry of narrow frames holds.
	narrowAt(entry) {
		const {next, total} = this.tree, scale = this.width / total[this.zoom];
		let frames = 0, samples = 0;
		for (let node = ~this.node[entry]; node && total[node] * scale < NARROWEST; node = next[node]) {
			frames++;
			samples += total[node];
		}
		return {frames, samples};
	}
}

// By node, how many frames its subtree has, itself included; children have greater ids than parents.
function subtreeSizes(tree) {
	const sizes = new Uint32Array(tree.n).fill(1);
	for (let node = tree.n - 1; node > 0; node--) {
		if (tree.total[node] > 0)
			sizes[tree.parent[node]] += sizes[node];
		else
			sizes[node] = 0;
	}
	return sizes;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// Where in the tree a sample ends: its stack as it is, or one half of the sandwich around a function.

const NOT_SHOWN = -1;

// Grows with the profile: what holds for the path from the root to each node is known from its parent.
class Shape {
	constructor(profile, choice, grower) {
		this.profile = profile;
		this.grower = grower;
		this.shape = choice.shape ?? "stacks";
		this.isOf = this.shape === "callees" || this.shape === "callers" ? isOf(profile, choice.of ?? "") : () => false;
		this.hide = (choice.hide ?? []).map(text => isOf(profile, text));
		this.focus = [...new Set(choice.focus ?? [])].map(text => isOf(profile, text));
		this.n = 1;
		this.hidden = new Uint8Array(1);
		// By node, the outermost occurrence of the sandwich's function above it or itself; 0 for none.
		this.outer = new Uint32Array(1);
		// By function in `focus`, by node: whether it is on the path.
		this.seen = this.focus.map(() => new Uint8Array(1));
		// From (prefix + 1, node) to the tree node.
		this.ends = new Pairs();
	}

	follow() {
		const {nodes} = this.profile, from = this.n, n = nodes.n;
		this.hidden = grown(this.hidden, n);
		this.outer = grown(this.outer, n);
		this.seen = this.seen.map(seen => grown(seen, n));
		for (let i = from; i < n; i++) {
			const parent = nodes.parent[i], frame = nodes.frame[i];
			this.hidden[i] = this.hidden[parent] | this.hides(frame);
			this.outer[i] = this.outer[parent] || (this.isOf(frame) ? i : 0);
			for (let j = 0; j < this.seen.length; j++)
				this.seen[j][i] = this.seen[j][parent] | this.focus[j](frame);
		}
		this.n = n;
	}

	hides(frame) {
		for (let j = 0; j < this.hide.length; j++)
			if (this.hide[j](frame))
				return true;
		return false;
	}

	// The tree node at which the stack ends, with the frame `prefix` (-1: none) in front.
	end(prefix, node) {
		if (this.hidden[node] || (prefix >= 0 && this.hides(prefix)))
			return NOT_SHOWN;
		for (let j = 0; j < this.seen.length; j++)
			if (!this.seen[j][node] && !(prefix >= 0 && this.focus[j](prefix)))
				return NOT_SHOWN;
		// The function of a name counts before the thread of that name.
		const outer = this.outer[node], thread = !outer && prefix >= 0 && this.isOf(prefix);
		switch (this.shape) {
		case "callers":
			if (thread)
				return this.grower.child(0, prefix);
			return outer ? this.up(prefix, outer) : NOT_SHOWN;
		case "callees":
			if (thread)
				return this.down(prefix, node, 0);
			return outer ? this.down(-1, node, outer) : NOT_SHOWN;
		default:
			return this.down(prefix, node, 0);
		}
	}

	// From the prefix, or from the profile's node `top`, down to the node.
	down(prefix, node, top) {
		const {parent, frame} = this.profile.nodes, path = [];
		let at = node, end = -1;
		for (;;) {
			end = this.ends.get(prefix + 1, at);
			if (end >= 0)
				break;
			if (at === 0) {
				end = prefix < 0 ? 0 : this.grower.child(0, prefix);
				this.ends.set(prefix + 1, 0, end);
				break;
			}
			path.push(at);
			if (at === top) {
				end = 0;
				break;
			}
			at = parent[at];
		}
		while (path.length > 0) {
			at = path.pop();
			end = this.grower.child(end, frame[at]);
			this.ends.set(prefix + 1, at, end);
		}
		return end;
	}

	// From the node up to the root, and the prefix last.
	up(prefix, node) {
		const {parent, frame} = this.profile.nodes;
		let end = this.ends.get(prefix + 1, node);
		if (end >= 0)
			return end;
		end = 0;
		for (let at = node; at > 0; at = parent[at])
			end = this.grower.child(end, frame[at]);
		if (prefix >= 0)
			end = this.grower.child(end, prefix);
		this.ends.set(prefix + 1, node, end);
		return end;
	}
}

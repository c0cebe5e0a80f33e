// SPDX-License-Identifier: GPL-2.0-or-later
// Finding frames by text or regular expression. Lower-case text finds either case; a capital in it asks for just that.

const LONGEST_PATTERN = 1000;

// A test of names, or the reason why there is none.
const matcherOf = ({text, regex}) => {
	const anyCase = text === text.toLowerCase();
	if (!regex)
		return {test: anyCase ? name => name.toLowerCase().includes(text) : name => name.includes(text), error: ""};
	if (text.length > LONGEST_PATTERN)
		return {test: null, error: `Pattern longer than ${LONGEST_PATTERN} characters`};
	try {
		// What follows a backslash is a class, not a letter: \S asks for no case.
		const letters = text.replace(/\\./g, ""), pattern = new RegExp(text, letters === letters.toLowerCase() ? "i" : "");
		return {test: name => pattern.test(name), error: ""};
	} catch (error) {
		return {test: null, error: error.message};
	}
};

const search = (tree, wanted) => {
	const {profile, n, frame, parent, total} = tree;
	const found = {hit: new Uint8Array(n), nodes: 0, samples: 0, order: [], error: ""};
	const {test, error} = wanted.text === "" ? {test: null, error: ""} : matcherOf(wanted);
	found.error = error;
	if (!test)
		return found;
	// By name: 0 not asked yet, 1 no, 2 yes.
	const verdicts = new Uint8Array(profile.names.length), within = new Uint8Array(n), names = profile.frames.name;
	for (let id = 1; id < n; id++) {
		const name = names[frame[id]];
		if (verdicts[name] === 0)
			verdicts[name] = test(profile.names[name]) ? 2 : 1;
		within[id] = within[parent[id]];
		if (verdicts[name] === 1)
			continue;
		found.hit[id] = 1;
		found.nodes++;
		// A sample counts once, at the outermost hit of its stack.
		if (!within[id])
			found.samples += total[id];
		within[id] = 1;
	}
	if (found.nodes > 0)
		walk(tree, node => {
			if (found.hit[node])
				found.order.push(node);
		});
	return found;
};

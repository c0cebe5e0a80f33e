// SPDX-License-Identifier: GPL-2.0-or-later
// Which samples are looked at, and in which groups: the part of a choice that is not the shape of the tree.

// What decides which tree node a sample ends at; as long as it is the same a tree can be added to.
const choiceKey = ({event, unit, group, hide, focus, shape, of}) => JSON.stringify([event, unit, group, hide, focus, shape, of]);

const middleOf = window => window.start + window.duration / 2;

// The weight of each window, 0 to 1. The newest is the last in time: where clocks were set back, or recordings are
// joined out of order, it is not the last in number.
const windowWeights = (windows, time) => {
	const latest = timeOf => windows.reduce((most, window) => Math.max(most, timeOf(window)), -Infinity);
	const end = latest(window => window.start + window.duration), now = latest(middleOf);
	switch (time.mode) {
	case "last":
		return windows.map(window => middleOf(window) >= end - time.seconds * 1000 ? 1 : 0);
	case "decay":
		return windows.map(window => 2 ** ((middleOf(window) - now) / 1000 / Math.max(time.seconds, 1e-3)));
	case "range":
		return windows.map(window => middleOf(window) >= time.from && middleOf(window) <= time.to ? 1 : 0);
	default:
		return windows.map(() => 1);
	}
};

// The count of each of the profile's cells.
const cellCounts = (profile, time) => {
	if (time.mode === "all")
		return profile.cells.count;
	const counts = new Float64Array(profile.cells.n), weights = windowWeights(profile.windows, time);
	profile.windows.forEach((window, i) => {
		const weight = weights[i];
		// What has decayed to a billionth is as good as gone.
		if (weight < 1e-9)
			return;
		for (let j = 0; j < window.cells.length; j++)
			counts[window.cells[j]] += window.counts[j] * weight;
	});
	return counts;
};

// A process goes by the name of its main thread at that time, or the first one after; else by that of its first thread.
const processNames = tasks => {
	const mains = new Map(), firsts = new Map(), named = new Map();
	for (const {pid, tid, comm} of tasks) {
		if (!firsts.has(pid))
			firsts.set(pid, comm);
		if (pid === tid && !mains.has(pid))
			mains.set(pid, comm);
	}
	return tasks.map(({pid, tid, comm}) => {
		if (pid === tid)
			named.set(pid, comm);
		return named.get(pid) ?? mains.get(pid) ?? firsts.get(pid);
	});
};

// The text in front of the stacks of each of the profile's groups, null for none.
const groupTexts = (profile, by) => {
	const processes = by === "process" ? processNames(profile.tasks) : [];
	return profile.groups.map(({task, cpu, event}) => {
		if (by === "cpu")
			return cpu < 0 ? null : `[cpu ${cpu}]`;
		if (by === "event")
			return event < profile.events.length ? `[${profile.events[event].name}]` : null;
		if (by === "none" || task < 0)
			return null;
		const {pid, tid, comm} = profile.tasks[task];
		if (by === "process")
			return `${processes[task]} (${pid})`;
		return by === "thread" ? `${comm} (${pid}/${tid})` : comm;
	});
};

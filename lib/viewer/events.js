// SPDX-License-Identifier: GPL-2.0-or-later
// Which events are looked at: one, or all that count the same thing, as the first one does if nothing is chosen.

// {unit, chosen, n, all, usual}: chosen is by event, null where the profile knows none; usual when nothing was chosen.
const chooseEvents = (profile, {event = "", unit = ""}) => {
	const {events} = profile, usual = event === "" && unit === "";
	if (events.length === 0)
		return {unit: profile.unit || "samples", chosen: null, n: 0, all: true, usual};
	const found = event === "" ? null : events.find(e => e.name === event && (unit === "" || e.unit === unit));
	const wanted = event === "" ? unit || events[0].unit : found?.unit;
	const chosen = events.map(e => e.unit === wanted && (event === "" || e.name === event)), n = chosen.filter(c => c).length;
	return {unit: wanted || "samples", chosen, n, all: n === events.length, usual};
};

// Of numbers by event, the sum of those that are chosen.
const sumOfChosen = ({chosen}, numbers) => numbers.reduce((sum, number, event) => sum + (chosen === null || chosen[event] ? number : 0), 0);

// The windows with the samples and losses of what is chosen. Windows never change, so that what was found out stays.
class EventWindows {
	constructor() {
		this.profile = null;
		this.key = "";
		this.known = new WeakMap();
	}

	of(profile, events) {
		const key = JSON.stringify(events.chosen);
		if (this.profile !== profile || this.key !== key)
			this.known = new WeakMap();
		this.profile = profile;
		this.key = key;
		return events.all ? profile.windows : profile.windows.map(window => this.part(window, events.chosen));
	}

	part(window, chosen) {
		let part = this.known.get(window);
		if (!part) {
			const {cells, groups} = this.profile, {start, duration, losses} = window;
			let samples = 0;
			window.cells.forEach((cell, i) => {
				if (chosen[groups[cells.group[cell]].event])
					samples += window.counts[i];
			});
			part = {start, duration, samples, lost: losses.reduce((sum, [event, n]) => sum + (chosen[event] ? n : 0), 0)};
			this.known.set(window, part);
		}
		return part;
	}
}

// What there is to choose: [value, label, {event, unit}] for each; the first is what is shown when nothing is chosen.
const eventChoices = ({events}) => {
	const units = [...new Set(events.map(e => e.unit))], of = unit => events.filter(e => e.unit === unit).length;
	const all = (unit, choice) => [choice.unit ? `u${unit}` : "", `all in ${unit || "samples"}`, choice];
	const sets = units.filter((unit, i) => i > 0 && unit !== "" && of(unit) > 1).map(unit => all(unit, {event: "", unit}));
	return [all(units[0], {event: "", unit: ""}), ...sets, ...events.map(({name, unit}, i) => [`e${i}`, `${shownName(name)} (${unit || "samples"})`,
		{event: name, unit: events.some((e, j) => j < i && e.name === name) ? unit : ""}])];
};

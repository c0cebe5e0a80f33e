// SPDX-License-Identifier: GPL-2.0-or-later
// The head of the page: what is recorded and what was lost, and the switches for what is seen.

const CONFIRM_WITHIN = 3000;

// Stopping cannot be undone, so the button asks to be pressed again within three seconds.
function stopButton(stop) {
	const label = "Stop recording";
	const button = element("button", {id: "stop", type: "button", class: "danger", hidden: true, "aria-live": "polite",
		title: "Ends the recording for everyone who watches. Press twice: the second time within 3 s."}, label);
	let timer = 0;
	const rest = () => {
		clearTimeout(timer);
		timer = 0;
		button.classList.remove("armed");
		setText(button, label);
	};
	button.addEventListener("click", () => {
		if (timer) {
			rest();
			stop();
			return;
		}
		button.classList.add("armed");
		setText(button, "Press again to stop");
		timer = setTimeout(rest, CONFIRM_WITHIN);
	});
	button.addEventListener("blur", rest);
	return button;
}

// What pb-serve changed or left out: a fact, in a few words, why.
const serverNotes = [["pruned", "pruned", "samples put together in [pruned], to keep the memory of pb-serve bounded"],
	["left_out", "of other units", "samples that cannot be added to these: choose their event"],
	["crowded", "little room", "the stream's segment defines more than its share of --memory, so that little is left for the profile"],
	["cut", "long names cut", "they had more than 4096 bytes, and end in ...[cut]"]];

const MOST_NAMED = 40;

// Which event, for a recording of several.
class EventSwitch {
	constructor(changed) {
		this.node = select("event", "Event", [], value => changed(this.choices.find(([v]) => v === value)[2]));
		this.list = this.node.querySelector("select");
		this.choices = [];
		this.known = 0;
	}

	show(profile, view) {
		const {events} = profile, wanted = chooseEvents(profile, view), none = events.length > 0 && wanted.n === 0;
		setShown(this.node, events.length > 1 || none);
		if (events.length === 0)
			return;
		if (this.profile !== profile || this.known !== events.length || this.none !== (none && view.event)) {
			this.profile = profile;
			this.known = events.length;
			this.none = none && view.event;
			this.choices = eventChoices(profile);
			if (none)
				this.choices.push(["none", `${shownName(view.event || view.unit)} is not here`, {event: view.event, unit: view.unit}]);
			this.list.replaceChildren(...this.choices.map(([value, label]) => element("option", {value}, label)));
		}
		const whole = view.event === "" && (wanted.usual || view.unit === events[0].unit || wanted.n > 1);
		this.list.value = none ? "none" : !whole ? `e${wanted.chosen.indexOf(true)}` : wanted.chosen[0] ? "" : `u${view.unit}`;
	}
}

// page: what the switches act on (page.js).
class Controls {
	constructor(page) {
		const button = (id, label, act, more) => element("button", {id, type: "button", onclick: act, ...more}, label);
		this.title = element("h1", {id: "title", dir: "ltr"});
		this.state = element("span", {id: "state", role: "status"});
		this.total = element("span", {id: "total"});
		this.rate = element("span", {id: "rate"});
		this.lost = element("span", {id: "lost"});
		this.truncated = element("span", {id: "truncated", title: "samples whose stack was deeper than was read"});
		this.pruned = element("span", {id: "pruned"});
		this.freeze = button("freeze", "Freeze", () => page.freeze(), {"aria-pressed": "false", hidden: true,
			title: "The view stands still; what comes meanwhile is kept (f)"});
		this.stop = stopButton(() => page.live.stop());
		this.export = button("export", "Export", e => page.saver.open(e.currentTarget), {"aria-haspopup": "menu"});
		this.help = button("help", "?", () => page.help.open(), {"aria-label": "Keys and help", title: "Keys and help (?)"});
		this.banner = element("div", {id: "banner", role: "alert", hidden: true});
		this.again = button("retry", "Try now", () => page.live.connect(), {hidden: true});
		this.makeSwitches(page, button);
		this.node = element("header", {id: "top"},
			element("div", {class: "bar facts"}, this.title, this.state, this.again,
				element("div", {class: "numbers"}, this.total, this.rate, this.lost, this.truncated, this.pruned),
				element("div", {class: "buttons"}, this.freeze, this.stop, this.export, page.theme.node, this.help)),
			this.banner, element("div", {class: "bar switches"}, page.finder.node, ...this.switches));
	}

	makeSwitches(page, button) {
		this.event = new EventSwitch(choice => page.change(choice, true));
		this.group = select("group", "Group", [["none", "nothing"], ["name", "name"], ["process", "process"], ["thread", "thread"],
			["cpu", "cpu"], ["event", "event"]], group => page.change({group}));
		this.time = select("time", "Time", [["all", "all"], ["last", "the last"], ["decay", "half-life"], ["range", "a range"]],
			time => page.change({time}));
		this.seconds = element("input", {id: "seconds", type: "number", min: LEAST_SECONDS, max: MOST_SECONDS, step: 1, "aria-label": "seconds",
			onchange: e => page.change({seconds: e.target.value = secondsFrom(e.target.value, page.view.seconds)})});
		this.secondsBox = element("label", {class: "choice", for: "seconds"}, this.seconds, element("span", {}, "s"));
		this.colour = select("colour", "Colour", [["kind", "kind"], ["module", "module"], ["name", "name"]],
			colour => page.change({colour}));
		this.layout = select("layout", "Layout", [["flame", "flame"], ["icicle", "icicle"]], layout => page.change({layout}));
		this.panels = select("panels", "Show", [["both", "both"], ["graph", "graph"], ["table", "table"]],
			panels => page.change({panels}));
		this.reset = button("reset", "Reset", () => page.reset(), {title: "No zoom, search, hidden or focused functions, and all of the time (0)"});
		this.switches = [this.event.node, this.group, this.time, this.secondsBox, this.colour, this.layout, this.panels, this.reset];
	}

	// view: what is looked at; live: the page has a server, and so events, groups and times to choose from.
	showView(view, live, profile) {
		const set = (label, value) => label.querySelector("select").value = value;
		this.event.show(profile, view);
		this.group.querySelector("[value=event]").hidden = profile.events.length < 2 && view.group !== "event";
		set(this.group, view.group);
		set(this.time, view.time);
		set(this.colour, view.colour);
		set(this.layout, view.layout);
		set(this.panels, view.panels);
		if (document.activeElement !== this.seconds)
			this.seconds.value = view.seconds;
		setShown(this.group, live);
		setShown(this.time, live);
		this.time.querySelector("[value=range]").hidden = view.time !== "range";
		setShown(this.secondsBox, live && (view.time === "last" || view.time === "decay"));
		const usual = startView(), same = key => JSON.stringify(view[key]) === JSON.stringify(usual[key]);
		this.reset.disabled = ["zoom", "search", "hide", "focus", "sandwich", "time"].every(same);
	}

	showNumbers(tree, functions, live) {
		const {profile, events} = tree, {facts} = profile, amount = roundAmount(profile, tree.total[0]);
		const of = roundAmount(profile, events.chosen ? sumOfChosen(events, profile.totals) : profile.total);
		this.number(this.total, amount, unitText(events.unit, amount) + (amount < of ? " of " + amountOnly(events.unit, of) : ""));
		const truncated = roundAmount(profile, functions.reduce((sum, f) => sum + (f.name === "[truncated]" ? f.total : 0), 0));
		this.number(this.truncated, truncated, (truncated > 0 ? amountOnly(events.unit, truncated) : "0") + " truncated", truncated > 0);
		setShown(this.truncated, live || truncated > 0);
		for (const part of [this.rate, this.lost])
			setShown(part, live);
		this.showLost(events, profile, of);
		this.showRate(events, profile);
		this.showServers(events.usual ? facts : {...facts, left_out: 0});
	}

	// Times and sizes have no share that was lost.
	showLost(events, profile, of) {
		const causes = Object.entries(profile.facts.lost || {}), known = causes.reduce((sum, [, n]) => sum + n, 0);
		const lost = events.all ? Math.max(profile.lost, known) : sumOfChosen(events, profile.losses);
		this.number(this.lost, lost, groupedText(lost) + " lost" + (lost && !isScaled(events.unit) ? " (" + percentText(lost, of + lost) + ")" : ""), lost > 0);
		this.lost.title = "lost in the kernel" + (causes.length ? (events.all ? "" : ", of all events") + ": " +
			causes.map(([cause, n]) => cause + " " + groupedText(n)).join(", ") : "");
	}

	// What the facts say is of the first event, and newer.
	showRate({chosen, n}, {events, facts}) {
		const names = events.filter((_, i) => chosen?.[i]).map(e => shownName(e.name));
		const one = n === 1 && !chosen[0] ? events[chosen.indexOf(true)] : {...facts, name: facts.event};
		const rate = n > 1 ? "" : one.frequency ? groupedText(one.frequency) + " Hz" : one.period ? "every " + groupedText(one.period) : "";
		this.number(this.rate, n > 1 ? 0 : one.frequency || one.period || 0, n > 1 ? n + " events" : rate + (rate && one.name ? " " : "") + (one.name || ""));
		this.rate.title = n > 1 ? names.slice(0, MOST_NAMED).join(", ") + (n > MOST_NAMED ? ", …" : "") : "";
	}

	showServers(facts) {
		const notes = serverNotes.filter(([fact]) => facts[fact]);
		this.number(this.pruned, facts.pruned || 0, notes.map(([fact, what]) => (facts[fact] === true ? "" : groupedText(facts[fact]) + " ") + what).join(", "),
			notes.some(([fact]) => fact !== "cut"));
		this.pruned.title = notes.map(([, what, why]) => what + ": " + why).join("\n");
		setShown(this.pruned, notes.length > 0);
	}

	number(node, value, text, bad) {
		node.dataset.value = String(value);
		setText(node, text);
		node.classList.toggle("bad", Boolean(bad));
	}
}

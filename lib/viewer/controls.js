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
	["left_out", "of other units", "samples that cannot be added to these"],
	["crowded", "little room", "the stream's segment defines more than its share of --memory, so that little is left for the profile"],
	["cut", "long names cut", "they had more than 4096 bytes, and end in ...[cut]"]];

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
		this.group = select("group", "Group", [["none", "nothing"], ["name", "name"], ["process", "process"], ["thread", "thread"],
			["cpu", "cpu"]], group => page.change({group}));
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
		this.switches = [this.group, this.time, this.secondsBox, this.colour, this.layout, this.panels, this.reset];
	}

	// view: what is looked at; live: the page has a server, and so groups and times to choose from.
	showView(view, live) {
		const set = (label, value) => label.querySelector("select").value = value;
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
		const {profile} = tree, {facts} = profile, amount = roundAmount(profile, tree.total[0]), of = roundAmount(profile, profile.total);
		this.number(this.total, amount, unitText(profile, amount) + (amount < of ? " of " + groupedText(of) : ""));
		const truncated = roundAmount(profile, functions.reduce((sum, f) => sum + (f.name === "[truncated]" ? f.total : 0), 0));
		this.number(this.truncated, truncated, groupedText(truncated) + " truncated", truncated > 0);
		setShown(this.truncated, live || truncated > 0);
		for (const part of [this.rate, this.lost])
			setShown(part, live);
		const causes = Object.entries(facts.lost || {}), rate = facts.frequency ? groupedText(facts.frequency) + " Hz" :
			facts.period ? "every " + groupedText(facts.period) : "";
		const lost = Math.max(profile.lost, causes.reduce((sum, [, n]) => sum + n, 0));
		this.number(this.lost, lost, groupedText(lost) + " lost" + (lost ? " (" + percentText(lost, of + lost) + ")" : ""), lost > 0);
		this.lost.title = "lost in the kernel" + (causes.length ? ": " + causes.map(([cause, n]) => cause + " " + groupedText(n)).join(", ") : "");
		this.number(this.rate, facts.frequency || facts.period || 0, rate + (rate && facts.event ? " " : "") + (facts.event || ""));
		this.showServers(facts);
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

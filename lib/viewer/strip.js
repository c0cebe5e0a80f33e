// SPDX-License-Identifier: GPL-2.0-or-later
// Samples over time, losses in red; a part of it that is marked with the pointer or the keys is what the page shows.

const NARROWEST_BAR = 3, LOST_MARK = 4;

// From the first moment to the last, whatever the order of the windows; never of no length.
const stripSpan = windows => windows.length === 0 ? {start: 0, stop: 1} : windows.reduce(({start, stop}, w) =>
	({start: Math.min(start, w.start), stop: Math.max(stop, w.start + w.duration, w.start + 1)}), {start: Infinity, stop: -Infinity});

// Narrow ones side by side are one bar, and so are those that are of the same time for the most part.
const isSameBar = (bar, left, right) => {
	const wide = Math.max(bar.right, right) - bar.left, both = Math.min(bar.right, right) - left;
	return (left - bar.left < NARROWEST_BAR && wide < 2 * NARROWEST_BAR) || both > Math.max(bar.right - bar.left, right - left) / 2;
};

// From left to right in time. Time between windows does not count, and that of several at once counts once.
const stripBars = (windows, {start, stop}, width) => {
	const scale = width / (stop - start), bars = [];
	let bar = null;
	for (const w of windows.slice().sort((a, b) => a.start - b.start)) {
		const left = (w.start - start) * scale, right = left + w.duration * scale, until = w.start + w.duration;
		if (!bar || !isSameBar(bar, left, right))
			bars.push(bar = {left, right, samples: 0, lost: 0, time: 0, until: w.start});
		bar.right = Math.max(bar.right, right);
		bar.samples += w.samples;
		bar.lost += w.lost;
		bar.time += Math.max(0, until - Math.max(w.start, bar.until));
		bar.until = Math.max(bar.until, until);
	}
	for (const each of bars)
		each.time = Math.max(each.time, 1);
	return bars;
};

// Samples are known by window: a range begins and ends where windows do, and has one at least.
const wholeWindows = (windows, a, b) => {
	const low = Math.min(a, b), high = Math.max(a, b), away = w => Math.abs(middleOf(w) - (low + high) / 2);
	const inside = windows.filter(w => middleOf(w) >= low && middleOf(w) <= high);
	const {start, stop} = stripSpan(inside.length ? inside : [windows.reduce((best, w) => away(w) < away(best) ? w : best)]);
	return {from: Math.floor(start), to: Math.ceil(stop)};
};

// on: {range(from, to), all(), say(text)}; times in ms since 1970.
// What is shown are windows, {start, duration, samples, lost}, their samples being plain numbers, or times or sizes.
class Strip {
	constructor(on) {
		this.on = on;
		this.canvas = element("canvas", {id: "strip", tabindex: 0, role: "group", "aria-describedby": "details",
			"aria-label": "samples over time; arrow keys move the range, with Shift its end, Escape shows all"});
		this.label = element("span", {class: "strip-label", "aria-hidden": "true"});
		this.node = element("div", {class: "strip-box"}, this.canvas, this.label);
		this.windows = null;
		this.range = null;
		this.room = {width: 0, height: 0};
		new ResizeObserver(([{contentRect}]) => {
			this.room = contentRect;
			this.draw();
		}).observe(this.node);
		this.canvas.addEventListener("pointerdown", e => this.begin(e));
		this.canvas.addEventListener("pointermove", e => this.drag(e));
		this.canvas.addEventListener("pointerup", e => this.end(e));
		this.canvas.addEventListener("pointercancel", () => this.from = undefined);
		this.canvas.addEventListener("dblclick", () => this.on.all());
		this.canvas.addEventListener("keydown", e => this.key(e));
	}

	show(windows, range, scaled) {
		this.windows = windows;
		this.range = range;
		this.scaled = scaled;
		({start: this.start, stop: this.stop} = stripSpan(windows));
		this.draw();
	}

	// How tall what was lost is: what does not count the same as the samples shows by a mark.
	lostHeight({lost}, tall) {
		return !lost ? 0 : this.scaled ? LOST_MARK : Math.max(2, lost * tall);
	}

	draw() {
		const {width, height} = this.room;
		if (!this.windows || width < 1 || height < 1)
			return;
		const context = sizeCanvas(this.canvas, width, height), ink = inkNow(), bars = stripBars(this.windows, this, width);
		const most = bars.reduce((m, b) => Math.max(m, (b.samples + (this.scaled ? 0 : b.lost)) / b.time), 0);
		context.clearRect(0, 0, width, height);
		for (const b of bars) {
			const w = Math.max(2, b.right - b.left - (b.right - b.left > 4 ? 1 : 0)), left = Math.min(b.left, width - w), tall = most > 0 ? (height - 6) / most / b.time : 0;
			const lost = this.lostHeight(b, tall), samples = b.samples * tall;
			context.fillStyle = ink.bar;
			context.fillRect(left, height - samples, w, samples);
			context.fillStyle = ink.lost;
			context.fillRect(left, height - samples - lost, w, lost);
		}
		this.shade(context, ink, width, height);
		this.tell();
	}

	shade(context, ink, width, height) {
		if (!this.range)
			return;
		const x = t => (t - this.start) / (this.stop - this.start) * width, from = x(this.range.from), to = x(this.range.to);
		context.fillStyle = ink.page;
		context.globalAlpha = 0.72;
		context.fillRect(0, 0, from, height);
		context.fillRect(to, 0, width - to, height);
		context.globalAlpha = 1;
		context.strokeStyle = ink.accent;
		context.lineWidth = 2;
		context.strokeRect(from, 1, Math.max(2, to - from), height - 2);
	}

	tell() {
		const {from, to} = this.range || {from: this.start, to: this.stop};
		setText(this.label, this.windows.length ? rangeText(from, to) : "");
	}

	timeAt(e) {
		const box = this.canvas.getBoundingClientRect(), share = Math.min(1, Math.max(0, (e.clientX - box.left) / box.width));
		return this.start + share * (this.stop - this.start);
	}

	begin(e) {
		if (e.button > 0 || !this.windows.length)
			return;
		this.from = this.timeAt(e);
		this.beganAt = e.clientX;
		this.canvas.setPointerCapture(e.pointerId);
	}

	drag(e) {
		if (this.from === undefined || Math.abs(e.clientX - this.beganAt) < 3)
			return;
		this.range = wholeWindows(this.windows, this.from, this.timeAt(e));
		this.draw();
	}

	end(e) {
		const from = this.from;
		this.from = undefined;
		if (from !== undefined && Math.abs(e.clientX - this.beganAt) >= 3)
			this.choose(wholeWindows(this.windows, from, this.timeAt(e)));
	}

	choose(range) {
		this.on.range(range.from, range.to);
		this.on.say("time range " + rangeText(range.from, range.to));
	}

	key(e) {
		const by = e.key === "ArrowLeft" ? -1 : e.key === "ArrowRight" ? 1 : 0;
		if (e.key === "Escape" && this.range) {
			e.stopPropagation();
			this.on.all();
			this.on.say("all of the time");
		}
		if (!by || !this.windows.length || e.altKey || e.ctrlKey || e.metaKey)
			return;
		e.preventDefault();
		e.stopPropagation();
		const step = Math.max((this.stop - this.start) / 100, this.windows[this.windows.length - 1].duration);
		const now = this.range || {from: this.stop - step, to: this.stop};
		const move = this.range ? by * step : 0, clip = t => Math.min(this.stop, Math.max(this.start, t));
		const to = clip(Math.max(now.to + move, now.from + step)), length = e.shiftKey ? to - now.from : now.to - now.from;
		this.choose(wholeWindows(this.windows, e.shiftKey ? now.from : Math.max(this.start, Math.min(now.from + move, this.stop - length)),
			e.shiftKey ? to : Math.max(clip(now.to + move), this.start + length)));
	}
}

function rangeText(from, to) {
	const days = dayText(from) !== dayText(to), text = ms => (days ? dayText(ms) + " " : "") + clockText(ms);
	return text(from) + " – " + text(to) + " (" + secondsText((to - from) / 1000) + ")";
}

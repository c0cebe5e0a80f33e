// SPDX-License-Identifier: GPL-2.0-or-later
// Samples over time, losses in red; a part of it that is marked with the pointer or the keys is what the page shows.

const NARROWEST_BAR = 3;

// on: {range(from, to), all(), say(text)}; times in ms since 1970.
class Strip {
	constructor(on) {
		this.on = on;
		this.canvas = element("canvas", {id: "strip", tabindex: 0, role: "group", "aria-describedby": "details",
			"aria-label": "samples over time; arrow keys move the range, with Shift its end, Escape shows all"});
		this.label = element("span", {class: "strip-label", "aria-hidden": "true"});
		this.node = element("div", {class: "strip-box"}, this.canvas, this.label);
		this.profile = null;
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

	show(profile, range) {
		this.profile = profile;
		this.range = range;
		const {windows} = profile, last = windows[windows.length - 1];
		this.start = windows.length ? windows[0].start : 0;
		this.stop = last ? Math.max(last.start + last.duration, this.start + 1) : 1;
		this.draw();
	}

	// Windows that are narrow on the screen are put together until they are a bar.
	bars(width) {
		const scale = width / (this.stop - this.start), bars = [];
		let bar = null;
		for (const w of this.profile.windows) {
			const left = (w.start - this.start) * scale, right = left + w.duration * scale;
			if (bar && bar.right - bar.left >= NARROWEST_BAR)
				bar = null;
			if (!bar)
				bars.push(bar = {left, right, samples: 0, lost: 0, time: 0});
			bar.right = Math.max(bar.right, right);
			bar.samples += w.samples;
			bar.lost += w.lost;
			bar.time += w.duration || 1;
		}
		return bars;
	}

	draw() {
		const {width, height} = this.room;
		if (!this.profile || width < 1 || height < 1)
			return;
		const context = sizeCanvas(this.canvas, width, height), ink = inkNow(), bars = this.bars(width);
		const most = bars.reduce((m, b) => Math.max(m, (b.samples + b.lost) / b.time), 0);
		context.clearRect(0, 0, width, height);
		for (const b of bars) {
			const w = Math.max(1, b.right - b.left - (b.right - b.left > 4 ? 1 : 0)), tall = most > 0 ? (height - 6) / most / b.time : 0;
			const lost = b.lost ? Math.max(2, b.lost * tall) : 0, samples = b.samples * tall;
			context.fillStyle = ink.bar;
			context.fillRect(b.left, height - samples, w, samples);
			context.fillStyle = ink.lost;
			context.fillRect(b.left, height - samples - lost, w, lost);
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
		setText(this.label, this.profile.windows.length ? rangeText(from, to) : "");
	}

	timeAt(e) {
		const box = this.canvas.getBoundingClientRect(), share = Math.min(1, Math.max(0, (e.clientX - box.left) / box.width));
		return this.start + share * (this.stop - this.start);
	}

	begin(e) {
		if (e.button > 0 || !this.profile.windows.length)
			return;
		this.from = this.timeAt(e);
		this.beganAt = e.clientX;
		this.canvas.setPointerCapture(e.pointerId);
	}

	drag(e) {
		if (this.from === undefined || Math.abs(e.clientX - this.beganAt) < 3)
			return;
		this.range = this.ordered(this.from, this.timeAt(e));
		this.draw();
	}

	end(e) {
		const from = this.from;
		this.from = undefined;
		if (from !== undefined && Math.abs(e.clientX - this.beganAt) >= 3)
			this.choose(this.ordered(from, this.timeAt(e)));
	}

	// Samples are known by window: a range begins and ends where windows do, and has one at least.
	ordered(a, b) {
		const low = Math.min(a, b), high = Math.max(a, b), {windows} = this.profile, middle = w => w.start + w.duration / 2;
		const inside = windows.filter(w => middle(w) >= low && middle(w) <= high);
		if (!inside.length)
			inside.push(windows.reduce((best, w) => Math.abs(middle(w) - (low + high) / 2) < Math.abs(middle(best) - (low + high) / 2) ? w : best));
		const last = inside[inside.length - 1];
		return {from: Math.floor(inside[0].start), to: Math.ceil(last.start + last.duration)};
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
		if (!by || !this.profile.windows.length || e.altKey || e.ctrlKey || e.metaKey)
			return;
		e.preventDefault();
		e.stopPropagation();
		const step = Math.max((this.stop - this.start) / 100, this.profile.windows[this.profile.windows.length - 1].duration);
		const now = this.range || {from: this.stop - step, to: this.stop};
		const move = this.range ? by * step : 0, clip = t => Math.min(this.stop, Math.max(this.start, t));
		const to = clip(Math.max(now.to + move, now.from + step)), length = e.shiftKey ? to - now.from : now.to - now.from;
		this.choose(this.ordered(e.shiftKey ? now.from : Math.max(this.start, Math.min(now.from + move, this.stop - length)),
			e.shiftKey ? to : Math.max(clip(now.to + move), this.start + length)));
	}
}

function rangeText(from, to) {
	return clockText(from) + " – " + clockText(to) + " (" + secondsText((to - from) / 1000) + ")";
}

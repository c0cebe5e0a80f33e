// SPDX-License-Identifier: GPL-2.0-or-later
// Drives a live page in Chromium whose server is played to it, message by message; prints TAP.
//
//	node viewer_live.mjs PAGE.html
//
// PAGE is any saved page; without its data it is the live one. The messages are those of cmd/serve_message.h.
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { pathToFileURL } from "node:url";
import { at, choose, equal, exported, finish, hash, holds, open, page, rows, settled, test, text, until, value, zoomed } from "./drive.mjs";

const file = process.argv[2] + ".live.html";
writeFileSync(file, readFileSync(process.argv[2], "utf8").replace(/<script type="application\/json"[^]*?<\/script>\n/, ""));
const url = pathToFileURL(file).href + "#t=secret";

// The page's sockets stand still until the test plays the server's part.
function fakeServer() {
	window.sockets = [];
	window.WebSocket = class extends EventTarget {
		constructor(address, protocols) {
			super();
			Object.assign(this, {address, protocols, sent: [], readyState: 0});
			window.sockets.push(this);
		}
		send(what) { this.sent.push(what); }
		open() { this.readyState = 1; this.onopen?.({}); }
		message(bytes) { this.onmessage?.({data: Uint8Array.from(bytes).buffer}); }
		close() { this.readyState = 3; setTimeout(() => this.onclose?.({code: 1006}), 0); }
	};
}

const number = n => { const out = []; for (; n > 127; n = Math.floor(n / 128)) out.push(n % 128 + 128); out.push(n); return out; };
const words = s => { const bytes = [...new TextEncoder().encode(s)]; return [...number(bytes.length), ...bytes]; };
const section = (tag, records) => [tag, ...number(records.length), ...records.flat()];
const body = (at, ...sections) => [...number(7), ...number(at), ...sections.flat()];
const delta = (...parts) => [0x44, ...body(...parts)];
const snapshot = (...parts) => [0x53, ...gzipSync(Uint8Array.from(body(...parts)))];
const START = 1_700_000_000;
// cells: [node, group, count], by node; the windows are two seconds long
const windowOf = (n, cells, lost = 0) => [...number(n), ...windowAt(n, cells, lost)];
const windowAt = (n, cells, lost = 0) => {
	let before = 0;
	const losses = Array.isArray(lost) ? lost : lost ? [[0, lost]] : [];
	return [...number((START + 2 * n) * 1e6), ...number(2e6), ...[losses.length, ...losses.flat(), cells.length].flatMap(number),
		...cells.flatMap(([node, group, count]) => { const by = node - before; before = node; return [...number(by), ...number(group), ...number(count)]; })];
};
const facts = more => section(7, [words(JSON.stringify({host: "box", command: "make", event: "cycles", unit: "samples", frequency: 99,
	state: "live", lost: {}, control: false, ...more}))]);

// root > main > [parse > read_k, draw]; gzip (4711) and its thread 4712 on cpus 0 and 1, sh (5000) on cpu 1
const beginning = [section(1, [words("/usr/bin/gzip")]), section(2, [["main", 1, 0], ["parse", 1, 0], ["read", 0, 1], ["draw", 1, 2]]
	.map(([name, module, kind]) => [...words(name), module, kind])), section(3, [[1, 0], [1, 1], [1, 2], [3, 3]]),
	section(4, [[4711, 4711, "gzip"], [4711, 4712, "worker"], [5000, 5000, "sh"]].map(([p, t, c]) => [...number(p), ...number(t), ...words(c)])),
	section(8, [[...words("cycles"), ...words("samples"), 99, 0]]), section(5, [[0, 0, 0], [1, 1, 0], [2, 1, 0]])];
const first = [...beginning, section(6, [windowOf(0, [[2, 0, 10], [3, 1, 20], [4, 2, 30]]), windowOf(1, [[2, 0, 40]], 5)])];

const newest = f => page.evaluate(f => new Function("s", f)(window.sockets.at(-1)), f);
const play = async bytes => { await page.evaluate(b => window.sockets.at(-1).message(b), bytes); await page.waitForTimeout(30); await settled(); };
const begin = async (more, hash = "") => {
	await open(url + hash, {}, fakeServer);
	await newest("s.open()");
	await play(snapshot(2, ...first, facts(more)));
};
const roots = async () => [...new Set((await exported("folded")).bytes.toString().trim().split("\n").map(l => l.split(";")[0]))];
const drag = async (from, to) => {
	const box = await page.locator("#strip").boundingBox(), y = box.y + box.height / 2;
	await page.mouse.move(box.x + box.width * from, y);
	await page.mouse.down();
	await page.mouse.move(box.x + box.width * to, y, {steps: 4});
	await page.mouse.up();
	await settled();
};

await test("it asks the server with the token, and shows what comes: totals, losses, rate", async () => {
	await open(url, {}, fakeServer);
	equal([await text("state"), await value("total")], ["connecting…", 0]);
	equal(await newest("return [s.address.replace(/^.*live/, 'live'), s.protocols, s.binaryType]"), ["live?epoch=0&at=0", ["pb-live", "t.secret"], "arraybuffer"]);
	await newest("s.open()");
	await play(snapshot(2, ...first, facts({lost: {"ring buffer full": 5}})));
	equal([await text("state"), await value("total"), await value("lost"), await text("lost"), await value("rate"), await text("rate"), await text("title")],
		["live", 100, 5, "5 lost (4.76 %)", 99, "99 Hz cycles", "box: make"]);
	holds("causes", (await page.getAttribute("#lost", "title")).includes("ring buffer full 5"));
	equal(await rows(), ["parse 50 70", "draw 30 30", "read 20 20", "main 0 100"]);
	holds("the token stays, first", (await hash()).startsWith("#t=secret"));
	equal(await page.locator("#stop").isVisible(), false);
});
await test("a delta adds to it; the zoomed frame and the search stay", async () => {
	await page.fill("#search", "read");
	await until("found", async () => /20.0 %/.test(await text("search-info")));
	await page.keyboard.press("Enter");
	await play(delta(3, section(6, [windowOf(2, [[3, 0, 100]])])));
	equal([await value("total"), await text("search-info")], [200, "2 frames, 60.0 %, 2/2"]);
	await page.fill("#search", "");
});
await test("by name, process, thread, cpu and nothing: the same samples in other groups", async () => {
	await begin();
	for (const [group, wanted] of [["name", ["gzip", "sh", "worker"]], ["process", ["gzip (4711)", "sh (5000)"]],
		["thread", ["gzip (4711/4711)", "sh (5000/5000)", "worker (4711/4712)"]], ["cpu", ["[cpu 0]", "[cpu 1]"]], ["none", ["main"]]]) {
		await choose("group", group);
		equal([group, await roots(), await value("total")], [group, wanted, 100]);
	}
	holds("in the address", /group=none/.test(await hash()));
});
await test("the last N seconds, half-life, and all", async () => {
	await choose("time", "last");
	await page.fill("#seconds", "2");
	await page.keyboard.press("Enter");
	await settled();
	equal([await value("total"), await text("total")], [40, "40 samples of 100"]);
	await choose("time", "decay");
	equal(await value("total"), 70);
	await choose("time", "all");
	equal([await value("total"), await page.locator("#seconds").isVisible()], [100, false]);
});
await test("seconds that make no sense become some that do, and are shown; Reset takes them back", async () => {
	for (const time of ["last", "decay"]) {
		await choose("time", time);
		for (const [typed, used] of [["7", "7"], ["0", "1"], ["-5", "1"], ["2.5", "2.5"], ["", "2.5"], ["1e9", "86400"], ["4", "4"]]) {
			await page.fill("#seconds", typed);
			await page.keyboard.press("Enter");
			await settled();
			equal([typed, await page.inputValue("#seconds"), Number(/seconds=([^&]*)/.exec(await hash())[1])], [typed, used, Number(used)]);
		}
		await page.click("#reset");
		await settled();
		equal([await page.inputValue("#time"), await value("total"), await page.locator("#reset").isDisabled(), await hash()], ["all", 100, true, "#t=secret&group=none"]);
	}
	await open(url + "&time=last&seconds=1e9", {}, fakeServer);
	equal(await page.inputValue("#seconds"), "86400");
});
await test("what is said below is of what is seen", async () => {
	await begin();
	await page.fill("#search", "read");
	await page.keyboard.press("Enter");
	await settled();
	holds("a hit: " + await text("details"), (await text("details")).startsWith("read — "));
	await choose("group", "cpu");
	equal(await text("details"), "");
	await drag(0.02, 0.2);
	holds("a range: " + await text("details"), (await text("details")).startsWith("time range"));
	await choose("time", "last");
	equal(await text("details"), "");
	await page.click("#reset");
});
await test("a range of time by dragging, by keys, and away again", async () => {
	await begin();
	await choose("group", "none");
	await drag(0.02, 0.2);
	equal([await value("total"), await page.inputValue("#time"), await page.locator(".chip[data-what=range]").count()], [60, "range", 1]);
	holds("whole windows: " + await hash(), (await hash()).includes(`from=${START * 1000}&to=${START * 1000 + 2000}`));
	await drag(0.9, 0.7);
	equal(await value("total"), 40);
	await drag(0.02, 0.9);
	equal(await value("total"), 100);
	await page.locator("#strip").dblclick();
	await settled();
	equal([await value("total"), await page.inputValue("#time")], [100, "all"]);
	await page.locator("#strip").focus();
	await page.keyboard.press("ArrowRight");
	await settled();
	equal(await value("total"), 40);
	await page.keyboard.press("ArrowLeft");
	await settled();
	equal(await value("total"), 60);
	holds("told: " + await text("details"), (await text("details")).startsWith("time range"));
	await page.keyboard.press("Escape");
	await settled();
	equal(await value("total"), 100);
	await page.goBack();
	await until("back in the range", async () => await value("total") === 60);
});
await test("frozen, the view stands still while samples wait, and then has them all", async () => {
	await begin();
	await page.click("#freeze");
	await play(delta(3, section(6, [windowOf(2, [[2, 0, 50]])])));
	await play(delta(4, section(6, [windowOf(3, [[2, 0, 50]])])));
	equal(await value("total"), 100);
	await until("seconds that wait: " + await text("state"), async () => /^frozen, [1-9]\d* s waiting/.test(await text("state")));
	await choose("group", "cpu");
	equal(await value("total"), 100);
	await page.click("#freeze");
	await until("all", async () => await value("total") === 200);
	equal(await text("state"), "live");
});
await test("a lost connection is said, tried again, and taken up where it broke off", async () => {
	await newest("s.close()");
	await until("said", async () => /connection lost/.test(await text("state")));
	equal([await page.locator("#banner").isVisible(), await value("total")], [true, 200]);
	await until("tried again", () => page.evaluate(() => window.sockets.length === 2));
	equal(await newest("return s.address.replace(/^.*live/, 'live')"), "live?epoch=7&at=4");
	await newest("s.close()");
	await until("counts down: " + await text("state"), async () => /next try in 1 s/.test(await text("state")));
	await page.evaluate(() => { document.querySelector("#retry").click(); document.querySelector("#retry").click(); });
	await until("now", () => page.evaluate(() => window.sockets.length === 3));
	equal(await page.locator("#retry").isVisible(), false);
	await newest("s.open()");
	await play(delta(5, section(6, [windowOf(3, [[2, 0, 1]]), windowOf(4, [[2, 0, 99]])])));
	equal([await value("total"), await text("state"), await page.locator("#banner").isVisible()], [300, "live", false]);
});
await test("frozen over a lost connection, nothing counts twice", async () => {
	await page.click("#freeze");
	await play(delta(6, section(6, [windowOf(5, [[2, 0, 7]])])));
	await newest("s.close()");
	await until("tried again", () => page.evaluate(() => window.sockets.length === 4));
	equal(await newest("return s.address.replace(/^.*live/, 'live')"), "live?epoch=7&at=5");
	await newest("s.open()");
	await play(delta(6, section(6, [windowOf(5, [[2, 0, 7]])])));
	await page.click("#freeze");
	await until("307", async () => await value("total") === 307);
});
await test("a message without sense makes it ask for everything anew", async () => {
	await play([0x44, 7, 7, 3, 1, 1]);
	await until("asked anew", () => newest("return s.readyState === 0 && /epoch=0&at=0$/.test(s.address)"));
	equal(await value("total"), 307);
	holds("said: " + await text("banner"), /makes no sense/.test(await text("banner")));
	await newest("s.open()");
	await play(snapshot(9, ...first, facts()));
	equal([await value("total"), await text("state")], [100, "live"]);
});
await test("more than the page can take is said and not tried again, unless somebody asks", async () => {
	await begin();
	// What inflates to so much takes seconds; this says that it did.
	await page.evaluate(() => {
		const real = window.DecompressionStream;
		window.DecompressionStream = function () {
			window.DecompressionStream = real;
			return new TransformStream({transform: (_, to) => to.enqueue({length: 257 << 20})});
		};
	});
	await play([0x53, 1]);
	await until("said", async () => /more than 256 MiB.*--memory/.test(await text("banner")));
	await page.waitForTimeout(800);
	equal([await text("state"), await value("total"), await page.evaluate(() => window.sockets.length)], ["gave up", 100, 1]);
	await page.click("#retry");
	await until("tried", () => page.evaluate(() => window.sockets.length === 2));
	await newest("s.open()");
	await play(snapshot(9, ...first, facts()));
	equal([await text("state"), await page.locator("#banner").isVisible(), await page.locator("#retry").isVisible()], ["live", false, false]);
});
await test("counts beyond 2^53 are shown, and said to be rounded", async () => {
	await begin();
	equal(await text("left-out"), "");
	await play(delta(3, section(6, [windowOf(2, [[2, 0, 2 ** 60]])])));
	equal(await page.$eval("#functions td.self", cell => [cell.firstChild.textContent, cell.scrollWidth <= cell.clientWidth]), ["1.1529E18", true]);
	equal([await text("state"), await value("total"), (await text("left-out")).endsWith("counts beyond 2^53 are rounded")], ["live", 2 ** 60 + 100, true]);
});
await test("recordings joined out of order are in the strip by their time", async () => {
	await open(url, {}, fakeServer);
	await newest("s.open()");
	await play(snapshot(2, ...beginning, section(6, [[0, ...windowAt(43200, [[2, 0, 5]])], [1, ...windowAt(0, [[2, 0, 6]])]]), facts()));
	holds("a day: " + await page.textContent(".strip-label"), /^\d+ \w+ [\d:]+ – \d+ \w+ [\d:]+ \(24\.0 h\)$/.test(await page.textContent(".strip-label")));
	await choose("time", "last");
	equal(await value("total"), 5);
	await drag(0.0, 0.4);
	equal(await value("total"), 6);
});
await test("stop asks to be pressed twice, then says so to the server", async () => {
	await begin({control: true});
	await page.click("#stop");
	equal([await text("stop"), await newest("return s.sent")], ["Press again to stop", []]);
	await until("disarmed", async () => await text("stop") === "Stop recording");
	// Both within three seconds, however busy the machine is.
	await page.evaluate(() => { document.querySelector("#stop").click(); document.querySelector("#stop").click(); });
	equal(await newest("return s.sent"), ["stop"]);
	await play(delta(3, facts({control: true, state: "stopped"})));
	equal([await text("state"), await page.locator("#stop").isVisible(), await page.locator("#freeze").isVisible()], ["recording stopped", false, false]);
	await newest("s.close()");
	await page.waitForTimeout(800);
	equal([await text("state"), await page.evaluate(() => window.sockets.length)], ["recording stopped", 1]);
});
await test("ended, cut short, failed: each is said, and the data stay", async () => {
	for (const [state, wanted] of [["ended", "recording ended"], ["cut", "recording cut short"], ["failed", "recording failed"]]) {
		await begin({state, error: state === "ended" ? "" : "offset 4711: record cut short"});
		equal([await text("state"), await value("total")], [wanted, 100]);
		equal(await text("banner"), {ended: "", cut: "The recording was cut short: offset 4711: record cut short. What came before is all here.",
			failed: "The recording failed: offset 4711: record cut short. What came before is all here."}[state]);
	}
	await open(url, {}, fakeServer);
	await newest("s.open()");
	await play(snapshot(1, facts({state: "failed", error: "not a pb stream"})));
	equal(await text("banner"), "The recording failed: not a pb stream. No samples came.");
});
await test("a page too many is told why, and comes again later", async () => {
	await open(url, {}, fakeServer);
	const turnAway = () => newest("s.open(); s.onclose({code: 1013, reason: 'too many pages are open (--max-clients 1)'})");
	for (let i = 1; i <= 2; i++) {
		await turnAway();
		holds("turned away: " + await text("state"), /^turned away, (next try in|trying)/.test(await text("state")));
		equal(await text("banner"), "pb-serve turned this page away: too many pages are open (--max-clients 1).");
		await page.click("#retry");
		await until("again", () => page.evaluate(i => window.sockets.length === i + 1, i));
	}
	await newest("s.open()");
	await play(snapshot(2, ...first, facts()));
	equal([await text("state"), await page.locator("#banner").isVisible(), await value("total")], ["live", false, 100]);
});
await test("what the server pruned is said apart from what was lost, and from what is not drawn", async () => {
	await begin({pruned: 12, left_out: 3, merged: 2});
	equal([await value("pruned"), await text("pruned"), await value("left-out")], [12, "12 pruned, 3 of other units", 0]);
	await play(delta(3, facts({pruned: 12, crowded: true, cut: true})));
	equal([await text("pruned"), (await page.getAttribute("#pruned", "title")).split("\n").length], ["12 pruned, little room, long names cut", 3]);
	await play(delta(4, facts({crowded: false, cut: true})));
	equal([await text("pruned"), await page.locator("#pruned.bad").count()], ["long names cut", 0]);
	await play(delta(5, facts({crowded: 1, cut: "yes"})));
	equal(await page.locator("#pruned").isVisible(), false);
});
await test("an address restores group, time and zoom, the zoom as soon as its frames are there", async () => {
	await open(url + "&zoom=main;parse&group=none&time=last&seconds=2", {}, fakeServer);
	await newest("s.open()");
	await play(snapshot(2, ...first, facts()));
	equal([await value("total"), await zoomed(), await page.inputValue("#group"), await page.inputValue("#seconds")], [40, "parse", "none", "2"]);
});
await test("unseen, it draws nothing; seen again, it has everything", async () => {
	await begin();
	await page.evaluate(() => { window.draws = 0; const f = CanvasRenderingContext2D.prototype.clearRect; CanvasRenderingContext2D.prototype.clearRect = function (...a) { window.draws++; return f.apply(this, a); }; });
	await page.evaluate(bytes => bytes.forEach(b => window.sockets.at(-1).message(b)), [3, 4, 5].map(n => delta(n, section(6, [windowOf(n - 1, [[2, 0, 10]])]))));
	await until("all three", async () => await value("total") === 130);
	const draws = await page.evaluate(() => window.draws);
	holds("three messages are drawn at once, not " + draws + " times", draws <= 6);
});
// cycles as before, 30 ms and 3.5 MiB in groups of their own, losses in two of the events
const events = [section(8, [["off-cpu", "ns", 0, 1], ["kprobe:vfs_read", "bytes", 0, 1], ["kprobe:vfs_write", "bytes", 0, 1]].map(([name, unit, hz, period]) =>
	[...words(name), ...words(unit), hz, period])), section(5, [[0, 0, 1], [1, 1, 1], [0, 0, 2], [2, 1, 3]])];
const eventWindow = [...number(2), ...windowAt(2, [[2, 3, 25_000_000], [2, 5, 3 << 20], [3, 4, 5_000_000], [3, 6, 1 << 19]], [[0, 2], [1, 7]])];
const options = () => page.$$eval("#event option", all => all.map(o => o.textContent));
const cells = () => page.$$eval("#functions tbody tr[data-name]", all => all.map(r => ["name span", "self span", "total span"].map(c => r.querySelector("." + c).textContent).join(" | ")));
await test("one event: there is nothing to choose", async () => {
	await begin();
	equal([await page.locator("#event").isVisible(), await page.locator("#group option[value=event]").isHidden()], [false, true]);
});
await test("several events: what is shown is what counts the same as the first, or what is chosen", async () => {
	await play(delta(3, ...events, section(6, [eventWindow]), facts({lost: {"ring buffer full": 14}, left_out: 9})));
	equal([await page.locator("#event").isVisible(), await options()], [true, ["all in samples", "all in bytes", "cycles (samples)", "off-cpu (ns)", "kprobe:vfs_read (bytes)",
		"kprobe:vfs_write (bytes)"]]);
	equal([await text("total"), await text("rate"), await text("lost"), await text("pruned")], ["100 samples", "99 Hz cycles", "7 lost (6.54 %)", "9 of other units"]);
	await choose("event", "off-cpu (ns)");
	equal([await text("total"), await value("total"), await text("lost"), await value("rate"), await text("rate")], ["30 ms", 30e6, "7 lost", 1, "every 1 off-cpu"]);
	equal([await cells(), await page.locator("#pruned").isVisible()], [["parse | 25 ms | 30 ms", "read | 5 ms | 5 ms", "main | 0 ns | 30 ms"], false]);
	holds("in the address", /&event=off-cpu$/.test(await hash()));
	holds("of all events", (await page.getAttribute("#lost", "title")).includes("of all events: ring buffer full 14"));
	await choose("event", "all in bytes");
	equal([await text("total"), await text("lost"), await text("rate")], ["3.5 MiB", "0 lost", "2 events"]);
	equal(await page.getAttribute("#rate", "title"), "kprobe:vfs_read, kprobe:vfs_write");
	const place = await at(0.5, 2);
	await page.mouse.move(place.x, place.y);
	await until("the tooltip", async () => /3 MiB · 85\.7 % of all/.test(await page.textContent("#tooltip")));
	const svg = (await exported("svg")).bytes.toString();
	holds("sizes in the picture", svg.includes("<title>read (512 KiB, 14.29 %)</title>"));
	equal((await exported("folded")).bytes.toString(), "gzip;main;parse 3145728\nsh;main;parse;read 524288\n");
	await page.goBack();
	await until("back at what was chosen before", async () => await text("total") === "30 ms");
	equal(await page.inputValue("#event"), "e1");
	await page.goBack();
	await until("and at the beginning", async () => await text("total") === "100 samples");
});
await test("grouped by event; the sandwich, the strip and the times are those of the events", async () => {
	await choose("group", "event");
	equal(await roots(), ["[cycles]"]);
	await choose("event", "all in bytes");
	equal(await roots(), ["[kprobe:vfs_read]", "[kprobe:vfs_write]"]);
	await choose("time", "last");
	await page.fill("#seconds", "2");
	await page.keyboard.press("Enter");
	await settled();
	equal(await text("total"), "3.5 MiB");
	await choose("event", "cycles (samples)");
	equal(await text("total"), "0 samples of 100");
	await choose("time", "all");
	await choose("event", "kprobe:vfs_write (bytes)");
	await page.click("#functions tbody tr[data-name=read] td.do button");
	await page.click('#menu button:has-text("Sandwich")');
	await settled();
	holds("a size: " + await page.textContent("#sandwich .muted"), (await page.textContent("#sandwich .muted")).startsWith("self 512 KiB, total 512 KiB (100 %"));
	await page.click("#sandwich-close");
	await settled();
	const bars = () => page.locator("#strip").evaluate(c => {
		const copy = new OffscreenCanvas(c.width, c.height).getContext("2d", {willReadFrequently: true});
		copy.drawImage(c, 0, 0);
		return [1, 3, 5].map(sixth => {
			const {data} = copy.getImageData(Math.round(c.width * sixth / 6), 0, 1, c.height);
			return data.filter((v, i) => i % 4 === 3 && v > 0).length;
		});
	});
	const [a, b, c] = await bars();
	holds("only the third window has any: " + [a, b, c], a === 0 && b === 0 && c > 20);
	await choose("event", "off-cpu (ns)");
	holds("what was lost stands on top of it: " + await bars(), (await bars())[2] > c);
	await choose("event", "");
	const [x, y, z] = await bars();
	holds("samples in two windows, a few losses in the third: " + [x, y, z], x > y && y > z && z > 0);
});
await test("an address names an event, which may come later or never", async () => {
	await open(url + "&event=kprobe%3Avfs_read&group=none", {}, fakeServer);
	await newest("s.open()");
	await play(snapshot(2, ...first, facts()));
	equal([await value("total"), await text("total"), await page.inputValue("#event"), (await options()).at(-1)], [0, "0 samples", "none", "kprobe:vfs_read is not here"]);
	await play(delta(3, ...events, section(6, [eventWindow])));
	equal([await text("total"), await page.inputValue("#event"), (await options()).length], ["3 MiB", "e2", 6]);
	await open(url + "&unit=bytes", {}, fakeServer);
	await newest("s.open()");
	await play(snapshot(2, ...first, ...events, section(6, [eventWindow]), facts()));
	equal([await text("total"), await page.inputValue("#event")], ["3.5 MiB", "ubytes"]);
});
await test("a thousand events, of names of any kind", async () => {
	await begin();
	const names = ["__proto__", "<img src=x onerror=alert(1)>", "\u202eevil", ...Array.from({length: 1020}, (_, i) => "syscalls:sys_enter_" + i)];
	await play(delta(3, section(8, names.map(n => [...words(n), ...words("samples"), 0, 1])), section(5, names.map((_, i) => [...number(0), ...number(0), ...number(i + 1)])),
		section(6, [windowOf(2, names.map((_, i) => [i ? 3 : 2, i + 3, 1]).sort((a, b) => a[0] - b[0]))])));
	equal([(await options()).length, await value("total"), await text("rate")], [1025, 1123, "1024 events"]);
	await choose("event", "e2");
	equal([await value("total"), await text("rate"), await page.locator("img").count()], [1, "every 1 <img src=x onerror=alert(1)>", 0]);
	holds("nothing is hidden", (await options())[4].startsWith("‹202e›evil"));
	await choose("event", "");
	await choose("group", "event");
	equal((await roots()).length, 1024);
});
await test("hostile names from a server are inert", async () => {
	await begin();
	const names = ["__proto__", "<img src=x onerror=alert(1)>", "constructor"];
	await play(delta(3, section(2, names.map(n => [...words(n), 0, 0])), section(3, [[1, 4], [1, 5], [1, 6]]), section(4, [[1, 1, ...words("</script>")]]),
		section(5, [[3, 0, 0]]), section(6, [windowOf(2, [[5, 3, 1], [6, 3, 1], [7, 3, 1]])])));
	equal([await value("total"), (await rows()).filter(r => names.some(n => r.startsWith(n))).length, await page.locator("img").count()], [103, 3, 0]);
});
await finish();

// SPDX-License-Identifier: GPL-2.0-or-later
// Drives a saved page in Chromium as its reader would; prints TAP.
//
//	node viewer.mjs PAGE.html HOSTILE.html KINDS.html TIMES.html
//
// PAGE is tests/svg/browser.folded as a page, HOSTILE tests/svg/hostile.folded, KINDS tests/svg/annotated.folded, TIMES the
// first with ms for its counts, of a kind that is said in ns.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { at, choose, clickAt, equal, exported, finish, hash, holds, open, page, pixel, press, rows, settled, test, text, until, value, zoomed } from "./drive.mjs";

const [saved, hostile, kinds, times] = process.argv.slice(2).map(f => pathToFileURL(f).href);
const type = async words => { await page.fill("#search", words); await page.waitForTimeout(90); await settled(); };
const select = key => page.click(`#functions th[data-sort=${key}] button`).then(settled);
const menu = async (label, x, row) => { await clickAt(x, row, {button: "right"}); await page.click(`#menu button:has-text("${label}")`); await settled(); };
const names = () => rows().then(all => all.map(r => r.split(" ")[0]));

// all 1000 > init 1000 > [idle 100, main 900 > [a_function… 50, draw 200 > read 150, parse 600 > [Read 100, read 200]]];
// so main is from 0.1 to 1, draw from 0.15 to 0.35, parse from 0.35 to 0.95.
await open(saved);
await test("the page says what it holds, and hides what only a live one has", async () => {
	equal([await value("total"), await text("total"), await text("state")], [1000, "1,000 samples", "saved"]);
	for (const id of ["strip", "event", "time", "seconds", "group", "freeze", "stop", "lost", "rate"])
		equal([id, await page.locator("#" + id).isVisible()], [id, false]);
});
await test("the table has self and total; recursion and equal names count once", async () => {
	equal(await rows(), ["read 350 350", "parse 300 600", "Read 100 100", "idle 100 100", "a_function_with_a_rather_long_name 50 50",
		"draw 50 200", "main 50 900", "init 0 1000"]);
});
await test("the table sorts by each column, both ways", async () => {
	await select("total");
	equal((await names()).slice(0, 3), ["init", "main", "parse"]);
	equal(await page.getAttribute("#functions th[data-sort=total]", "aria-sort"), "descending");
	await select("total");
	equal((await names()).slice(-1), ["init"]);
	await select("name");
	equal((await names()).slice(0, 3), ["Read", "a_function_with_a_rather_long_name", "draw"]);
	holds("in the address", /sort=name-up/.test(await hash()));
	await select("self");
	equal((await names())[0], "read");
});
await test("a click zooms; ancestors are as wide as the page and faded", async () => {
	const before = await pixel(0.9, 3);
	await clickAt(0.6, 3);
	equal(await zoomed(), "parse");
	equal(await hash(), "#zoom=init;main;parse");
	equal(await pixel(0.99, 3), before);
	const left = await pixel(0.05, 2);
	equal(left, await pixel(0.97, 2));
	holds("faded", left !== before && !left.endsWith(",255"));
	equal(await page.locator("#breadcrumb button").allTextContents(), ["all", "init", "main", "parse"]);
});
await test("the root stays in sight when a low window gets higher", async () => {
	const fromRoot = () => page.$eval(".graph-box", box => [box.scrollHeight > box.clientHeight, box.scrollHeight - box.clientHeight - box.scrollTop]);
	await page.setViewportSize({width: 1200, height: 190});
	// It scrolls from the moment the window is low, and is drawn anew a picture later.
	await until("scrolls, at the root", async () => (await fromRoot()).join() === "true,0");
	for (const height of [210, 170, 200]) {
		await page.setViewportSize({width: 1200, height});
		await page.waitForTimeout(100);
		equal([height, ...await fromRoot()], [height, true, 0]);
	}
	await page.setViewportSize({width: 1200, height: 700});
	await settled();
});
await test("back and forward, breadcrumb and reset", async () => {
	await clickAt(0.4, 4);
	equal(await zoomed(), "read");
	await page.goBack();
	await until("back at parse", async () => await zoomed() === "parse");
	await page.goForward();
	await until("forward at read", async () => await zoomed() === "read");
	await page.click('#breadcrumb button:has-text("main")');
	await settled();
	equal(await zoomed(), "main");
	await page.click("#reset");
	await settled();
	equal([await zoomed(), await hash(), await page.locator("#reset").isDisabled()], ["all", "", true]);
});
await test("a faded ancestor zooms out to itself", async () => {
	await clickAt(0.6, 3);
	await clickAt(0.5, 2);
	equal(await zoomed(), "main");
	await clickAt(0.5, 0);
	equal(await zoomed(), "all");
});
await test("pointing shows all there is to know of a frame", async () => {
	await clickAt(0.5, 2);
	const place = await at(0.6, 3);
	await page.mouse.move(place.x, place.y);
	const said = await text("tooltip");
	for (const part of ["parse", "total600 samples · 60.0 % of all · 66.7 % of the zoomed frame", "self300 samples · 30.0 % of all"])
		holds(part + " in " + said, said.includes(part));
	holds("of no kind, for no name has one: " + said, !said.includes("kind"));
	await page.mouse.move(place.x, 5);
	equal(await page.locator("#tooltip").isVisible(), false);
	await page.click("#reset");
});
await test("search counts frames and samples once, colours, and filters the table", async () => {
	const plain = await pixel(0.45, 4);
	await type("read");
	equal(await text("search-info"), "3 frames, 45.0 %");
	holds("hits have another colour", await pixel(0.45, 4) !== plain);
	equal((await names()).sort(), ["Read", "read"]);
	await type("Read");
	equal(await text("search-info"), "1 frame, 10.0 %");
	holds("in the address", /search=Read/.test(await hash()));
	await type("parse");
	equal(await text("search-info"), "1 frame, 60.0 %");
});
await test("Enter, Shift+Enter, n and N walk the hits", async () => {
	await type("read");
	for (const [key, wanted] of [["Enter", "1/3"], ["Enter", "2/3"], ["Shift+Enter", "1/3"], ["Shift+Enter", "3/3"]]) {
		await press(key);
		equal(await text("search-info"), "3 frames, 45.0 %, " + wanted);
	}
	await page.locator("#graph").focus();
	await press("n");
	holds("read of draw is told: " + await text("details"), (await text("details")).startsWith("read — total 150 samples"));
	await press("Shift+N");
	holds("3/3", /3\/3/.test(await text("search-info")));
});
await test("a hit outside of the zoomed frame is brought into sight", async () => {
	await clickAt(0.05, 2);
	equal(await zoomed(), "idle");
	await press("n");
	holds("out of idle, not " + await zoomed(), await zoomed() === "all");
	await type("");
});
await test("regular expressions; a bad one says why", async () => {
	await page.click("#search-regex");
	await type("^(re|pa)");
	equal(await text("search-info"), "4 frames, 75.0 %");
	await type("^(re");
	holds("an error: " + await text("search-info"), /[Uu]nterminated|[Ii]nvalid/.test(await text("search-info")));
	equal([await page.getAttribute("#search", "aria-invalid"), (await rows()).length], ["true", 8]);
	await page.click("#reset");
	await settled();
	equal([await text("search-info"), await page.inputValue("#search"), await page.getAttribute("#search-regex", "aria-pressed")], ["", "", "false"]);
});
await test("a click on a row marks just this function, and again unmarks it", async () => {
	await page.click('#functions tr[data-name="read"] td.name button');
	await settled();
	equal([await page.inputValue("#search"), await text("search-info"), (await rows()).length], ["read", "2 frames, 35.0 %", 8]);
	await page.click('#functions tr[data-name="read"] td.name button');
	await settled();
	equal(await page.inputValue("#search"), "");
});
await test("sandwich: callers and callees of a function, merged", async () => {
	await page.click('#functions tr[data-name="read"] td.do button');
	await page.click('#menu button:has-text("Sandwich")');
	await settled();
	equal([await value("callers"), await value("callees"), await page.locator("#graph").isVisible()], [350, 350, false]);
	holds("sums", (await text("sandwich")).includes("self 350 samples, total 350 samples (35.0 %"));
	equal(await page.locator("#breadcrumb").isVisible(), false);
	await clickAt(0.1, 1, {}, "callers");
	holds("a caller: " + await page.locator("#callers").getAttribute("data-zoom"), ["draw", "parse"].includes(await page.locator("#callers").getAttribute("data-zoom")));
	await page.click("#sandwich-close");
	await settled();
	equal([await page.locator("#sandwich").isVisible(), await hash()], [false, ""]);
	await menu("Sandwich", 0.5, 2);
	equal([await value("callers"), await value("callees"), await hash()], [900, 900, "#sandwich=main"]);
	const folded = (await exported("folded")).bytes.toString();
	equal(folded.split("\n")[0], "main 50");
	await page.goBack();
	await until("back", () => page.locator("#graph").isVisible());
});
await test("hide and focus, as chips that come off again", async () => {
	await menu("Hide", 0.6, 3);
	equal([await value("total"), await page.locator(".chip").count(), await text("total")], [400, 1, "400 samples of 1,000"]);
	await page.click('#functions tr[data-name="read"] td.name', {button: "right"});
	await page.click('#menu button:has-text("Only")');
	await settled();
	equal([await value("total"), await rows()], [150, ["read 150 150", "draw 0 150", "init 0 150", "main 0 150"]]);
	equal(await hash(), "#hide=parse&focus=read");
	await page.click(".chip[data-what=hide]");
	await settled();
	equal(await value("total"), 350);
	await page.click(".chip[data-what=focus]");
	await settled();
	equal([await value("total"), await page.locator(".chip").count()], [1000, 0]);
});
await test("keys walk, zoom, open the menu and the help", async () => {
	await page.locator("#graph").focus();
	await press("Home");
	for (const key of ["ArrowUp", "ArrowUp", "ArrowLeft", "ArrowRight", "ArrowUp"])
		await press(key);
	holds("parse: " + await text("details"), (await text("details")).startsWith("parse — total 600 samples"));
	await press("Enter");
	equal(await zoomed(), "parse");
	await press("ArrowDown");
	holds("main: " + await text("details"), (await text("details")).startsWith("main"));
	await press("Escape");
	equal(await zoomed(), "main");
	await press("Backspace");
	equal(await zoomed(), "init");
	await press("m");
	equal(await page.locator("#menu").isVisible(), true);
	await press("ArrowDown");
	await press("Escape");
	equal([await page.locator("#menu").isVisible(), await page.evaluate(() => document.activeElement.id)], [false, "graph"]);
	await press("?");
	holds("help", (await text("help-dialog")).includes("walk the frames"));
	await press("Escape");
	equal(await page.locator("#help-dialog").isVisible(), false);
	await press("Home");
	await press("i");
	equal(await page.inputValue("#layout"), "icicle");
	await clickAt(0.6, 3, {}, "graph", true);
	equal(await zoomed(), "parse");
	await press("i");
	await press("t");
	equal(await page.locator("#functions").isVisible(), false);
	await press("t");
	await press("/");
	equal(await page.evaluate(() => document.activeElement.id), "search");
	await press("Escape");
	await press("s");
	equal(await page.locator("#sandwich").isVisible(), true);
	await press("Escape");
	await press("0");
	equal([await page.locator("#sandwich").isVisible(), await zoomed(), await hash()], [false, "all", ""]);
	await press("Control+f");
	equal(await page.evaluate(() => document.activeElement.id), "search");
});
await test("an address restores all that was seen", async () => {
	await open(saved + "#t=token&zoom=init;main&search=read&layout=icicle&colour=name&sort=name-up&hide=idle");
	equal([await zoomed(), await page.inputValue("#search"), await page.inputValue("#layout"), await page.inputValue("#colour"), await value("total")],
		["main", "read", "icicle", "name", 900]);
	equal([await text("search-info"), (await names())[0]], ["3 frames, 50.0 %", "Read"]);
	await choose("layout", "flame");
	equal(await hash(), "#t=token&zoom=init;main&search=read&hide=idle&colour=name&sort=name-up");
	await open(saved + "#zoom=no;such&search=%E0%A4%A&time=range&from=x&layout=spiral&hide=&__proto__=1");
	equal([await zoomed(), await value("total"), await page.inputValue("#layout")], ["all", 1000, "flame"]);
});
await test("folded, D3 JSON, SVG and PNG of the view", async () => {
	await open(saved + "#zoom=init;main;parse&hide=idle");
	const folded = await exported("folded");
	equal([folded.name, folded.bytes.toString()], ["Flame-Graph.folded", "init;main 50\ninit;main;a_function_with_a_rather_long_name 50\n" +
		"init;main;draw 50\ninit;main;draw;read 150\ninit;main;parse 300\ninit;main;parse;Read 100\ninit;main;parse;read 200\n"]);
	const d3 = JSON.parse((await exported("d3")).bytes);
	equal([d3.value, d3.children[0].name, d3.children[0].children[0].children.map(c => c.value)], [900, "init", [50, 200, 600]]);
	const svg = (await exported("svg")).bytes.toString();
	holds("an SVG", svg.startsWith("<?xml") && svg.includes("<title>parse (600 samples, 66.67 %)</title>") && !svg.includes(">draw"));
	const png = (await exported("png")).bytes;
	equal([png.subarray(1, 4).toString(), png.readUInt32BE(16) >= 700, png.readUInt32BE(20)], ["PNG", true, 5 * 18 + 32]);
});
await test("dark as the system is, or as chosen, which is remembered", async () => {
	const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
	const light = await background(), lightRoot = await pixel(0.9, 0);
	await page.emulateMedia({colorScheme: "dark"});
	await until("dark", async () => await background() !== light);
	await settled();
	holds("the canvas too", await pixel(0.9, 0) !== lightRoot);
	await choose("theme", "light");
	equal(await background(), light);
	await page.reload();
	await settled();
	equal([await background(), await page.inputValue("#theme")], [light, "light"]);
});
await test("kinds and modules: each its colour, marks counted", async () => {
	await open(kinds);
	equal([await value("total"), await value("truncated"), await text("truncated")], [175, 15, "15 truncated"]);
	const colours = new Set();
	for (const by of ["kind", "module", "name"]) {
		await choose("colour", by);
		colours.add(await pixel(0.9, 2));
	}
	holds("colours differ: " + [...colours], colours.size >= 2);
	const place = await at(0.2, 3);
	await page.mouse.move(place.x, place.y);
	holds("kernel: " + await text("tooltip"), (await text("tooltip")).includes("kindkernel"));
});
await test("one name of two kinds is two functions; one of two modules names neither", async () => {
	const file = process.argv[2] + ".kinds.html", data = {format: "pb-profile", version: 1, title: "kinds", unit: "samples", decimals: 0,
		names: ["r", "memcpy", "a", "memcpy_[k]", "b", "libc.so.6`mmap", "ld.so`mmap"], parents: [0, 1, 2, 1, 4, 1, 1], frames: [0, 1, 2, 3, 4, 5, 6], self: [0, 50, 10, 30, 20, 15, 25]};
	writeFileSync(file, readFileSync(process.argv[2], "utf8").replace(/(<script type="application\/json"[^>]*>)[^]*?<\/script>/, (_, tag) => tag + JSON.stringify(data) + "</script>"));
	await open(pathToFileURL(file).href);
	equal((await rows()).slice(0, 3), ["memcpy 50 60", "mmap 40 40", "memcpy 30 50"]);
	equal(await page.$$eval("#functions tbody tr .muted", all => all.slice(0, 3).map(m => m.textContent)), ["user", "several modules", "kernel"]);
	// all > r > [memcpy 60, memcpy_[k] 50, mmap 40] of 150
	holds("colours differ", await pixel(0.39, 2) !== await pixel(0.72, 2));
	await clickAt(0.6, 2);
	equal([await text("breadcrumb"), await hash()], ["allrmemcpy (kernel)", "#zoom=r;memcpy%00kernel"]);
	const place = await at(0.5, 2);
	await page.mouse.move(place.x, place.y);
	holds("kernel: " + await text("tooltip"), /total50 samples.*kindkernel/.test(await text("tooltip")));
	await page.click("#reset");
	await settled();
	const far = await at(0.9, 2);
	await page.mouse.move(far.x, far.y);
	holds("several: " + await text("tooltip"), /total40 samples.*moduleseveral modules$/.test(await text("tooltip")));
	await page.click('#functions tr[data-name="memcpy"][data-kind="kernel"] td.name button');
	await settled();
	equal([await page.inputValue("#search"), await text("search-info"), await page.locator("tr.picked").count()], ["memcpy", "1 frame, 33.3 %", 1]);
	await page.click('#functions tr[data-name="memcpy"][data-kind="kernel"] td.do button');
	await page.click('#menu button:has-text("Sandwich")');
	await settled();
	equal([await value("callers"), await value("callees"), await page.textContent("#sandwich h2")], [50, 50, "memcpy (kernel)"]);
	await page.reload();
	await settled();
	equal([await value("callees"), await text("search-info")], [50, "1 frame, 33.3 %"]);
	equal((await exported("folded")).bytes.toString(), "memcpy 30\nmemcpy;b 20\n");
});
await test("times are said as such: in the table, the tooltip, the sandwich and the picture", async () => {
	await open(times);
	equal([await text("total"), await value("total"), (await rows())[0]], ["1 s", 1e9, "read 350000000 350000000"]);
	equal(await page.$$eval("#functions tbody tr[data-name=main] td span:first-child", all => all.map(s => s.textContent)), ["main", "50 ms", "900 ms"]);
	await clickAt(0.5, 3);
	holds("what the keys are told", (await press("ArrowUp"), await press("ArrowUp"), await text("details")).includes("read — total 200 ms · 20.0 % of all"));
	holds("a picture", (await exported("svg")).bytes.toString().includes("<title>parse (600 ms, 60.00 %)</title>"));
	equal((await exported("folded")).bytes.toString().split("\n")[0], "init;idle 100000000");
});
await test("hostile names are inert: in the table, the menu, the search, the sandwich and the exports", async () => {
	// pb-d3 has made them visible; here they come as they are
	const raw = process.argv[3] + ".raw.html";
	writeFileSync(raw, readFileSync(process.argv[3], "utf8").replace(/<script type="application\/json"[^]*?<\/script>/,
		data => data.replace(/\\\\(u[0-9a-f]{4})/g, "\\$1")));
	await open(pathToFileURL(raw).href);
	holds("marks that turn text around are seen", (await page.$$eval("#functions .link", all => all.map(b => b.textContent).join())).includes("rtl‹202e›gnp.exe"));
	await open(hostile);
	const all = await page.$$eval("#functions tbody tr", trs => trs.map(tr => tr.dataset.name));
	for (const name of ["__proto__", "constructor", "toString", "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<!--<script>"])
		holds(name, all.includes(name));
	equal(await page.locator("img, table script, main script").count(), 0);
	for (const name of ["__proto__", "<img src=x onerror=alert(1)>", "constructor"]) {
		await open(hostile + "#sandwich=" + encodeURIComponent(name) + "&focus=" + encodeURIComponent(name) + "&search=" + encodeURIComponent(name));
		equal([name, await value("total"), await value("callers"), await value("callees")], [name, 10, 10, 10]);
		equal(JSON.parse((await exported("d3")).bytes).children[0].name, name);
		holds("an SVG without elements of theirs", !/<(img|script)/.test((await exported("svg")).bytes.toString()));
	}
	equal(await page.evaluate(() => [typeof ({}).polluted, Object.keys(Object.prototype).length]), ["undefined", 0]);
});
await test("400 pixels wide: nothing sticks out; a tap zooms, a long press opens the menu", async () => {
	await open(saved, {viewport: {width: 400, height: 700}, hasTouch: true, isMobile: true, deviceScaleFactor: 2});
	equal(await page.evaluate(() => document.documentElement.scrollWidth), 400);
	const box = await page.locator("#graph").boundingBox(), row = 26, x = box.x + box.width * 0.6, y = box.y + box.height - 3.5 * row;
	await page.touchscreen.tap(x, y);
	await settled();
	equal(await zoomed(), "parse");
	const session = await page.context().newCDPSession(page);
	await session.send("Input.dispatchTouchEvent", {type: "touchStart", touchPoints: [{x, y: box.y + box.height - 2.5 * row}]});
	await page.waitForTimeout(700);
	equal(await page.textContent(".menu-title"), "main");
	await session.send("Input.dispatchTouchEvent", {type: "touchEnd", touchPoints: []});
	await settled();
	equal([await zoomed(), await page.locator("#menu").isVisible()], ["parse", true]);
});
await finish();

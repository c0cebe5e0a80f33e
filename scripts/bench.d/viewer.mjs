// SPDX-License-Identifier: GPL-2.0-or-later
// How long Chromium's main thread is busy with a flame graph: ours, saved and live, and d3-flame-graph 5; prints JSON, ms.
//
//	node viewer.mjs SAVED.html TREE.json LIVE-URL NAME
//
// All hold trees of about the same size; NAME is a function in SAVED and TREE, and "function_77" is searched in LIVE-URL.
// "first" is until the page is idle for the first time; each other figure is the median of five.
import { createRequire } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const require = createRequire(new URL("../../tests/browser/", import.meta.url));
const { chromium } = require("playwright-core");
const [saved, tree, live, name] = process.argv.slice(2);
const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
	"--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: flags});
const sleep = ms => new Promise(done => setTimeout(done, ms));
const median = all => all.sort((a, b) => a - b)[all.length >> 1];

// visit URL: a page, and busy(): how long its main thread has worked so far, in ms.
async function visit(url) {
	const page = await browser.newPage({viewport: {width: 1600, height: 1000}});
	const session = await page.context().newCDPSession(page);
	await session.send("Performance.enable");
	page.busy = async () => 1000 * (await session.send("Performance.getMetrics")).metrics.find(m => m.name === "TaskDuration").value;
	page.setDefaultTimeout(120000);
	await page.goto(url);
	return page;
}

// settled PAGE: waits until it has nothing to do for 400 ms; how long it has worked.
async function settled(page) {
	for (let last = -1, busy; ; last = busy) {
		await sleep(400);
		busy = await page.busy();
		if (busy - last < 4)
			return busy;
	}
}

// cost PAGE, ACTIONS: the median of what each takes.
async function cost(page, actions) {
	const all = [];
	for (const action of actions) {
		const before = await settled(page);
		await action();
		all.push(await settled(page) - before);
	}
	return median(all);
}

const type = text => `(() => { const s = document.querySelector("#search"); s.value = ${JSON.stringify(text)}; s.dispatchEvent(new Event("input", {bubbles: true})); })()`;

async function ours() {
	const page = await visit(pathToFileURL(saved).href), found = {first: await settled(page)};
	const box = await page.locator("#graph").boundingBox(), zoom = i => () => page.mouse.click(box.x + box.width * (0.2 + 0.1 * i), box.y + box.height - 50);
	found.nothing = await cost(page, [1, 2, 3, 4, 5].map(() => () => page.evaluate("1")));
	found.search = await cost(page, ["77", name, "a", name, "b"].map(t => () => page.evaluate(type(t))));
	await page.evaluate(type(""));
	found.zoom = await cost(page, [0, 1, 2, 3, 4].flatMap(i => [zoom(i), () => page.evaluate('document.querySelector("#reset").click()')]));
	await page.close();
	return found;
}

async function oursLive() {
	const page = await visit(live), all = [];
	while (!await page.evaluate("Number(document.querySelector('#total').dataset.value)"))
		await sleep(100);
	await sleep(3000);
	for (let i = 0; i < 5; i++) {
		const before = await page.busy();
		await sleep(3000);
		all.push((await page.busy() - before) / 3);
	}
	await page.close();
	return median(all);
}

async function theirs() {
	const modules = new URL("../../tests/browser/node_modules/", import.meta.url);
	const script = path => `<script src="${new URL(path, modules)}"></script>`;
	const file = saved + ".d3.html";
	writeFileSync(file, `<!doctype html><div id="chart"></div>${script("d3/dist/d3.min.js")}${script("d3-flame-graph-5/dist/d3-flamegraph.umd.min.js")}
		<script>const tree = ${readFileSync(tree, "utf8").replaceAll("<", "\\u003c")};
		const chart = flamegraph.default().width(1580).cellHeight(16).minFrameSize(1).transitionDuration(0);
		d3.select("#chart").datum(tree).call(chart);</script>`);
	const page = await visit(pathToFileURL(file).href), found = {first: await settled(page)};
	found.update = await cost(page, [1, 2, 3].map(() => () => page.evaluate("chart.update(tree)")));
	found.search = await cost(page, ["77", name, "a"].map(t => () => page.evaluate(`chart.search(${JSON.stringify(t)}), 1`)));
	await page.evaluate("chart.clear(), 1");
	const clicked = i => `document.querySelectorAll("#chart g.frame")[${i}].dispatchEvent(new MouseEvent("click", {bubbles: true}))`;
	found.zoom = await cost(page, [5, 0, 9].map(i => () => page.evaluate(clicked(i))));
	await page.close();
	return found;
}

const result = {ours: await ours(), d3: await theirs()};
result.ours.update = await oursLive();
console.log(JSON.stringify(result));
await browser.close();

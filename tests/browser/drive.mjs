// SPDX-License-Identifier: GPL-2.0-or-later
// What the tests of the page share: one browser, a page whose complaints are collected, tests that print TAP.
import { chromium } from "playwright-core";
import { readFileSync } from "node:fs";

const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
	"--disable-background-networking", "--disable-component-update", "--disable-sync"];
export const browser = await chromium.launch({executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: flags});
export let page;
let number = 0, failed = 0, trouble = [];

// open URL: in a fresh context; `script` runs in the page before its own.
export async function open(url, options, script) {
	await page?.context().close();
	const context = await browser.newContext({viewport: {width: 1200, height: 700}, acceptDownloads: true, ...options});
	page = await context.newPage();
	page.setDefaultTimeout(10000);
	trouble = [];
	page.on("pageerror", e => trouble.push("error: " + e.message));
	page.on("console", m => trouble.push("console: " + m.text()));
	page.on("dialog", d => { trouble.push("dialog: " + d.message()); d.dismiss(); });
	page.on("request", r => { if (r.url().split("#")[0] !== url.split("#")[0] && !/^(data|blob):/.test(r.url())) trouble.push("request: " + r.url()); });
	if (script)
		await page.addInitScript(script);
	await page.goto(url);
	await page.waitForSelector("#functions tbody", {state: "attached"});
	await settled();
}

// Two pictures later everything that was asked for is on show.
export const settled = () => page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0)))));

export async function test(name, body) {
	let said = "";
	try {
		await body();
		said = trouble.join("; ");
	} catch (e) {
		said = e.stack.replace(/\n\s+at .*node_modules.*/g, "").replace(/\u001b\[\d+m/g, "");
	}
	failed += said ? 1 : 0;
	console.log((said ? "not ok " : "ok ") + ++number + " - " + name);
	if (said)
		console.log("# " + said.replace(/\n/g, "\n# "));
	trouble = [];
}

export async function finish() {
	await browser.close();
	process.exit(failed ? 1 : 0);
}

export function equal(got, wanted) {
	const g = JSON.stringify(got), w = JSON.stringify(wanted);
	if (g !== w)
		throw new Error("wanted " + w + ", got " + g);
}

export function holds(what, condition) {
	if (!condition)
		throw new Error(what);
}

export async function until(what, condition, ms = 4000) {
	for (const end = Date.now() + ms; !await condition(); await page.waitForTimeout(20)) {
		if (Date.now() > end)
			throw new Error("not in time: " + what);
	}
}

export const text = id => page.textContent("#" + id);
export const value = id => page.getAttribute("#" + id, "data-value").then(Number);
export const hash = () => page.evaluate(() => location.hash);
export const zoomed = () => page.getAttribute("#graph", "data-zoom");
export const press = async key => { await page.keyboard.press(key); await settled(); };
export const choose = async (id, what) => { await page.selectOption("#" + id, what); await settled(); };

// The table's rows as "name self total".
export const rows = () => page.$$eval("#functions tbody tr[data-name]", all => all.map(r =>
	[r.dataset.name, r.querySelector(".self").dataset.value, r.querySelector(".total").dataset.value].join(" ")));

// Where on a canvas: from 0 (left) to 1 (right), the row counted from the root's.
export async function at(x, row, id = "graph", icicle = false) {
	const box = await page.locator("#" + id).boundingBox();
	return {x: box.x + box.width * x, y: icicle ? box.y + row * 18 + 9 : box.y + box.height - row * 18 - 9};
}

export async function clickAt(x, row, options, id, icicle) {
	const place = await at(x, row, id, icicle);
	await page.mouse.click(place.x, place.y, options);
	await settled();
}

// The colour of a pixel of a canvas, "r,g,b,a"; near a frame's right end there is no letter.
export const pixel = (x, row, id = "graph") => page.locator("#" + id).evaluate((c, [x, row]) => {
	const dpr = c.width / c.clientWidth, one = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
	one.drawImage(c, 4 - Math.round(c.clientWidth * x * dpr), Math.round((row * 18 + 14) * dpr) - c.height);
	return [...one.getImageData(0, 0, 1, 1).data].join();
}, [x, row]);

export async function exported(what) {
	const begun = page.waitForEvent("download");
	if (!await page.locator("#export-" + what).isVisible())
		await page.click("#export");
	await page.click("#export-" + what);
	const file = await begun;
	return {name: file.suggestedFilename(), bytes: readFileSync(await file.path())};
}

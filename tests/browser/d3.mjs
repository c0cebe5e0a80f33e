// SPDX-License-Identifier: GPL-2.0-or-later
// Opens what pb-d3 made in Chromium, with d3-flame-graph, in its page template and as our page; prints TAP.
//
//	node d3.mjs DIRECTORY
//
// There: browser and hostile (.json, -self.json, -template.html, .html), diff.json, and totals, of browser, as awk sees them.
import { chromium } from "playwright-core";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const directory = process.argv[2], read = name => readFileSync(join(directory, name), "utf8");
const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
	"--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: flags});
const totals = new Map(read("totals").trim().split("\n").map(line => line.split("\t")).map(([name, total]) => [name, Number(total)]));
const version4 = {name: "4.1.3", file: "d3-flame-graph/dist/d3-flamegraph.js"};
const version5 = {name: "5.0.0", file: "d3-flame-graph-5/dist/d3-flamegraph.umd.js"};
let number = 0, failed = 0, page, errors = [];

async function open(url) {
	const context = await browser.newContext({viewport: {width: 1600, height: 900}});
	page = await context.newPage();
	page.setDefaultTimeout(10000);
	errors = [];
	page.on("pageerror", e => errors.push(e.message));
	page.on("console", m => { if (m.type() === "error" || m.type() === "warning") errors.push(m.type() + ": " + m.text()); });
	page.on("dialog", d => { errors.push("dialog: " + d.message()); d.dismiss(); });
	page.on("request", r => { if (r.url() !== url && !/^(data|blob):/.test(r.url())) errors.push("request: " + r.url()); });
	await page.goto(url);
}

async function test(name, body) {
	let trouble = "";
	try {
		await body();
		if (errors.length)
			trouble = errors.join("; ");
		await page.context().close();
	} catch (e) {
		trouble = [e.message.slice(0, 2000), ...errors].join("; ");
	}
	failed += trouble ? 1 : 0;
	console.log((trouble ? "not ok " : "ok ") + ++number + " - " + name);
	if (trouble)
		console.log("# " + trouble.replace(/\n/g, "\n# "));
}

function equal(got, wanted) {
	const g = JSON.stringify(got), w = JSON.stringify(wanted);
	if (g !== w)
		throw new Error("wanted " + w + "\ngot    " + g);
}

const sorted = map => [...map].sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);

// An empty page with d3-flame-graph in it, and a graph of the tree.
async function draw({file}, json, {self = false, delta = false} = {}) {
	const installed = path => readFileSync(new URL("node_modules/" + path, import.meta.url), "utf8");
	await open("about:blank");
	await page.setContent('<!doctype html><div id="chart"></div>');
	await page.addScriptTag({content: installed("d3/dist/d3.js")});
	await page.addScriptTag({content: installed(file)});
	await page.evaluate(([text, ownValues, change]) => {
		const chart = (flamegraph.default ?? flamegraph)().width(1500).selfValue(ownValues).computeDelta(change);
		d3.select("#chart").datum(JSON.parse(text)).call(chart);
	}, [json, self, delta]);
}

// What the frames that are on the page say of themselves, each function's outermost ones added up.
async function shown() {
	await page.waitForSelector("g.frame title", {state: "attached"});
	return page.evaluate(() => {
		const sums = new Map(), name = d => d.data.n ?? d.data.name;
		for (const frame of document.querySelectorAll("g.frame")) {
			const [, label, count] = /^(.*) \([0-9.]+%, ([0-9.]+) samples\)$/s.exec(frame.querySelector("title").textContent);
			const callers = frame.__data__.ancestors().slice(1).map(name);
			if (!callers.includes(label))
				sums.set(label, (sums.get(label) ?? 0) + Number(count));
		}
		return [...sums];
	});
}

const colour = name => page.evaluate(wanted => {
	const frame = [...document.querySelectorAll("g.frame")].find(f => f.querySelector("title").textContent.startsWith(wanted + " ("));
	return frame.querySelector("rect").getAttribute("fill");
}, name);
const hue = ([, r, g, b]) => Number(b) > Number(r) ? "blue" : Number(g) > Number(r) ? "green" : "red";
const hueOf = async name => hue(/rgb\((\d+), ?(\d+), ?(\d+)\)/.exec(await colour(name)));

for (const version of [version4, version5]) {
	await test("d3-flame-graph " + version.name + ": inclusive values", async () => {
		await draw(version, read("browser.json"));
		equal(sorted(await shown()), sorted(totals));
		equal([await hueOf("Interpreter"), await hueOf("hash"), await hueOf("vfs_read")], ["green", "blue", "red"]); // jit, inlined (aqua), kernel (orange)
	});
	await test("d3-flame-graph " + version.name + ": self values", async () => {
		await draw(version, read("browser-self.json"), {self: true});
		equal(sorted(await shown()), sorted(totals));
	});
	await test("d3-flame-graph " + version.name + ": a difference", async () => {
		await draw(version, read("diff.json"), {delta: true});
		const deltas = await page.evaluate(() => [...document.querySelectorAll("g.frame")].map(f => [f.__data__.data.name, f.__data__.value, f.__data__.delta]));
		equal(deltas.filter(([, value]) => value).sort(), [["all", 100, -15], ["grew", 50, 40], ["main", 100, 10], ["new", 10, 10], ["same", 30, 0], ["shrank", 20, -30]]);
	});
	await test("d3-flame-graph " + version.name + ": hostile names are text", async () => {
		await draw(version, read("hostile.json"));
		const names = new Map(await shown());
		equal([names.get("all"), names.get("leaf"), names.get("__proto__"), names.get("constructor"), names.get("<!--<script>")], [250, 250, 10, 10, 10]);
	});
}

const file = name => pathToFileURL(join(directory, name)).href;

await test("the page template of d3-flame-graph 4.1.3", async () => {
	await open(file("browser-template.html"));
	equal(sorted(await shown()), sorted(totals));
	equal([await hueOf("vfs_read"), await hueOf("make")], ["blue", "green"]);
	equal(await colour("all"), "rgb(217,75,75)");
	await page.click("#context-button");
	equal(await page.textContent("#context"), "</script><script>alert(1)</script>");
});

await test("the page template, hostile names", async () => {
	await open(file("hostile-template.html"));
	const names = new Map(await shown());
	equal([names.get("all"), names.get("leaf"), names.get("__proto__"), names.get("<!--<script>")], [250, 250, 10, 10]);
	equal(await page.evaluate(() => document.scripts.length), 2);
});

// The table of functions, from a page of ours.
async function table() {
	await page.waitForSelector("#functions tbody tr", {state: "attached"});
	return page.evaluate(() => [...document.querySelectorAll("#functions tbody tr")]
		.map(row => [row.dataset.name, Number(row.querySelector("td.total").dataset.value)]));
}

await test("our page: the same totals, nothing asked for", async () => {
	await open(file("browser.html"));
	const wanted = new Map(totals), functions = new Map();
	for (const [name, total] of await table())
		functions.set(name, [...functions.get(name) ?? [], total]);
	// awk knows no kinds: of a name with several it counts a sample once, in which the page finds one or more of them.
	const most = all => all.reduce((sum, n) => sum + n, 0);
	const differs = (all, total) => !(Math.max(...all) <= total && total <= most(all));
	equal(functions.get("read").sort(), [25, 85]);
	equal(await page.getAttribute("#total", "data-value"), String(wanted.get("all")));
	wanted.delete("all");
	equal([...wanted].filter(([name, total]) => !name.includes("`") && differs(functions.get(name) ?? [], total)), []);
	equal(await page.title().then(title => title.includes("</script><script>alert(1)</script>")), true);
});

await test("our page: hostile names are text", async () => {
	await open(file("hostile.html"));
	const names = new Map(await table());
	equal([names.get("leaf"), names.get("__proto__"), names.get("constructor"), names.get("<img src=x onerror=alert(1)>")], [250, 10, 10, 10]);
	equal(await page.evaluate(() => [document.scripts.length, document.images.length]), [2, 0]);
});

await browser.close();
console.log("1.." + number);
process.exit(failed ? 1 : 0);

// SPDX-License-Identifier: GPL-2.0-or-later
// Opens folded texts in speedscope, and the pictures of them as they are, and writes down what was seen.
//
//	node speedscope.mjs DIRECTORY
//
// Reads DIRECTORY/*.folded and *.svg. For NAME.folded writes NAME.table, a line "total self name" for each row of
// speedscope's table; NAME.stacks, folded text made of the profile that speedscope exports; and NAME.summary, the
// title and the row that is first. For NAME.svg writes NAME.titles, what its frames show. For both NAME.trouble: what
// the page did that none should do, such as ask, complain, run a name as script or fetch from elsewhere.
import { chromium } from "playwright-core";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const directory = resolve(process.argv[2]);
const site = dirname(createRequire(import.meta.url).resolve("speedscope/package.json")) + "/dist/release/";
const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
	"--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: flags});

// visit NAME, DRIVE: a page of its own for drive; says what went wrong in it, and what it should not have done.
async function visit(name, drive) {
	const page = await browser.newPage({viewport: {width: 1200, height: 800}, locale: "en-US"}), trouble = [];
	page.setDefaultTimeout(10000);
	page.on("pageerror", e => trouble.push("error: " + e.message));
	page.on("dialog", d => { trouble.push("dialog: " + d.message()); d.dismiss(); });
	page.on("console", m => { if (m.type() === "error") trouble.push("console: " + m.text()); });
	page.on("popup", p => trouble.push("window: " + p.url()));
	page.on("request", r => { if (!/^(file|data|blob):/.test(r.url())) trouble.push("request: " + r.url()); });
	page.on("requestfailed", r => trouble.push("request: " + r.url() + ": " + r.failure().errorText));
	try {
		await drive(page);
	} catch (e) {
		trouble.push(e.stack);
	}
	write(name, "trouble", trouble);
	await page.close();
}

function write(name, kind, lines) {
	writeFileSync(directory + "/" + name + "." + kind, lines.map(l => l + "\n").join(""));
}

async function speedscope(page, name) {
	const file = directory + "/" + name + ".folded", script = directory + "/" + name + ".js";
	const words = [basename(file), readFileSync(file, "base64")].map(w => JSON.stringify(w)).join(", ");
	writeFileSync(script, "speedscope.loadFileFromBase64(" + words + ")");
	await page.goto(pathToFileURL(site + "index.html").href + "#localProfilePath=" + encodeURIComponent(script.slice(1)));
	await page.getByText("Sandwich").waitFor();
	await page.keyboard.press("3");
	await page.getByText("Symbol Name").waitFor();
	const rows = await table(page);
	write(name, "table", rows.map(([total, self, symbol]) => number(total) + " " + number(self) + " " + symbol));
	write(name, "summary", [await page.title(), rows[0].join(" ")]);
	const download = page.waitForEvent("download");
	await page.getByText("Export", {exact: false}).click();
	write(name, "stacks", stacks(JSON.parse(readFileSync(await (await download).path(), "utf8"))));
}

// The cells of all rows, from the first one on; only those in sight are in the document.
async function table(page) {
	return await page.evaluate(async () => {
		const rows = [];
		let list = document.querySelectorAll("table")[1]; // the first is the header
		while (getComputedStyle(list).overflowY !== "auto")
			list = list.parentElement;
		const drawn = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
		list.scrollTop = 0;
		for (const seen = new Set; ; list.scrollTop += list.clientHeight / 2) {
			await drawn();
			for (const row of list.querySelectorAll("tr")) {
				const cells = [...row.querySelectorAll("td")].map(d => d.textContent);
				if (!seen.has(cells[2])) {
					seen.add(cells[2]);
					rows.push(cells);
				}
			}
			if (list.scrollTop + list.clientHeight >= list.scrollHeight - 1)
				return rows;
		}
	});
}

// "1,234 (5.67%)" is 1234.
function number(cell) {
	const digits = /^(\d{1,3}(?:,\d{3})*) \([<>]?[\d.]+%\)$/.exec(cell);
	return digits ? digits[1].replaceAll(",", "") : "what is " + JSON.stringify(cell) + "?";
}

// An exported profile says at which weight each frame opens and closes; what lies between is a stack's own.
function stacks(file) {
	const {frames} = file.shared, [profile] = file.profiles, counts = new Map, stack = [];
	let at = profile.startValue;
	for (const event of [...profile.events, {at: profile.endValue}]) {
		if (event.at > at) {
			const line = stack.join(";");
			counts.set(line, (counts.get(line) || 0) + event.at - at);
			at = event.at;
		}
		if (event.type === "O")
			stack.push(frames[event.frame].name);
		else if (event.type === "C" && stack.pop() !== frames[event.frame].name)
			throw new Error("speedscope closes a frame that is not open");
	}
	return [...counts].map(([line, count]) => line + " " + count);
}

async function picture(page, name) {
	await page.goto(pathToFileURL(directory + "/" + name + ".svg").href);
	const titles = await page.locator("#frames > g > title").allTextContents();
	await page.evaluate(() => {
		const event = type => new MouseEvent(type, {bubbles: true, cancelable: true, view: window});
		for (const frame of [...document.querySelectorAll("#frames > g")].slice(0, 60)) {
			["mouseover", "mousemove", "click", "mouseout"].forEach(type => frame.dispatchEvent(event(type)));
			document.querySelector("#reset").dispatchEvent(event("click"));
		}
	});
	write(name, "titles", titles);
	const markup = await page.evaluate(() => [...document.querySelectorAll("*")].map(e => e.localName));
	write(name, "elements", [...new Set(markup)].sort());
}

for (const [ending, drive] of [[".folded", speedscope], [".svg", picture]])
	for (const file of readdirSync(directory).filter(f => f.endsWith(ending))) {
		const name = file.slice(0, -ending.length);
		await visit(ending === ".svg" ? name + ".svg" : name, page => drive(page, name));
	}
await browser.close();

// SPDX-License-Identifier: GPL-2.0-or-later
// The live page on a program whose hot function changes every five seconds: is it there in time, does it follow, do
// its controls work while it grows, and does it add up? Leaves rec.pb, page.folded, table, api.folded.
//
//	node follow.mjs BIN PHASES DIRECTORY
import { readFileSync } from "node:fs";
import { address, atMost, directory, equal, finish, open, shell, sleep, test, until, write } from "./drive.mjs";

const pipe = shell("pb-record -F 499 -- sh -c 'exec $phases 5 6 >$t/said' | pb-symbolize -q | tee $t/rec.pb | pb-serve");
const url = await address(pipe);
const { page, trouble, browser } = await open(url);
const token = new URL(url).hash.slice(3);
const api = path => fetch(new URL("/api/" + path, url), {headers: {Authorization: "Bearer " + token}});
const number = id => page.locator("#" + id).getAttribute("data-value").then(Number);
const rows = () => page.$$eval("#functions tbody tr[data-name]", all => all.map(r => ({name: r.dataset.name, kind: r.dataset.kind,
	self: Number(r.querySelector(".self").dataset.value), total: Number(r.querySelector(".total").dataset.value)})));
const sortBy = key => page.locator(`#functions th[data-sort=${key}]`).locator("button").click();
const topSelf = async () => (await rows()).reduce((a, b) => b.self > a.self ? b : a, {self: 0, name: ""}).name;
const total = name => rows().then(all => all.find(r => r.name === name)?.total ?? 0);

await test("the first frame is there within 2 s of the first window", async () => {
	await until("a first window", 10, async () => (await (await api("stats")).json()).windows > 0);
	const window = Date.now();
	await until("a first frame", 5, async () => await number("total") > 0 && (await rows()).length > 0);
	atMost(Date.now() - window, 2000, "ms");
	console.log("# " + (Date.now() - window) + " ms");
});

await test("the top function follows the program within 2 s of each change", async () => {
	await page.selectOption("#group", "none");
	await page.selectOption("#time", "last");
	await page.fill("#seconds", "1");
	await page.keyboard.press("Enter");
	const phasesSaid = () => readFileSync(directory + "/said", "utf8").trim().split("\n").map(l => l.split(" "));
	for (let change = 1; change < 4; change++) {
		await until("change " + change, 8, () => phasesSaid().length > change);
		const [when, name] = phasesSaid()[change];
		await until(name + " on top", 8, async () => await topSelf() === name);
		console.log("# " + name + " on top " + (Date.now() - when) + " ms after it began");
		atMost(Date.now() - when, 2000, "ms");
	}
	await page.selectOption("#time", "all");
});

await test("search, regular expressions, zoom and back while it grows", async () => {
	await page.fill("#search", "hot_red");
	await until("matches", 3, async () => /[1-9]\d* frame.*%/.test(await page.textContent("#search-info")));
	await page.fill("#search", "");
	const width = page.viewportSize().width;
	await page.locator("#graph").click({position: {x: width / 4, y: await page.locator("#graph").evaluate(c => c.clientHeight) - 28}});
	await until("zoom in the address", 3, () => page.evaluate(() => /z/.test(location.hash.replace(/t=[^&]*/, ""))));
	await page.goBack();
	await until("no zoom any more", 3, () => page.evaluate(() => !/zoom=/.test(location.hash)));
});

await test("by process, by thread, by cpu: each adds up to the same", async () => {
	await page.click("#freeze");
	const all = await number("total");
	for (const [group, wanted] of [["process", /^(sh|phases|helper) \(\d+\)$/], ["thread", /^(sh|phases|helper) \(\d+\/\d+\)$/],
		["cpu", /^\[cpu \d+\]$/], ["name", /^(sh|phases|helper)$/]]) {
		await page.selectOption("#group", group);
		equal(await number("total"), all);
		const folded = await exported("folded");
		const roots = new Set(folded.trim().split("\n").map(l => l.split(";")[0]));
		for (const root of roots)
			if (!wanted.test(root))
				throw new Error("by " + group + ": " + root);
		atMost(2, roots.size, "groups by " + group);
		equal(folded.trim().split("\n").reduce((n, l) => n + Number(/\d+$/.exec(l)[0]), 0), all);
	}
});

async function exported(what) {
	const begun = page.waitForEvent("download");
	if (!await page.locator("#export-" + what).isVisible())
		await page.locator("#export").click();
	await page.locator("#export-" + what).click();
	return readFileSync(await (await begun).path(), "utf8");
}

await test("frozen, it stands still; thawed, it has what came meanwhile", async () => {
	const all = await number("total");
	await sleep(2500);
	equal(await number("total"), all);
	await page.click("#freeze");
	await until("more samples", 3, async () => await number("total") > all);
});

await test("a time range holds only what happened in it", async () => {
	const all = await number("total"), strip = await page.locator("#strip").boundingBox();
	await page.mouse.move(strip.x + strip.width * 0.02, strip.y + strip.height / 2);
	await page.mouse.down();
	await page.mouse.move(strip.x + strip.width * 0.2, strip.y + strip.height / 2, {steps: 5});
	await page.mouse.up();
	await until("fewer samples", 3, async () => { const n = await number("total"); return n > 0 && n < all / 2; });
	atMost(await total("hot_green") + await total("hot_blue"), await number("total") * 0.9, "samples of later functions");
	atMost(1, await total("hot_red"), "samples of hot_red in the first seconds");
	await page.locator("#strip").dblclick();
	await until("all samples", 3, async () => await number("total") >= all);
});

await test("dark mode, a reload that restores what was seen, the sandwich", async () => {
	const colour = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
	const light = await colour();
	await page.emulateMedia({colorScheme: "dark"});
	await until("a dark page", 3, async () => await colour() !== light);
	await page.emulateMedia({colorScheme: "light"});
	await page.fill("#search", "hot_blue");
	await page.selectOption("#group", "cpu");
	await sleep(500);
	await page.reload();
	await until("samples again", 5, async () => await number("total") > 0);
	equal(await page.inputValue("#search"), "hot_blue");
	equal(await page.inputValue("#group"), "cpu");
	await page.fill("#search", "");
	await page.selectOption("#group", "name");
});

await test("when the program ends, the page says so and its totals are all there", async () => {
	await until("the end", 40, async () => /ended/i.test(await page.textContent("#state")));
	write("page.folded", await exported("folded"));
	write("api.folded", await (await api("folded")).text());
	while (await page.locator("#more").isVisible())
		await page.click("#more");
	write("table", (await rows()).map(r => `${r.total} ${r.self} ${r.name}${{kernel: "_[k]", inlined: "_[i]", jit: "_[j]"}[r.kind] ?? ""}\n`).join(""));
	equal((await (await api("tree.json")).json()).value, await number("total"));
	equal(await page.locator("#stop").isVisible(), false);
});

await test("no complaint on the console, no request to another host", () => equal(trouble, []));

await browser.close();
pipe.killAll();
finish();

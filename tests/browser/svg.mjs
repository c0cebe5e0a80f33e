// SPDX-License-Identifier: GPL-2.0-or-later
// Drives a picture in Chromium as its viewer would; prints TAP.
//
//	node svg.mjs PICTURE.svg HOSTILE.svg TIMES.svg SIZES.svg
//
// PICTURE is tests/svg/browser.folded drawn, HOSTILE tests/svg/hostile.folded; TIMES and SIZES the first with its counts in
// us and bytes.
import { chromium } from "playwright-core";
import { pathToFileURL } from "node:url";

const [picture, hostile, times, sizes] = process.argv.slice(2).map(f => pathToFileURL(f).href);
const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
	"--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: flags});
let number = 0, failed = 0, page, errors;

async function open(url, options) {
	const context = await browser.newContext({viewport: {width: 1000, height: 600}, ...options});
	page = await context.newPage();
	page.setDefaultTimeout(5000);
	errors = [];
	page.on("pageerror", e => errors.push(e.message));
	page.on("dialog", d => { errors.push("dialog: " + d.message()); d.dismiss(); });
	await page.goto(url);
}

async function test(name, body) {
	let trouble = "";
	try {
		await body();
		if (errors.length)
			trouble = errors.join("; ");
	} catch (e) {
		trouble = e.message.split("\n")[0];
	}
	failed += trouble ? 1 : 0;
	console.log((trouble ? "not ok " : "ok ") + ++number + " - " + name);
	if (trouble)
		console.log("# " + trouble.replace(/\n/g, "\n# "));
}

function equal(got, wanted) {
	const g = JSON.stringify(got), w = JSON.stringify(wanted);
	if (g !== w)
		throw new Error("wanted " + w + ", got " + g);
}

const frame = name => page.locator("#frames > g", {has: page.locator("title", {hasText: new RegExp("^" + name + " \\(")})}).first();
const width = async name => Math.round(Number(await frame(name).locator("rect").getAttribute("width")));
const text = id => page.locator("#" + id).textContent();
const shown = name => frame(name).evaluate(g => getComputedStyle(g).display !== "none");
const style = (selector, property) => page.locator(selector).evaluate((e, p) => getComputedStyle(e)[p], property);
const hash = () => page.evaluate(() => location.hash);
const active = () => page.evaluate(() => (document.activeElement.querySelector("title") || document.activeElement).textContent);

// The tree: all 1000 > init 1000 > [main 900 > [parse 600 > [read 200, Read 100], draw 200 > read 150], idle 100]
await open(picture);
await test("as wide as the window, and again after it was resized", async () => {
	equal(await width("all"), 980);
	equal(await width("main"), 882);
	await page.setViewportSize({width: 700, height: 600});
	await page.waitForFunction(() => document.documentElement.width.baseVal.value === 700);
	equal(await width("all"), 680);
	await page.setViewportSize({width: 1000, height: 600});
	await page.waitForFunction(() => document.documentElement.width.baseVal.value === 1000);
});
await test("pointing at a frame says its count and share", async () => {
	await frame("parse").hover();
	equal(await text("details"), "Function: parse (600 samples, 60.00%)");
	equal(await frame("parse").locator("title").textContent(), "parse (600 samples, 60.00%)");
	await page.mouse.move(5, 5);
	equal(await text("details"), " ");
});
await test("a click zooms: descendants grow, ancestors fade, the rest goes", async () => {
	equal(await style("#reset", "visibility"), "hidden");
	await frame("parse").click();
	equal([await width("parse"), await width("main"), await width("all")], [980, 980, 980]);
	equal([await shown("draw"), await shown("idle"), await shown("main")], [false, false, true]);
	equal(await frame("main").getAttribute("class"), "above");
	equal(await style("#reset", "visibility"), "visible");
});
await test("zoomed, pointing also says the share of the zoomed frame", async () => {
	await frame("Read").hover();
	equal(await text("details"), "Function: Read (100 samples, 10.00%), 16.67% of the zoomed frame");
});
await test("zoom is in the URL, and restored from it", async () => {
	const url = page.url();
	equal(await hash(), "#x=350&d=3");
	await open(url);
	equal(await width("parse"), 980);
});
await test("a click on an ancestor zooms out to it, the reset button to all", async () => {
	await frame("main").click();
	equal([await width("main"), await shown("draw"), await shown("idle")], [980, true, false]);
	await page.locator("#reset").click();
	equal([await width("main"), await shown("idle"), await hash()], [882, true, ""]);
});
await test("the browser's back button undoes a zoom", async () => {
	await frame("draw").click();
	await frame("main").click();
	await page.goBack();
	equal(await width("draw"), 980);
	await page.goBack();
	equal(await width("main"), 882);
});
await test("labels are cut to fit, and fitted again on zoom", async () => {
	const label = () => frame("a_function_with_a_rather_long_name").locator("text").textContent();
	const cut = await label();
	if (!/^a_f.*\.\.$/.test(cut))
		throw new Error("cut to " + cut);
	await frame("a_function_with_a_rather_long_name").click();
	equal(await label(), "a_function_with_a_rather_long_name");
	await page.locator("#reset").click();
	equal(await label(), cut);
});
await test("ctrl-F searches; matches inside one another count once", async () => {
	await page.keyboard.press("Control+f");
	await page.keyboard.type("parse|read");
	equal(await text("matched"), "Matched: 75.00%");
	equal(await page.locator("#frames > g.match").count(), 3);
	equal(await style("#frames > g.match >> nth=0 >> rect", "fill"), "rgb(230, 0, 230)");
	await page.keyboard.press("Enter");
	equal(await page.locator("#term").count(), 0);
	equal(await text("matched"), "Matched: 75.00%");
});
await test("search is in the URL, and restored from it with the zoom", async () => {
	equal(await hash(), "#s=parse%7Cread");
	await frame("main").click();
	await open(page.url());
	equal([await text("matched"), await width("main")], ["Matched: 83.33% of the zoomed frame", 980]);
	await page.locator("#reset").click();
	equal(await text("matched"), "Matched: 75.00%");
});
await test("zoomed, what matched is a share of the zoomed frame, and says so", async () => {
	for (const [name, share] of [["main", "83.33%"], ["draw", "75.00%"], ["parse", "100.00%"], ["a_function_with_a_rather_long_name", "0.00%"]]) {
		await frame(name).click();
		equal(name + ": " + await text("matched"), name + ": Matched: " + share + " of the zoomed frame");
		await page.locator("#reset").click();
	}
	equal(await text("matched"), "Matched: 75.00%");
});
await test("a name too long for its line is cut; count and share stay, clear of what matched", async () => {
	const name = "a_function_with_a_rather_long_name", cut = {};
	for (const zoom of ["", "main"]) {
		if (zoom)
			await frame(zoom).click();
		for (const wide of [1000, 500, 400, 300]) {
			await page.setViewportSize({width: wide, height: 600});
			await page.waitForFunction(w => document.documentElement.width.baseVal.value === w, wide);
			await frame(name).hover();
			const line = await text("details"), boxes = await page.evaluate(() => ["details", "matched"].map(id => {
				const e = document.querySelector("#" + id), b = e.getBoundingClientRect();
				return getComputedStyle(e).visibility === "visible" ? [b.left, b.right] : [Infinity, 0];
			}));
			const says = wide + zoom + ": " + line + " " + JSON.stringify(boxes);
			if (!line.includes("(50 samples, 5.00%)") || boxes[0][0] < 9 || boxes[0][1] > wide - 9 || boxes[0][1] > boxes[1][0])
				throw new Error(says);
			if (wide === 1000)
				equal(line, "Function: " + name + " (50 samples, 5.00%)" + (zoom ? ", 5.56% of the zoomed frame" : ""));
			cut[wide + zoom] = /^Function: a_f.*\.\. \(/.test(line);
			if (!line.startsWith("Function: a_f"))
				throw new Error(says);
		}
	}
	equal(cut["400"], true);
	equal(await text("matched"), "Matched: 83.33% of the zoomed frame");
	await page.setViewportSize({width: 1000, height: 600});
	await page.waitForFunction(() => document.documentElement.width.baseVal.value === 1000);
	await page.locator("#reset").click();
	equal([await text("details"), await style("#matched", "visibility")], [" ", "visible"]);
});
await test("ctrl-I takes cases as equal", async () => {
	await page.keyboard.press("Control+i");
	equal(await page.locator("#frames > g.match").count(), 4);
	equal(await hash(), "#s=parse%7Cread&i=1");
	equal(await page.locator("#case").getAttribute("aria-pressed"), "true");
	await page.locator("#case").click();
	equal(await page.locator("#frames > g.match").count(), 3);
});
await test("Escape ends the search, then the zoom", async () => {
	await frame("main").click();
	await page.keyboard.press("Escape");
	equal([await text("matched"), await page.locator(".match").count(), await width("main")], [" ", 0, 980]);
	await page.keyboard.press("Escape");
	equal([await width("main"), await hash()], [882, ""]);
});
await test("the search button opens a field and clears; what is no expression is taken as it is", async () => {
	await page.locator("#search").click();
	await page.keyboard.type("read(");
	equal(await text("matched"), "Matched: 0.00%");
	await page.keyboard.press("Enter");
	equal(await text("search"), "Clear search");
	await page.locator("#search").click();
	equal([await text("search"), await text("matched")], ["Search", " "]);
});
await test("the keyboard reaches everything: tab, arrows, Enter, Home", async () => {
	await open(picture);
	await page.keyboard.press("Tab");
	equal(await active(), "all (1,000 samples, 100%)");
	for (const [key, wanted] of [["ArrowUp", "init"], ["ArrowUp", "main"], ["ArrowLeft", "idle"], ["ArrowRight", "main"],
		["ArrowUp", "parse"], ["ArrowDown", "main"], ["Home", "all"], ["ArrowUp", "init"], ["ArrowUp", "main"]]) {
		await page.keyboard.press(key);
		equal(key + " " + (await active()).split(" ")[0], key + " " + wanted);
	}
	equal(await text("details"), "Function: main (900 samples, 90.00%)");
	await page.keyboard.press("Enter");
	equal(await width("main"), 980);
	await page.keyboard.press("Tab");
	equal(await active(), "Reset zoom");
	await page.keyboard.press("Enter");
	equal(await width("main"), 882);
});
await test("exactly one frame is in the tab order", async () => {
	equal(await page.locator('#frames > g[tabindex="0"]').count(), 1);
});

for (const scheme of ["light", "dark"])
	await test(scheme + " viewer: " + scheme + " background, text that stands out", async () => {
		await open(picture, {colorScheme: scheme});
		const bright = async (s, p) => (await style(s, p)).match(/\d+/g).slice(0, 3).reduce((a, b) => a + Number(b), 0) / 3;
		const back = await bright("svg", "backgroundColor"), ink = await bright("#title", "fill");
		if (scheme === "light" ? back < 200 || ink > 60 : back > 60 || ink < 200)
			throw new Error("background " + back + ", text " + ink);
		equal(await style("#frames > g >> nth=0 >> text", "fill"), "rgb(0, 0, 0)");
	});

// The least contrast (as WCAG has it) that a label of these frames has with its frame, over either end of the background.
const contrast = selector => page.evaluate(s => {
	const rgb = c => c.match(/[\d.]+/g).slice(0, 3).map(Number);
	const shine = c => c.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const mix = (a, b, part) => a.map((v, i) => v * part + b[i] * (1 - part));
	const ratios = [];
	for (const g of document.querySelectorAll(s))
		for (const sky of ["#sky0", "#sky1"]) {
			const [group, rect, text] = [g, g.querySelector("rect"), g.querySelector("text")].map(e => getComputedStyle(e));
			const back = rgb(getComputedStyle(document.querySelector(sky)).stopColor);
			const box = mix(rgb(rect.fill), back, rect.fillOpacity * rect.opacity);
			const [a, b] = [mix(mix(rgb(text.fill), box, text.fillOpacity * text.opacity), back, Number(group.opacity)),
				mix(box, back, Number(group.opacity))].map(shine);
			ratios.push((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
		}
	return ratios.length ? Math.min(...ratios) : 0;
}, selector);

for (const scheme of ["light", "dark"])
	await test(scheme + " viewer: labels are easy to read, those of faded frames and of matches, too", async () => {
		await open(picture + "#x=150&d=3&s=init|read", {colorScheme: scheme});
		equal(await page.locator("#frames > .above").count(), 3);
		equal([await page.locator(".above.match").count(), await page.locator(".match:not(.above):not(.hide)").count()], [1, 1]);
		for (const fill of ["", "#ffffff", "#e25830", "#3cb43c", "#ff5c50"]) { // as they come, and what palettes go up and down to
			if (fill)
				await page.evaluate(f => document.querySelectorAll("#frames rect").forEach(r => r.setAttribute("fill", f)), fill);
			for (const frames of ["#frames > .above", "#frames > :not(.above):not(.hide)"])
				if (await contrast(frames) < 4.5)
					throw new Error(fill + " " + frames + ": " + await contrast(frames));
		}
		const [faded, plain] = [await style("#frames > .above rect >> nth=0", "fillOpacity"), scheme === "light" ? "1" : "0.88"];
		if (!(faded <= 0.5))
			throw new Error("not faded: " + faded);
		equal(await style("#frames > :not(.above):not(.hide) rect >> nth=0", "fillOpacity"), plain);
	});

// The colours of these points of the window, as they are on the screen.
async function pixels(points) {
	const shot = "data:image/png;base64," + (await page.screenshot()).toString("base64"), blank = await browser.newPage();
	const colours = await blank.evaluate(async ([url, at]) => {
		const image = new Image;
		image.src = url;
		await image.decode();
		const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
		[canvas.width, canvas.height] = [image.width, image.height];
		pen.drawImage(image, 0, 0);
		return at.map(([x, y]) => [...pen.getImageData(x, y, 1, 1).data].slice(0, 3));
	}, [shot, points]);
	await blank.close();
	return colours;
}

for (const scheme of ["light", "dark"])
	await test(scheme + " viewer: a tall picture shows title, controls and details on strips that blend with it", async () => {
		await open(picture + "#s=init", {colorScheme: scheme, viewport: {width: 1000, height: 90}});
		equal(await page.evaluate(() => [scrollY, document.documentElement.height.baseVal.value]), [60, 150]);
		for (const y of [60, 30]) {
			await page.evaluate(to => scrollTo(0, to), y);
			await page.waitForFunction(to => document.querySelector("#title").getBoundingClientRect().top >= 0 &&
				Number(document.querySelector("#plate0").getAttribute("y")) === to, y);
			for (const id of ["title", "search", "matched"]) {
				const [top, bottom] = await page.locator("#" + id).evaluate(e => [e.getBoundingClientRect()].flatMap(b => [b.top, b.bottom]));
				if (top < 0 || bottom > 90)
					throw new Error(id + " is at " + top + " to " + bottom);
			}
			equal([await style("#plate0", "visibility"), await style("#plate1", "visibility")], ["visible", y < 60 ? "visible" : "hidden"]);
			for (const [inside, outside] of y < 60 ? [[31, 34], [68, 64]] : [[31, 34]]) {
				const [a, b] = await pixels([[4, inside], [4, outside]]);
				if (a.some((v, i) => Math.abs(v - b[i]) > 3))
					throw new Error("scrolled to " + y + ": " + a + " at " + inside + ", " + b + " at " + outside);
			}
			const [frame, plate] = await pixels([[500, 34], [500, 31]]);
			if (frame.every((v, i) => Math.abs(v - plate[i]) < 40))
				throw new Error("frames show through: " + plate + " on " + frame);
		}
	});

await test("names end where times and sizes begin", async () => {
	for (const url of [times, sizes]) {
		await open(url);
		await page.keyboard.press("Control+f");
		await page.keyboard.type("^(parse|read)$");
		equal(await page.locator("#frames > g.match").count(), 3);
		await page.keyboard.press("Escape");
		equal(await frame("parse").locator("text").textContent(), "parse");
	}
});
await test("hostile names are text and nothing else", async () => {
	await open(hostile);
	equal(await page.locator("script").count(), 1);
	equal(await page.locator("img, iframe, a, foreignObject").count(), 0);
	const titles = await page.locator("#frames > g > title").allTextContents();
	for (const part of ["</script><script>alert(1)</script>", "<!--<script>", "]]>", "\"'&amp", "__proto__", "constructor",
		"<img src=x onerror=alert(1)>", "\\x1b[31m", "\\xff", "\\u202e", "toString", "javascript:alert(1)"])
		if (!titles.some(t => t.includes(part)))
			throw new Error("no frame shows " + part);
});
await test("hostile names can be searched for and zoomed to", async () => {
	await page.keyboard.press("Control+f");
	await page.keyboard.type("^(__proto__|constructor)$");
	equal(await page.locator("#frames > g.match").count(), 2);
	await page.keyboard.press("Enter");
	await page.locator("#frames > g.match").first().click();
	equal(await page.evaluate(() => ({}).polluted), undefined);
});
await test("a hostile URL does no harm", async () => {
	await open(hostile + "#x=1e999&d=-1&s=" + encodeURIComponent("(</text><script>alert(1)</script>") + "&i=2");
	equal(await text("matched"), "Matched: 0.00%");
	equal(await page.locator("script").count(), 1);
});

console.log("1.." + number);
await browser.close();
process.exit(failed ? 1 : 0);

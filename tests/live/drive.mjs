// SPDX-License-Identifier: GPL-2.0-or-later
// What the scripts here share: a live pipe, a browser page on it, and tests that print TAP.
import { createRequire } from "node:module";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";

const require = createRequire(new URL("../browser/", import.meta.url));
const { chromium } = require("playwright-core");
const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
	"--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const [bin, phases, directory] = process.argv.slice(2);
export const sleep = ms => new Promise(done => setTimeout(done, ms));
export const write = (name, text) => writeFileSync(directory + "/" + name, text);

// shell SCRIPT: runs it in bash with the commands in reach. said: what it wrote; ended: when it has; killAll(): it and its
// children.
export function shell(script) {
	const child = spawn("bash", ["-c", script], {detached: true, env: {...process.env, PATH: bin + ":" + process.env.PATH, t: directory, phases}});
	const said = {out: "", err: ""};
	child.stdout.on("data", d => said.out += d);
	child.stderr.on("data", d => said.err += d);
	child.killAll = () => process.kill(-child.pid, "SIGTERM");
	child.ended = new Promise(done => child.on("close", done));
	return Object.assign(child, {said});
}

// until WHAT, SECONDS, CONDITION: waits for its value to be true, and returns it.
export async function until(what, seconds, condition) {
	for (const end = Date.now() + seconds * 1000; ; await sleep(50)) {
		const value = await condition();
		if (value)
			return value;
		if (Date.now() > end)
			throw new Error("not within " + seconds + " s: " + what);
	}
}

export const address = pipe => until("the address", 5, () => /http:\/\/\S+#t=\S+/.exec(pipe.said.err)?.[0]);

export async function open(url, options) {
	const browser = await chromium.launch({executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: flags});
	const context = await browser.newContext({viewport: {width: 1280, height: 800}, acceptDownloads: true, ...options});
	const page = await context.newPage(), host = new URL(url).host, trouble = [];
	page.setDefaultTimeout(5000);
	page.on("pageerror", e => trouble.push("error: " + e.message));
	page.on("dialog", d => { trouble.push("dialog: " + d.message()); d.dismiss(); });
	page.on("console", m => { if (m.type() === "error") trouble.push("console: " + m.text()); });
	page.on("request", r => { if (!/^(data|blob):/.test(r.url()) && new URL(r.url()).host !== host) trouble.push("request: " + r.url()); });
	await page.goto(url);
	return {page, trouble, browser};
}

let number = 0, failed = 0;

export async function test(name, body) {
	let trouble = "";
	try {
		await body();
	} catch (e) {
		trouble = e.stack;
		failed++;
	}
	console.log((trouble ? "not ok " : "ok ") + ++number + " - " + name);
	if (trouble)
		console.log("# " + trouble.replace(/\n/g, "\n# "));
}

export const finish = () => process.exit(failed ? 1 : 0);

export function equal(got, wanted) {
	const g = JSON.stringify(got), w = JSON.stringify(wanted);
	if (g !== w)
		throw new Error("wanted " + w + ", got " + g);
}

export function atMost(got, wanted, what) {
	if (!(got <= wanted))
		throw new Error(what + ": wanted at most " + wanted + ", got " + got);
}

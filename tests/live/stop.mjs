// SPDX-License-Identifier: GPL-2.0-or-later
// Looks at a busy shell live, then presses Stop. Leaves screenshot.png, and the statuses of the three commands in
// the file status.
//
//	node stop.mjs BIN PHASES DIRECTORY
import { address, atMost, directory, equal, finish, open, shell, sleep, test, until } from "./drive.mjs";

const load = shell(`scripts/gen-folded -v lines=2000 >$t/text; tar -cf $t/tar /usr/include 2>/dev/null
	while :; do pb-svg $t/text; pb-d3 $t/text; tar -cf - /usr/include; sort $t/text; done >/dev/null 2>&1 &
	while :; do pb-svg --flamechart $t/text; cat /usr/bin/*; tar -tf $t/tar; done >/dev/null 2>&1`);
const pipe = shell(`pb-record -F 499 -p ${load.pid} | pb-symbolize -q | pb-serve --allow-control; echo "\${PIPESTATUS[*]}" >$t/status`);
const { page, trouble, browser } = await open(await address(pipe));

await test("the button is there and the page has samples", async () => {
	await until("samples", 5, async () => Number(await page.locator("#total").getAttribute("data-value")) > 0);
	equal(await page.locator("#stop").isVisible(), true);
});

await sleep(4000);
await page.screenshot({path: directory + "/screenshot.png"});

await test("pressed (and once more, to be sure), all three commands end within 2 s", async () => {
	await page.click("#stop");
	const pressed = Date.now();
	await page.click("#stop");
	await Promise.race([pipe.ended, new Promise(done => setTimeout(done, 8000))]);
	console.log("# " + (Date.now() - pressed) + " ms");
	atMost(Date.now() - pressed, 2000, "ms");
	equal(pipe.exitCode, 0);
});

await test("the page keeps what it has and says that it was stopped", async () => {
	console.log("# " + await page.textContent("#state"));
	await until("stopped", 3, async () => /stopped/i.test(await page.textContent("#state")));
	atMost(1, Number(await page.locator("#total").getAttribute("data-value")), "samples");
	equal(trouble.filter(t => !/WebSocket|ERR_CONNECTION_REFUSED/.test(t)), []);
});

await browser.close();
load.killAll();
finish();

// SPDX-License-Identifier: GPL-2.0-or-later
// One WebSocket as the npm package ws opens it: web_ws.mjs PORT TOKEN [HEADERS-AS-JSON [PATH]]. Prints what comes of it.
import { createRequire } from "node:module";
const WebSocket = createRequire(new URL("../browser/x.js", import.meta.url))("ws");
const [port, token, headers = "{}", path = "/live"] = process.argv.slice(2);
const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, token ? ["pb-live", `t.${token}`] : ["pb-live"], { headers: JSON.parse(headers) });
socket.on("open", () => console.log("open", socket.protocol));
socket.once("message", data => {
	console.log("message", data.toString("latin1", 0, 1));
	socket.close(1000);
});
socket.on("close", (code, reason) => console.log("close", code, ...reason.length ? [`${reason}`] : []));
socket.on("unexpected-response", (request, response) => {
	console.log(response.statusCode);
	process.exit();
});
socket.on("error", error => console.log(error.message));
setTimeout(() => process.exit(1), 10000).unref();

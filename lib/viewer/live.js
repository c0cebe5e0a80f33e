// SPDX-License-Identifier: GPL-2.0-or-later
// The connection to pb-serve: kept up, taken up again where it broke off, and held back while the page is frozen.

const FIRST_RETRY = 0.5, LAST_RETRY = 10;
const MOST_HELD = 32 << 20;

// on: {profile(profile), link()}: another or a grown profile; the connection's state has changed.
class Live {
	constructor(token, on) {
		this.token = token;
		this.on = on;
		this.profile = new Profile();
		this.work = Promise.resolve();
		this.tries = 0;
		this.linked = false;
		this.ever = false;
		this.retryAt = 0;
		this.trouble = "";
		this.frozen = false;
		this.held = [];
		this.heldBytes = 0;
		this.connect();
	}

	over() {
		const {state} = this.profile.facts;
		return Boolean(state) && state !== "live";
	}

	async connect() {
		clearTimeout(this.timer);
		this.retryAt = 0;
		// What is on its way belongs to the place where we go on.
		await this.work;
		const scheme = location.protocol === "https:" ? "wss:" : "ws:", {epoch, at} = this.profile;
		const socket = new WebSocket(`${scheme}//${location.host}/live?epoch=${epoch}&at=${at}`, ["pb-live", "t." + this.token]);
		socket.binaryType = "arraybuffer";
		socket.onopen = () => {
			this.linked = this.ever = true;
			this.on.link();
		};
		socket.onmessage = e => this.received(socket, e.data);
		socket.onclose = () => this.closed(socket);
		this.socket = socket;
	}

	received(socket, data) {
		if (socket !== this.socket || !(data instanceof ArrayBuffer))
			return;
		this.tries = 0;
		if (!this.frozen) {
			this.take(data);
			return;
		}
		this.held.push(data);
		this.heldBytes += data.byteLength;
		if (this.heldBytes > MOST_HELD)
			this.letGo();
		this.on.link();
	}

	take(data) {
		this.work = this.work.then(() => takeMessage(this.profile, data)).then(profile => {
			this.profile = profile;
			this.trouble = "";
			this.on.profile(profile);
		}).catch(e => this.refuse(e));
	}

	// A message that makes no sense: begin anew with a whole tree. What is on show stays until then.
	refuse(e) {
		this.trouble = "a message from the server makes no sense (" + e.message + ")";
		const facts = this.profile.facts;
		this.profile = new Profile();
		this.profile.facts = facts;
		this.socket.close();
	}

	closed(socket) {
		if (socket !== this.socket)
			return;
		this.linked = false;
		this.socket = null;
		// The server sends it again from where the profile is.
		this.held = [];
		this.heldBytes = 0;
		if (!this.over() && !this.waiting)
			this.retry();
		this.on.link();
	}

	retry() {
		const seconds = Math.min(LAST_RETRY, FIRST_RETRY * 2 ** this.tries++);
		this.retryAt = Date.now() + seconds * 1000;
		this.timer = setTimeout(() => this.connect(), seconds * 1000);
	}

	freeze(frozen) {
		this.frozen = frozen;
		this.frozenAt = Date.now();
		if (frozen)
			return;
		const held = this.held;
		this.held = [];
		this.heldBytes = 0;
		for (const data of held)
			this.take(data);
		if (this.waiting) {
			this.waiting = false;
			this.connect();
		}
	}

	// Frozen for so long that the server may keep it instead.
	letGo() {
		this.waiting = true;
		this.socket.close();
	}

	secondsWaiting() {
		return this.held.length || this.waiting ? Math.max(1, Math.round((Date.now() - this.frozenAt) / 1000)) : 0;
	}

	stop() {
		if (this.linked)
			this.socket.send("stop");
	}
}

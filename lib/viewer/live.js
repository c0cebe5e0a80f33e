// SPDX-License-Identifier: GPL-2.0-or-later
// The connection to pb-serve: kept up, taken up again where it broke off, and held back while the page is frozen.

const FIRST_RETRY = 0.5, LAST_RETRY = 10;
const MOST_HELD = 32 << 20;
// WebSocket's code for: not now, come later.
const TRY_LATER = 1013;

// on: {profile(profile), link()}: another or a grown profile; the connection's state has changed.
class Live {
	constructor(token, on) {
		this.token = token;
		this.on = on;
		this.profile = new Profile();
		this.work = Promise.resolve();
		this.socket = null;
		// Of the newest call of connect(), and how many messages were refused.
		this.turn = this.refusals = 0;
		this.tries = 0;
		this.linked = false;
		this.ever = false;
		this.retryAt = 0;
		this.trouble = "";
		// Why the server did not take this page.
		this.refused = "";
		// Why it is of no use to try again.
		this.hopeless = "";
		this.frozen = false;
		this.drop();
		this.connect();
	}

	over() {
		const {state} = this.profile.facts;
		return Boolean(state) && state !== "live";
	}

	canTry() {
		return Boolean(this.retryAt || this.hopeless);
	}

	// Called again, it begins anew: there is never more than one socket that is listened to.
	async connect() {
		const turn = ++this.turn, old = this.socket;
		clearTimeout(this.timer);
		this.retryAt = 0;
		this.hopeless = "";
		this.linked = false;
		this.socket = null;
		this.drop();
		old?.close();
		// What is on its way belongs to the place where we go on.
		await this.work;
		if (turn !== this.turn || this.hopeless)
			return;
		const scheme = location.protocol === "https:" ? "wss:" : "ws:", {epoch, at} = this.profile;
		try {
			this.listen(new WebSocket(`${scheme}//${location.host}/live?epoch=${epoch}&at=${at}`, ["pb-live", "t." + this.token]));
		} catch (e) {
			this.giveUp("The token in this page's address is not one: use the address that pb-serve printed, with #t=… at its end.");
		}
		this.on.link();
	}

	giveUp(why) {
		clearTimeout(this.timer);
		this.retryAt = 0;
		this.hopeless = why;
		this.on.link();
	}

	listen(socket) {
		socket.binaryType = "arraybuffer";
		socket.onopen = () => this.opened(socket);
		socket.onmessage = e => this.received(socket, e.data);
		socket.onclose = e => this.closed(socket, e?.code === TRY_LATER ? e.reason || "it has no room for more pages" : "");
		this.socket = socket;
	}

	opened(socket) {
		if (socket !== this.socket)
			return;
		this.linked = this.ever = true;
		this.on.link();
	}

	received(socket, data) {
		if (socket !== this.socket || !(data instanceof ArrayBuffer))
			return;
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
		const {refusals} = this;
		this.work = this.work.then(async () => {
			// What follows a message that was refused goes on from where we are not.
			if (refusals !== this.refusals)
				return;
			this.profile = await takeMessage(this.profile, data);
			this.trouble = this.refused = "";
			this.tries = 0;
			this.on.profile(this.profile);
		}).catch(e => this.refuse(e));
	}

	// A message that makes no sense: begin anew with a whole tree. What is on show stays until then.
	refuse(e) {
		this.refusals++;
		this.trouble = "a message from the server makes no sense (" + e.message + ")";
		if (e instanceof SizeError)
			this.giveUp("pb-serve holds more than this page can take: " + e.message + ". With a smaller --memory it holds less.");
		const facts = this.profile.facts;
		this.profile = new Profile();
		this.profile.facts = facts;
		this.drop();
		if (this.socket) {
			this.socket.onmessage = null;
			this.socket.close();
		}
	}

	// The server sends it again from where the profile is.
	drop() {
		this.held = [];
		this.heldBytes = 0;
	}

	closed(socket, refused) {
		if (socket !== this.socket)
			return;
		this.refused = refused;
		this.linked = false;
		this.socket = null;
		this.drop();
		if (!this.over() && !this.waiting && !this.hopeless)
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
		const {held} = this;
		this.drop();
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

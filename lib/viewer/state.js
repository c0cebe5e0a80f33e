// SPDX-License-Identifier: GPL-2.0-or-later
// How it stands with the recording and the connection, in words.

const endings = new Map([["ended", "recording ended"], ["stopped", "recording stopped"], ["cut", "recording cut short"],
	["failed", "recording failed"]]);
const badEndings = new Map([["cut", "The recording was cut short"], ["failed", "The recording failed"]]);

// {name, text, banner}: the banner says what is not as it should be.
function stateOf(live, profile) {
	const {facts} = profile;
	if (!live)
		return {name: "saved", text: "saved"};
	const broken = linkTrouble(live), waiting = live.secondsWaiting();
	if (live.frozen) {
		const text = "frozen" + (waiting ? ", " + waiting + " s waiting" : "");
		return {name: "frozen", text: text + (broken ? " · " + broken.text : ""), banner: broken?.banner};
	}
	if (endings.has(facts.state)) {
		const bad = badEndings.get(facts.state), came = profile.windows.length > 0;
		return {name: facts.state, text: endings.get(facts.state), banner: bad ? bad + (facts.error ? ": " + facts.error : "") +
			(came ? ". What came before is all here." : ". No samples came.") : ""};
	}
	return broken || {name: live.linked ? "live" : "connecting", text: live.linked ? "live" : "connecting…"};
}

function linkTrouble(live) {
	if (live.hopeless)
		return {name: "lost", text: "gave up", banner: live.hopeless};
	// After a refusal a connection is as good as what comes of it.
	const linked = live.linked && !live.refused && (!live.trouble || live.frozen);
	if (linked || live.waiting || (!live.tries && !live.trouble))
		return null;
	const left = live.retryAt ? Math.max(0, Math.ceil((live.retryAt - Date.now()) / 1000)) : 0;
	const next = left ? ", next try in " + left + " s" : ", trying…";
	if (live.refused)
		return {name: "lost", text: "turned away" + next, banner: "pb-serve turned this page away: " + live.refused + "."};
	const why = live.trouble ? " Last trouble: " + live.trouble + "." : !live.token ? " The address of this page lacks its token: use " +
		"the one that pb-serve printed, with #t=… at its end." : live.ever ? " What is here stays; it goes on where it broke off." :
		" Is pb-serve still running, and is the address the one it printed, with #t=… at its end?";
	return {name: "lost", text: (live.ever ? "connection lost" : "no connection") + next, banner: (live.ever ? "The connection to pb-serve is lost." :
		"There is no connection to pb-serve.") + why};
}

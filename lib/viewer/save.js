// SPDX-License-Identifier: GPL-2.0-or-later
// The view that is on show as a file: picture, folded text or tree.

// More than browsers take for a canvas' side.
const MOST_PIXELS = 16000, SAVED_WIDTH = 1600;

class Saver {
	constructor(page) {
		this.page = page;
	}

	open(opener) {
		this.page.menu.toggle("", [{id: "export-svg", label: "SVG picture", act: () => this.svg()}, {id: "export-png", label: "PNG picture", act: () => this.png()},
			{id: "export-folded", label: "Folded stacks (text)", act: () => this.folded()}, {id: "export-d3", label: "D3 tree (JSON)", act: () => this.d3()}], opener);
	}

	// In the sandwich the half that was used last.
	graph() {
		return this.page.activeGraph();
	}

	name(ending) {
		const title = (this.page.title || "profile").replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[-.]+|-+$/g, "").slice(0, 60) || "profile";
		const half = this.graph() === this.page.graph ? "" : "-" + this.graph().canvas.id;
		return title + half + ending;
	}

	svg() {
		const graph = this.graph(), {view} = this.page;
		download(this.name(".svg"), "image/svg+xml", exportSvg(graph.tree, {node: graph.zoom, width: Math.max(graph.box.clientWidth, 800),
			inverted: graph.icicle, by: view.colour, dark: this.page.theme.dark, title: this.page.title}));
	}

	folded() {
		download(this.name(".folded"), "text/plain;charset=utf-8", exportFolded(this.graph().tree));
	}

	d3() {
		download(this.name(".json"), "application/json", exportD3(this.graph().tree));
	}

	// The whole height, of which the page may show a part.
	png() {
		const graph = this.graph(), width = graph.box.clientWidth || SAVED_WIDTH, {row} = graph, head = 32, skip = graph.skip;
		const layout = new Layout(graph.tree, graph.zoom, width), scale = window.devicePixelRatio > 1 ? 2 : 1;
		const rows = Math.min(layout.depth - skip, Math.floor((MOST_PIXELS / scale - head) / row)), height = rows * row + head;
		const canvas = element("canvas", {width: width * scale, height: height * scale}), context = canvas.getContext("2d");
		const ink = inkNow();
		context.scale(scale, scale);
		context.fillStyle = ink.page;
		context.fillRect(0, 0, width, height);
		paintRows(context, layout, {...graph.look, dpr: scale, ink}, skip, skip + rows,
			depth => head + (graph.icicle ? depth - skip : rows - 1 - depth + skip) * row, row);
		context.fillStyle = ink.text;
		context.font = LABEL_FONT.replace("12px", "600 14px");
		context.fillText(fittingLabel(context, this.page.title, width - 16), 8, head / 2);
		canvas.toBlob(blob => download(this.name(".png"), "image/png", blob), "image/png");
	}
}

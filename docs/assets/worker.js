// A browser starts no worker for a page that was opened from a folder. The search's worker then runs in a frame that nobody sees.
"use strict";
if (location.protocol === "file:") {
  window.Worker = class {
    constructor(url) {
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      this.frame.title = "Search";
      this.ready = new Promise((resolve) => this.frame.addEventListener("load", resolve, { once: true }));
      this.frame.srcdoc = `<script>window.postMessage = (data) => window.frameElement.answer(data)<\/script><script src="${url}"><\/script>`;
      this.frame.answer = (data) => this.onmessage?.(new MessageEvent("message", { data }));
      document.body.append(this.frame);
    }
    async postMessage(data) {
      await this.ready;
      this.frame.contentWindow.dispatchEvent(new MessageEvent("message", { data }));
    }
    terminate() {
      this.frame.remove();
    }
  };
}

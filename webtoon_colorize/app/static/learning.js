/** Learns the colours of pages, shows what came of it, and forgets it. The program colours the pages of all tabs by what it learned. */

import { say } from "./notices.js";
import { hintFile } from "./page.js";
import { askAbout, askJson } from "./server.js";

const element = (id) => document.getElementById(id);

export class Learning extends EventTarget {
  /** Events: names (of the pages that are being learned), colors (pages are to be coloured anew). keep(name, value): keeps a setting. */
  constructor(keep) {
    super();
    Object.assign(this, { keep, names: "", learned: null, otherTabs: new BroadcastChannel("learned") });
    this.otherTabs.onmessage = ({ data }) => this.#use(data);
    element("forget").addEventListener("click", () => this.#work("", () => askJson("forget", "").then(() => null)));
  }

  /** learned: what the program knows now, {names, said} or null. kept: what it knew when the browser heard of it last. */
  compare(learned, kept = this.learned) {
    if (kept && !learned) {
      const names = kept.names.join(", ");
      say(`The program no longer knows the colours of ${names}: it was started anew, or told to forget them. Give them to it again if you want them.`);
    }
    this.#show(learned);
    this.keep("learned", learned);
  }

  /** Colours all pages by some: [{ record, dots }]. A page without dots is in its own colours. */
  learn(pages) {
    const names = Object.fromEntries(pages.map(({ record }) => [record.key, record.name]));
    return this.#work(Object.values(names).join(", "), async () => {
      for (const { record, dots } of pages) await askAbout(record, `pages/${record.key}/reference`, hintFile([[record.name, dots]]));
      const learned = await askJson("learn", JSON.stringify(names));
      say(sentence(learned));
      return learned;
    });
  }

  async #work(names, change) {
    this.#setNames(names);
    try {
      const learned = await change();
      this.keep("learned", learned);
      this.otherTabs.postMessage(learned);
      this.#use(learned);
    } catch (error) {
      say(`${names ? `${names}: ` : ""}${error.message}.`);
    }
    this.#setNames("");
  }

  #setNames(names) {
    this.names = names;
    for (const id of ["learn", "forget"]) element(id).disabled = Boolean(names);
    this.dispatchEvent(new Event("names"));
  }

  #use(learned) {
    this.#show(learned);
    this.dispatchEvent(new Event("colors"));
  }

  #show(learned) {
    this.learned = learned;
    element("learned").hidden = !learned;
    if (learned) element("known").textContent = sentence(learned);
  }
}

const sentence = ({ names, said }) => `Learned from ${names.join(", ")}. ${said}`;

// Proof by replay: files are drawn again from the recipes in them, one after another.

import { call } from './api.js';
import { toBase64 } from './bytes.js';
import { element } from './dom.js';

/** The fold that checks files. */
export class Check {
  constructor(fold) {
    [this.files, this.list, this.report] = ['input', 'ul', 'a'].map((name) => fold.querySelector(name));
    this.files.addEventListener('change', () => this.check([...this.files.files]));
  }

  async check(files) {
    this.files.disabled = true;
    this.report.hidden = true;
    this.list.replaceChildren();
    const reports = [];
    for (const file of files) {
      const row = element('li', {}, `${file.name}: is drawn again…`);
      this.list.append(row);
      row.textContent = `${file.name}: ${await found(file, reports)}`;
    }
    URL.revokeObjectURL(this.report.href);
    this.report.href = URL.createObjectURL(new Blob(reports.map((line) => `${line}\n`)));
    this.report.hidden = reports.length === 0;
    this.files.disabled = false;
    this.files.value = ''; // so that the same files can be chosen again
  }
}

/** What the service found about a file, in words; its report joins the others. */
async function found(file, reports) {
  try {
    const { report, reason, refusal } = await call(
      'diffusion4j.v1.GenerationService/ReplayImage', { name: file.name, file: await toBase64(file) });
    if (refusal) {
      return `refused: ${refusal.message}`;
    }
    reports.push(report);
    return `${JSON.parse(report).verdict}: ${reason}`;
  } catch (error) {
    return error.message;
  }
}

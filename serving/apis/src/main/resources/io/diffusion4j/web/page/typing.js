// Draws while one types: a picture of the words so far, always in the same place and from the same noise.

import { Job } from './job.js';

/** How long nothing is typed before the words are drawn, in milliseconds. */
const PAUSE = 250;

/** Draws the words of a field while they change. */
export class Typing {
  /**
   * @param prompt the field
   * @param on the check box that switches this on
   * @param place where the picture is
   * @param request returns the request for a prompt, of one picture
   * @param about what a Job needs to show its picture: {open, actions}
   * @param showing awaits a drawing, and shows its error
   */
  constructor({ prompt, on, place, request, about, showing }) {
    Object.assign(this, { prompt, on, place, request, about, showing });
    prompt.addEventListener('input', () => this.wait());
    on.addEventListener('change', () => this.wait());
  }

  /** Draws when nothing was typed for a moment; what is still drawn is of other words, and ends. */
  wait() {
    clearTimeout(this.timer);
    this.job?.leave();
    if (!this.on.checked) {
      this.place.replaceChildren();
    } else if (this.prompt.value.trim() !== '') {
      this.timer = setTimeout(() => this.showing(this.draw(this.prompt.value.trim())), PAUSE);
    }
  }

  /** Draws words; the picture of earlier words stays until this one is there. */
  async draw(text) {
    const job = new Job([{ request: this.request(text) }], { ...this.about, title: text, kind: 'While typing' });
    this.job = job;
    if (this.place.childElementCount === 0) {
      this.place.append(job.view);
    }
    const taken = job.taken.catch(() => {}); // the error is the job's
    await Promise.all([job.run(), taken]);
    if (job.pictures.length > 0) {
      this.place.replaceChildren(job.view);
    } else if (job.error !== undefined) {
      this.place.replaceChildren();
      throw job.error;
    }
  }
}

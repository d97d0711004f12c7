/**
 * Jobs: admission, the bounded fair queue, and drawing in batches.
 *
 * <p>A server draws a fixed number of images at once. A {@link
 * io.diffusion4j.serving.jobs.JobScheduler} gives these rows to {@link
 * io.diffusion4j.serving.jobs.Work}, a few pieces at a time:
 *
 * <pre>{@code
 * JobScheduler scheduler = new JobScheduler(4, 16, model -> true, listener);
 * scheduler.submit(work); // RESOURCE_EXHAUSTED if the owner has 16 requests in the queue
 * Optional<Duration> backlog = scheduler.backlog();
 * scheduler.shutdown(Duration.ofSeconds(30));
 * }</pre>
 *
 * <p>A batch checks between two steps whether other work is due. It then yields its rows, keeps its
 * state, and continues at its next turn. The noise of an image comes from its seed alone, not from
 * the batch or the time at which it is drawn.
 *
 * <p>A restart loses the jobs of this package, and clients repeat their requests, which give the
 * same images for the same seeds. The module {@code jobs} adds jobs that survive a restart.
 */
@NullMarked
package io.diffusion4j.serving.jobs;

import org.jspecify.annotations.NullMarked;

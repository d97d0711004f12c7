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
 * <p>How the types fit:
 *
 * <ul>
 *   <li>{@link io.diffusion4j.serving.jobs.JobRegistry} admits a request: it checks cost, deadline
 *       and {@link io.diffusion4j.serving.jobs.Quotas}. A repeated request id joins the existing
 *       job, so clients can retry without drawing twice.
 *   <li>{@code Job} is the work of one request. It draws a {@code ImageRange} at a time and records
 *       its events in a {@code JobEventLog}, which replays them to observers that join late.
 *   <li>{@link io.diffusion4j.serving.jobs.JobObserver} receives the events of a job, usually for a
 *       call. A job without observers is cancelled before its next step.
 *   <li>{@code FairQueue} orders waiting work by priority and then by how little its owner was
 *       served, so that no principal starves another.
 *   <li>{@code Pace} and {@code Throughput} measure the server. Estimates of remaining time,
 *       backlog and retry delays come from them.
 * </ul>
 *
 * <p>A batch checks between two steps whether other work is due. It then yields its rows, keeps its
 * state, and continues at its next turn. The noise of an image comes from its seed alone, not from
 * the batch or the time at which it is drawn.
 *
 * <p>Deliberately absent: persistence. A restart loses the jobs of this package, and clients repeat
 * their requests, which give the same images for the same seeds. The module {@code jobs} adds jobs
 * that survive a restart: it stores them in SQLite and passes them to this queue.
 */
@NullMarked
package io.diffusion4j.serving.jobs;

import org.jspecify.annotations.NullMarked;

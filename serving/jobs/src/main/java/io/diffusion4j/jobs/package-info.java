/**
 * Jobs: images that are drawn without a connection, and across restarts of the server.
 *
 * <p>{@link io.diffusion4j.jobs.JobsModule} adds {@code diffusion4j.v1.JobService} to a server:
 *
 * <pre>{@code
 * try (var store = JobStore.open(Path.of("jobs.db"), Duration.ofDays(1))) {
 *   var jobs = new JobsModule(store, Webhooks.none());
 *   // install it beside the ServingModule, and close the server before the store
 * }
 * }</pre>
 *
 * <p>The server passes only a few jobs at a time to its queue, so their order survives a restart. A
 * job that the queue does not admit, because of a quota or a full queue, keeps waiting. Results are
 * deleted after the time that the store was opened with; a caller sees only the jobs of its own
 * principal. A webhook names the job and contains no images. Its body is signed by the Standard
 * Webhooks convention, and failed calls are repeated for a day. Private addresses are refused
 * unless the operator allows them.
 *
 * <p>Not here: several servers on one store. The store is locked by the server that opened it.
 */
@NullMarked
package io.diffusion4j.jobs;

import org.jspecify.annotations.NullMarked;

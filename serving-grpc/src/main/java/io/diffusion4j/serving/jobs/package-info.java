/**
 * The bounded queue of jobs, and the jobs themselves.
 *
 * <p>{@link io.diffusion4j.serving.jobs.JobRegistry} starts a job for a request, or attaches the
 * caller to the job with the same request id. {@link io.diffusion4j.serving.jobs.JobScheduler}
 * gives free rows of the networks' batches to waiting jobs, by priority and in turns. A {@link
 * io.diffusion4j.serving.jobs.JobObserver} receives the events of one job; an observer that joins
 * late gets a replay. {@link io.diffusion4j.serving.jobs.Quotas} limits what a principal can ask
 * for per minute.
 */
@NullMarked
package io.diffusion4j.serving.jobs;

import org.jspecify.annotations.NullMarked;
